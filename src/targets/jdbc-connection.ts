// What pgjdbc 42.7 makes of its properties when it connects: which values it refuses before it has sent a byte, and what
// it asks of the server. Each refusal was seen with the driver itself.
import type { HostWish } from '../facts/target.ts';
import { secret } from '../runtime/secret.ts';
import type { ReadUrl, UrlTls } from './database-url.ts';
import { jdbcHosts, type JdbcProperties } from './jdbc-url.ts';
import { areTypes } from './jdbc-types.ts';
import { METHODS, MODES, type Method } from './postgres-words.ts';
import { optionsPath, searchPath } from './search-path.ts';

/** Read with Integer.parseInt at every connection; anything else ends it. */
const INTEGERS = [
  'adaptiveFetchMaximum',
  'adaptiveFetchMinimum',
  'cancelSignalTimeout',
  'connectTimeout',
  'databaseMetadataCacheFields',
  'databaseMetadataCacheFieldsMiB',
  'defaultRowFetchSize',
  'maxSendBufferSize',
  'preparedStatementCacheQueries',
  'preparedStatementCacheSizeMiB',
  'prepareThreshold',
  'queryTimeout',
  'receiveBufferSize',
  'scramMaxIterations',
  'sendBufferSize',
  'socketTimeout',
  'sslResponseTimeout',
  'unknownLength',
] as const;

/** Of those, the ones that must not be negative. */
const NOT_NEGATIVE: ReadonlySet<string> = new Set([
  'defaultRowFetchSize',
  'maxSendBufferSize',
  'queryTimeout',
  'scramMaxIterations',
  'sslResponseTimeout',
]);

/** Properties with a closed list of values. Case counts, except where it says otherwise. */
const CHOICES: readonly (readonly [name: string, values: readonly string[], anyCase?: 'any case'])[] = [
  ['autosave', ['always', 'never', 'conservative'], 'any case'],
  ['channelBinding', ['disable', 'prefer', 'require']],
  ['gssEncMode', ['disable', 'allow', 'prefer', 'require'], 'any case'],
  ['protocolVersion', ['3', '3.0', '3.2']],
  ['sslmode', Object.keys(MODES), 'any case'],
  ['stringtype', ['unspecified', 'varchar'], 'any case'],
];

/** PGPropertyMaxResultBufferParser: bytes with a prefix, or a part of the heap. */
const BUFFER = /^(?:-?[0-9]{1,18}[KMGT]?|[0-9]{1,9}(?:p|pct|percent|%))?$/i;

/** HostRequirement, with the old words that the driver still reads. */
const WISHES: Readonly<Record<string, HostWish>> = {
  any: 'any',
  primary: 'primary',
  secondary: 'secondary',
  preferPrimary: 'preferPrimary',
  preferSecondary: 'preferSecondary',
};

/** What only the pod can do, with what to write instead. */
const ELSEWHERE: readonly (readonly [name: string, why: string])[] = [
  ['service', 'names a service of a pg_service.conf in the pod; write its host, port and database into the URL'],
  [
    'socketFactory',
    'names a socket factory, which runs in the pod alone; give host, port and database of the instance or its proxy',
  ],
  [
    'authenticationPluginClassName',
    'names an authentication plugin, which runs in the pod alone; give a role with a password',
  ],
  ['localSocketAddress', 'names a local address of the pod; leave localSocketAddress out'],
  ['replication', 'asks for a replication connection; leave replication out'],
];

/** The connection that these properties describe, or why the driver refuses them. */
export function jdbcConnection(properties: JdbcProperties): ReadUrl {
  const refused = refusal(properties);
  if (refused !== undefined) return { refused };
  const methods = requiredMethods(properties.get('requireAuth'));
  if (typeof methods === 'string') return { refused: methods };
  const wish = properties.get('targetServerType') ?? 'any';
  const wants = WISHES[wish.replace('lave', 'econdary').replace('master', 'primary')];
  if (wants === undefined || wish === 'any' ? wants === undefined : false)
    return {
      refused: 'has a targetServerType that the driver does not know (any, primary, secondary, preferPrimary, …)',
    };
  const schema = properties.get('currentSchema');
  const options = properties.get('options');
  const password = properties.get('password');
  const gss = (properties.get('gssEncMode') ?? '').toLowerCase() === 'require';
  const elsewhere = ELSEWHERE.find(
    ([name]) => (properties.get(name) ?? '') !== '' || (properties.has(name) && name === 'socketFactory'),
  );
  return {
    hosts: jdbcHosts(properties),
    wants: wants ?? 'any',
    balanced: isTrue(properties.get('loadBalanceHosts')),
    database: properties.get('PGDBNAME'),
    username: properties.get('user'),
    password: password === undefined || password === '' ? undefined : secret(password),
    tls: tlsOf(properties),
    startup: {
      ...(schema === undefined ? {} : { search_path: schema }),
      ...(options === undefined ? {} : { options }),
    },
    authentication: {
      methods,
      channelBinding: properties.get('channelBinding') === 'require' ? 'require' : 'prefer',
    },
    searchPath: schema === undefined ? optionsPath(options ?? '') : searchPath(schema),
    prepares: preparesStatements(properties),
    unhonoured: gss
      ? 'asks for Kerberos (gssEncMode=require), which only the pod has'
      : (elsewhere?.[1] ?? tlsElsewhere(properties)),
  };
}

