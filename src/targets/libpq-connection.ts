// Reads a `postgresql://` URL as libpq does (conninfo_uri_parse): everything is percent-decoded, a plus sign is one, an
// unknown parameter is refused, and `host` may be a folder with a socket, which only the pod has.
import type { HostAddress, HostWish } from '../facts/target.ts';
import { secret } from '../runtime/secret.ts';
import type { ReadUrl, UrlTls } from './database-url.ts';
import { METHODS, MODES, type Method } from './postgres-words.ts';
import { optionsPath } from './search-path.ts';

/** libpq's parameter key words (34.1.2 of PostgreSQL's manual). */
const KEYWORDS: ReadonlySet<string> = new Set(
  `application_name channel_binding client_encoding connect_timeout dbname fallback_application_name gssdelegation
  gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle keepalives_interval krbsrvname
  load_balance_hosts max_protocol_version min_protocol_version options passfile password port replication require_auth
  requirepeer service servicefile sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslkeylogfile sslmode
  sslnegotiation sslpassword sslrootcert sslsni ssl_max_protocol_version ssl_min_protocol_version target_session_attrs
  tcp_user_timeout user oauth_client_id oauth_client_secret oauth_issuer oauth_scope scram_client_key scram_server_key`.split(
    /\s+/,
  ),
);

const WISHES: Readonly<Record<string, HostWish>> = {
  any: 'any',
  'read-write': 'writable',
  'read-only': 'readOnly',
  primary: 'primary',
  standby: 'secondary',
  'prefer-standby': 'preferSecondary',
};

/** Parameters with a closed list of values; case counts. */
const CHOICES: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['sslmode', Object.keys(MODES)],
  ['target_session_attrs', Object.keys(WISHES)],
  ['load_balance_hosts', ['disable', 'random']],
  ['channel_binding', ['disable', 'prefer', 'require']],
  ['gssencmode', ['disable', 'prefer', 'require']],
  ['sslnegotiation', ['postgres', 'direct']],
];

/** What only the pod can do, with what to write instead. */
const ELSEWHERE: readonly (readonly [name: string, why: string])[] = [
  ['service', 'names a service of a pg_service.conf in the pod; write its host, port and database into the URL'],
  ['hostaddr', 'gives hostaddr beside the host; write the host alone'],
  ['replication', 'asks for a replication connection; leave replication out'],
  ['oauth_issuer', 'asks for OAuth, which a person or the pod has to do; give a role with a password'],
];

type Parameters = ReadonlyMap<string, string>;

/** The connection that this URL describes, or why libpq refuses it. */
export function libpqConnection(url: string): ReadUrl {
  const parameters = parse(url.slice(url.indexOf('//') + 2));
  if (typeof parameters === 'string') return { refused: parameters };
  for (const [name, values] of CHOICES) {
    const value = parameters.get(name) ?? '';
    if (value !== '' && !values.includes(value))
      return { refused: `has ${name} with a value that libpq does not know` };
  }
  const hosts = hostsOf(parameters);
  if (typeof hosts === 'string') return { refused: hosts };
  const tls = tlsOf(parameters);
  if (typeof tls === 'string') return { refused: tls };
  const methods = requiredMethods(parameters.get('require_auth') ?? '');
  if (methods === null) return { refused: 'has a require_auth that libpq does not know' };
  const socket = hosts.some(({ host }) => host === '' || /^[/@]/.test(host));
  const given = (name: string): string | undefined => (parameters.get(name) === '' ? undefined : parameters.get(name));
  const [username, options, password] = [given('user'), given('options'), given('password')];
  const elsewhere = ELSEWHERE.find(([name]) => given(name) !== undefined)?.[1];
  return {
    hosts,
    wants: WISHES[parameters.get('target_session_attrs') ?? ''] ?? 'any',
    balanced: parameters.get('load_balance_hosts') === 'random',
    database: given('dbname') ?? username,
    username,
    password: password === undefined ? undefined : secret(password),
    tls,
    startup: options === undefined ? {} : { options },
    authentication: {
      methods,
      channelBinding: parameters.get('channel_binding') === 'require' ? 'require' : 'prefer',
    },
    searchPath: optionsPath(options ?? ''),
    prepares: false,
    unhonoured:
      elsewhere ??
      (socket
        ? 'leads to a socket in the pod (no host, or a folder); give the host and port of the server'
        : parameters.get('gssencmode') === 'require'
          ? 'asks for Kerberos (gssencmode=require), which only the pod has'
          : undefined),
  };
}

