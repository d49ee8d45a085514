// What etcd and the watch cache are to the real server: objects by key, one counter of revisions, a history for watches.
import { clone, type KubeObject } from './json.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change. `before` is the object as it was, undefined for ADDED. */
export interface StoreEvent {
  revision: number;
  type: EventType;
  storage: string;
  object: KubeObject;
  before: KubeObject | undefined;
}

export interface Store {
  /** The revision of the last write. */
  revision(): number;
  /** The oldest revision from which a watch of this storage can still start. */
  oldest(storage: string): number;
  /** From now on nothing older is known of this storage; a definition that was just established starts so. */
  forgetBefore(storage: string, revision: number): void;
  get(storage: string, namespace: string, name: string): KubeObject | undefined;
  /** Objects in order of namespace and name; all namespaces when none is given. */
  list(storage: string, namespace?: string): KubeObject[];
  /** Write an object under a new revision; what is stored is a copy, what returns is the stored one. */
  put(storage: string, object: KubeObject): KubeObject;
  /** Take an object out; the DELETED event carries its last state under a new revision. */
  remove(storage: string, object: KubeObject): KubeObject;
  /** The changes of a storage after a revision, oldest first. */
  since(storage: string, revision: number): StoreEvent[];
  subscribe(storage: string, listener: (event: StoreEvent) => void): () => void;
  /** Called after every write, whatever the storage. */
  onWrite(listener: (event: StoreEvent) => void): void;
  /** Forget the history: a watch from any earlier revision is answered with 410. */
  compact(): void;
  /** Count one revision up without a write, as background writes of a real cluster do. */
  advance(): void;
  storages(): string[];
}

const FIRST_REVISION = 200;
const HISTORY_LENGTH = 10_000;

const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;

/** An empty store. Revisions start above 1, so that a watch from 1 is always too old. */
export function createStore(): Store {
  const storages = new Map<string, Map<string, KubeObject>>();
  const listeners = new Map<string, Set<(event: StoreEvent) => void>>();
  const anyWrite: ((event: StoreEvent) => void)[] = [];
  const forgotten = new Map<string, number>();
  let history: StoreEvent[] = [];
  let revision = FIRST_REVISION;
  let compacted = FIRST_REVISION;

  const of = (storage: string): Map<string, KubeObject> => {
    const found = storages.get(storage) ?? new Map<string, KubeObject>();
    storages.set(storage, found);
    return found;
  };
  const tell = (event: StoreEvent): void => {
    history.push(event);
    if (history.length > HISTORY_LENGTH) {
      const dropped = history.splice(0, history.length - HISTORY_LENGTH);
      compacted = dropped.at(-1)?.revision ?? compacted;
    }
    for (const listener of [...(listeners.get(event.storage) ?? [])]) listener(event);
    for (const listener of anyWrite) listener(event);
  };

  return {
    revision: () => revision,
    oldest: (storage) => Math.max(compacted, forgotten.get(storage) ?? 0),
    forgetBefore: (storage, at) => void forgotten.set(storage, at),
    get: (storage, namespace, name) => of(storage).get(`${namespace}/${name}`),
    list: (storage, namespace) =>
      [...of(storage).entries()]
        .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, object]) => object),
    put(storage, object) {
      const key = keyOf(object);
      const before = of(storage).get(key);
      revision += 1;
      const stored = clone(object);
      stored.metadata.resourceVersion = String(revision);
      of(storage).set(key, stored);
      tell({ revision, type: before === undefined ? 'ADDED' : 'MODIFIED', storage, object: stored, before });
      return stored;
    },
    remove(storage, object) {
      const key = keyOf(object);
      const before = of(storage).get(key);
      of(storage).delete(key);
      revision += 1;
      const last = clone(object);
      last.metadata.resourceVersion = String(revision);
      tell({ revision, type: 'DELETED', storage, object: last, before });
      return last;
    },
    since: (storage, after) => history.filter((event) => event.storage === storage && event.revision > after),
    subscribe(storage, listener) {
      const set = listeners.get(storage) ?? new Set();
      listeners.set(storage, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    onWrite: (listener) => void anyWrite.push(listener),
    compact() {
      history = [];
      compacted = revision;
    },
    advance: () => void (revision += 1),
    storages: () => [...storages.keys()],
  };
}
