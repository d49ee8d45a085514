// A database with the connection that its Secret or its spec describes. A spec only strengthens what the Secret asks.
import type { DatabaseSpec } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { DatabaseConnection, DatabaseTarget, HostAddress } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { type ConfigMapReader, noAuthority, readAuthority } from './authority.ts';
import { namedByConfiguration, namedBySecret, namedByWorkload, strongest } from './database-server.ts';
import type { ConfiguredDatabaseEntry, NamedServers } from './configured.ts';
import { readDatabaseUrl, type DatabaseUrl } from './database-url.ts';
import { roleName } from './open-values.ts';
import { type KeyRef, readAll } from './references.ts';

/** What is found among the servers of what has come of the configuration, or else of all of it. */
export type FindNamed = <T>(find: (named: readonly NamedServers[]) => T | undefined) => Promise<T | undefined>;

/** What a database is made from beside its spec. */
export interface DatabaseSources {
  readonly secrets: SecretReader;
  /** Undefined without a cluster. */
  readonly configMap?: ConfigMapReader;
  /** Undefined without a cluster. */
  readonly objects: NamespaceObjects | undefined;
  /** `spec.timeout`, in ms: servers of one URL share it. */
  readonly timeoutMs: number;
  /** Looks among servers that workloads name in their configuration, beside what their templates say. Asked when it matters. */
  readonly named?: FindNamed;
  /** Where the database was found; undefined: the spec lists it. */
  readonly found?: ConfiguredDatabaseEntry;
}

/** As whom we ask a server whether it lets anybody in, where no name is known. */
const NOBODY = 'recognize_health';

/** A server that is far away takes this long to let somebody in. */
const LEAST_PATIENCE_MS = 500;

/** A database to visit, or the fault why it cannot be: judged like every other answer. */
export async function databaseTarget(
  spec: DatabaseSpec,
  sources: DatabaseSources,
  signal: AbortSignal,
): Promise<DatabaseTarget> {
  return {
    kind: 'database',
    id: `database/${spec.name}`,
    component: 'database',
    name: spec.name,
    required: true,
    connection: await connectionOf(spec, sources, signal),
    ...secretOf(
      spec.urlSecretRef ??
        spec.credentialsSecretRef ??
        sources.found?.login?.password ??
        namedOnly(sources.found?.told),
    ),
    schema: spec.schema,
    pooler: spec.pooler,
    poolerClients: spec.poolerClients,
    poolSize: spec.poolSize,
    usedBy: spec.usedBy ?? [],
    origin: sources.found?.origin,
    ...(sources.found?.told === undefined ? {} : { told: sources.found.told }),
    ...(sources.found?.replaces === undefined ? {} : { replaces: sources.found.replaces }),
  };
}

function namedOnly(name: string | undefined): { readonly name: string } | undefined {
  return name === undefined ? undefined : { name };
}

function secretOf(ref: { readonly name: string } | undefined): { readonly secret?: string } {
  return ref === undefined ? {} : { secret: ref.name };
}