function parse(rest: string): Parameters | string {
  const parameters = new Map<string, string>();
  const store = (name: string, text: string): boolean => {
    const value = decode(text);
    if (value !== undefined) parameters.set(name, value);
    return value !== undefined;
  };
  // The first @ before any slash ends user and password.
  const at = rest.search(/[@/]/);
  const hasUser = at !== -1 && rest[at] === '@';
  const [user = '', password] = hasUser ? cut(rest.slice(0, at), ':') : [];
  const after = hasUser ? rest.slice(at + 1) : rest;
  const end =
    /[/?]/.exec(after.replaceAll(/\[[^\]]*\]/g, (address) => '_'.repeat(address.length)))?.index ?? after.length;
  const pairs = hostAndPort(after.slice(0, end));
  if (pairs === undefined) return 'has an IPv6 address whose brackets are not right';
  const [path, query] = cut(after.slice(end), '?');
  const whole =
    (user === '' || store('user', user)) &&
    (password === undefined || password === '' || store('password', password)) &&
    (pairs.hosts === '' || store('host', pairs.hosts)) &&
    (pairs.ports === '' || store('port', pairs.ports)) &&
    (path.length < 2 || store('dbname', path.slice(1)));
  if (!whole) return 'has a broken percent-encoding';
  return readQuery(query ?? '', parameters) ?? parameters;
}

function cut(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** `host:port,[::1]:port` as the two lists that libpq makes of it. */
function hostAndPort(text: string): { readonly hosts: string; readonly ports: string } | undefined {
  const items = text.split(',').map((item) => /^(?:\[([^\]]+)\]|([^[:]*))(?::(.*))?$/s.exec(item));
  if (items.some((item) => item === null)) return undefined;
  const ports = items.map((item) => item?.[3] ?? '');
  return {
    hosts: items.map((item) => item?.[1] ?? item?.[2] ?? '').join(','),
    ports: ports.every((port) => port === '') ? '' : ports.join(','),
  };
}

function readQuery(query: string, parameters: Map<string, string>): string | undefined {
  for (const pair of query === '' ? [] : query.replace(/&$/, '').split('&')) {
    const [keyword = '', text, ...more] = pair.split('=');
    if (text === undefined) return 'has a parameter without a value';
    if (more.length > 0) return 'has a parameter with two equals signs; percent-encode those of a value (%3D)';
    const [name, value] = [decode(keyword), decode(text)];
    if (name === undefined || value === undefined) return 'has a broken percent-encoding';
    // For those who come from JDBC.
    if (name === 'ssl' && value === 'true') parameters.set('sslmode', 'require');
    else if (!KEYWORDS.has(name)) return 'has a parameter that libpq does not know';
    else parameters.set(name, value);
  }
  return undefined;
}

/** `%00` and what is no percent-encoding are refused. */
function decode(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(text)) return undefined;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
}

function hostsOf(parameters: Parameters): readonly HostAddress[] | string {
  const names = (parameters.get('host') ?? '').split(',');
  const ports = (parameters.get('port') ?? '').split(',');
  if (ports.length !== 1 && ports.length !== names.length) return 'does not give as many ports as it gives hosts';
  const hosts = names.map((host, index) => {
    const port = (ports.length === 1 ? ports[0] : ports[index])?.trim() ?? '';
    return { host, port: port === '' ? 5432 : /^\+?[0-9]{1,9}$/.test(port) ? Number(port) : 0 };
  });
  return hosts.some(({ port }) => port < 1 || port > 65_535) ? 'has a port that is none (1 to 65535)' : hosts;
}

function tlsOf(parameters: Parameters): UrlTls | string {
  const root = parameters.get('sslrootcert') ?? '';
  const given = parameters.get('sslmode');
  const mode = given === undefined || given === '' ? undefined : MODES[given];
  const direct = parameters.get('sslnegotiation') === 'direct';
  if (root === 'system' && mode !== undefined && mode !== 'VerifyFull')
    return 'has sslrootcert=system with an sslmode below verify-full';
  const effective = root === 'system' ? 'VerifyFull' : mode === 'Require' && root !== '' ? 'VerifyCA' : mode;
  if (direct && (effective === undefined || effective === 'Disable' || effective === 'Allow' || effective === 'Prefer'))
    return 'has sslnegotiation=direct with an sslmode below require';
  return {
    mode: effective,
    verifiesName: false,
    direct,
    authorityElsewhere: (effective === 'VerifyCA' || effective === 'VerifyFull') && root !== 'system',
    certificateElsewhere:
      effective !== 'Disable' && ['sslcert', 'sslkey'].some((name) => (parameters.get(name) ?? '') !== ''),
  };
}

/** A list of what is allowed, or of what is not. Undefined: any method; null: libpq refuses the list. */
function requiredMethods(text: string): readonly Method[] | undefined | null {
  if (text === '') return undefined;
  const words = text.split(',');
  const without = words[0]?.startsWith('!') === true;
  const named = words.map((word) => (without ? word.slice(1) : word));
  const known = METHODS.filter((method) => named.includes(method));
  if (words.some((word) => word.startsWith('!') !== without) || known.length !== words.length) return null;
  return without ? METHODS.filter((method) => !named.includes(method)) : known;
}
