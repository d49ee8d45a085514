// What leaves the process goes through `redact`. Planted secrets in every dress that errors and logs wear.
import * as fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { MASK } from '../../../src/runtime/known-secrets.ts';
import { clip, redact } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { cases } from '../../support/cases.ts';

const PLANTED = 'S3cr3t-Pa55word/xyz';

const escaped = (text: string, of: (code: string) => string): string =>
  Array.from(text, (letter) => of(letter.charCodeAt(0).toString(16))).join('');

/** RFC 4648, section 6, without padding. */
function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups
    .map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(Number.parseInt(group.padEnd(5, '0'), 2)))
    .join('');
}

const nested = (text: string, times: number, dress: (text: string) => string): string =>
  times === 0 ? text : nested(dress(text), times - 1, dress);

describe('redact', () => {
  test.each([
    ['a list of bytes', Array.from(Buffer.from(PLANTED)).join(', ')],
    ['JSON of bytes', JSON.stringify([...Buffer.from(PLANTED)])],
    [
      'bytes as Java prints them',
      `[${[...Buffer.from(PLANTED)].map((byte) => (byte > 127 ? byte - 256 : byte)).join(', ')}]`,
    ],
    ['letters apart', Array.from(PLANTED).join(' ')],
    ['letters with other blanks between', Array.from(PLANTED).join('\u00a0')],
    ['letters with dashes between', Array.from(PLANTED).join('-')],
    ['a sum of two texts', PLANTED.replace('-', '" + "-')],
    ['colours', PLANTED.replace('-', '\u001b[31m-\u001b[0m')],
    ['a soft line break of a mail', PLANTED.replace('-', '-=\n')],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ x: `${PLANTED}"` }))],
  ])('masks a known value in %s', (_how, text) => {
    const letters = redact(`odd error: ${text} (28P01)`, [PLANTED]).replace(/[^A-Za-z0-9]/g, '');
    expect(letters).toMatch(/^odderror[x\\n]*redacted28P01$/);
  });

  test.each([
    ['userinfo of a URL', `connect postgres://app:${PLANTED}@db:5432/x failed`],
    ['userinfo without a user', `redis://:${PLANTED}@cache/0`],
    ['password=', `host=db password=${PLANTED} user=app`],
    ['a JSON member', `{"user":"app","password":"${PLANTED}"}`],
    ['a JDBC parameter', `jdbc:postgresql://db/x?user=app&password=${PLANTED}&ssl=true`],
    ['a bearer header', `Authorization: Bearer ${PLANTED}`],
    ['aws_secret_access_key', `aws_secret_access_key = ${PLANTED}`],
    ['an API key', `X-Api-Key: ${PLANTED}`],
    ['Spring notation', `spring.datasource.password: ${PLANTED}`],
    ['an environment variable', `PGPASSWORD=${PLANTED} psql`],
    ['an argument', `psql --db-password ${PLANTED} --host db`],
    ['an XML element', `<Error><Password>${PLANTED}</Password></Error>`],
    ['a cookie', `Set-Cookie: session=${PLANTED}; Path=/`],
    ['another scheme of authorization', `Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=${PLANTED}`],
    ['a kubeconfig', `users: [{name: x, user: {token: ${PLANTED}}}]`],
    ['a client key of a kubeconfig', `client-key-data: ${PLANTED}`],
    ['a queue', `amqp://app:${PLANTED}@mq:5672/v`],
    ['a document store', `mongodb+srv://app:${PLANTED}@c/x`],
    [
      'userinfo without a scheme',
      'app:S3cr3t-Pa55word@db:5432/x'.replace('S3cr3t-Pa55word', PLANTED.replace('/', '.')),
    ],
    ['an Oracle URL', `jdbc:oracle:thin:app/${PLANTED}@//db:1521/x`],
    ['sqlplus', `sqlplus app/${PLANTED}@db`],
    ['a JSON text within JSON', JSON.stringify(JSON.stringify({ password: PLANTED }))],
    ['a JSON text within a JSON text', JSON.stringify(JSON.stringify(JSON.stringify({ password: PLANTED })))],
    ['HTML', `{&quot;password&quot;:&quot;${PLANTED}&quot;}`],
    ['an escaped equals sign', `password\\u003d${PLANTED}`],
    ['a percent-encoded equals sign', `password%3D${PLANTED}`],
    ['an arrow', `password => ${PLANTED}`],
    ['a list', `"password": [ "${PLANTED}" ]`],
    ['an object', `{"password":{"value":"${PLANTED}"}}`],
    ['an attribute', `<property name="db.password" value="${PLANTED}"/>`],
    ['a pair of words', `name=password, value=${PLANTED}`],
    ['--pass', `x --pass ${PLANTED}`],
    ['--auth-token', `x --auth-token "${PLANTED}"`],
    ['mysql -p', `mysql -h db -uroot -p${PLANTED} x`],
    ['docker login -p', `docker login -u a -p ${PLANTED} r.example`],
    ['redis-cli -a', `redis-cli -h c -a ${PLANTED} ping`],
    ['openssl -passin', `openssl rsa -passin pass:${PLANTED} -in k`],
    ['REDISCLI_AUTH', `REDISCLI_AUTH=${PLANTED}`],
    ['DB_USER_PW', `DB_USER_PW=${PLANTED}`],
    ['an encryption key', `encryption_key: ${PLANTED}`],
    ['a header of a key', `Ocp-Apim-Subscription-Key: ${PLANTED}`],
    ['a key in a query', `GET https://h/x?key=${PLANTED}&a=1`],
    ['a session id', `JSESSIONID=${PLANTED}`],
    ['a sentence', `the password is ${PLANTED}, it says`],
    ['brackets', `password (${PLANTED}) was refused`],
    ['SET PASSWORD', `SET PASSWORD FOR a = '${PLANTED}'`],
    ['IDENTIFIED WITH', `ALTER USER a IDENTIFIED WITH native BY '${PLANTED}'`],
    ['a verifier of PostgreSQL', 'SCRAM-SHA-256$4096:S3cr3t-Pa55word/xyz==$abc:def'],
    ['a netrc', `machine h login a password ${PLANTED}`],
    ['a key for SSH of PuTTY', `PuTTY-User-Key-File-2: x\nPrivate-Lines: 1\n${PLANTED}`],
    ['a key block of PGP', `-----BEGIN PGP PRIVATE KEY BLOCK-----\n${PLANTED}`],
    ['a key with blanks as plus signs', `-----BEGIN+RSA+PRIVATE+KEY-----${PLANTED}`],
    ['basic authentication', `Authorization: Basic ${Buffer.from(`u:${PLANTED}`).toString('base64')}`],
  ])('masks %s by its shape', (_dress, text) => {
    expect(redact(text)).not.toContain(PLANTED);
  });

  test.each([
    ['as it is', PLANTED],
    ['percent-encoded', encodeURIComponent(PLANTED)],
    ['inside a word', `x${PLANTED}y`],
    [
      'percent-encoded in lower case',
      encodeURIComponent(PLANTED).toLowerCase().replace('s3cr3t-pa55word', 'S3cr3t-Pa55word'),
    ],
    ['percent-encoded to the last character', `%${Buffer.from(PLANTED).toString('hex').match(/../g)!.join('%')}`],
    ['in base64', Buffer.from(PLANTED).toString('base64')],
    ['in base64url', Buffer.from(PLANTED).toString('base64url')],
    ['in hexadecimal', Buffer.from(PLANTED).toString('hex')],
    ['in base32', base32(PLANTED)],
    ['in another case', PLANTED.toUpperCase()],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(PLANTED))],
    ['percent-encoded three times', encodeURIComponent(encodeURIComponent(encodeURIComponent(PLANTED)))],
    ['as escapes of JSON', escaped(PLANTED, (code) => `\\u${code.padStart(4, '0')}`)],
    ['as escapes of JavaScript', escaped(PLANTED, (code) => `\\x${code}`)],
    ['as references of XML', escaped(PLANTED, (code) => `&#x${code};`)],
    ['in base64 of base64', Buffer.from(Buffer.from(PLANTED).toString('base64')).toString('base64')],
    ['in base64, percent-encoded', encodeURIComponent(Buffer.from(`${PLANTED}?>?`).toString('base64'))],
    ['percent-encoded, in base64', Buffer.from(encodeURIComponent(PLANTED)).toString('base64')],
    ['percent-encoded four times', nested(PLANTED, 4, encodeURIComponent)],
    ['in hexadecimal of base64', Buffer.from(Buffer.from(PLANTED).toString('base64')).toString('hex')],
    ['in UTF-16, in hexadecimal', Buffer.from(PLANTED, 'utf16le').toString('hex')],
    ['in hexadecimal with colons', (Buffer.from(PLANTED).toString('hex').match(/../g) ?? []).join(':')],
    ['in quoted-printable', escaped(PLANTED, (code) => `=${code.toUpperCase()}`)],
    [
      'as octal escapes',
      Array.from(PLANTED, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, '0')}`).join(''),
    ],
    ['as escapes of escapes', escaped(PLANTED, (code) => `\\\\u${code.padStart(4, '0')}`)],
    ['as escapes of Python', escaped(PLANTED, (code) => `\\U${code.padStart(8, '0')}`)],
    ['as escapes of old URLs', escaped(PLANTED, (code) => `%u${code.padStart(4, '0')}`)],
    ['as references without their semicolon', Array.from(PLANTED, (letter) => `&#${letter.charCodeAt(0)}`).join('')],
    ['in full width', Array.from(PLANTED, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join('')],
    ['backwards', Array.from(PLANTED).reverse().join('')],
    ['with a sign on each letter', Array.from(PLANTED).join('\u0301')],
  ])('masks a known value %s', (_dress, text) => {
    expect(redact(`odd error: ${text}`, [PLANTED])).not.toContain(text);
    expect(redact(`odd error: ${text} (28P01)`, [PLANTED])).toMatch(/^odd error: \S*\[redacted\]\S* \(28P01\)$/);
  });

  test.each([1, 2, 3, 4])('masks a known value in base64 that begins %i bytes before it', (bytes) => {
    const text = Buffer.from(`${'x'.repeat(bytes)}${PLANTED}yy`).toString('base64');
    const shown = redact(`says ${text} here`, [PLANTED]).replaceAll('[redacted]', '\0'.repeat(4));
    // What is left over of it decodes to nothing of the value but its edges.
    expect(Buffer.from(shown.split(' ')[1] ?? '', 'base64').toString('latin1')).not.toMatch(/S3cr|Pa55|word/);
  });

  test.each([
    ['by a line break', PLANTED.replace('-', '-\n')],
    ['by a line break and an indent', PLANTED.replace('-', '-\r\n    ')],
    ['at every fourth character', PLANTED.replace(/(.{4})/g, '$1\n')],
    ['by a NUL', PLANTED.replace('-', '\0-')],
  ])('masks a known value that is broken %s', (_how, text) => {
    expect(redact(`odd error: ${text} (28P01)`, [PLANTED])).toBe('odd error: [redacted] (28P01)');
  });

  test.each([
    ['a zero-width space', '\u200b'],
    ['a joiner', '\u200d'],
    ['a soft hyphen', '\u00ad'],
    ['a word joiner', '\u2060'],
    ['a tag', '\u{e0041}'],
    ['a turn of direction', '\u202e'],
    ['an escaped zero-width space', '\\u200b'],
    ['a percent-encoded zero-width space', '%E2%80%8B'],
  ])('masks a known value with %s within', (_what, between) => {
    const text = Array.from(PLANTED).join(between);
    expect(redact(`odd error: ${text} (28P01)`, [PLANTED])).toBe('odd error: [redacted] (28P01)');
  });

  test('masks what is left of a known value where the other side cut its text', () => {
    for (let length = 5; length < PLANTED.length; length++) {
      expect(redact(`odd error: ${PLANTED.slice(0, length)}`, [PLANTED])).toBe('odd error: [redacted]');
      expect(redact(`odd error: ${PLANTED.slice(0, length)}…`, [PLANTED])).toBe('odd error: [redacted]…');
      expect(redact(`${PLANTED.slice(-length)} is odd`, [PLANTED])).toBe('[redacted] is odd');
    }
  });

  test('shows no piece of a known value at the limit, wherever the limit falls', () => {
    for (let before = 200; before < 260; before++) {
      const shown = redact(`${'x '.repeat(before / 2)}${PLANTED} and more`, [PLANTED]);
      expect(shown).not.toMatch(/S3cr|Pa55|word|xyz/);
    }
  });

  test('masks a quoted value to its closing quote, and to the end where that was cut off', () => {
    expect(redact('{"password":"correct horse, \\"battery\\"","user":"app"}')).toBe(
      '{"password":"[redacted]","user":"app"}',
    );
    expect(redact('{"user":"app","password":"correct horse, bat')).toBe('{"user":"app","password":"[redacted]');
  });

  test('masks userinfo whose password has an @', () => {
    expect(redact('postgres://app:p@ss@w0rd@db/x')).toBe('postgres://[redacted]@db/x');
  });

  test.each([
    ['an AWS secret access key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a line of a PEM block', 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2'],
    ['an access key id', 'AKIAIOSFODNN7EXAMPLE'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'],
    ['a token of GitHub', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a fine-grained token of GitHub', 'github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv'],
    ['a token of GitLab', 'glpat-abcDEF123_xyz-45678'],
    ['a token of Slack', 'xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy'],
    ['a key of Stripe', 'sk_live_' + '4eC39HqLyjWDarjtT1zdp7dc'],
    ['a token of Vault', 'hvs.CAESIJlU02LQZq1b'],
    ['a token of npm', 'npm_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['a token of Docker', 'dckr_pat_abcdEFGH1234-xyz'],
    ['a user token of Slack', 'xoxp-123456789012-123456789012-abcdef'],
    ['a key of OpenAI', 'sk-proj-abcdefghijklmnopqrstuvwx'],
    ['a token of Shopify', 'shpss_abcdefgh12345678'],
    ['a token of Grafana', 'glsa_abcdefghij0123456789_abcdef01'],
    ['a token of Terraform Cloud', 'abcdefgh12345.atlasv1.abcdefghijklmnopqrstuvwxyz'],
    ['a token of Atlassian', 'ATATT3xFfGF0abcdefghijk-lm'],
    ['a key of age', 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQ'],
    ['a key of Twilio', `SK${'0123456789abcdef'.repeat(2)}`],
    ['a token of a Telegram bot', '123456789:AAHabcdefghijklmnopqrstuvwxyz012345'],
    ['a hash of bcrypt', '$2b$12$abcdefghijklmnopqrstuvabcdefghijk'],
    ['a hash of PostgreSQL', `md5${'a1b2c3d4'.repeat(4)}`],
    ['a key of Google', 'AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe'],
  ])('masks %s that nobody told us of', (_what, value) => {
    expect(redact(`odd line ${value} in a log`)).toBe('odd line [redacted] in a log');
  });

  test.each([
    [
      'an Azure connection string',
      'AccountName=a;AccountKey=Zm9vYmFyYmF6cXV4==',
      'AccountName=a;AccountKey=[redacted]',
    ],
    ['a shared access key', 'SharedAccessKey=Zm9vYmFyYmF6', 'SharedAccessKey=[redacted]'],
    ['a signed URL', 'GET /c?sv=2022&sig=Zm9v%2BYmFy&se=1', 'GET /c?sv=2022&sig=[redacted]&se=1'],
    ['IDENTIFIED BY', "CREATE USER a IDENTIFIED BY 'it''s me' x", "CREATE USER a IDENTIFIED BY '[redacted]' x"],
    ['PASSWORD of a role', "ALTER ROLE a PASSWORD 'hunter two'", "ALTER ROLE a PASSWORD '[redacted]'"],
    ['curl -u', 'curl -s -u admin:hunter2 https://h/', 'curl -s -u [redacted] https://h/'],
    ['curl --user', 'curl --user "admin:hunter two" https://h/', 'curl --user "[redacted]" https://h/'],
    ['a zero-width space in a name', 'pass\u200bword=hunter2', 'password=[redacted]'],
  ])('masks what %s carries', (_what, text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test('masks a private key to the end of the text', () => {
    expect(redact('bad key -----BEGIN EC PRIVATE KEY-----\nMHQCAQEE\n')).toBe('bad key [redacted]');
  });

  test.each([
    'HikariPool-1 - Exception during pool initialization',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'password authentication failed for user "app"',
    'token expired',
    'password is required',
    'password of the role ends on 2026-12-01',
    'key-management/jwt-signing/public-key: the public key is another one',
    'recognize/core-daemon:1.4.0@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    'give credentialsSecretRef',
    'the Secret s has no key accessKeyId; it has: password, username',
    'auth-vault/signature: a signature cannot be validated',
    'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'com.keyless.persistence.NodePersistenceApplication.lambda$startTheApplication$0',
    'https://docs.pingidentity.com/recognize/troubleshooting/recognize_troubleshooting_guide.html#auth-vault',
    '/opt/keyless/core-daemon/lib/BOOT-INF/classes/application-production.properties',
  ])('leaves alone what holds no secret: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('turns control characters and line breaks into spaces', () => {
    expect(redact('a\u0000b\r\nc\u001b[31md')).toBe('a b c [31md');
  });

  test('turns what reverses the order of characters on a screen into spaces', () => {
    expect(redact('core\u202edaemon\u2066x')).toBe('core daemon x');
  });

  test('never exceeds its limit in UTF-8 and never cuts a character (any text)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 8, max: 300 }), (text, limit) => {
        const out = redact(text, [], limit);
        expect(Buffer.byteLength(out)).toBeLessThanOrEqual(limit);
        expect(Buffer.from(clip(out, limit)).toString()).toBe(clip(out, limit));
      }),
    );
  });

  test('a known value never survives, whatever surrounds it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (before, after) => {
        expect(redact(before + PLANTED + after, [PLANTED])).not.toContain(PLANTED);
      }),
    );
  });
});

