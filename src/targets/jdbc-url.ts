// Reads a `jdbc:postgresql:` URL letter by letter as pgjdbc 42.7 does (Driver.parseURL): names are case-sensitive and not
// decoded, a plus sign is a blank, nothing is trimmed, and `//user:password@host` is a strange host.

/** The driver's own defaults. */
const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = '5432';
const PREFIX = 'jdbc:postgresql:';

/** What pgjdbc calls its properties: names as it spells them (`PGHOST`, `user`, `sslmode`), values decoded. */
export type JdbcProperties = ReadonlyMap<string, string>;

/**
 * The properties that the driver would work with, or the reason why it refuses the URL: the end of a sentence, which
 * repeats no part of the URL.
 *
 * @param user of the service, where the URL names none: it is the default name of the database
 */
export function jdbcProperties(url: string, user?: string): JdbcProperties | string {
  if (!url.startsWith(PREFIX)) return `does not begin with ${PREFIX}`;
  const mark = url.indexOf('?');
  const server = (mark === -1 ? url : url.slice(0, mark)).slice(PREFIX.length);
  const properties = new Map<string, string>();
  const refusal = readServer(server, properties) ?? readArguments(mark === -1 ? '' : url.slice(mark + 1), properties);
  if (refusal !== undefined) return refusal;
  setDefault(properties, 'PGPORT', DEFAULT_PORT);
  setDefault(properties, 'PGHOST', DEFAULT_HOST);
  const as = properties.get('user') ?? user;
  if (as !== undefined) setDefault(properties, 'PGDBNAME', as);
  return inconsistency(properties) ?? properties;
}

function setDefault(properties: Map<string, string>, name: string, value: string): void {
  if (!properties.has(name)) properties.set(name, value);
}

/** `//host:port,host/database`, `database`, or nothing. Returns why it is refused. */
function readServer(server: string, properties: Map<string, string>): string | undefined {
  if (server === '//' || server === '///') return undefined;
  if (!server.startsWith('//')) {
    if (server.startsWith('/')) return 'has one slash where two belong (jdbc:postgresql://host/database)';
    return setDecoded(properties, 'PGDBNAME', server);
  }
  const [authority = '', database, ...more] = server.slice(2).split('/');
  if (database === undefined) return 'has no slash after the host (jdbc:postgresql://host:port/database)';
  if (more.length > 0) return 'has more than one slash after the host; percent-encode those that belong to a name';
  const addresses = javaSplit(authority).map(hostAndPort);
  properties.set('PGHOST', addresses.map(({ host }) => host).join(','));
  properties.set('PGPORT', addresses.map(({ port }) => port).join(','));
  return database === '' ? undefined : setDecoded(properties, 'PGDBNAME', database);
}

function hostAndPort(address: string): { readonly host: string; readonly port: string } {
  const colon = address.lastIndexOf(':');
  if (colon === -1 || address.lastIndexOf(']') > colon) return { host: address, port: DEFAULT_PORT };
  return { host: colon === 0 ? DEFAULT_HOST : address.slice(0, colon), port: address.slice(colon + 1) };
}

function readArguments(text: string, properties: Map<string, string>): string | undefined {
  for (const token of text.split('&')) {
    if (token === '') continue;
    const equals = token.indexOf('=');
    if (equals === -1) {
      properties.set(token, '');
      continue;
    }
    const refusal = setDecoded(properties, propertyName(token.slice(0, equals)), token.slice(equals + 1));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** `host`, `port` and `dbname` of pg_service.conf, in any case, are the driver's PGHOST, PGPORT and PGDBNAME. */
function propertyName(name: string): string {
  const own = `PG${name.toUpperCase()}`;
  return ['PGHOST', 'PGPORT', 'PGDBNAME'].includes(own) ? own : name;
}

function setDecoded(properties: Map<string, string>, name: string, text: string): string | undefined {
  const value = javaDecode(text);
  if (value === undefined) return 'has a broken percent-encoding';
  properties.set(name, value);
  return undefined;
}

/** PGPropertyUtil.propertiesConsistencyCheck. */
function inconsistency(properties: JdbcProperties): string | undefined {
  const ports = javaSplit(properties.get('PGPORT') ?? '');
  if (ports.some((port) => portNumber(port) === undefined)) return 'has a port that is none (1 to 65535)';
  if (ports.length !== javaSplit(properties.get('PGHOST') ?? '').length)
    return 'does not give as many ports as it gives hosts';
  return undefined;
}

/** Integer.parseInt within the range of ports. */
function portNumber(text: string): number | undefined {
  const port = /^[+-]?[0-9]+$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** The hosts of properties that passed, as the driver tries them. An empty one is the local host to Java. */
export function jdbcHosts(properties: JdbcProperties): readonly { readonly host: string; readonly port: number }[] {
  const ports = javaSplit(properties.get('PGPORT') ?? '');
  return javaSplit(properties.get('PGHOST') ?? '').map((name, index) => ({
    host: name === '' ? DEFAULT_HOST : name.replace(/^\[(.*)\]$/, '$1'),
    port: portNumber(ports[index] ?? '') ?? 0,
  }));
}

/** String.split(","): empty pieces at the end are dropped, and an empty text is one piece. */
function javaSplit(text: string): readonly string[] {
  if (text === '') return [''];
  const pieces = text.split(',');
  while (pieces.at(-1) === '') pieces.pop();
  return pieces;
}

/** URLDecoder.decode in UTF-8: a plus sign is a blank; bytes that are no UTF-8 become U+FFFD. Undefined when broken. */
function javaDecode(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(text)) return undefined;
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
}
