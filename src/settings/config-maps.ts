// The ConfigMaps that a pod template names, read by name and never listed.
import { BINARY } from '../facts/binary-keys.ts';
import type { Outcome } from '../facts/outcome.ts';
import { type Fields, fields, list, text } from '../runtime/fields.ts';

/** What was read, by name. Undefined within: there is no such ConfigMap. */
export type ConfigMaps = ReadonlyMap<string, Outcome<Readonly<Record<string, string>> | undefined>>;

/** Reads the data of one ConfigMap of the namespace at hand. */
export type ReadConfigMap = (
  name: string,
  signal: AbortSignal,
) => Promise<Outcome<Readonly<Record<string, string>> | undefined>>;

/** A template that names more is read this far: nobody's name may make us ask without end. */
const MOST_CONFIG_MAPS = 16;

/** Names of the ConfigMaps that become variables or files of a container. */
export function configMapNames(container: Fields, pod: Fields): readonly string[] {
  const mounted = new Set(list(container['volumeMounts']).map(({ name }) => name));
  const volumes = list(pod['volumes'])
    .filter(({ name }) => mounted.has(name))
    .flatMap((volume) => [volume, ...list(fields(volume['projected'])['sources'])]);
  const names = [
    ...list(container['env']).map(({ valueFrom }) => fields(fields(valueFrom)['configMapKeyRef'])['name']),
    ...list(container['envFrom']).map(({ configMapRef }) => fields(configMapRef)['name']),
    ...volumes.map(({ configMap }) => fields(configMap)['name']),
  ];
  return [...new Set(names.flatMap((name) => text(name) ?? []))].slice(0, MOST_CONFIG_MAPS);
}

/** Reads them all at the same time, each once. */
export async function readConfigMaps(
  names: Iterable<string>,
  read: ReadConfigMap,
  signal: AbortSignal,
): Promise<ConfigMaps> {
  const entries = [...new Set(names)].map(async (name) => [name, await read(name, signal)] as const);
  return new Map(await Promise.all(entries));
}

/** The data of a ConfigMap, or why there is none: a sentence without its full stop. */
export function dataOf(maps: ConfigMaps, name: string): Readonly<Record<string, string>> | string {
  const read = maps.get(name);
  if (read === undefined) return `ConfigMap ${name} was not read, because the template names too many`;
  if (!read.ok) return `ConfigMap ${name} could not be read (${read.fault.detail})`;
  if (read.value === undefined) return `there is no ConfigMap ${name}`;
  return Object.fromEntries(Object.entries(read.value).filter(([key]) => !key.startsWith(BINARY)));
}

/** Keys of a ConfigMap that hold bytes: files of the pods, and nobody's variables. */
export function binaryKeysOf(maps: ConfigMaps, name: string): readonly string[] {
  const read = maps.get(name);
  const keys = read?.ok === true ? Object.keys(read.value ?? {}) : [];
  return keys.filter((key) => key.startsWith(BINARY)).map((key) => key.slice(BINARY.length));
}
