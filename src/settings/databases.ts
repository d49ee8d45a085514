// Databases in the settings of a service: URLs by their names or their looks, and hosts with the names beside them.
import type { Service } from '../api/components.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { secret } from '../runtime/secret.ts';
import { readDatabaseUrl, type DatabaseUrl } from '../targets/database-url.ts';
import type { ConfiguredDatabase, Credential, ServiceBackends, Unresolved } from './configured.ts';
import { credentialOf, openly } from './credential.ts';
import { placesOf } from './environment.ts';
import { authorityAt, withoutCertificate } from './mounts.ts';
import { putInLater } from './put-in-later.ts';
import type { Setting, Settings } from './settings.ts';
import { type KeyRef, pack, secretOf, templateOf, textOf, type Value, whyMissing } from './value.ts';

/** Canonical names that hold the URL of a database, whatever stands before them; a data source may have a name of its own. */
const URL_NAME = /^(.*(?:datasource[a-z0-9]*?|database|flyway|postgres(?:ql)?|db|hikari))ur[li]$/;
const URL_VALUE = /^(?:r2dbc:|jdbc[a-z-]*:|postgres(?:ql)?:\/\/)/;
/** What may stand before `host`, so that it is the host of a database. */
const HOST_NAME =
  /^(.*(?:typeorm|datasource(?:properties)?|database|postgres(?:ql)?|pg|db))(?:host(?:name)?|server(?:name)?|addr(?:ess)?|endpoint)$/;
/** Stores of other makers that have such a word at their end. */
const OTHER_BASE = /(?:mongo|influx|couch|maria|dynamo|cosmos)db$/;
/** Words of the vendor's names before `springDatasourceUrl`, and whose database that is. */
const PREFIXES: Readonly<Record<string, string>> = { np: 'node-persistence', cs: 'circuit-storage' };
const LONGEST_NAME = 40;

