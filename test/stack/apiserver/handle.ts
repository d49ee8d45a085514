// One call on one resource: which of create, get, list, update, patch, delete it is, and its answer.
import type { Answer, Call, Cluster } from './cluster.ts';
import { decodeObject, readBody } from './decode.ts';
import { isObject, objectAt, textAt, valueAt, type JsonObject, type KubeObject } from './json.ts';
import { jsonPatch, mergePatch, strategicMerge } from './patch.ts';
import { found, listAnswer, oneAnswer } from './read.ts';
import { deleteIsDryRun, deleteOptions, refusePreconditions, removeObject } from './removal.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { reviewAnswer, tokenAnswer } from './reviews.ts';
import { selectorOf } from './selectors.ts';
import { badRequest, methodNotAllowed, unsupportedMediaType } from './status.ts';
import { applyGiven, createObject, shown, updateObject } from './write.ts';

const APPLY = 'application/apply-patch+yaml';
const PATCHES = ['application/json-patch+json', 'application/merge-patch+json'];
const STRATEGIC = 'application/strategic-merge-patch+json';

function create(cluster: Cluster, call: Call, resource: Resource): Answer {
  const review = reviewAnswer(cluster, call, resource);
  if (review !== undefined) return review;
  if (call.attributes.name !== '' && resource.custom === undefined) throw methodNotAllowed();
  const given = decodeObject(call, resource);
  return oneAnswer(call, resource, createObject(cluster, call, resource, given), 201);
}

/** The autoscaling/v1 Scale of an object. */
function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = Object.entries(objectAt(object, 'spec', 'selector', 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: { replicas: valueAt(object, 'spec', 'replicas') ?? 0 },
    status: {
      replicas: valueAt(object, 'status', 'replicas') ?? 0,
      selector: labels.map(([key, value]) => `${key}=${String(value)}`).join(','),
    },
  };
}

function scale(cluster: Cluster, call: Call, resource: Resource): Answer {
  const before = found(cluster, call, resource);
  const now = scaleOf(before);
  if (call.method === 'GET') return { status: 200, body: now };
  const type = call.headers['content-type'] ?? '';
  const body = readBody(call);
  const wanted =
    call.method === 'PUT' ? body : type.includes('json-patch') ? jsonPatch(now, body) : mergePatch(now, body);
  const resourceVersion = textAt(wanted, 'metadata', 'resourceVersion');
  const proposed: KubeObject = {
    ...before,
    metadata: { ...before.metadata, resourceVersion },
    spec: { ...objectAt(before, 'spec'), replicas: valueAt(wanted, 'spec', 'replicas') ?? 0 },
  };
  const next = updateObject(cluster, { ...call, method: 'PATCH' }, resource, { before, proposed, subresource: '' });
  return { status: 200, body: scaleOf(next) };
}

function update(cluster: Cluster, call: Call, resource: Resource): Answer {
  const proposed = decodeObject(call, resource);
  const { subresource } = call.attributes;
  const before = found(cluster, call, resource);
  if (subresource === 'finalize') return oneAnswer(call, resource, shown(resource, before));
  const next = updateObject(cluster, call, resource, { before: inForm(resource, before), proposed, subresource });
  return oneAnswer(call, resource, next);
}

/** The stored object as this version shows it: what a patch is applied to. */
const inForm = (resource: Resource, stored: KubeObject): KubeObject => shown(resource, stored);

function patched(call: Call, resource: Resource, before: KubeObject): KubeObject {
  const type = (call.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const accepted = resource.custom === undefined ? [...PATCHES, STRATEGIC, APPLY] : [...PATCHES, APPLY];
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const patch = readBody({ ...call, headers: { ...call.headers, 'content-type': 'application/json' } });
  const shownBefore = inForm(resource, before);
  const next =
    type === STRATEGIC
      ? strategicMerge(shownBefore, patch)
      : type === 'application/merge-patch+json'
        ? mergePatch(shownBefore, patch)
        : jsonPatch(shownBefore, patch);
  if (!isObject(next)) throw badRequest('the patch does not leave an object');
  // A patch that does not speak of the version is not fenced by it.
  const fenced = type === 'application/json-patch+json' || textAt(patch, 'metadata', 'resourceVersion') !== '';
  const metadata: JsonObject = { ...objectAt(next, 'metadata') };
  if (!fenced) Reflect.deleteProperty(metadata, 'resourceVersion');
  return { ...next, metadata } as KubeObject;
}

function patch(cluster: Cluster, call: Call, resource: Resource): Answer {
  const { namespace, name, subresource } = call.attributes;
  const type = call.headers['content-type'] ?? '';
  if (type.startsWith(APPLY)) {
    const before = cluster.store.get(resource.storage, resource.namespaced ? namespace : '', name);
    const given = decodeObject({ ...call, headers: { ...call.headers, 'content-type': 'application/yaml' } }, resource);
    if ((given.metadata.name ?? name) !== name)
      throw badRequest(
        `the name of the object (${given.metadata.name ?? ''}) does not match the name on the URL (${name})`,
      );
    const result = applyGiven(cluster, call, resource, before, given);
    return oneAnswer(call, resource, result.object, result.created ? 201 : 200);
  }
  const before = found(cluster, call, resource);
  const proposed = patched(call, resource, before);
  return oneAnswer(call, resource, updateObject(cluster, call, resource, { before, proposed, subresource }));
}

function remove(cluster: Cluster, call: Call, resource: Resource): Answer {
  const options = deleteOptions(call);
  const object = found(cluster, call, resource);
  refusePreconditions(resource, object, options);
  const success = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: object.metadata.uid,
    },
  };
  if (deleteIsDryRun(call, options)) return { status: 200, body: success };
  const result = removeObject(cluster, resource.storage, object);
  return { status: 200, body: result.gone ? success : shown(resource, result.object) };
}

function removeCollection(cluster: Cluster, call: Call, resource: Resource): Answer {
  const { namespace } = call.attributes;
  const selected = selectorOf(call.query, resource.storage);
  const objects = cluster.store.list(resource.storage, resource.namespaced ? namespace : undefined).filter(selected);
  const revision = String(cluster.store.revision());
  if (!deleteIsDryRun(call, deleteOptions(call)))
    for (const object of objects) removeObject(cluster, resource.storage, object);
  return {
    status: 200,
    body: {
      kind: resource.listKind,
      apiVersion: apiVersionOf(resource),
      metadata: { ...(resource.custom === undefined ? {} : { continue: '' }), resourceVersion: revision },
      items: objects.map((object) => shown(resource, object)),
    },
  };
}

/** Answer a call on a served resource; watches and pod logs are answered elsewhere. */
export function handle(cluster: Cluster, call: Call, resource: Resource): Answer {
  const { verb, subresource } = call.attributes;
  if (subresource === 'scale') return scale(cluster, call, resource);
  if (subresource === 'token') return tokenAnswer(cluster, call, resource);
  if (subresource === 'eviction' && verb === 'create') return remove(cluster, { ...call, body: '' }, resource);
  switch (verb) {
    case 'create':
      return create(cluster, call, resource);
    case 'get':
      return oneAnswer(call, resource, shown(resource, found(cluster, call, resource)));
    case 'list':
      return listAnswer(cluster, call, resource);
    case 'update':
      return update(cluster, call, resource);
    case 'patch':
      return patch(cluster, call, resource);
    case 'delete':
      return remove(cluster, call, resource);
    case 'deletecollection':
      return removeCollection(cluster, call, resource);
    default:
      throw methodNotAllowed();
  }
}