async function connectionOf(
  spec: DatabaseSpec,
  sources: DatabaseSources,
  signal: AbortSignal,
): Promise<Outcome<DatabaseConnection>> {
  const { found } = sources;
  const login = loginOf(spec, found);
  const pair = spec.tls?.clientCertificateSecretRef;
  const read = await readAll(
    {
      url: spec.urlSecretRef,
      username: typeof login.username === 'string' ? undefined : login.username,
      password: login.password,
      ca: spec.tls?.caSecretRef,
      cert: pair === undefined ? undefined : { name: pair.name, key: pair.certificateKey },
      key: pair === undefined ? undefined : { name: pair.name, key: pair.privateKeyKey },
    },
    sources.secrets,
    signal,
  );
  if (!read.ok) return spec.urlSecretRef === undefined ? withoutLogin(spec, sources, login, read.fault) : read;
  const authority = await readAuthority(spec.tls?.caConfigMapRef, sources.configMap, signal);
  if (!authority.ok) return authority;
  const refused = noAuthority(spec.tls?.caSecretRef, read.value.ca);
  if (refused !== undefined) return refused;
  const { url, username, password, ca, cert, key } = read.value;
  const source =
    spec.urlSecretRef === undefined
      ? 'the configuration'
      : `key ${spec.urlSecretRef.key} of Secret ${spec.urlSecretRef.name}`;
  // A Secret beside the URL is there to override what the URL carries.
  const address: Outcome<DatabaseUrl> =
    url === undefined ? ok(found?.url ?? specAddress(spec)) : readDatabaseUrl(url, source, username?.reveal());
  if (!address.ok) return address;
  const { value } = address;
  // Where such a URL leads is for the pod alone to know: its host would be another's.
  if (value.unhonoured !== undefined)
    return failed('DatabaseUrlNotHonoured', redact(`${source} holds a URL that ${value.unhonoured}`, [], 200));
  if (found?.unknown !== undefined && password === undefined && value.password === undefined)
    return withoutLogin(spec, { ...sources, found: { ...found, url: value } }, login, {
      code: 'SecretNotRead',
      detail: found.unknown,
    });
  const user = username?.reveal() ?? (typeof login.username === 'string' ? login.username : value.username);
  const database = value.database ?? user;
  const strange = strangeNames(spec, user, database);
  if (strange !== undefined || user === undefined || database === undefined)
    return failed('TargetInvalid', redact(strange ?? ''));
  // What goes out as it is looks like what its key claims.
  const role =
    username === undefined || typeof login.username === 'string' ? ok(user) : roleName(username, login.username);
  if (!role.ok) return role;
  const [first, ...otherHosts] = value.hosts;
  if (first === undefined) return failed('TargetInvalid', redact(`${source} holds a URL that names no host`));
  const holders = [login.password?.name ?? spec.urlSecretRef?.name, pair?.name].filter((name) => name !== undefined);
  const named =
    // The workload that uses the Secret names the server: it is where the reference was found.
    found === undefined ? await nameOf(holders, value.hosts, spec, sources, signal) : { mode: value.tls.mode };
  const ownAuthority =
    ca !== undefined && holders.length > 0 && holders.every((name) => name === spec.tls?.caSecretRef?.name);
  const certificate = cert === undefined || key === undefined ? undefined : { pem: cert.reveal(), key };
  return ok({
    ...first,
    ...severalHosts(otherHosts, sources.timeoutMs),
    wants: value.wants,
    balanced: value.balanced,
    database,
    username: user,
    password: password ?? value.password,
    namedBySecret: named !== undefined,
    tls: {
      ...tlsOf(spec, value, named?.mode, ca?.reveal() ?? authority.value),
      ...(ownAuthority ? { ownAuthority: true } : {}),
      ...(certificate === undefined ? {} : { certificate }),
    },
    authentication: value.authentication,
    startup: value.startup,
    searchPath: value.searchPath,
    prepares: value.prepares,
    ...withheld(spec, value, source),
  });
}

/** Who logs in: what the spec refers to, or what the services' configuration does. */
interface Login {
  readonly username: string | KeyRef | undefined;
  readonly password: KeyRef | undefined;
}

function loginOf({ credentialsSecretRef: own }: DatabaseSpec, found: ConfiguredDatabaseEntry | undefined): Login {
  if (own !== undefined)
    return { username: { name: own.name, key: own.usernameKey }, password: { name: own.name, key: own.passwordKey } };
  return found?.login ?? { username: undefined, password: undefined };
}

/** The place is known and the credentials are not: it can be asked whether the server lets anybody in. */
function withoutLogin(
  spec: DatabaseSpec,
  { found, timeoutMs }: DatabaseSources,
  { username }: Login,
  fault: Fault,
): Outcome<DatabaseConnection> {
  if (found === undefined || fault.code !== 'SecretNotRead') return { ok: false, fault };
  const value = found.url ?? specAddress(spec);
  const [first, ...otherHosts] = value.hosts;
  if (first === undefined) return { ok: false, fault };
  const user = typeof username === 'string' ? username : (value.username ?? NOBODY);
  const { mode } = tlsOf(spec, value, undefined, undefined);
  return ok({
    ...first,
    ...severalHosts(otherHosts, timeoutMs),
    wants: value.wants,
    balanced: value.balanced,
    database: value.database ?? user,
    username: user,
    password: undefined,
    namedBySecret: false,
    // Without the authority nothing can be verified: the certificate is looked at.
    tls: { mode: mode === 'VerifyCA' || mode === 'VerifyFull' ? 'Require' : mode },
    unread: fault,
  });
}