describe('redact, whatever the values are', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\r', '\u2028', '\u200b', '%', '\\', 'İ'), maxLength: 80 }),
  );

  test.each([
    ['line breaks', '\n'.repeat(64)],
    ['one line break', '\n\n\n'],
    ['blanks', '     '],
    ['zero-width characters', '\u200b'.repeat(8)],
    ['NULs', '\0'.repeat(8)],
  ])('ends for a known value of %s', (_what, value) => {
    expect(redact('password authentication\nfailed', [value])).toBe('password authentication failed');
  });

  test('ends, stays within its limit, and shows no value of five characters and more (any text and values)', () => {
    fc.assert(
      fc.property(anything, anything, fc.array(anything, { maxLength: 4 }), (before, after, values) => {
        const value = values[0] ?? '';
        const shown = redact(`${before}${value}${after}`, values, 1024);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(1024);
        const plain = value.trim();
        if (plain.length >= 5 && !MASK.includes(plain)) expect(shown).not.toContain(plain);
      }),
      cases(300),
    );
  });

  test('finds a value in any three dresses, one over the other', () => {
    const dresses: readonly ((text: string) => string)[] = [
      encodeURIComponent,
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
      (text) => Buffer.from(text).toString('hex'),
      (text) => escaped(text, (code) => `\\u${code.padStart(4, '0')}`),
      (text) => escaped(text, (code) => `&#x${code};`),
    ];
    const layers = fc.array(fc.constantFrom(...dresses), { maxLength: 3 });
    const values = fc
      .string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 40 })
      .filter((text) => /^\w.*\w.*\w$/.test(text));
    fc.assert(
      fc.property(values, layers, (value, over) => {
        const text = over.reduce((dressed, dress) => dress(dressed), value);
        expect(redact(`odd error: ${text} (28P01)`, [value], 64 * 1024)).not.toContain(text);
      }),
      cases(300),
    );
  });

  test.each([1, 2, 3, 4])('finds a value in base64 within percent-encoding, %i times over', (times) => {
    // Its base64 has a plus within, with a run before it that is long enough to be one of its own.
    const value = '0abcdefghij>klmn00';
    let text = Buffer.from(value).toString('base64');
    for (let layer = 0; layer < times; layer += 1) text = encodeURIComponent(text);
    expect(redact(`odd error: ${text} (28P01)`, [value])).toBe('odd error: [redacted] (28P01)');
  });

  test('finds a value in base64 within percent-encoding within hexadecimal', () => {
    const text = Buffer.from(encodeURIComponent(Buffer.from('0abcdefghij>klmn00').toString('base64'))).toString('hex');
    expect(redact(`odd error: ${text} (28P01)`, ['0abcdefghij>klmn00'])).toBe('odd error: [redacted] (28P01)');
  });

  test.each<readonly [string, string, number]>([
    ['a reference', 'A  &#0     \\0', 1],
    ['percent-encoding', '0%00   "       0', 2],
  ])('finds a value that itself holds what looks like %s', (_what, value, times) => {
    let text = value;
    for (let layer = 0; layer < times; layer += 1) text = JSON.stringify(text).slice(1, -1);
    expect(redact(`odd error: ${text} (28P01)`, [value])).not.toContain(text);
  });

  test('does work in proportion to the text, not to text times value', () => {
    // What takes the product of the lengths does ten thousand million steps here, and the runner ends it.
    const long = 'ab'.repeat(500_000);
    const half = 'ab'.repeat(250_000);
    expect(redact(long, [`${half}c`], 2_000_000) === half + MASK).toBe(true);
    expect(redact(`${' '.repeat(500_000)}x`, ['  y  z  '], 2_000_000)).toBe('x');
    expect(redact(`${'\n'.repeat(500_000)}x`, ['\n'.repeat(500_000), `${'\n'.repeat(400_000)}y`], 2_000_000)).toBe('x');
  });
});

describe('secret', () => {
  const value = secret(PLANTED);
  test.each([
    ['String', String(value)],
    ['JSON', JSON.stringify({ value })],
    ['inspect', inspect({ value }, { depth: 5, showHidden: true })],
    ['spread', inspect({ ...value })],
  ])('does not show in %s', (_way, shown) => {
    expect(shown).not.toContain(PLANTED);
  });

  test('is given out by reveal alone', () => {
    expect(value.reveal()).toBe(PLANTED);
  });
});
