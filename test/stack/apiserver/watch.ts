// Watches: the present objects or the changes since a revision, then every change as it comes, one JSON value a line.
import type { ServerResponse } from 'node:http';
import type { Call, Cluster } from './cluster.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { refuseInitializing } from './read.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { selectorOf, type Selector } from './selectors.ts';
import { expired, internal, invalid } from './status.ts';
import type { StoreEvent } from './store.ts';
import { formOf, partial, tableOf } from './table.ts';
import { shown } from './write.ts';

/** A watch that is open. `end` finishes it properly, `drop` cuts its connection. */
export interface OpenWatch {
  storage: string;
  end(): void;
  drop(): void;
}

/** An event as this watcher sees it: objects come and go as they start and stop being selected. */
function seen(event: StoreEvent, selected: Selector): { type: string; object: KubeObject } | undefined {
  const now = event.type !== 'DELETED' && selected(event.object);
  const before = event.before !== undefined && selected(event.before);
  if (event.type === 'DELETED') return before ? { type: 'DELETED', object: event.object } : undefined;
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: event.object };
  if (!before || event.before === undefined) return undefined;
  const { resourceVersion = '' } = event.object.metadata;
  return { type: 'DELETED', object: { ...event.before, metadata: { ...event.before.metadata, resourceVersion } } };
}

/**
 * Answer a watch; returns at once, the events follow until the time is over or one side ends it.
 * @throws 500 for a resourceVersion that is no number, before anything was sent
 */
export function openWatch(
  cluster: Cluster,
  call: Call,
  resource: Resource,
  response: ServerResponse,
  open: Set<OpenWatch>,
  bookmarkMs: number,
): void {
  const { query, attributes } = call;
  const select = selectorOf(query, resource.storage);
  const namespace = resource.namespaced && attributes.namespace !== '' ? attributes.namespace : undefined;
  const name = attributes.name;
  const selected: Selector = (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === '' || object.metadata.name === name) &&
    select(object);
  const asked = query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked))
    throw internal(`resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`);
  const streaming = query.get('sendInitialEvents') === 'true';
  if (streaming && query.get('resourceVersionMatch') !== 'NotOlderThan')
    throw invalid('meta.k8s.io', 'ListOptions', '', [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        field: 'resourceVersionMatch',
      },
    ]);
  refuseInitializing(cluster, resource);

  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const form = formOf(call.headers['accept']);
  let headless = false;
  const formed = (object: KubeObject): JsonObject => {
    if (form === 'metadata') return partial(object);
    if (form === 'object') return object;
    const { resourceVersion } = object.metadata;
    const table = tableOf(resource, [object], { resourceVersion }, query.get('includeObject'), headless);
    headless = true;
    return table;
  };
  const send = (type: string, object: JsonObject): void => {
    if (!response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    send('BOOKMARK', {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(cluster.store.revision()),
        ...(annotations === undefined ? {} : { annotations }),
      },
    });
  const pass = (event: StoreEvent): void => {
    const one = seen(event, selected);
    if (one !== undefined) send(one.type, formed(shown(resource, one.object)));
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();

  const from = Number(asked);
  const initial = asked === '' || asked === '0' || streaming;
  if (!initial && from < cluster.store.oldest(resource.storage)) {
    const oldest = String(cluster.store.oldest(resource.storage));
    send('ERROR', expired(`too old resource version: ${asked} (${oldest})`).body);
    response.end();
    return;
  }
  if (initial) {
    for (const object of cluster.store.list(resource.storage, namespace))
      if (selected(object)) send('ADDED', formed(shown(resource, object)));
    if (streaming && bookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else for (const event of cluster.store.since(resource.storage, from)) pass(event);

  const unsubscribe = cluster.store.subscribe(resource.storage, (event) => {
    if (event.revision > from || initial) pass(event);
  });
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const limit = setTimeout(() => watch.end(), (seconds > 0 ? seconds : 1800) * 1000);
  const ticking = bookmarks ? setInterval(() => bookmark(), bookmarkMs) : undefined;
  const watch: OpenWatch = {
    storage: resource.storage,
    end: () => {
      response.end();
      close();
    },
    drop: () => {
      response.socket?.destroy();
      close();
    },
  };
  const close = (): void => {
    clearTimeout(limit);
    clearInterval(ticking);
    unsubscribe();
    open.delete(watch);
  };
  open.add(watch);
  response.on('close', close);
}
