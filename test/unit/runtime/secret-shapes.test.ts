// How formats, programs and protocols write a secret, by the rule that finds it: what a name is, what closes a value,
// what a program reads behind an option. And what the person on call needs, which stays.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK } from '../../../src/runtime/known-secrets.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { cases } from '../../support/cases.ts';

const VALUE = 'Hunter2-Kx9q';
const BASE64 = Buffer.from(VALUE).toString('base64');
const PAIR = Buffer.from(`app:${VALUE}`).toString('base64');

/** Text, and what is shown of it; without the second, `VALUE` is all that is masked. */
type Row = readonly [text: string, shown?: string];
const rows = (table: readonly Row[]): readonly (readonly [text: string, shown: string])[] =>
  table.map(([text, shown]) => [text, shown ?? text.replaceAll(VALUE, MASK)]);

describe('a value, however it is closed', () => {
  test.each(
    rows([
      [`<password><![CDATA[${VALUE}]]></password>`],
      [
        `<password><![CDATA[a < ${VALUE}]]></password><host>db</host>`,
        '<password><![CDATA[[redacted]]]></password><host>db</host>',
      ],
      [`<password type="plain">${VALUE}</password>`],
      [`<ns:password xsi:type="xsd:string"><![CDATA[${VALUE}]]></ns:password>`],
      [
        `<wsse:Password Type="http://x/#PasswordText">two ${VALUE}</wsse:Password>`,
        '<wsse:Password Type="http://x/#PasswordText">[redacted]</wsse:Password>',
      ],
      [`<property name="password"><value>${VALUE}</value></property>`],
      [`<name>fs.s3a.secret.key</name><value>${VALUE}</value>`],
      [`<key>Password</key><string>${VALUE}</string>`],
      [`&lt;password&gt;${VALUE}&lt;/password&gt;`],
      [`password = """${VALUE}""" # x`],
      [`password = """\nfirst\n${VALUE}"""\nhost = "db"`, 'password = """[redacted]""" host = "db"'],
      [`password = '''\nfirst "quoted"\n${VALUE}'''\nhost = 'db'`, "password = '''[redacted]''' host = 'db'"],
      [`password: |\n  ${VALUE}\n  more\nhost: db`, 'password: | [redacted]host: db'],
      [`password: >-\n  ${VALUE}\nhost: db`, 'password: >- [redacted]host: db'],
      [`passwords:\n  - ${VALUE}\n  - more\nhost: db`, 'passwords:   -[redacted]host: db'],
      [`password: !!str ${VALUE}`, 'password: [redacted]'],
      [`password = <<EOF\n${VALUE}\nEOF\nhost = db`, 'password = <<EOF [redacted] EOF host = db'],
      [`passwords: ["a]b", "${VALUE}"], host: db`, 'passwords: [[redacted]], host: db'],
      [`passwords: ["abc", "${VALUE}`, 'passwords: [[redacted]'],
      [`Server=h;Password="${VALUE};x";Database=db`, 'Server=h;Password="[redacted]";Database=db'],
      [
        `jdbc:sqlserver://h:1433;user=sa;password={${VALUE};x};databaseName=db`,
        'jdbc:sqlserver://h:1433;user=sa;password={[redacted]};databaseName=db',
      ],
      [`jdbc:sqlserver://h:1433;user=sa;password=${VALUE};databaseName=db`],
      [`primary_conninfo = 'host=h password=''${VALUE}'' user=r'`],
      [`host=h password='${VALUE} it''s' user=r`, "host=h password='[redacted]' user=r"],
      ['password: not.a.word, host: h', 'password: [redacted] host: h'],
      ['password=ab"cd host=h', 'password=[redacted] host=h'],
      ['password=a<b&c>d host=h', 'password=[redacted] host=h'],
      ["password=it's;me host=h", 'password=[redacted] host=h'],
      [`Config { host: "h", password: Some("${VALUE}") }`],
      [`["password"]=>\n  string(12) "${VALUE}"`, `["password"]=>   string(12) "[redacted]"`],
      [`{"password":{"secretKeyRef":{"name":"db","key":"x"}}}`],
      [`Key (password)=(${VALUE}) already exists.`],
      [
        `Key (tenant, token, day)=(5, ${VALUE}, 7) already exists.`,
        'Key (tenant, token, day)=([redacted]) already exists.',
      ],
    ]),
  )('%s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test('is masked to the end where the text was cut off', () => {
    for (const opening of ['"', "'", '"""', "'''", '<![CDATA[', '\\"', '&quot;', '<<EOF\n', '|\n  '])
      expect(redact(`password: ${opening}two ${VALUE} words`)).toMatch(/^password: \S{0,9} ?\[redacted\]$/);
  });
});

