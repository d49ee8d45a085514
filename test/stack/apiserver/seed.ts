// Objects put into the store as they are, status included: what a test or the demo starts from.
import { randomUUID } from 'node:crypto';
import { fillBuiltinDefaults } from './builtin-defaults.ts';
import { modelOf, typeFaults } from './builtin-types.ts';
import type { Cluster } from './cluster.ts';
import { completeDefinition } from './definitions.ts';
import { toCoreEvent } from './events.ts';
import { clone, isObject, textAt, timestamp, type JsonObject, type KubeObject } from './json.ts';
import { DEFINITIONS } from './registry.ts';
import { fillDefaults } from './schema.ts';
import { serveDefinition } from './write.ts';

function namespaced(cluster: Cluster, namespace: string): void {
  if (namespace !== '' && cluster.store.get('/namespaces', '', namespace) === undefined)
    seedObject(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
}

/**
 * Create or replace one object, whatever it is: namespaces that are missing are made, defaults filled in.
 * @throws when nothing of that kind is served
 */
export function seedObject(cluster: Cluster, given: JsonObject): KubeObject {
  const apiVersion = textAt(given, 'apiVersion');
  const kind = textAt(given, 'kind');
  const resource = cluster.registry.byKind(apiVersion, kind);
  if (resource === undefined) throw new Error(`cannot seed ${apiVersion} ${kind}: nothing of that kind is served`);
  const object = clone(given) as KubeObject;
  const metadata = isObject(given['metadata']) ? object.metadata : {};
  const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : '';
  namespaced(cluster, namespace);
  const before = cluster.store.get(resource.storage, namespace, metadata.name ?? '');
  object.metadata = {
    uid: before?.metadata.uid ?? randomUUID(),
    creationTimestamp: before?.metadata.creationTimestamp ?? timestamp(),
    ...(resource.generation ? { generation: before?.metadata.generation ?? 1 } : {}),
    ...metadata,
    ...(resource.namespaced ? { namespace } : {}),
  };
  const base = resource.storage === DEFINITIONS ? completeDefinition(object) : object;
  const kept = resource.storage === '/events' ? toCoreEvent(base) : base;
  const complete =
    resource.custom === undefined
      ? fillBuiltinDefaults(kept, resource.storage)
      : (fillDefaults(kept, resource.custom.schema) as KubeObject);
  const model = modelOf(resource);
  const wrong = model === undefined ? undefined : typeFaults(given, model)[0];
  if (wrong !== undefined)
    throw new Error(
      `cannot seed ${kind} ${metadata.name ?? ''}: ${wrong.path} is ${wrong.unknown ? 'unknown' : `no ${wrong.wanted}`}`,
    );
  const stored = cluster.store.put(resource.storage, complete);
  return resource.storage === DEFINITIONS ? serveDefinition(cluster, stored, false) : stored;
}
