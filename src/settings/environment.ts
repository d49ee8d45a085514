// The environment of a container as the kubelet makes it: envFrom in order, then env, the later over the earlier.
import { type Fields, fields, list, text } from '../runtime/fields.ts';
import { canonical } from '../product/setting-name.ts';
import type { SecretPlace } from '../targets/configured.ts';
import { type ConfigMaps, dataOf } from './config-maps.ts';
import { expand, type Variables } from './expand.ts';
import { type Entry, fromSecret, type KeyRef, missing, type Part, secretOf, type Value } from './value.ts';

/** A Secret that may set more names than can be seen without reading it. */
export interface HiddenSecret extends SecretPlace {
  /** How it gets into the container: `envFrom`, `mounted at /etc/config`. */
  readonly how: string;
}

/** A variable, with the Secrets of `envFrom` that stand over it if they have its name. */
export interface VariableEntry extends Entry {
  readonly under: readonly HiddenSecret[];
  /** A Secret key that pods do without: what is set elsewhere counts where it is not there. */
  readonly optional?: KeyRef;
}

export interface Environment {
  readonly entries: readonly VariableEntry[];
  readonly variables: Variables;
  readonly secrets: readonly HiddenSecret[];
  /** What could not be read: sentences without a full stop. */
  readonly troubles: readonly string[];
}

/** Variables that Kubernetes makes of each Service of the namespace. */
const OF_A_SERVICE = /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$|_PORT(?:_[0-9]+_TCP(?:_[A-Z]+)?)?$/;

export function environmentOf(container: Fields, maps: ConfigMaps, namespace: string): Environment {
  const entries = new Map<string, Entry & Pick<VariableEntry, 'optional'> & { readonly after: number }>();
  const secrets: HiddenSecret[] = [];
  const troubles: string[] = [];
  const variables: Variables = (name) => {
    const found = entries.get(name);
    const over = secrets.slice(found?.after ?? 0);
    if (over.length > 0) return [mayBeWithin(name, over, found?.value)];
    if (found !== undefined) return found.value;
    return OF_A_SERVICE.test(name) ? missing(`${name} is set by Kubernetes from a Service`) : undefined;
  };

  for (const { prefix, configMapRef, secretRef } of list(container['envFrom'])) {
    const before = text(prefix) ?? '';
    const optional = fields(secretRef)['optional'] === true ? ({ optional: true } as const) : {};
    const [map, hidden] = [text(fields(configMapRef)['name']), text(fields(secretRef)['name'])];
    if (hidden !== undefined) secrets.push({ name: hidden, how: 'envFrom', prefix: before, ...optional });
    if (map === undefined) continue;
    const data = dataOf(maps, map);
    if (typeof data === 'string') {
      if (fields(configMapRef)['optional'] !== true) troubles.push(data);
      continue;
    }
    for (const [key, value] of Object.entries(data)) {
      const name = before + key;
      entries.set(name, { name, value: [value], origin: `env ${name}, ConfigMap ${map}`, after: secrets.length });
    }
  }

  for (const variable of list(container['env'])) {
    const name = text(variable['name']);
    if (name === undefined) continue;
    const from = fields(variable['valueFrom']);
    const { value, origin } = valueFrom(from, maps, namespace) ?? {
      value: expand(text(variable['value']) ?? '', variables),
      origin: '',
    };
    if (value === undefined) continue;
    const optional = fields(from['secretKeyRef'])['optional'] === true ? secretOf(value) : undefined;
    entries.set(name, {
      name,
      value,
      origin: origin === '' ? `env ${name}` : `env ${name}, ${origin}`,
      after: Infinity,
      ...(optional === undefined ? {} : { optional }),
    });
  }
  return {
    entries: [...entries.values()].map(({ after, ...entry }) => ({
      ...entry,
      isVariable: true,
      under: secrets.slice(after),
    })),
    variables,
    secrets,
    troubles,
  };
}

/** A variable that one of these Secrets may set. */
export function mayBeWithin(
  name: string,
  secrets: readonly HiddenSecret[],
  otherwise?: Value,
): Extract<Part, { readonly kind: 'within' }> {
  const [{ name: first, how } = { name: '', how: '' }] = secrets;
  return {
    kind: 'within',
    within: { secrets: placesOf(secrets), names: [canonical(name)] },
    ...(otherwise === undefined ? {} : { otherwise }),
    why: `${name} may come from Secret ${first} (${how})`,
  };
}

/** The places without how they got there. */
export function placesOf(secrets: readonly HiddenSecret[]): readonly SecretPlace[] {
  return secrets.map(({ how: _, ...place }) => place);
}

/** What `valueFrom` says; value undefined: it is optional and not there. */
function valueFrom(
  from: Fields,
  maps: ConfigMaps,
  namespace: string,
): { readonly value: Value | undefined; readonly origin: string } | undefined {
  const [secret, map] = [fields(from['secretKeyRef']), fields(from['configMapKeyRef'])];
  const [name, key] = [text(secret['name']) ?? text(map['name']), text(secret['key']) ?? text(map['key'])];
  const path = text(fields(from['fieldRef'])['fieldPath']);
  if (path !== undefined) {
    const value = path === 'metadata.namespace' ? [namespace] : missing(`it is the field ${path} of each pod`);
    return { value, origin: `field ${path}` };
  }
  const resource = text(fields(from['resourceFieldRef'])['resource']);
  if (resource !== undefined) return { value: missing(`it is ${resource} of the container`), origin: resource };
  if (name === undefined || key === undefined) return undefined;
  if (text(secret['name']) !== undefined) {
    return { value: fromSecret({ name, key }), origin: `Secret ${name}, key ${key}` };
  }
  const data = dataOf(maps, name);
  const value = typeof data === 'string' || !Object.hasOwn(data, key) ? undefined : data[key];
  const origin = `ConfigMap ${name}, key ${key}`;
  if (value !== undefined) return { value: [value], origin };
  if (map['optional'] === true) return { value: undefined, origin };
  return { value: missing(typeof data === 'string' ? data : `ConfigMap ${name} has no key ${key} with text`), origin };
}
