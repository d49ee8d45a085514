// Reads a database URL as the services' own drivers do: JDBC (jdbc:postgresql://…) and libpq (postgres://…).
// The URL is a secret: no message repeats any part of it, only the Secret key that holds it.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { redact } from '../runtime/safe-text.ts';
import { secret, type Secret } from '../runtime/secret.ts';

export interface DatabaseUrl {
  /** At least one, in the order of the URL. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly primaryOnly: boolean;
  /** Undefined where the URL has none; drivers take the user's name then. */
  readonly database: string | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** What `sslmode` (or JDBC's `ssl`) asks for; undefined where the URL says nothing. */
  readonly tlsMode: DatabaseConnection['tls']['mode'] | undefined;
  /** `currentSchema`: the first of a list. */
  readonly schema: string | undefined;
}

const DEFAULT_PORT = 5432;
const LONGEST_URL = 4096;
const MOST_HOSTS = 8;

/** libpq's words (34.1.2, sslmode). `allow` tries without TLS first; we prefer TLS. */
const TLS_MODES: Readonly<Record<string, DatabaseConnection['tls']['mode']>> = {
  disable: 'Disable',
  allow: 'Prefer',
  prefer: 'Prefer',
  require: 'Require',
  'verify-ca': 'VerifyCA',
  'verify-full': 'VerifyFull',
};

/** What both drivers call the wish for the primary: targetServerType (JDBC), target_session_attrs (libpq). */
const PRIMARY_WORDS: ReadonlySet<string> = new Set(['primary', 'master', 'read-write']);

/**
 * Parses a URL.
 *
 * @param source names the Secret key for people, e.g. `key url of Secret db`
 * @returns `OracleNotProbed` for an Oracle URL, `TargetInvalid` for anything else that cannot be used
 */
export function parseDatabaseUrl(url: Secret, source: string): Outcome<DatabaseUrl> {
  const text = url.reveal().trim();
  if (/^jdbc:oracle:/i.test(text))
    return failed(
      'OracleNotProbed',
      redact(`${source} holds the URL of an Oracle database, which is not probed`, [], 160),
    );
  const invalid = (why: string): ReturnType<typeof failed> =>
    failed('TargetInvalid', redact(`${source} ${why}`, [], 160));
  if (text === '') return invalid('is empty; expected a PostgreSQL URL');
  if (text.length > LONGEST_URL) return invalid('is too long for a PostgreSQL URL');
  const form = /^(?:(jdbc:postgresql):|postgres(?:ql)?:(?=\/\/))(.*)$/is.exec(text);
  if (form === null) return invalid('holds no PostgreSQL URL (jdbc:postgresql:… or postgres://…)');
  const parts = split(form[2] ?? '', form[1] !== undefined);
  return typeof parts === 'string' ? invalid(parts) : read(parts, invalid);
}

interface Parts {
  readonly userinfo: string | undefined;
  readonly hosts: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

/** Takes `//user:password@host:port,host:port/database?name=value` apart; JDBC may leave the `//` part out. */
function split(rest: string, jdbc: boolean): Parts | string {
  const mark = rest.indexOf('?');
  const before = mark === -1 ? rest : rest.slice(0, mark);
  const query = new Map<string, string>();
  for (const pair of mark === -1 ? [] : rest.slice(mark + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    if (name === undefined || value === undefined) return 'holds a URL with a broken percent-encoding';
    // JDBC's names are case-sensitive, libpq's are lower case anyway.
    query.set(name, value);
  }
  if (!before.startsWith('//'))
    return jdbc ? { userinfo: undefined, hosts: '', path: before.replace(/^\//, ''), query } : 'holds no usable URL';
  const slash = before.indexOf('/', 2);
  const authority = slash === -1 ? before.slice(2) : before.slice(2, slash);
  const at = authority.lastIndexOf('@');
  return {
    userinfo: at === -1 ? undefined : authority.slice(0, at),
    hosts: authority.slice(at + 1),
    path: slash === -1 ? '' : before.slice(slash + 1),
    query,
  };
}

function read(
  { userinfo, hosts, path, query }: Parts,
  invalid: (why: string) => ReturnType<typeof failed>,
): Outcome<DatabaseUrl> {
  const colon = userinfo?.indexOf(':') ?? -1;
  const user =
    userinfo === undefined || userinfo === '' ? undefined : decode(colon === -1 ? userinfo : userinfo.slice(0, colon));
  const password = userinfo === undefined || colon === -1 ? undefined : decode(userinfo.slice(colon + 1));
  const database = decode(path);
  if (
    database === undefined ||
    (userinfo !== undefined && userinfo !== '' && user === undefined) ||
    (colon !== -1 && password === undefined)
  )
    return invalid('holds a URL with a broken percent-encoding');
  const named = readHosts(
    hosts === '' ? (query.get('host') ?? query.get('PGHOST') ?? 'localhost') : hosts,
    query.get('port') ?? query.get('PGPORT'),
  );
  if (named === undefined) return invalid('holds a URL whose host or port is not valid');
  const mode = tlsMode(query);
  if (mode === 'unknown') return invalid('holds a URL whose sslmode is unknown');
  const given = query.get('password') ?? password;
  return ok({
    hosts: named,
    primaryOnly: PRIMARY_WORDS.has(
      (query.get('targetServerType') ?? query.get('target_session_attrs') ?? '').toLowerCase(),
    ),
    database: filled(query.get('dbname')) ?? filled(database),
    username: filled(query.get('user')) ?? filled(user),
    password: given === undefined || given === '' ? undefined : secret(given),
    tlsMode: mode,
    schema: filled(query.get('currentSchema')?.split(',')[0]?.trim()),
  });
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** `host`, `host:port`, `[::1]:port`, and lists of them. Undefined when one is not valid. */
function readHosts(list: string, defaultPort: string | undefined): DatabaseUrl['hosts'] | undefined {
  const items = list.split(',');
  if (items.length > MOST_HOSTS) return undefined;
  const hosts: { host: string; port: number }[] = [];
  for (const item of items) {
    const match = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^\s:[\]/@]+))?(?::([0-9]{1,5}))?$/i.exec(decode(item) ?? ' ');
    if (match === null) return undefined;
    const port = Number(match[3] ?? defaultPort ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
    hosts.push({ host: match[1] ?? match[2] ?? 'localhost', port });
  }
  return hosts;
}

/** pgjdbc: `ssl=true` (or empty) means verify-full; a non-validating factory takes any certificate. */
function tlsMode(query: ReadonlyMap<string, string>): DatabaseUrl['tlsMode'] | 'unknown' {
  const mode = query.get('sslmode');
  if (mode !== undefined) {
    const known = TLS_MODES[mode.toLowerCase()];
    // libpq: a root certificate turns `require` into verify-ca.
    return known === 'Require' && query.has('sslrootcert') ? 'VerifyCA' : (known ?? 'unknown');
  }
  const ssl = query.get('ssl');
  if (ssl === undefined || ssl.toLowerCase() === 'false') return undefined;
  return query.get('sslfactory')?.endsWith('NonValidatingFactory') === true ? 'Require' : 'VerifyFull';
}

/** Percent-decoding; undefined when it is broken. A plus sign is a plus sign, as in both drivers. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