describe('a name, however it is written', () => {
  test.each(
    rows([
      [`declare -A c=([user]=app [password]=${VALUE} )`],
      [`map["password"]="${VALUE}"`],
      [`config['password'] = '${VALUE}'`],
      [`config[:password] = "${VALUE}"`],
      [`{:password=>"${VALUE}", :host=>"db"}`],
      [`Array ( [password] => ${VALUE} )`],
      [`('password', '${VALUE}')`],
      [`{password,<<"${VALUE}">>}`],
      [`password := "${VALUE}"`],
      [`PASSWORD ?= ${VALUE}`],
      [`password == ${VALUE}`],
      [`password -> ${VALUE}`],
      [`password   =     ${VALUE}`],
      [`| password | ${VALUE} |`],
      [`userPassword:: ${BASE64}`, 'userPassword:: [redacted]'],
      [`password：${VALUE}`],
      [`password for user x: ${VALUE}`],
      [`Password for user "app": ${VALUE}`],
      [`Enter passphrase for key '/root/.ssh/id_rsa': ${VALUE}`],
      [`the password of app is ${VALUE}`],
      [`Incorrect API key provided: ${VALUE}`],
      [`invalid token "${VALUE}"`],
      [`-storepass ${VALUE} -keystore x`],
      [`["psql","--password","${VALUE}"]`],
      [`exec: [--token, ${VALUE} ]`],
      [`keytool -keypass '${VALUE}' -alias a`],
      [`-srcstorepass ${VALUE} -deststorepass ${VALUE}`],
      [`Connect -User app -Password ${VALUE} -Server x`],
      [`Set-AWSCredential -SecretKey ${VALUE}`],
      [`setenv DB_PASSWORD ${VALUE}`],
      [`requirepass hunter`, 'requirepass [redacted]'],
      [`machine h login app password hunter`, 'machine h login app password [redacted]'],
      [`ParameterKey=DBPassword,ParameterValue=${VALUE}`],
      [`{"value":"${VALUE}","name":"DB_PASSWORD"}`],
      [`- name: DB_PASSWORD\n  value: ${VALUE}`, '- name: DB_PASSWORD   value: [redacted]'],
      [
        `Content-Disposition: form-data; name="password"\r\n\r\n${VALUE}\r\n--x`,
        'Content-Disposition: form-data; name="password" [redacted] --x',
      ],
      [
        `INSERT INTO users (name, password) VALUES ('a', '${VALUE}')`,
        'INSERT INTO users (name, password) VALUES ([redacted]',
      ],
      [`ALTER USER a PASSWORD E'${VALUE}'`],
      [`ALTER USER a PASSWORD $x$${VALUE}$x$`],
      [`CREATE LOGIN a WITH PASSWORD = N'${VALUE}'`],
      [`CREATE USER a IDENTIFIED BY "${VALUE} b" x`, 'CREATE USER a IDENTIFIED BY "[redacted]" x'],
    ]),
  )('%s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test.each([
    'code_verifier',
    'client_assertion',
    'assertion',
    'SAMLResponse',
    'SAMLRequest',
    'id_token_hint',
    'logout_token',
    'subject_token',
    'device_code',
    'secret_id',
    'passcode',
    'PresharedKey',
    'psk',
    'license_key',
    'password_hash',
    'SecretString',
    'DB_PASSWORD_2',
  ])('%s in a query', (name) => {
    expect(redact(`grant_type=x&${name}=${VALUE}&scope=openid`)).toBe(`grant_type=x&${name}=[redacted]&scope=openid`);
  });
});

