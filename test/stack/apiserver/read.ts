// Get and list: pages, selectors, and the form that the client asked for.
import type { Answer, Call, Cluster } from './cluster.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { selectorOf } from './selectors.ts';
import { badRequest, notFound, StatusError, tooManyRequests } from './status.ts';
import { formOf, partial, tableOf } from './table.ts';
import { shown } from './write.ts';

/** The stored object that a call names. @throws 404 */
export function found(cluster: Cluster, call: Call, resource: Resource): KubeObject {
  const { namespace, name } = call.attributes;
  const object = cluster.store.get(resource.storage, resource.namespaced ? namespace : '', name);
  if (object === undefined) throw notFound(resource, name);
  return object;
}

/** One object in the form that the client asked for. */
export function oneAnswer(call: Call, resource: Resource, object: KubeObject, status = 200): Answer {
  switch (formOf(call.headers['accept'])) {
    case 'table': {
      const { resourceVersion } = object.metadata;
      const metadata = resourceVersion === undefined ? {} : { resourceVersion };
      return { status, body: tableOf(resource, [object], metadata, call.query.get('includeObject')) };
    }
    case 'metadata':
      return { status, body: partial(object) };
    case 'object':
      return { status, body: object };
  }
}

/** @throws 429 once after a definition was established, as the real server does while its cache fills */
export function refuseInitializing(cluster: Cluster, resource: Resource): void {
  if (cluster.initializing.delete(resource.storage)) throw tooManyRequests('storage is (re)initializing', 1);
}

const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;

function readContinue(cluster: Cluster, token: string, storage: string): { revision: number; after: string } {
  let revision: unknown;
  let after: unknown;
  try {
    const read = JSON.parse(Buffer.from(token, 'base64url').toString()) as JsonObject;
    [revision, after] = [read['rv'], read['start']];
  } catch {
    throw badRequest('continue key is not valid: invalid encoding');
  }
  if (typeof revision !== 'number' || typeof after !== 'string') throw badRequest('continue key is not valid');
  if (revision < cluster.store.oldest(storage))
    throw new StatusError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  return { revision, after };
}

/** Refuse a list from a revision that is not there yet. */
function refuseFuture(cluster: Cluster, call: Call): void {
  const asked = call.query.get('resourceVersion') ?? '';
  if (asked === '') return;
  if (!/^\d+$/.test(asked))
    throw new StatusError(
      400,
      'BadRequest',
      `resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`,
    );
  const current = cluster.store.revision();
  if (Number(asked) > current)
    throw new StatusError(
      504,
      'Timeout',
      `Too large resource version: ${asked}, current: ${String(current)}`,
      { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
      { 'Retry-After': '1' },
    );
}

/** A list, or a page of one. Pages show the present state after the last key, not the snapshot of the first page. */
export function listAnswer(cluster: Cluster, call: Call, resource: Resource): Answer {
  const { query, attributes } = call;
  const selected = selectorOf(query, resource.storage);
  refuseInitializing(cluster, resource);
  const token = query.get('continue') ?? '';
  const page = token === '' ? undefined : readContinue(cluster, token, resource.storage);
  if (page === undefined) refuseFuture(cluster, call);
  const namespace = resource.namespaced && attributes.namespace !== '' ? attributes.namespace : undefined;
  const all = cluster.store.list(resource.storage, namespace).filter(selected);
  const rest = page === undefined ? all : all.filter((object) => keyOf(object) > page.after);
  const limit = Number(query.get('limit') ?? 0);
  const items = limit > 0 && query.get('resourceVersion') !== '0' ? rest.slice(0, limit) : rest;
  const revision = page?.revision ?? cluster.store.revision();
  const more = rest.length - items.length;
  const last = items.at(-1);
  const next =
    more > 0 && last !== undefined
      ? Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: keyOf(last) })).toString('base64url')
      : '';
  const selecting = query.has('labelSelector') || query.has('fieldSelector');
  const metadata: JsonObject = {
    resourceVersion: String(revision),
    ...(next !== '' || resource.custom !== undefined ? { continue: next } : {}),
    ...(next !== '' && !selecting ? { remainingItemCount: more } : {}),
  };
  const objects = items.map((object) => shown(resource, object));
  switch (formOf(call.headers['accept'])) {
    case 'table': {
      if (next === '') Reflect.deleteProperty(metadata, 'continue');
      return { status: 200, body: tableOf(resource, objects, metadata, query.get('includeObject')) };
    }
    case 'metadata':
      return {
        status: 200,
        body: {
          kind: 'PartialObjectMetadataList',
          apiVersion: 'meta.k8s.io/v1',
          metadata,
          items: objects.map(partial),
        },
      };
    case 'object':
      return {
        status: 200,
        body: {
          kind: resource.listKind,
          apiVersion: apiVersionOf(resource),
          metadata,
          // The items of built-in lists carry neither kind nor version; those of custom resources do.
          items:
            resource.custom === undefined
              ? objects.map((object) => ({ ...object, kind: undefined, apiVersion: undefined }))
              : objects,
        },
      };
  }
}
