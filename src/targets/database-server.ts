// Who says that a password belongs to a server: the Secret that holds it, or a workload that itself uses that Secret.
// Whoever can change one of those can have the password anyway; an author of reports can change neither.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import type { DatabaseConnection, HostAddress } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { secret } from '../runtime/secret.ts';
import type { NamedServers } from './configured.ts';
import { readDatabaseUrl } from './database-url.ts';
import { type Fields, fields, list, text, texts } from '../runtime/fields.ts';
import { workloadLists } from './workload.ts';

/** Keys under which Secrets of database operators and charts hold host and port. */
const HOST_KEYS = [
  ['host', 'port'],
  ['hostname', 'port'],
  ['endpoint', 'port'],
  ['PGHOST', 'PGPORT'],
  ['DB_HOST', 'DB_PORT'],
  ['POSTGRES_HOST', 'POSTGRES_PORT'],
] as const;

/** Keys under which they hold a URL. */
const URL_KEYS = [
  'url',
  'uri',
  'jdbc-url',
  'jdbc-uri',
  'jdbcUrl',
  'database-url',
  'connection-string',
  'DATABASE_URL',
  'JDBC_URL',
  'SPRING_DATASOURCE_URL',
  'spring.datasource.url',
] as const;

const DEFAULT_PORT = '5432';

type Mode = DatabaseConnection['tls']['mode'];

/** A server that somebody names, with the TLS that is asked for beside it. */
interface Named extends HostAddress {
  readonly mode: Mode | undefined;
}

/**
 * Whether the Secret `name` says that its password is for these servers, all of them.
 *
 * @returns the TLS that it asks for there, where it is named by a URL; undefined when a server is not named
 */
export async function namedBySecret(
  name: string,
  servers: readonly HostAddress[],
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<{ readonly mode: Mode | undefined } | undefined> {
  const value = async (key: string): Promise<string | undefined> => {
    const read = await secrets.read(name, key, signal);
    return read.ok ? read.value.reveal() : undefined;
  };
  const pairs = await Promise.all(
    HOST_KEYS.map(async ([host, port]): Promise<Named[]> => pairOf(await value(host), await value(port))),
  );
  const urls = await Promise.all(URL_KEYS.map(async (key) => namesIn((await value(key)) ?? '')));
  return allNamed(servers, [...pairs.flat(), ...urls.flat()]);
}

/** Whether a workload of the namespace that uses the Secret `name` names these servers in its pod template. */
export function namedByWorkload(
  name: string,
  servers: readonly HostAddress[],
  objects: NamespaceObjects | undefined,
): { readonly mode: Mode | undefined } | undefined {
  if (objects === undefined) return undefined;
  const named = workloadLists(objects)
    .flatMap((list) => (list.ok ? list.value : []))
    .map(podSpecOf)
    .filter((pod) => usesSecret(pod, name))
    .flatMap(namesInPod);
  return allNamed(servers, named);
}

/** Whether a workload whose pods use the Secret `name` names these servers in its ConfigMaps, as it would read them. */
export function namedByConfiguration(
  name: string,
  servers: readonly HostAddress[],
  named: readonly NamedServers[],
): { readonly mode: Mode | undefined } | undefined {
  const own = named.filter(({ secrets }) => secrets.includes(name));
  return allNamed(
    servers,
    own.flatMap(({ servers: hosts, mode }) => hosts.map((server) => ({ ...server, mode }))),
  );
}

/** From the weakest to the strongest. */
const STRENGTH = ['Disable', 'Allow', 'Prefer', 'Require', 'VerifyCA', 'VerifyFull'] as const;

/** The most that anybody asks of TLS; undefined where nobody does. */
export function strongest(modes: readonly (Mode | undefined)[]): Mode | undefined {
  return STRENGTH.findLast((one) => modes.includes(one));
}

function allNamed(servers: readonly HostAddress[], named: readonly Named[]): { mode: Mode | undefined } | undefined {
  const found = servers.map(({ host, port }) =>
    named.filter((one) => one.host.toLowerCase() === host.toLowerCase() && one.port === port),
  );
  if (servers.length === 0 || found.some((names) => names.length === 0)) return undefined;
  return { mode: strongest(found.flat().map(({ mode }) => mode)) };
}

/** Servers of the database URLs within a text. */
function namesIn(said: string): readonly Named[] {
  return (said.match(/(?:jdbc:)?postgres(?:ql)?:\/\/[^\s"'`]+/g) ?? []).flatMap((url) => {
    const read = readDatabaseUrl(secret(url), '', 'user');
    return read.ok ? read.value.hosts.map((server) => ({ ...server, mode: read.value.tls.mode })) : [];
  });
}

function pairOf(host: string | undefined, port: string | undefined): Named[] {
  const number = Number(port?.trim() ?? DEFAULT_PORT);
  return host === undefined || !Number.isInteger(number) ? [] : [{ host: host.trim(), port: number, mode: undefined }];
}

/** The Secrets that the pods of a workload use, as variables or as files. */
export function secretsOfPods(workload: KubernetesObject): readonly string[] {
  return [...new Set(secretsIn(podSpecOf(workload)))];
}

function podSpecOf({ spec }: KubernetesObject): Fields {
  return fields(fields(fields(spec)['template'])['spec']);
}

function containersOf({ containers, initContainers }: Fields): readonly Fields[] {
  return [...list(containers), ...list(initContainers)];
}

function usesSecret(pod: Fields, name: string): boolean {
  return secretsIn(pod).includes(name);
}

function secretsIn(pod: Fields): readonly string[] {
  const mounted = list(pod['volumes']).flatMap(({ secret: mount, projected }) => [
    fields(mount)['secretName'],
    ...list(fields(projected)['sources']).map((source) => fields(source['secret'])['name']),
  ]);
  const referred = containersOf(pod).flatMap(({ env, envFrom }) => [
    ...list(env).map(({ valueFrom }) => fields(fields(valueFrom)['secretKeyRef'])['name']),
    ...list(envFrom).map(({ secretRef }) => fields(secretRef)['name']),
  ]);
  return texts([...mounted, ...referred]);
}

/** Database URLs in variables and arguments, and pairs of variables such as DB_HOST and DB_PORT. */
function namesInPod(pod: Fields): readonly Named[] {
  return containersOf(pod).flatMap(({ env, args, command }) => {
    const values = new Map(list(env).map(({ name, value }) => [text(name) ?? '', text(value) ?? '']));
    const pairs = [...values].flatMap(([name, value]) =>
      /host$/i.test(name) ? pairOf(value, values.get(name.replace(/host$/i, portInCase))) : [],
    );
    return [...pairs, ...[...values.values(), ...texts(args), ...texts(command)].flatMap(namesIn)];
  });
}

function portInCase(host: string): string {
  return host === host.toUpperCase() ? 'PORT' : 'port';
}
