// Keeps a copy of some objects of the API server and says which of them changed.
import type { Clock } from '../runtime/clock.ts';
import type { KubeApi } from './call.ts';
import { dropManagedFields, listAll } from './list.ts';
import type { CallParams, ResourceRule } from './rules.ts';
import { type Confirmation, createWatch, type WatchNote } from './watch.ts';

export interface Watched {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

export type { Confirmation } from './watch.ts';
export type ReflectorNote = WatchNote;

export interface ReflectorOptions<T extends Watched> {
  readonly api: KubeApi;
  readonly list: ResourceRule;
  readonly watch: ResourceRule;
  readonly params: CallParams;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  /** What is kept of an object as the API server sends it. Default: all but `managedFields`. */
  readonly reduce?: (object: object) => T;
  /** The object as it is now, or undefined when it is gone. Only put a key into a queue here. */
  readonly onChange: (key: string, object: T | undefined) => void;
  readonly onNote?: (note: ReflectorNote) => void;
  /** How long a watch may be silent. Bookmarks come about once a minute. */
  readonly inactivityMs?: number;
  /** A whole list as a safety net after this. */
  readonly relistMs?: number;
}

export interface Reflector<T extends Watched> {
  /** Lists and watches until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** True once a list was complete: what `get` says is then a known state. */
  synced(): boolean;
  /** When the server last proved that it talks to us. `clock.monotonicMs()`. */
  lastEventAt(): number | undefined;
  /** Undefined before the first list. A connection that is merely open confirms nothing. */
  confirmed(): Confirmation | undefined;
  /** `namespace/name` */
  get(key: string): T | undefined;
  keys(): readonly string[];
}

/** `namespace/name` of an object. */
export function keyOf(object: Watched): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** A reflector that has not started. */
export function createReflector<T extends Watched>(options: ReflectorOptions<T>): Reflector<T> {
  const { api, params, reduce = withoutManagedFields as (object: object) => T } = options;
  const store = new Map<string, T>();
  let synced = false;

  const note = (what: ReflectorNote): void => options.onNote?.(what);
  const tell = (key: string, object: T | undefined): void => {
    try {
      options.onChange(key, object);
    } catch (error) {
      note({ kind: 'handler', error });
    }
  };
  const put = (object: T): void => {
    const key = keyOf(object);
    const known = store.get(key);
    store.set(key, object);
    const { uid, resourceVersion } = object.metadata;
    if (known?.metadata.uid !== uid || known?.metadata.resourceVersion !== resourceVersion) tell(key, object);
  };
  const remove = (key: string): void => {
    if (store.delete(key)) tell(key, undefined);
  };
  /** Makes the store equal to a list: a deletion that no watch told us is noticed here. */
  const replace = (items: readonly T[]): void => {
    const present = new Set(items.map(keyOf));
    for (const key of [...store.keys()]) if (!present.has(key)) remove(key);
    for (const item of items) put(item);
  };

  const watch = createWatch({
    api,
    rule: options.watch,
    params,
    clock: options.clock,
    random: options.random,
    start: async (signal) => {
      const counted = (item: object): { value: T; bytes: number } => ({ value: reduce(item), bytes: 0 });
      const listed = await listAll<T>(api, options.list, params, signal, { reduce: counted });
      if (!listed.ok) return listed;
      replace(listed.value.items);
      synced = true;
      return { ok: true, value: { version: listed.value.resourceVersion, objects: store.size } };
    },
    onObject: (object, isGone) => {
      if (isGone) remove(keyOf(object as Watched));
      else put(reduce(object));
    },
    onNote: note,
    inactivityMs: options.inactivityMs,
    relistMs: options.relistMs,
  });
  return {
    run: (signal) => watch.run(signal),
    synced: () => synced,
    lastEventAt: () => watch.lastEventAt(),
    confirmed: () => watch.confirmed(),
    get: (key) => store.get(key),
    keys: () => [...store.keys()],
  };
}

function withoutManagedFields(object: object): object {
  dropManagedFields(object);
  return object;
}