function severalHosts(
  otherHosts: readonly HostAddress[],
  timeoutMs: number,
): Pick<DatabaseConnection, 'otherHosts' | 'patienceMs'> {
  return otherHosts.length === 0
    ? {}
    : { otherHosts, patienceMs: Math.max(LEAST_PATIENCE_MS, timeoutMs / (otherHosts.length + 1)) };
}

/** What the spec says without a URL: nothing of it is a secret, and nothing of it may be trusted. */
function specAddress(spec: DatabaseSpec): DatabaseUrl {
  return {
    hosts: [{ host: spec.host ?? '', port: spec.port }],
    wants: 'any',
    balanced: false,
    database: spec.database,
    username: undefined,
    password: undefined,
    tls: {
      mode: undefined,
      verifiesName: false,
      direct: false,
      authorityElsewhere: false,
      certificateElsewhere: false,
    },
    startup: {},
    authentication: undefined,
    searchPath: undefined,
    prepares: false,
    unhonoured: undefined,
  };
}

/** The end of the sentence when a name cannot be used; blanks and line breaks are sent by the drivers as they are. */
function strangeNames(
  { name }: DatabaseSpec,
  user: string | undefined,
  database: string | undefined,
): string | undefined {
  if (user === undefined || user === '')
    return `the database ${name} has no user name: give it in the URL or in credentialsSecretRef`;
  const outside = /^\s|\s$|[\u0000-\u001f]/;
  if (outside.test(user))
    return `the user name of database ${name} has a line break, or a blank at its edge, and drivers send that as it is`;
  if (outside.test(database ?? ''))
    return `the URL of database ${name} has a line break, or a blank at its edge, and drivers send that as it is`;
  return undefined;
}

/** Whether the Secrets with the credentials, or workloads that use them, name every server. */
async function nameOf(
  holders: readonly string[],
  servers: readonly HostAddress[],
  { urlSecretRef }: DatabaseSpec,
  { secrets, objects, named }: DatabaseSources,
  signal: AbortSignal,
): Promise<{ readonly mode: DatabaseConnection['tls']['mode'] | undefined } | undefined> {
  const names = [...new Set(holders)];
  const found = await Promise.all(
    names.map(async (name) => {
      if (name === urlSecretRef?.name) return { mode: undefined };
      return (
        (await namedBySecret(name, servers, secrets, signal)) ??
        namedByWorkload(name, servers, objects) ??
        (await named?.((all) => namedByConfiguration(name, servers, all)))
      );
    }),
  );
  if (names.length === 0 || found.includes(undefined)) return undefined;
  return { mode: strongest(found.map((one) => one?.mode)) };
}

/** The stronger of what the Secret asks and what the spec asks; `Prefer` where neither says anything. */
function tlsOf(
  { tls }: DatabaseSpec,
  url: DatabaseUrl,
  floor: DatabaseConnection['tls']['mode'] | undefined,
  ca: string | undefined,
): DatabaseConnection['tls'] {
  const mode = strongest([tls?.mode, url.tls.mode, floor]) ?? 'Prefer';
  return {
    mode,
    ...(url.tls.verifiesName && mode === 'Require' ? { verifiesName: true } : {}),
    ...(url.tls.direct ? { direct: true } : {}),
    ca,
  };
}

/** Why we must not log in as the URL asks: something of it lies in the pod, and the spec gives nothing in its place. */
function withheld(spec: DatabaseSpec, url: DatabaseUrl, source: string): { withheld?: SafeText } {
  const why =
    url.tls.authorityElsewhere && spec.tls === undefined
      ? 'has the certificate verified with a file or store in the pod; give its authority in tls.caSecretRef'
      : url.tls.certificateElsewhere && spec.tls?.clientCertificateSecretRef === undefined
        ? 'names a client certificate in the pod; give it in tls.clientCertificateSecretRef'
        : undefined;
  return why === undefined ? {} : { withheld: redact(`${source} holds a URL that ${why}`, [], 200) };
}
