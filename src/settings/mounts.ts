// The files that a container sees from ConfigMaps and Secrets: paths with their text, or with the Secret key that is one.
import { holdsCertificate } from '../targets/authority.ts';
import { type Fields, fields, list, text } from '../runtime/fields.ts';
import { binaryKeysOf, type ConfigMaps, dataOf } from './config-maps.ts';
import type { Authority } from './configured.ts';
import { expand, type Variables } from './expand.ts';
import { fromSecret, type KeyRef, missing, secretOf, textOf, type Value } from './value.ts';

export interface MountedFile {
  readonly path: string;
  /** Its text, or the Secret key that holds it. */
  readonly value: Value;
  /** `ConfigMap core-daemon, key application.yml` */
  readonly origin: string;
}

/** A Secret whose keys are all mounted: which ones there are is not known. */
export interface MountedSecret {
  readonly path: string;
  readonly secret: string;
  /** Its directory is empty where it is not there. */
  readonly optional?: true;
}

export interface Mounts {
  readonly files: readonly MountedFile[];
  readonly secrets: readonly MountedSecret[];
  /** What could not be read: sentences without a full stop. */
  readonly troubles: readonly string[];
}

/** What of the template decides about files. */
interface MountContext {
  readonly annotations?: Readonly<Record<string, string>>;
  /** For `subPathExpr`. */
  readonly variables?: Variables;
}

/** Paths at which programs look for settings. */
const FOR_SETTINGS = /\/(?:configs?|settings|secrets?|credentials|vault)(?:\/|$)/;

/** Mounts of a container in their order; projected volumes are taken apart. */
export function mountsOf(
  container: Fields,
  pod: Fields,
  maps: ConfigMaps,
  { annotations = {}, variables = () => undefined }: MountContext = {},
): Mounts {
  const found = { files: [] as MountedFile[], secrets: [] as MountedSecret[], troubles: [] as string[] };
  const volumes = new Map(list(pod['volumes']).map((volume) => [volume['name'], volume]));
  for (const mount of list(container['volumeMounts'])) {
    const [path, volume, written] = [text(mount['mountPath']), volumes.get(mount['name']), text(mount['subPathExpr'])];
    const expanded = written === undefined ? undefined : textOf(expand(written, variables));
    const subPath = text(mount['subPath']) ?? expanded;
    if (path === undefined || volume === undefined) continue;
    if (written !== undefined && expanded === undefined) {
      found.troubles.push(`what is mounted at ${path} depends on ${written}, which is not known here`);
      continue;
    }
    const at: Place = { path: path.replace(/\/+$/, ''), subPath };
    for (const source of [volume, ...list(fields(volume['projected'])['sources'])]) {
      addSource(source, at, maps, found);
      addAnnotations(source, at, annotations, found);
    }
    if (FOR_SETTINGS.test(path)) found.troubles.push(...unseen(volume, path, pod));
    if (volume['csi'] !== undefined)
      found.troubles.push(`a CSI volume is mounted at ${path}, and what is in it cannot be seen from here`);
  }
  return found;
}

/** Files that nobody but the pod has seen: an init container writes them, or they lie on a volume. */
function unseen(volume: Fields, path: string, pod: Fields): readonly string[] {
  const writes = list(pod['initContainers']).find((one) =>
    list(one['volumeMounts']).some(({ name }) => name === volume['name']),
  );
  if (volume['emptyDir'] !== undefined && writes !== undefined)
    return [`init container ${text(writes['name']) ?? ''} writes files to ${path}, which cannot be seen from here`];
  return volume['persistentVolumeClaim'] !== undefined || volume['hostPath'] !== undefined
    ? [`a volume is mounted at ${path}, and the files on it cannot be seen from here`]
    : [];
}

/** The Secret key that is the file at a path of the container. */
export function secretFileAt({ files, secrets }: Mounts, path: string): KeyRef | undefined {
  const file = files.find((one) => one.path === path);
  if (file !== undefined) return secretOf(file.value);
  const within = secrets.find((one) => path.startsWith(`${one.path}/`));
  const key = within === undefined ? '' : path.slice(within.path.length + 1);
  return within === undefined || key.includes('/') ? undefined : { name: within.secret, key };
}

/** The authority in the file at a path: a key of a Secret, or the text of a ConfigMap. */
export function authorityAt(mounts: Mounts, path: string): Exclude<Authority, 'elsewhere'> | undefined {
  const secret = secretFileAt(mounts, path);
  return secret ?? mounts.files.filter((one) => one.path === path).flatMap(inConfigMap)[0];
}