/** The driver's own reason to refuse, before any server is asked. */
function refusal(properties: JdbcProperties): string | undefined {
  for (const name of INTEGERS) {
    const value = properties.get(name);
    if (value === undefined) continue;
    if (!/^[+-]?[0-9]{1,10}$/.test(value) || Math.abs(Number(value)) > 2 ** 31 - 1)
      return `has a ${name} that is no number`;
    if (NOT_NEGATIVE.has(name) && Number(value) < 0) return `has a ${name} below 0`;
  }
  for (const [name, values, anyCase] of CHOICES) {
    const value = properties.get(name);
    if (value !== undefined && !values.includes(anyCase === undefined ? value : value.toLowerCase()))
      return `has ${name} with a value that the driver does not know (${values.join(', ')})`;
  }
  for (const name of ['binaryTransferEnable', 'binaryTransferDisable']) {
    if (!areTypes(properties.get(name) ?? '')) return `has a ${name} that names no type`;
  }
  if (!BUFFER.test(properties.get('maxResultBuffer') ?? '')) return 'has a maxResultBuffer that is no size';
  return undefined;
}

/** Boolean.parseBoolean. */
function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}

/** AuthMethod.parseRequireAuth: a list of what is allowed, or of what is not (`!password`). */
function requiredMethods(text: string | undefined): readonly Method[] | string | undefined {
  if (text === undefined) return undefined;
  const words = text.split(',').map((word) => word.trim());
  const without = words[0]?.startsWith('!') === true;
  const named = words.map((word) => (without ? word.slice(1) : word));
  if (words.some((word) => word.startsWith('!') !== without))
    return 'has a requireAuth that mixes what is allowed with what is not';
  if (!named.every(isMethod))
    return `has a requireAuth with a method that the driver does not know (${METHODS.join(', ')})`;
  if (new Set(named).size < named.length) return 'has a requireAuth that names a method twice';
  const allowed = without ? METHODS.filter((method) => !named.includes(method)) : named;
  return allowed.length === 0 ? undefined : allowed;
}

function isMethod(word: string): word is Method {
  return (METHODS as readonly string[]).includes(word);
}

const LIBPQ_FACTORIES: ReadonlySet<string> = new Set([
  'org.postgresql.ssl.LibPQFactory',
  'org.postgresql.ssl.jdbc4.LibPQFactory',
]);
const TRUSTS_ALL = 'org.postgresql.ssl.NonValidatingFactory';
/** Verify whatever the mode says: with Java's store, or with one certificate. */
const VERIFYING: ReadonlySet<string> = new Set([
  'org.postgresql.ssl.DefaultJavaSSLFactory',
  'org.postgresql.ssl.SingleCertValidatingFactory',
]);

/** SslMode.of, LibPQFactory and its alternatives, MakeSSL.verifyPeerName. */
function tlsOf(properties: JdbcProperties): UrlTls {
  const given = properties.get('sslmode')?.toLowerCase();
  const ssl = properties.get('ssl');
  const mode = given === undefined ? (isTrue(ssl) || ssl === '' ? 'VerifyFull' : undefined) : MODES[given];
  const factory = properties.get('sslfactory') ?? 'org.postgresql.ssl.LibPQFactory';
  const trustsAll = factory === TRUSTS_ALL;
  const ownRoots = VERIFYING.has(factory);
  const effective = trustsAll && (mode === 'VerifyCA' || mode === 'VerifyFull') ? 'Require' : mode;
  const takesFiles = LIBPQ_FACTORIES.has(factory) && mode !== 'Disable';
  return {
    // A factory that verifies does so in every mode that encrypts.
    mode: ownRoots && effective !== 'VerifyFull' && effective !== 'Disable' ? verifyingMode(effective) : effective,
    verifiesName: trustsAll && mode === 'VerifyFull',
    direct: properties.get('sslNegotiation') === 'direct',
    authorityElsewhere: ownRoots || (takesFiles && (mode === 'VerifyCA' || mode === 'VerifyFull')),
    certificateElsewhere: takesFiles && ['sslcert', 'sslkey'].some((name) => (properties.get(name) ?? '') !== ''),
  };
}

/** `Prefer` with a verifying factory still goes on without TLS where none is offered. */
function verifyingMode(mode: UrlTls['mode']): UrlTls['mode'] {
  return mode === undefined || mode === 'Prefer' || mode === 'Allow' ? mode : 'VerifyCA';
}

/** Classes that we do not know decide about certificates themselves. */
function tlsElsewhere(properties: JdbcProperties): string | undefined {
  if (properties.get('sslmode')?.toLowerCase() === 'disable') return undefined;
  const factory = properties.get('sslfactory');
  if (factory !== undefined && factory !== TRUSTS_ALL && !LIBPQ_FACTORIES.has(factory) && !VERIFYING.has(factory))
    return 'names an sslfactory of its own, which runs in the pod alone; leave it out and give tls.caSecretRef';
  if (tlsOf(properties).mode === 'VerifyFull' && properties.has('sslhostnameverifier'))
    return 'names an sslhostnameverifier of its own, which runs in the pod alone; leave it out';
  return undefined;
}

/** Statements become the server's own after `prepareThreshold` uses, unless that is 0 or the simple protocol is used. */
function preparesStatements(properties: JdbcProperties): boolean {
  return Number(properties.get('prepareThreshold') ?? 5) !== 0 && properties.get('preferQueryMode') !== 'simple';
}
