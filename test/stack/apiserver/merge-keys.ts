// Which lists of the built-in kinds are maps by a key, or sets: from the list types in Kubernetes' own OpenAPI.
import { isObject } from './json.ts';

const KEYS: Record<string, readonly string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  containerStatuses: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  secrets: ['name'],
};
const SETS = ['finalizers'];

/**
 * How the list of this field name merges: by keys, as a set, or (undefined) not at all.
 * A list called `ports` holds a container's ports, a service's or an endpoint's: its items tell which.
 */
export function mergeKeysOf(field: string, items: readonly unknown[]): readonly string[] | 'set' | undefined {
  if (SETS.includes(field)) return 'set';
  const has = (key: string): boolean => items.some((item) => isObject(item) && item[key] !== undefined);
  if (field === 'ports') return has('containerPort') ? ['containerPort', 'protocol'] : ['port', 'protocol'];
  // A node's or pod's addresses and a role's subjects are replaced as a whole; a condition without a type cannot be keyed.
  const keys = KEYS[field];
  return keys !== undefined && items.every((item) => isObject(item)) ? keys : undefined;
}
