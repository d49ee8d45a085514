// Service bindings (servicebinding.io): directories below SERVICE_BINDING_ROOT, as Spring Cloud Bindings reads them. A
// binding of type `postgresql` is the data source; every other one is none of a database that is examined.
import { BINDING_TYPE } from '../targets/secret-places.ts';
import type { HiddenSecret } from './environment.ts';
import type { MountedFile, MountedSecret, Mounts } from './mounts.ts';
import { type Entry, textOf, type Value } from './value.ts';

export interface Bindings {
  /** They stand over everything but the command line. */
  readonly entries: readonly Entry[];
  /** Bindings that are Secrets as a whole. */
  readonly secrets: readonly HiddenSecret[];
}

/** Before the name of each binding, as Spring Cloud Bindings puts them into the environment. */
export const BINDINGS_PREFIX = 'k8s.bindings.';
const NONE: Bindings = { entries: [], secrets: [] };
/** The switches of the library, both on by default. */
const SWITCHES = [
  'org.springframework.cloud.bindings.boot.enable',
  `org.springframework.cloud.bindings.boot.${BINDING_TYPE}.enable`,
] as const;

/** The bindings of a container. `text`: a setting of the command line or of the environment. */
export function bindingsOf(mounts: Mounts, text: (name: string) => string | undefined): Bindings {
  const root = text('SERVICE_BINDING_ROOT')?.replace(/\/+$/, '') ?? '';
  if (root === '' || SWITCHES.some((name) => text(name)?.toLowerCase() === 'false')) return NONE;
  const nameIn = (path: string): string | undefined =>
    path.startsWith(`${root}/`) ? path.slice(root.length + 1).split('/')[0] : undefined;
  const names = [...mounts.files, ...mounts.secrets].flatMap(({ path }) => nameIn(path) ?? []);
  const all = [...new Set(names)].map((name): Bindings => {
    const path = `${root}/${name}`;
    const files = mounts.files.filter((file) => file.path.startsWith(`${path}/`));
    const secrets = mounts.secrets.filter((one) => one.path === path);
    return bindingOf(name, path, files, secrets);
  });
  return { entries: all.flatMap(({ entries }) => entries), secrets: all.flatMap((one) => one.secrets) };
}

function bindingOf(
  name: string,
  path: string,
  files: readonly MountedFile[],
  secrets: readonly MountedSecret[],
): Bindings {
  const fileOf = (key: string): MountedFile | undefined => files.find((file) => file.path === `${path}/${key}`);
  const typeFile = fileOf('type');
  const type = typeFile === undefined ? undefined : textOf(typeFile.value)?.trim();
  const prefix = `${BINDINGS_PREFIX}${name}.`;
  const flat = files.map((file) => entryAt(prefix + file.path.slice(path.length + 1), file));
  const flatSecrets = secrets.map(({ path: _, secret, ...more }) => ({
    name: secret,
    prefix,
    how: `bound at ${path}`,
    ...more,
  }));
  if (type !== undefined && type.toLowerCase() !== BINDING_TYPE) return { entries: flat, secrets: flatSecrets };
  const binding = type === undefined ? {} : { type };
  const hidden = flatSecrets.map((one) => ({ ...one, prefix: '', binding }));
  const specific = type === undefined ? [] : dataSource(path, fileOf);
  return { entries: [...specific, ...flat], secrets: [...flatSecrets, ...hidden] };
}

/** What a binding of a database sets: its URL before the pieces of one. */
function dataSource(path: string, fileOf: (key: string) => MountedFile | undefined): readonly Entry[] {
  const [host, port, database, mode] = ['host', 'port', 'database', 'sslmode'].map(fileOf);
  const whole = fileOf('jdbc-url');
  const pieces: Value | undefined =
    host === undefined || port === undefined || database === undefined
      ? undefined
      : [
          'jdbc:postgresql://',
          ...trimmed(host),
          ':',
          ...trimmed(port),
          '/',
          ...trimmed(database),
          ...(mode === undefined ? [] : ['?sslmode=', ...trimmed(mode)]),
        ];
  const url =
    whole === undefined
      ? pieces === undefined || host === undefined
        ? []
        : [{ name: 'spring.datasource.url', value: pieces, origin: `binding ${path}, ${host.origin}` }]
      : [entryAt('spring.datasource.url', whole)];
  const beside = (['username', 'password'] as const).flatMap((key) => {
    const file = fileOf(key);
    return file === undefined ? [] : [entryAt(`spring.datasource.${key}`, file)];
  });
  return [...url, ...beside];
}

function entryAt(name: string, file: MountedFile): Entry {
  return { name, value: trimmed(file), origin: `file ${file.path}, ${file.origin}` };
}

function trimmed({ value }: MountedFile): Value {
  return value.map((part) => (typeof part === 'string' ? part.trim() : part));
}