/** A file of a ConfigMap that holds certificates. */
export function inConfigMap({ value, origin }: MountedFile): readonly Exclude<Authority, 'elsewhere'>[] {
  const [, name, key] = /^ConfigMap (\S+), key (\S+)$/.exec(origin) ?? [];
  const pem = textOf(value);
  if (name === undefined || key === undefined || pem === undefined || !holdsCertificate(pem)) return [];
  return [{ configMap: { name, key } }];
}

/** What is said of files that should hold an authority, and hold a text without a certificate. */
export function withoutCertificate(files: readonly MountedFile[]): readonly string[] {
  return files.flatMap(({ path, value, origin }) => {
    const text = textOf(value);
    return text === undefined || holdsCertificate(text)
      ? []
      : [`${path} should hold an authority and holds no certificate in PEM (${origin})`];
  });
}

interface Place {
  readonly path: string;
  readonly subPath: string | undefined;
}

interface Found {
  readonly files: MountedFile[];
  readonly secrets: MountedSecret[];
  readonly troubles: string[];
}

function addSource(source: Fields, place: Place, maps: ConfigMaps, found: Found): void {
  const secret = fields(source['secret']);
  // A volume says secretName, a source of a projected one says name.
  const [secretName, map] = [
    text(secret['secretName']) ?? text(secret['name']),
    text(fields(source['configMap'])['name']),
  ];
  if (secretName !== undefined) {
    const items = itemsOf(secret);
    if (items === undefined && place.subPath === undefined) {
      const optional = secret['optional'] === true ? ({ optional: true } as const) : {};
      found.secrets.push({ path: place.path, secret: secretName, ...optional });
      return;
    }
    for (const { key, path } of items ?? [{ key: place.subPath ?? '', path: place.subPath ?? '' }]) {
      const origin = `Secret ${secretName}, key ${key}`;
      addFile(path, fromSecret({ name: secretName, key }), origin, place, found);
    }
  } else if (map !== undefined) {
    const configMap = fields(source['configMap']);
    const data = dataOf(maps, map);
    if (typeof data === 'string') {
      if (configMap['optional'] !== true) found.troubles.push(data);
      return;
    }
    const binary = binaryKeysOf(maps, map);
    const items = itemsOf(configMap) ?? [...Object.keys(data), ...binary].map((key) => ({ key, path: key }));
    for (const { key, path } of items) {
      const origin = `ConfigMap ${map}, key ${key}`;
      const value = Object.hasOwn(data, key) ? data[key] : undefined;
      if (value !== undefined) addFile(path, [value], origin, place, found);
      else if (binary.includes(key)) addFile(path, missing(`${origin} holds bytes and no text`), origin, place, found);
      else if (configMap['optional'] !== true)
        found.troubles.push(`ConfigMap ${map} has no key ${key}, which is mounted at ${place.path}`);
    }
  }
}

/** Files of the downward API, as far as they are annotations of the template. */
function addAnnotations(
  source: Fields,
  place: Place,
  annotations: Readonly<Record<string, string>>,
  found: Found,
): void {
  for (const item of list(fields(source['downwardAPI'])['items'])) {
    const [path, from] = [text(item['path']), text(fields(item['fieldRef'])['fieldPath'])];
    const name = /^metadata\.annotations\['(.+)'\]$/.exec(from ?? '')?.[1];
    const value = name === undefined || !Object.hasOwn(annotations, name) ? undefined : annotations[name];
    if (path !== undefined && value !== undefined) addFile(path, [value], `annotation ${name ?? ''}`, place, found);
  }
}

function itemsOf(source: Fields): readonly { readonly key: string; readonly path: string }[] | undefined {
  const items = list(source['items']).flatMap(({ key, path }) => {
    const [from, to] = [text(key), text(path)];
    return from === undefined ? [] : [{ key: from, path: to ?? from }];
  });
  return items.length === 0 ? undefined : items;
}

/** With a subPath the mount is that one file. */
function addFile(path: string, value: Value, origin: string, place: Place, { files }: Found): void {
  if (place.subPath === undefined) files.push({ path: `${place.path}/${path}`, value, origin });
  else if (path === place.subPath) files.push({ path: place.path, value, origin });
  else if (path.startsWith(`${place.subPath}/`))
    files.push({ path: place.path + path.slice(place.subPath.length), value, origin });
}
