// Create and update: every write goes through here, in the order in which the real server does it.
import { randomUUID } from 'node:crypto';
import { applyObject, refuseUndeclared, trackUpdate, type Writer } from './apply.ts';
import { fillBuiltinDefaults } from './builtin-defaults.ts';
import { celCauses } from './cel.ts';
import { managerOf, type Call, type Cluster } from './cluster.ts';
import { checkTypes, reportUnknown } from './decode.ts';
import { completeDefinition, establish } from './definitions.ts';
import { fromCoreEvent, toCoreEvent, validateEvent } from './events.ts';
import { clone, equal, objectAt, textAt, timestamp, valueAt, without, type KubeObject } from './json.ts';
import { DEFINITIONS } from './registry.ts';
import { afterRemoval } from './removal.ts';
import { apiVersionOf, hasStatus, type Resource } from './resources.ts';
import { fillDefaults, prune, validate } from './schema.ts';
import { alreadyExists, badRequest, conflict, forbidden, invalid, notFound, type Cause } from './status.ts';
import { builtinCauses, metadataCauses, refuseInvalid } from './validate.ts';

const NOT_CHECKED: Cause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

const hasRules = (schema: unknown): boolean => JSON.stringify(schema).includes('"x-kubernetes-validations"');

/** A stored object as a version of a resource shows it. */
export function shown(resource: Resource, stored: KubeObject): KubeObject {
  if (resource.storage === '/events') return fromCoreEvent(stored, resource.group);
  return resource.custom === undefined ? stored : { ...stored, apiVersion: apiVersionOf(resource) };
}

const kept = (resource: Resource, object: KubeObject): KubeObject =>
  resource.storage === '/events' ? toCoreEvent(object) : object;

export const isDryRun = (call: Call): boolean => call.query.getAll('dryRun').includes('All');

/** Where a resource's list fields get their merge keys from. */
export const hintOf = (resource: Resource) => resource.custom?.schema;

/** Prune and default an object, or check the types of a built-in one. */
function completed(call: Call, resource: Resource, object: KubeObject): KubeObject {
  const { custom } = resource;
  if (custom === undefined) {
    checkTypes(call, resource, object);
    const base = resource.storage === DEFINITIONS ? completeDefinition(object) : kept(resource, object);
    return fillBuiltinDefaults(base, resource.storage);
  }
  const pruned = prune(object, custom.schema);
  reportUnknown(call, resource, pruned.unknown, object.metadata.name ?? '');
  return fillDefaults(pruned.value, custom.schema) as KubeObject;
}

function refuseWrong(resource: Resource, next: KubeObject, before: KubeObject | undefined): void {
  const causes = metadataCauses(resource, next);
  const schema = resource.custom?.schema;
  if (schema === undefined) {
    if (resource.storage === '/events') validateEvent(next, resource.group);
    refuseInvalid(resource, next, [...causes, ...builtinCauses(resource, next, before)]);
    return;
  }
  const found = validate(without(next, 'metadata'), schema);
  causes.push(...found.causes);
  if (found.causes.length > 0) refuseInvalid(resource, next, [...causes, ...(hasRules(schema) ? [NOT_CHECKED] : [])]);
  refuseInvalid(resource, next, [...causes, ...found.duplicate]);
  refuseInvalid(resource, next, celCauses(next, before, schema));
}

