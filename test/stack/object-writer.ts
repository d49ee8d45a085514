// How objects get into the cluster as they are, status included: straight into the store of our own API server, or
// through the API of any other one.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, AnyObject, Named } from './admin.ts';
import type { ApiServer } from './apiserver/server.ts';
import { isObject, listAt, objectAt, textAt, type JsonObject } from './apiserver/json.ts';
import { POD_NETWORK } from './recognize/topology.ts';
import { isRight, rightsAreHeard } from './rights-heard.ts';

export interface ObjectWriter {
  /** Creates or replaces them, in their order: an owner comes before what it owns. */
  put(objects: readonly object[]): Promise<void>;
  /** Nothing happens when it is not there. */
  remove(object: Named): Promise<void>;
  /** Takes out of `namespace` what was put there, and reports and Events; then the namespace and the Nodes. */
  clear(namespace: string): Promise<void>;
}

/** For our own server: everything at once, uids, generations and times as given. It goes with all it holds. */
export function storeWriter(server: ApiServer, admin: Admin): ObjectWriter {
  return {
    put: (objects) => Promise.resolve(void server.seed(objects as JsonObject[])),
    remove: (object) => admin.remove(object),
    clear: () => Promise.resolve(),
  };
}

/** What others write into the namespace while the stack runs. */
const WRITTEN_BY_OTHERS = [
  { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' },
  { apiVersion: 'events.k8s.io/v1', kind: 'Event' },
];

/**
 * For any other server, which gives uids, generations and creation times itself: owner references are made to name the
 * uids that it gave, and a controller that has seen the given generation has seen the one in the cluster.
 * EndpointSlices of loopback addresses are left out: the API refuses those (validation of discovery.k8s.io/v1).
 */
export function apiWriter(admin: Admin): ObjectWriter {
  /** What was written last, without its status. */
  const written = new Map<string, { object: AnyObject; text: string; generation: number }>();
  const uids = new Map<string, string>();

  async function write(given: AnyObject): Promise<void> {
    const { status, ...object } = given;
    const { uid, creationTimestamp: _, generation, ...metadata } = given.metadata;
    const owners = metadata['ownerReferences'];
    if (Array.isArray(owners)) metadata['ownerReferences'] = (owners as JsonObject[]).map(owned);
    const wanted: AnyObject = { ...object, apiVersion: given.apiVersion, kind: given.kind, metadata };
    const key = keyOf(given);
    const text = JSON.stringify(wanted);
    const before = written.get(key);
    let now = before?.generation ?? 0;
    if (before?.text !== text) {
      // Hardly anything of a Pod can be changed.
      if (before !== undefined && given.kind === 'Pod') await admin.remove(given);
      const stored = (await admin.apply(wanted)).metadata;
      now = Number(stored['generation'] ?? 0);
      written.set(key, { object: given, text, generation: now });
      if (typeof uid === 'string' && typeof stored['uid'] === 'string') uids.set(uid, stored['uid']);
    }
    if (given.kind === 'CustomResourceDefinition') await served(given);
    if (!isObject(status)) return;
    const isSeen = generation !== undefined && status['observedGeneration'] === generation;
    await admin.setStatus(given, isSeen ? { ...status, observedGeneration: now } : status);
  }

  /** The API server takes note of a definition a moment later: its first version is served then, or no longer. */
  async function served({ spec }: AnyObject): Promise<void> {
    const [version] = listAt(spec, 'versions');
    const apiVersion = `${textAt(spec, 'group')}/${textAt(version, 'name')}`;
    const kind = textAt(objectAt(spec, 'names'), 'kind');
    const isWanted = isObject(version) && version['served'] !== false;
    while ((await admin.serves({ apiVersion, kind })) !== isWanted) await sleep(20);
  }

  const owned = (owner: JsonObject): JsonObject => ({ ...owner, uid: uids.get(String(owner['uid'])) ?? owner['uid'] });

  return {
    async put(objects) {
      for (const object of objects as readonly AnyObject[]) if (isTaken(object)) await write(object);
      if ((objects as readonly AnyObject[]).some(isRight)) await rightsAreHeard(admin);
    },
    async remove(object) {
      written.delete(keyOf(object));
      if (isTaken(object)) await admin.remove(object);
    },
    async clear(namespace) {
      const objects = [...written.values()].map(({ object }) => object);
      const inside = objects.filter(({ metadata }) => metadata.namespace === namespace);
      const kinds = new Map([...inside, ...WRITTEN_BY_OTHERS].map((of) => [`${of.apiVersion} ${of.kind}`, of]));
      for (const { apiVersion, kind } of kinds.values()) await admin.removeAll({ apiVersion, kind, namespace });
      for (const node of objects) if (node.kind === 'Node') await admin.remove(node);
      await admin.remove({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    },
  };
}

const isTaken = ({ kind }: Named): boolean => kind !== 'EndpointSlice' || !POD_NETWORK.startsWith('127.');

const keyOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: Named): string =>
  `${apiVersion} ${kind} ${namespace}/${name}`;