describe('what needs no name', () => {
  test.each(
    rows([
      [`db.example:5432:recognize:app:${VALUE}`],
      [`*:*:*:app:${VALUE}`],
      [`/var/run/postgresql:5432:*:app:a\\:${VALUE}`, '/var/run/postgresql:5432:*:app:[redacted]'],
      [`bad line "127.0.0.1:5432:a\\:b:app:${VALUE}" in it`],
      [`AUTH PLAIN ${PAIR}`, 'AUTH PLAIN [redacted]'],
      [`AUTH LOGIN YXBw\n334 UGFzc3dvcmQ6\n${BASE64}`, 'AUTH LOGIN [redacted] 334 UGFzc3dvcmQ6 [redacted]'],
      [`a1 LOGIN "app" "${VALUE}"`],
      [`> USER app\n> PASS hunter`, '> USER app > PASS [redacted]'],
      [`"AUTH" "default" "${VALUE}"`],
      [`HELLO 3 AUTH default ${VALUE}`],
      [`ACL SETUSER app on >${VALUE} ~* +@all`],
      [`sqlcmd -S h -U sa -P ${VALUE} -d db`],
      [`ldapsearch -x -D cn=admin -w ${VALUE} -b dc=x`],
      [`ldapsearch -x -D cn=admin -w'${VALUE}' -b dc=x`],
      [`mosquitto_pub -h h -u app -P ${VALUE}`],
      [`snmpget -v3 -A ${VALUE} -X ${VALUE} h`],
      [`curl -E c.pem:${VALUE} https://h/`, 'curl -E [redacted] https://h/'],
      [`skopeo copy --src-creds app:${VALUE} a b`, 'skopeo copy --src-creds [redacted] a b'],
      [`smbclient -U 'app%${VALUE}' //h/s`, "smbclient -U '[redacted]' //h/s"],
      [`["sshpass","-p","${VALUE}"]`],
      [`vault login ${VALUE}`],
      [`rabbitmqctl change_password app ${VALUE}`],
      [`htpasswd -b f app ${VALUE}`],
      [`echo app:${VALUE} | chpasswd`],
      [`{"auths":{"r.example":{"auth":"${PAIR}"}}}`, '{"auths":{"r.example":{"auth":"[redacted]"}}}'],
      [`{"kty":"EC","d":"${VALUE}","x":"a"}`],
      [`X-Hub-Signature-256: sha256=${VALUE}`, 'X-Hub-Signature-256: [redacted]'],
      [`Digest username="app", realm="x", response="${VALUE}"`],
      [`{noop}${VALUE}`],
      [`ENC(${VALUE})`],
      [`vault:v1:${BASE64}`, 'vault:v1:[redacted]'],
      [`connecting as app:${VALUE}@db.example failed`],
      [
        `jdbc:postgresql://db:5432/x?user=a&password=p@${VALUE}&ssl=true`,
        'jdbc:postgresql://db:5432/x?user=a&password=[redacted]&ssl=true',
      ],
    ]),
  )('%s', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test.each([
    '$apr1$r31....$HqJZimcKQFAMYayBlzkrA/',
    '$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQ',
    '$gy$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9',
    '$P$B12345678abcdefghijklmnopqrstu',
    'pbkdf2_sha256$260000$saltsalt$abcdefgh12345abcdefgh=',
    '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19',
    'aad3b435b51404eeaad3b435b51404ee:31d6cfe0d16ae931b73c59d7e0c089c0',
    'GOCSPX-abcdefghijklmnopqrstuvwxyz12',
    '1//0gabcdefghijklmnop-abcdefghijklmnopqrst',
    'abc8Q~defghijklmnopqrstuvwxyz0123456789ab',
    'eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2ojaHV7LFp.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rp.XFBoMYUZodetZdvTiFvSkQ',
  ])('masks %s', (value) => {
    expect(redact(`odd ${value} in a log`)).toBe('odd [redacted] in a log');
  });

  test.each(['{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g0sAAA', '{CRYPT}ab01FAX.bQRSU', '{cipher}AQB3f8a9c0d1e2f3a4b5c6d7e8f9'])(
    'masks what is behind the kind in %s',
    (value) => {
      expect(redact(`odd ${value} in a log`)).toBe(`odd ${value.replace(/\}.*/, '}')}[redacted] in a log`);
    },
  );
});

describe('what the person on call needs', () => {
  test.each([
    'password authentication failed for user "app"',
    'FATAL: password authentication failed for user "app2" (28P01) at db-1.example:5432/recognize',
    'no password supplied',
    'The server requested password-based authentication, but no password was provided',
    'OAuth bearer authentication failed for user "np"',
    'pass: no migration failed; the schema is at 1.7',
    'token expired at 2026-11-29T16:04:07Z',
    'token: expired at 2026-11-29T16:04:07Z',
    'password for user "app": authentication failed',
    'password: required',
    'password for user "app" has expired',
    'give --password, or a file',
    'Unexpected token } in JSON at position 5',
    "JSON parse error: Unrecognized token 'oops': was expecting (JSON String, Number or token 'null')",
    'the report says podSecrets: Never, and that is all',
    'secrets: 3, tokens: 12, keys: 4',
    'automountServiceAccountToken: false',
    'open /run/secrets/db-password: permission denied',
    'token_endpoint: https://idp.example/token',
    '--password-file /etc/db --secret-name recognize-db',
    'passwordLength=16 tokenType=Bearer',
    'secret "default-token-x7k2p" not found in namespace "recognize"',
    'the Secret recognize-db-2 has no key password',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:recognize/db-1',
    'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'connect to 10.0.0.1:5432 and fd00:1234:abcd:1:2:3:4:5 failed',
    'server.1=zk1:2888:3888:participant',
    'bypass=true compass: north',
    'docker run -p 8080:80 r.example/core:1.4',
    'PASS 12 of 12',
    'pass recognize-db-1, fail core-daemon-2',
    '250-AUTH PLAIN LOGIN CRAM-MD5',
    'AUTH failed',
    'mail to:ops2@example.com bounced',
    'com.example.Outer$Inner$1.lambda$startTheApplication$0',
    'com.example.Foo$$EnhancerBySpringCGLIB$$1a2b3c4d.run(Foo.java:12)',
    '/files/{sha256} and {name}',
    'signature verification failed; basic authentication is required',
    'jdbc:postgresql://db-1.example:5432,db-2.example:5432/recognize?user=app&ssl=true',
    'Promise<Outcome<Secret>> and Map<string, Token>',
    'expects <password> in the form',
    'Enter the password: ',
  ])('stays: %s', (text) => {
    expect(redact(text)).toBe(text.trim());
  });
});

describe('masking by shape', () => {
  const names = fc.constantFrom(
    'password',
    '"token"',
    "['api_key']",
    '<secret>',
    '--passphrase ',
    'IDENTIFIED BY ',
    'AUTH PLAIN ',
  );
  const signs = fc.constantFrom('=', ': ', ' => ', '>', '', ',', ' ', ':\n  ');
  const marks = fc.constantFrom(
    '"',
    "'",
    '"""',
    "''",
    '\\"',
    '<![CDATA[',
    '[',
    '{',
    '(',
    '|\n  ',
    '<<EOF\n',
    '$$',
    '&quot;',
    '',
  );
  const texts = fc.array(
    fc.oneof(
      names,
      signs,
      marks,
      fc.string({ maxLength: 12 }),
      fc.constantFrom('@', '://', ':5432:', '\n', ' - ', '</'),
    ),
    { maxLength: 12 },
  );

  test('says the same of what it said (any text)', () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const once = redact(parts.join(''), [], 2048);
        const twice = redact(once, [], 2048);
        // Nothing that was shown once is gone: what stands beside a mask may be masked with it.
        expect(twice.replaceAll(MASK, '').length).toBeLessThanOrEqual(once.replaceAll(MASK, '').length);
      }),
      cases(300),
    );
  });

  test('shows no generated value behind a name and a sign (any text around)', () => {
    fc.assert(
      fc.property(fc.constantFrom('=', ': ', ' = ', '=>'), marks, fc.string({ maxLength: 20 }), (sign, mark, rest) => {
        expect(redact(`host=db password${sign}${mark}${VALUE}${rest}`, [], 2048)).not.toContain(VALUE);
      }),
      cases(300),
    );
  });

  test.each([
    'password',
    'password=',
    'password="',
    "password='",
    'password="\\',
    'password=[',
    'password=["',
    'password={a:',
    'password=(a ',
    'password=$a$b',
    '<password>',
    '<password <',
    '&lt;password&gt;',
    'password for user ',
    'password for "',
    'password, a',
    'password: |\n ',
    'password:\n - ',
    'password=<<A\n',
    '-password ',
    'identified with x ',
    'mysql -p',
    'curl -u a:',
    'ACL SETUSER a ',
    'a1 LOGIN a ',
    'USER a PASS ',
    'a:5432:b:c:',
    '*:*:',
    'insert into a(password',
    '"value":"a","name":"',
    'form-data; name="a"\n',
    'http://a@',
    'http://a?b=',
    'a:1@b.',
    '$ANSIBLE_VAULT;1 0a',
    'digest response="',
    'eyJaaaaaaaaaa.',
    ' '.repeat(64),
    '\n',
    '\\',
  ])('does work in proportion to the text: %j', (piece) => {
    // What takes the square of the length does ten thousand million steps and more here, and the runner ends it.
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    expect(Buffer.byteLength(redact(text, [], 400_000))).toBeLessThanOrEqual(400_000);
  });
});