function refuseNamespace(cluster: Cluster, call: Call, resource: Resource, name: string): void {
  const { namespace } = call.attributes;
  if (!resource.namespaced || namespace === '') return;
  const found = cluster.store.get('/namespaces', '', namespace);
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (found.metadata.deletionTimestamp !== undefined)
    throw forbidden(
      resource,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
}

/** After a definition is written, its resources are served: what the real server's controllers do a moment later. */
export function serveDefinition(cluster: Cluster, stored: KubeObject, initializing: boolean): KubeObject {
  const established = cluster.store.put(DEFINITIONS, establish(stored));
  const storage = `${textAt(stored, 'spec', 'group')}/${textAt(stored, 'spec', 'names', 'plural')}`;
  cluster.store.forgetBefore(storage, cluster.store.revision());
  if (initializing) cluster.initializing.add(storage);
  return established;
}

/** Create an object from a decoded body. */
export function createObject(
  cluster: Cluster,
  call: Call,
  resource: Resource,
  given: KubeObject,
  applied = false,
): KubeObject {
  const { namespace } = call.attributes;
  const object = clone(given);
  const { metadata } = object;
  if (metadata.namespace !== undefined && metadata.namespace !== namespace && resource.namespaced)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if ((metadata.resourceVersion ?? '') !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  if ((metadata.name ?? '') === '' && (metadata.generateName ?? '') !== '')
    metadata.name = `${metadata.generateName ?? ''}${randomUUID().slice(0, 5)}`;
  refuseNamespace(cluster, call, resource, metadata.name ?? '');
  if (hasStatus(resource)) Reflect.deleteProperty(object, 'status');
  const managed = metadata.managedFields;
  object.metadata = {
    ...without(metadata, 'resourceVersion', 'managedFields', 'deletionTimestamp', 'selfLink'),
    ...(resource.namespaced ? { namespace } : {}),
    uid: randomUUID(),
    creationTimestamp: timestamp(),
    ...(resource.generation ? { generation: 1 } : {}),
  };
  const next = completed(call, resource, object);
  refuseWrong(resource, next, undefined);
  const name = next.metadata.name ?? '';
  if (cluster.store.get(resource.storage, resource.namespaced ? namespace : '', name) !== undefined)
    throw alreadyExists(resource, name);
  const writer: Writer = { manager: managerOf(call), subresource: '' };
  const owned = hasStatus(resource) ? without(next, 'status') : next;
  const managedFields = applied ? managed : trackUpdate(undefined, owned, writer, hintOf(resource));
  if (managedFields !== undefined) next.metadata.managedFields = managedFields;
  if (isDryRun(call)) return shown(resource, next);
  const stored = cluster.store.put(resource.storage, next);
  if (resource.storage === DEFINITIONS) serveDefinition(cluster, stored, true);
  return shown(resource, stored);
}

/** What of a proposed object a write through the main resource or a subresource may change. */
function allowed(resource: Resource, before: KubeObject, proposed: KubeObject, subresource: string): KubeObject {
  if (subresource === 'status') {
    const next = clone(before);
    const status = proposed['status'];
    if (status === undefined) Reflect.deleteProperty(next, 'status');
    else next['status'] = clone(status);
    return next;
  }
  const next = clone(proposed);
  if (hasStatus(resource)) {
    Reflect.deleteProperty(next, 'status');
    if (before['status'] !== undefined) next['status'] = clone(before['status']);
  }
  const fixed = [
    'uid',
    'creationTimestamp',
    'generation',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'namespace',
    'name',
  ];
  next.metadata = without(next.metadata, ...fixed, 'selfLink', 'resourceVersion');
  for (const key of [...fixed, 'resourceVersion'])
    if (before.metadata[key] !== undefined) next.metadata[key] = before.metadata[key];
  if (next.metadata.finalizers?.length === 0) Reflect.deleteProperty(next.metadata, 'finalizers');
  return next;
}

export interface Change {
  before: KubeObject;
  proposed: KubeObject;
  subresource: string;
  /** Ownership is already worked out in the proposed object: it comes from an apply. */
  applied?: boolean;
}

/** Write a changed object: fenced, completed, validated, its generation and owners kept. */
export function updateObject(cluster: Cluster, call: Call, resource: Resource, change: Change): KubeObject {
  const { before, subresource } = change;
  const proposed = change.proposed;
  const name = before.metadata.name ?? '';
  const { resourceVersion = '', uid = '' } = proposed.metadata;
  if (proposed.metadata.name !== undefined && proposed.metadata.name !== name)
    throw badRequest(`the name of the object (${proposed.metadata.name}) does not match the name on the URL (${name})`);
  if (resourceVersion === '' && call.method === 'PUT' && resource.custom !== undefined)
    throw invalid(resource.group, resource.plural, name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  if (change.applied !== true && uid !== '' && uid !== before.metadata.uid)
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`,
    );
  if (resourceVersion !== '' && resourceVersion !== before.metadata.resourceVersion) throw conflict(resource, name);

  const next = completed(call, resource, allowed(resource, before, proposed, subresource));
  refuseWrong(resource, next, before);
  if (resource.generation && subresource !== 'status') {
    const content = (object: KubeObject): KubeObject => without(object, 'metadata', 'status', 'apiVersion');
    if (!equal(content(next), content(before))) next.metadata.generation = (before.metadata.generation ?? 0) + 1;
  }
  const writer: Writer = { manager: managerOf(call), subresource };
  const managedFields =
    change.applied === true ? proposed.metadata.managedFields : trackUpdate(before, next, writer, hintOf(resource));
  next.metadata = without(next.metadata, 'managedFields');
  if (managedFields !== undefined && managedFields.length > 0) next.metadata.managedFields = managedFields;
  if (equal(without(next, 'apiVersion'), without(before, 'apiVersion'))) return shown(resource, before);
  if (isDryRun(call)) return shown(resource, next);
  if (next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0) {
    cluster.store.remove(resource.storage, next);
    afterRemoval(cluster);
    return shown(resource, next);
  }
  const stored = cluster.store.put(resource.storage, next);
  if (resource.storage === DEFINITIONS && subresource === '' && !equal(valueAt(before, 'spec'), valueAt(next, 'spec')))
    serveDefinition(cluster, stored, false);
  return shown(resource, stored);
}

/** Server-side apply of a decoded object; creates it where it is missing and the main resource is addressed. */
export function applyGiven(
  cluster: Cluster,
  call: Call,
  resource: Resource,
  before: KubeObject | undefined,
  given: KubeObject,
): { created: boolean; object: KubeObject } {
  const { name, subresource } = call.attributes;
  const manager = call.query.get('fieldManager') ?? '';
  if (manager === '')
    throw invalid('meta.k8s.io', 'PatchOptions', '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
        field: 'fieldManager',
      },
    ]);
  if (before === undefined && subresource !== '') throw notFound(resource, name);
  if (given.metadata.managedFields !== undefined && given.metadata.managedFields.length > 0)
    throw badRequest('metadata.managedFields must be nil');
  if (resource.custom !== undefined) refuseUndeclared(given, resource.custom.schema);
  const { resourceVersion = '' } = given.metadata;
  if (resourceVersion !== '' && resourceVersion !== before?.metadata.resourceVersion) throw conflict(resource, name);
  // Each of the two addresses owns its own part: status here, everything else there.
  const identity = { name, ...(resource.namespaced ? { namespace: call.attributes.namespace } : {}) };
  const part: KubeObject =
    subresource === 'status'
      ? { apiVersion: given.apiVersion, kind: given.kind, metadata: identity, status: objectAt(given, 'status') }
      : hasStatus(resource)
        ? without(given, 'status')
        : given;
  const applied = kept(resource, {
    ...part,
    metadata: { ...without(part.metadata, 'uid', 'resourceVersion'), ...identity },
  });
  const force = call.query.get('force') === 'true';
  const merged = applyObject(before, applied, { manager, subresource }, force, hintOf(resource));
  if (before === undefined) return { created: true, object: createObject(cluster, call, resource, merged, true) };
  return {
    created: false,
    object: updateObject(cluster, call, resource, { before, proposed: merged, subresource, applied: true }),
  };
}
