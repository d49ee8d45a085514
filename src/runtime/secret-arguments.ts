// What programs are given on their command line and protocols in their lines, where no name says that it is secret.
import { MASK } from './known-secrets.ts';
import { bareAt, quotedAt, type Span } from './secret-values.ts';

/** An option of letters with its value behind it, at once or as the next argument. */
function letter(letters: string): RegExp {
  return new RegExp(`(?<=[\\s"'])-${letters}(?:["'],\\s?|[ ]?)`, 'g');
}

/** Which programs read a password behind which option. The same letter means something else to others. */
const PASSWORD_OPTIONS: readonly (readonly [programs: string, options: RegExp])[] = [
  ['mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump|sshpass|7za?|7zr', letter('p')],
  ['mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport|cqlsh|useradd|usermod|cypher-shell', letter('p')],
  ['(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm registry|oc|az|cf) login|az', letter('p')],
  ['redis-cli|valkey-cli|keydb-cli', letter('a')],
  ['sqlcmd|bcp|isql|tsql|mosquitto_(?:pub|sub|rr)|ipmitool|zip|unzip', letter('P')],
  ['ldap(?:search|modify|add|delete|whoami|compare|modrdn|exop)|kadmin', letter('w')],
  ['ldappasswd', letter('[wsa]')],
  ['openssl enc', /(?<=[\s"'])-[kK](?:["'],\s?| )/g],
  ['snmp(?:get|walk|set|bulkwalk|bulkget|trap|table)', letter('[cAX]')],
  [
    'rabbitmqctl (?:add_user|change_password)|htpasswd -[a-zA-Z]{0,6}b[a-zA-Z]{0,6} \\S{1,128}',
    / [\w.@-]{1,128} (?=\S)/g,
  ],
  ['vault login|ConvertTo-SecureString(?: -String)?', / (?!-)/g],
  ['mc alias set', / \S{1,64} \S{1,256} \S{1,128} (?=\S)/g],
  ['net use', /\/user:\S{1,128} /gi],
  // a user and a password, or a certificate and its passphrase
  [
    'curl|wget|https?|etcdctl|ab|podman|skopeo|buildah|crane|oras|influx|smbclient|smbmap|rpcclient',
    /(?<=[\s"'])(?:-[uUEaA]|--(?:user|proxy-user|userpwd|creds|src-creds|dest-creds|cert|proxy-cert|auth|upgrade-user))(?:["'],\s?|[ =]{0,2})(?=["']?[^\s"':%]{0,256}[:%][^\s"'/])/g,
  ],
];

const ROWS = PASSWORD_OPTIONS.map(([programs, options]) => [new RegExp(`^(?:${programs})$`), options] as const);
const PROGRAM = new RegExp(
  `(?<![\\w-])(?:${PASSWORD_OPTIONS.map(([programs]) => programs).join('|')})(?=["']?,?\\s|["'],)`,
  'g',
);
/** A command ends with its line, at a pipe, or at a semicolon. */
const COMMAND = /[^\r\n|;]{0,512}/y;

/** In front of what a line of a protocol carries: SMTP, IMAP, FTP, POP, Redis. */
const LINES: readonly RegExp[] = [
  /\bAUTH(?:ENTICATE)? (?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|NTLM|GSSAPI|CRAM-MD5|SCRAM-SHA-[0-9]{1,3})[ =](?=[A-Za-z0-9+/]{0,64}[a-z0-9=])(?=[A-Za-z0-9+/]{0,64}[A-Z0-9=])/g,
  /\b334 (?:UGFzc3dvcmQ6|VXNlcm5hbWU6)\s{1,4}(?:(?:C:|[>]+) )?/g,
  /(?<!(?:ROLE|USER) )\b[A-Za-z]{0,8}[0-9]{1,8} LOGIN (?:"[^"]{1,128}"|[^\s"]{1,128}) (?=\S)/g,
  /(?:\bUSER \S{1,64}[\s>C:]{1,8}|> |C: )PASS :?(?=\S{1,256}\s{0,4}(?:$|[\r\n]))/g,
  /"AUTH"(?: "[^"]{1,128}")? (?=")|\bHELLO [23] AUTH \S{1,64} |\bACL SETUSER \S{1,64}[^\r\n]{0,128}? [>#]/gi,
  /(?:^|[\r\n>] ?)AUTH (?:[\w.-]{1,64} )?(?=[^\s]{0,64}[a-z])(?=[^\s]{0,64}[0-9])(?=\S{6,256}\s{0,4}(?:$|[\r\n]))/gi,
];
const LINE_HINT = /AUTH|334|LOGIN|PASS|SETUSER/i;

/** The text with what programs and protocols are given masked. */
export function maskArguments(text: string): string {
  let out = /[ "'](?:-|\/user:)|rabbitmqctl|vault login|SecureString|mc alias/.test(text)
    ? maskSpans(text, argumentsOf(text))
    : text;
  if (!LINE_HINT.test(out)) return out;
  for (const line of LINES)
    out = maskSpans(
      out,
      [...out.matchAll(line)].map((match) => valueAfter(out, match.index + match[0].length)),
    );
  return out;
}

function* argumentsOf(text: string): Generator<Span | undefined> {
  for (const match of text.matchAll(PROGRAM)) {
    const [program] = match;
    const start = match.index + program.length;
    COMMAND.lastIndex = start;
    const command = COMMAND.exec(text)?.[0] ?? '';
    for (const [programs, options] of ROWS)
      if (programs.test(program))
        for (const option of command.matchAll(options)) yield valueAfter(text, start + option.index + option[0].length);
  }
}

function valueAfter(text: string, at: number): Span | undefined {
  // Another option, or nothing: the password is asked for.
  return text.charAt(at) === '-' ? undefined : (quotedAt(text, at) ?? bareAt(text, at));
}

/** The text with the spans masked. They come from left to right; what lies within another is masked with it. */
function maskSpans(text: string, spans: Iterable<Span | undefined>): string {
  const parts: string[] = [];
  let shown = 0;
  const sorted = [...spans].filter((span) => span !== undefined).sort((one, other) => one.from - other.from);
  for (const { from, to } of sorted) {
    if (to <= from || from < shown) continue;
    parts.push(text.slice(shown, from), MASK);
    shown = to;
  }
  return parts.join('') + text.slice(shown);
}