/** The databases of one service. */
export function databasesIn(service: Service, settings: Settings): ServiceBackends {
  const urls = settings.names.flatMap((name) => {
    const byName = urlBase(name);
    const setting = settings.get(name);
    if (setting === undefined) return [];
    const looks = URL_VALUE.test(pack(setting.value).text);
    if ((byName === undefined && !looks) || isOther(setting)) return [];
    return [fromUrl(service, settings, setting, byName ?? name.replace(/ur[li]$/, ''))];
  });
  const hosts = settings.names.flatMap((name) => {
    const [base, setting] = [HOST_NAME.exec(name)?.[1], settings.get(name)];
    return base === undefined || setting === undefined || OTHER_BASE.test(base)
      ? []
      : fromHost(service, settings, setting, base);
  });
  // Of a URL and the pieces that it is put together from, the URL says more.
  const all = [...urls, ...hosts];
  return {
    found: all.flatMap(({ found }) => found),
    unresolved: all.flatMap(({ unresolved }) => unresolved),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** Names of the URL with this before them. */
export function urlNames(base: string): readonly string[] {
  return [`${base}url`, `${base}jdbcurl`, `${base}hikarijdbcurl`, `${base}uri`];
}

/** What stands before `url` or `jdbc-url` where a name says that it is a database's: `springdatasource`. */
function urlBase(name: string): string | undefined {
  const jdbc = /^(.*)jdbcur[li]$/.exec(name)?.[1];
  return (jdbc ?? URL_NAME.exec(name)?.[1])?.replace(OF_DRIVER, '');
}

/** A URL of something else under such a name: `http://…`, `mongodb://…`. A JDBC URL of any maker is a database's. */
function isOther({ value }: Setting): boolean {
  const text = textOf(value);
  if (text !== undefined && putInLater(text) !== undefined) return false;
  return text !== undefined && (text === '' || (/^[a-z][a-z0-9+.-]*:/i.test(text) && !URL_VALUE.test(text.trim())));
}

const NOTHING = { found: [], unresolved: [], warnings: [] } as const;

function fromUrl(service: Service, settings: Settings, written: Setting, base: string): ServiceBackends {
  const setting = { ...written, value: withProperties(withoutName(written.value), settings, base) };
  const named = { service, name: nameOf(service, base), ...placed(setting) };
  const bases = [base, base.replace(/hikari$/, ''), 'springdatasource', 'datasource'];
  const username = credentialOf(settings, [
    ...bases.flatMap((one) => [`${one}username`, `${one}user`]),
    ...driverNames(base, 'user'),
  ]);
  const password = credentialOf(settings, [...bases.map((one) => `${one}password`), ...driverNames(base, 'password')]);
  const beside = { ...figures(settings, bases), ...given('username', username), ...given('password', password) };
  const warnings = openly(`the password of database ${named.name}`, password);
  const ref = secretOf(setting.value);
  if (ref !== undefined)
    return { ...NOTHING, found: [{ kind: 'database', ...named, place: { kind: 'secret', ref }, ...beside }], warnings };
  const unresolved = (why: string): ServiceBackends => ({
    found: [],
    unresolved: [{ kind: 'database', ...named, why }],
    warnings,
  });
  const putTogether = (why: string): ServiceBackends => {
    const template = templateOf(setting.value);
    if (template === undefined) return unresolved(why);
    const backend = { kind: 'database', ...named, place: UNREAD, ...beside } as const;
    const hidden = { kind: 'database', backend, words: { url: template } } as const;
    return { found: [], unresolved: [{ kind: 'database', ...named, why, hidden }], warnings };
  };
  const left = unexpanded(setting);
  if (left !== undefined) return unresolved(left);
  const why = whyMissing(setting.value);
  if (why !== undefined) return putTogether(why);
  const later = putInLater(textOf(setting.value) ?? '');
  if (later !== undefined) return unresolved(`${setting.name} ${later}`);

  const { text, unpack } = pack(setting.value);
  const hidden = (piece: string): KeyRef | undefined => secretOf(unpack(piece));
  const isHidden = (piece: string): boolean => textOf(unpack(piece)) === undefined;
  if (isHidden((text.split('?')[0] ?? '').replace(/\/\/[^/]*@/, '//')))
    return putTogether(`host, port or database of ${setting.name} are put together from Secrets, which are not read`);
  const read = readDatabaseUrl(secret(text), setting.name);
  if (!read.ok) return unresolved(read.fault.detail);
  const url = read.value;
  if (url.unhonoured !== undefined) return unresolved(`${setting.name} holds a URL that ${url.unhonoured}`);
  if (url.database === undefined) return unresolved(`${setting.name} holds a URL that names no database`);
  const inUrl = {
    ...credentialInUrl('username', url.username),
    ...credentialInUrl('password', url.password?.reveal()),
  };
  const found: ConfiguredDatabase = {
    kind: 'database',
    ...named,
    place: { kind: 'open', hosts: url.hosts, database: url.database, url: openUrl(url), ...tlsOf(url, text, settings) },
    ...overruledBy(setting, base),
    ...schemaOf(url),
    ...beside,
    // The driver takes what the URL says before what it is given beside it.
    ...inUrl,
  };
  return {
    ...NOTHING,
    found: [found],
    warnings: [
      ...warnings,
      ...openly(`the password of database ${named.name}`, inUrl.password),
      ...withoutCertificate(settings.mounts.files.filter(({ path }) => path === authorityPath(text))),
    ],
  };

  function credentialInUrl<K extends 'username' | 'password'>(
    field: K,
    piece: string | undefined,
  ): Partial<Record<K, Credential>> {
    if (piece === undefined || piece === '') return {};
    const held = hidden(piece);
    const origin = setting.origin;
    if (held !== undefined) return given(field, { kind: 'secret', ref: held, origin });
    if (isHidden(piece)) return {};
    return given(field, { kind: 'open', origin, ...(field === 'username' ? { text: piece } : {}) });
  }
}

/** Properties that Hikari hands to the driver: in canonical spelling, and in that of the driver. */
const OF_DRIVER = /datasourceproperties$/;
const DRIVER_WORDS: ReadonlyMap<string, string> = new Map(
  ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslfactory', 'socketFactory', 'options']
    .concat(['targetServerType', 'loadBalanceHosts', 'currentSchema', 'prepareThreshold'])
    .map((word) => [word.toLowerCase(), word]),
);

/** Names of a property of the driver beside this URL. */
function driverNames(base: string, word: string): readonly string[] {
  const plain = base.replace(/hikari$/, '');
  return [`${plain}hikaridatasourceproperties${word}`, `${plain}datasourceproperties${word}`];
}

/** A JDBC URL with the properties that the driver is given beside it, as far as they say something of the place. */
function withProperties(value: Value, settings: Settings, base: string): Value {
  const { text } = pack(value);
  if (!text.startsWith('jdbc:')) return value;
  let joint = text.includes('?') ? '&' : '?';
  const more = [...DRIVER_WORDS].flatMap(([name, word]): Value => {
    const setting = driverNames(base, name)
      .map((one) => settings.get(one))
      .find((one) => one !== undefined);
    // The driver takes what the URL says before them.
    if (setting === undefined || new RegExp(`[?&]${word}=`).test(text)) return [];
    const parts = setting.value.map((part) => (typeof part === 'string' ? encodeURIComponent(part) : part));
    const before = `${joint}${word}=`;
    joint = '&';
    return [before, ...parts];
  });
  return more.length === 0 ? value : [...value, ...more];
}

/** The name that a session has says nothing of where it is, and often stands in the image alone. */
function withoutName(value: Value): Value {
  const { text, unpack } = pack(value);
  return text.includes('ApplicationName=')
    ? unpack(
        text.replace(/([?&])ApplicationName=[^&]*(&|$)/, (_, before: string, after) => (after === '' ? '' : before)),
      )
    : value;
}

/** Stands for a place of which Secrets hold a part. */
const UNREAD: ConfiguredDatabase['place'] = {
  kind: 'open',
  hosts: [{ host: 'unread', port: 5432 }],
  database: 'unread',
};

/** The kubelet leaves `$(NAME)` as it is written where nothing before it sets the name. */
function unexpanded({ name, value }: Setting): string | undefined {
  const left = /\$\([A-Za-z_][\w.-]*\)/.exec(pack(value).text)?.[0];
  return left === undefined
    ? undefined
    : `${name} refers to ${left}, which is set behind it or nowhere: the pods get it as it is written`;
}

/** Without its userinfo: that is a credential, or holds the place of one. */
function openUrl(url: DatabaseUrl): DatabaseUrl {
  return { ...url, username: undefined, password: undefined };
}

function given<K extends string, T>(field: K, value: T | undefined): Partial<Record<K, T>> {
  return (value === undefined ? {} : { [field]: value }) as Partial<Record<K, T>>;
}

function placed({ origin, overrules }: Setting): Pick<ConfiguredDatabase, 'origin' | 'overrules'> {
  return overrules === undefined ? { origin } : { origin, overrules };
}

/** Secrets that stand over the URL, should they hold one. */
function overruledBy({ under }: Setting, base: string): Pick<ConfiguredDatabase, 'over'> {
  return under.length === 0 ? {} : { over: { secrets: placesOf(under), names: urlNames(base) } };
}

/** What Hikari and Flyway say of the same database. */
function figures(settings: Settings, bases: readonly string[]): Pick<ConfiguredDatabase, 'schema' | 'poolSize'> {
  const textFor = (names: readonly string[]): string | undefined =>
    names.map((name) => textOf(settings.get(name)?.value ?? [])).find((text) => text !== undefined && text !== '');
  const size = Number(textFor(bases.map((base) => `${base.replace(/hikari$/, '')}hikarimaximumpoolsize`)));
  const schema = textFor(['springflywaydefaultschema', 'springflywayschemas', 'springflywayschemas0']);
  return {
    ...(Number.isInteger(size) && size > 0 ? { poolSize: size } : {}),
    ...(schema === undefined ? {} : { schema: schema.split(',')[0]?.trim() ?? schema }),
  };
}

function schemaOf({ searchPath }: DatabaseUrl): Pick<ConfiguredDatabase, 'schema'> {
  const [first] = searchPath ?? [];
  return first === undefined ? {} : { schema: first };
}

type OpenPlace = Extract<ConfiguredDatabase['place'], { kind: 'open' }>;

/** What the URL asks of TLS. `Prefer` and `Allow` are what a report does without a word. */
function tlsOf({ tls }: DatabaseUrl, text: string, settings: Settings): Pick<OpenPlace, 'tls' | 'authority'> {
  if (tls.mode === undefined || tls.mode === 'Prefer' || tls.mode === 'Allow') return {};
  const path = authorityPath(text);
  const file = path === undefined ? undefined : authorityAt(settings.mounts, path);
  const verifies = tls.mode === 'VerifyCA' || tls.mode === 'VerifyFull';
  return { tls: tls.mode, ...(verifies ? { authority: file ?? 'elsewhere' } : {}) };
}

/** The file with the authority that a URL names. */
function authorityPath(url: string): string | undefined {
  const written = /[?&]sslrootcert=([^&]+)/.exec(url)?.[1];
  return written === undefined ? undefined : decoded(written);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Host, port, name and user in settings of their own, as TypeORM and charts have them. */
function fromHost(service: Service, settings: Settings, setting: Setting, base: string): ServiceBackends[] {
  const database = ['database', 'databasename', 'dbname', 'name', 'db']
    .map((word) => settings.get(base + word))
    .find((one) => one !== undefined);
  if (database === undefined) return [];
  const named = { service, name: nameOf(service, base), ...placed(setting) };
  const port = settings.get(`${base}port`) ?? settings.get(`${base}portnumber`);
  // A data source of the driver's own, which has them as its properties.
  if (OF_DRIVER.test(base)) {
    const at = port === undefined ? [] : [':', ...port.value];
    const value = ['jdbc:postgresql://', ...setting.value, ...at, '/', ...database.value];
    return [fromUrl(service, settings, { ...setting, value }, base.replace(OF_DRIVER, ''))];
  }
  const unresolved = (why: string, more: Pick<Unresolved, 'hidden'> = {}): ServiceBackends[] => [
    { ...NOTHING, unresolved: [{ kind: 'database', ...named, why, ...more } satisfies Unresolved] },
  ];
  const username = credentialOf(settings, [`${base}username`, `${base}user`]);
  const password = credentialOf(settings, [`${base}password`, `${base}pass`]);
  const beside = {
    ...given('username', username),
    ...given('password', password),
    ...given('schema', textOf(settings.get(`${base}schema`)?.value ?? []) || undefined),
  };
  const [written, name, portBeside] = [setting, database, port].map((one) => textOf(one?.value ?? []));
  // `db.example:5433`
  const [, before, behind] = port === undefined ? (/^([^:[\]]+):([0-9]+)$/.exec(written ?? '') ?? []) : [];
  const [host, number] = [before ?? written, behind ?? portBeside];
  const open = [setting, database, port].find((one) => one !== undefined && textOf(one.value) === undefined);
  if (open !== undefined) {
    const why = whyMissing(open.value) ?? `${open.name} comes from a Secret, which is not read`;
    const words = { host: setting, database, ...(port === undefined ? {} : { port }) };
    const templates = Object.entries(words).map(([word, one]) => [word, templateOf(one.value)] as const);
    if (templates.some(([, template]) => template === undefined)) return unresolved(why);
    const place = { ...UNREAD, ...nodeTls(settings, base) };
    const backend = { kind: 'database', ...named, place, ...beside } as const;
    return unresolved(why, { hidden: { kind: 'database', backend, words: Object.fromEntries(templates) } });
  }
  if (host === undefined || host === '' || name === undefined || name === '') return [];
  const at = number === undefined || number === '' ? 5432 : Number(number);
  if (!Number.isInteger(at) || at < 1 || at > 65_535) return unresolved(`${port?.name ?? 'the port'} is no port`);
  const found: ConfiguredDatabase = {
    kind: 'database',
    ...named,
    place: { kind: 'open', hosts: [{ host, port: at }], database: name, ...nodeTls(settings, base) },
    ...beside,
  };
  return [{ ...NOTHING, found: [found], warnings: openly(`the password of database ${named.name}`, password) }];
}

/** `typeormSslRejectUnauthorized: true` verifies the authority and the host's name. */
function nodeTls(
  settings: Settings,
  base: string,
): { tls?: DatabaseConnection['tls']['mode']; authority?: 'elsewhere' } {
  if (textOf(settings.get(`${base}sslrejectunauthorized`)?.value ?? []) !== 'true') return {};
  return settings.get('NODE_EXTRA_CA_CERTS') === undefined
    ? { tls: 'VerifyFull' }
    : { tls: 'VerifyFull', authority: 'elsewhere' };
}

/**
 * `npSpringDatasource` of core-daemon is node-persistence's database; a plain one is the service's own, and one with a name,
 * as in `spring.datasource.reporting.url`, is called after it.
 */
export function nameOf(service: Service, base: string): string {
  const [, prefix = '', own = ''] =
    /^(.*?)(?:spring)?(?:datasources?|flyway)(.*?)(?:hikari)?(?:datasourceproperties)?$/.exec(base) ?? [];
  const words = [prefix, own].map((word) => word.replace(/[^a-z0-9]/g, '')).filter((word) => word !== '');
  const name = words.length === 0 ? service : (PREFIXES[words.join('')] ?? [service, ...words].join('-'));
  return name.slice(0, LONGEST_NAME).replace(/-+$/, '');
}
