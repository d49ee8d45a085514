// Deleting: finalizers, preconditions, collections, and what goes with a namespace or a definition.
import { type Call, type Cluster } from './cluster.ts';
import { terminating } from './definitions.ts';
import { clone, isObject, objectAt, textAt, timestamp, type JsonObject, type KubeObject } from './json.ts';
import { DEFINITIONS } from './registry.ts';
import type { Resource } from './resources.ts';
import { conflict } from './status.ts';

const NAMESPACES = '/namespaces';
const FOREGROUND = 'foregroundDeletion';

/** Remove an object, or mark it when finalizers hold it. `gone` tells which. */
export function removeObject(
  cluster: Cluster,
  storage: string,
  object: KubeObject,
): { gone: boolean; object: KubeObject } {
  if (storage === NAMESPACES) return removeNamespace(cluster, object);
  if (storage === DEFINITIONS) return removeDefinition(cluster, object);
  // Nobody collects dependents here, so a foreground deletion would never end: it counts as done.
  const held = (object.metadata.finalizers ?? []).some((finalizer) => finalizer !== FOREGROUND);
  if (!held) {
    const last = cluster.store.remove(storage, object);
    afterRemoval(cluster);
    return { gone: true, object: last };
  }
  if (object.metadata.deletionTimestamp !== undefined) return { gone: false, object };
  const marked = clone(object);
  marked.metadata.deletionTimestamp = timestamp();
  marked.metadata.deletionGracePeriodSeconds = 0;
  if (marked.metadata.generation !== undefined) marked.metadata.generation += 1;
  return { gone: false, object: cluster.store.put(storage, marked) };
}

function contents(cluster: Cluster, namespace: string): { storage: string; object: KubeObject }[] {
  return cluster.store
    .storages()
    .filter((storage) => storage !== NAMESPACES)
    .flatMap((storage) => cluster.store.list(storage, namespace).map((object) => ({ storage, object })));
}

function removeNamespace(cluster: Cluster, namespace: KubeObject): { gone: boolean; object: KubeObject } {
  const name = namespace.metadata.name ?? '';
  const marked = clone(namespace);
  marked.metadata.deletionTimestamp ??= timestamp();
  marked['status'] = { ...objectAt(marked, 'status'), phase: 'Terminating' };
  const stored = cluster.store.put(NAMESPACES, marked);
  for (const { storage, object } of contents(cluster, name)) removeObject(cluster, storage, object);
  afterRemoval(cluster);
  return { gone: false, object: stored };
}

const storageOf = (definition: KubeObject): string =>
  `${textAt(definition, 'spec', 'group')}/${textAt(definition, 'spec', 'names', 'plural')}`;

function removeDefinition(cluster: Cluster, definition: KubeObject): { gone: boolean; object: KubeObject } {
  if (definition.metadata.deletionTimestamp !== undefined) return { gone: false, object: definition };
  const stored = cluster.store.put(DEFINITIONS, terminating(definition));
  for (const object of cluster.store.list(storageOf(definition))) removeObject(cluster, storageOf(definition), object);
  afterRemoval(cluster);
  return { gone: false, object: stored };
}

/** Take out every namespace and definition that waited for its last object to go. */
export function afterRemoval(cluster: Cluster): void {
  for (const namespace of cluster.store.list(NAMESPACES)) {
    const { deletionTimestamp, name = '' } = namespace.metadata;
    if (deletionTimestamp !== undefined && contents(cluster, name).length === 0)
      cluster.store.remove(NAMESPACES, namespace);
  }
  for (const definition of cluster.store.list(DEFINITIONS)) {
    if (definition.metadata.deletionTimestamp === undefined) continue;
    if (cluster.store.list(storageOf(definition)).length > 0) continue;
    cluster.store.remove(DEFINITIONS, definition);
    cluster.endWatches(storageOf(definition));
  }
}

/** DeleteOptions, from the body or the query. */
export function deleteOptions(call: Call): JsonObject {
  let body: unknown;
  try {
    body = call.body === '' ? {} : JSON.parse(call.body);
  } catch {
    body = {};
  }
  return isObject(body) ? body : {};
}

export const deleteIsDryRun = (call: Call, options: JsonObject): boolean =>
  call.query.getAll('dryRun').includes('All') ||
  (Array.isArray(options['dryRun']) && options['dryRun'].includes('All'));

/** @throws 409 when a precondition does not hold */
export function refusePreconditions(resource: Resource, object: KubeObject, options: JsonObject): void {
  const uid = textAt(options, 'preconditions', 'uid');
  const version = textAt(options, 'preconditions', 'resourceVersion');
  const name = object.metadata.name ?? '';
  const record = object.metadata;
  if (uid !== '' && uid !== record.uid)
    throw conflict(
      resource,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${record.uid ?? ''}). The object might have been deleted and then recreated`,
      resource.kind,
    );
  if (version !== '' && version !== record.resourceVersion)
    throw conflict(
      resource,
      name,
      `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${record.resourceVersion ?? ''}). The object might have been modified`,
      resource.kind,
    );
}
