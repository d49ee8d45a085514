// One reading of a namespace for all of its reports. Each kind is listed once and then kept up to date by one watch for
// all namespaces (or one in each that was named), so that a run in the steady state lists nothing. Whoever must not see
// a state of a moment ago gets a list that began after he asked, and shares it with others who do.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { ok, type Outcome } from '../facts/outcome.ts';
import { orAborted } from '../runtime/abort.ts';
import type { Clock } from '../runtime/clock.ts';
import { versionIn } from './answer.ts';
import type { KubeApi } from './call.ts';
import { withCircumstances } from './circumstances.ts';
import { createKeeper } from './kept.ts';
import { keptLists, type KeptLists } from './kept-lists.ts';
import {
  evidenceOf,
  isAbsent,
  KIND_NAMES,
  type KindName,
  type KindRead,
  KINDS,
  listKind,
  readKinds,
} from './namespace.ts';
import { createWatch, type Watch, type WatchNote } from './watch.ts';

/** A watch that was silent for longer may be half-open: what it kept is not believed. Bookmarks come once a minute. */
const BELIEVED_MS = 90_000;
/** More namespaces than these are not watched one by one, since each watch is a connection: they are listed. */
const MOST_WATCHED = 20;
/** Namespaces that were read last are at hand, in so many bytes; the others are put away, in a tenth of theirs. */
const MOST_AT_HAND_BYTES = 4 * 1024 * 1024;
/**
 * What all namespaces together may keep. One that does not fit is listed in each of its runs. It does not take the place
 * of another: reports take turns, so that each would find what it needs gone.
 */
const MOST_KEPT_BYTES = 40 * 1024 * 1024;
/** A namespace that nobody has read for so long has no reports any more. */
const UNREAD_MS = 15 * 60_000;
/** A group that is not served here is looked for again after this, or by whoever asks for the present state. */
const ABSENT_MS = 10 * 60_000;
/** The watches begin so long after the first reading, so that they do not keep the first run waiting. */
const BEGIN_MS = 2_000;
/** Everything is listed anew after this, as a safety net. */
const RELIST_MS = 60 * 60_000;

export interface SharedNamespacesOptions {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly onNote?: (kind: KindName, note: WatchNote) => void;
  /** Ends the watches, and the lists that are under way. */
  readonly signal: AbortSignal;
}

export interface NamespaceReading {
  readonly namespace: string;
  /** As it is now, and not as the watch last told. */
  readonly isFresh: boolean;
  /** When the run began. */
  readonly now: Date;
}

export interface SharedNamespaces {
  /** Keeps the watches. Without it everything is listed whenever it is asked for. Never rejects. */
  run(): Promise<void>;
  /**
   * The objects of the namespace.
   * @throws the signal's reason when the run was cancelled
   */
  read(what: NamespaceReading, signal: AbortSignal): Promise<NamespaceObjects>;
}

type Evidence = Outcome<readonly KubernetesObject[]>;

/** One kind, in all namespaces or in one. */
interface Watched {
  readonly lists: KeptLists;
  readonly watch: Watch;
}

/** Lists of one kind in one namespace, under way. Who asks for a fresh one while one runs gets the next. */
interface Underway {
  now: Promise<Evidence> | undefined;
  next: Promise<Evidence> | undefined;
}

/** Reads nothing before it is asked. */
export function sharedNamespaces(options: SharedNamespacesOptions): SharedNamespaces {
  const { api, clock, signal: life } = options;
  const scopes = options.namespaces.length === 0 ? [undefined] : options.namespaces;
  const watched = new Map<string, Watched>();
  if (scopes.length <= MOST_WATCHED) {
    for (const scope of scopes)
      for (const name of KIND_NAMES) {
        const kind: KindRead = KINDS[name];
        if (kind.watch !== undefined)
          watched.set(`${name}/${scope ?? ''}`, watchKind(name, { ...kind, watch: kind.watch }, scope, options));
      }
  }
  const watchedIn = (name: KindName, namespace: string): Watched | undefined =>
    watched.get(`${name}/${scopes[0] === undefined ? '' : namespace}`);

  const underway = new Map<string, Underway>();
  const readAt = new Map<string, number>();
  /** When a group was last found not to be served here. */
  const absentAt = new Map<KindName, number>();

  const listNow = async (name: KindName, namespace: string): Promise<Evidence> => {
    const end = watchedIn(name, namespace)?.lists.begin(namespace);
    try {
      const listed = await listKind(api, KINDS[name], namespace, life);
      if (isAbsent(KINDS[name], listed)) absentAt.set(name, clock.monotonicMs());
      else absentAt.delete(name);
      end?.(listed.ok ? listed.value : undefined);
      return evidenceOf(KINDS[name], listed);
    } catch (error) {
      end?.(undefined);
      throw error;
    }
  };
  const start = (key: string, name: KindName, namespace: string): Promise<Evidence> => {
    const lists = underway.get(key) ?? { now: undefined, next: undefined };
    underway.set(key, lists);
    const list = listNow(name, namespace).finally(() => {
      lists.now = undefined;
      if (lists.next === undefined) underway.delete(key);
    });
    lists.now = list;
    return list;
  };
  /** A list that others may wait for too. */
  const share = (name: KindName, namespace: string, isFresh: boolean): Promise<Evidence> => {
    const key = `${name}/${namespace}`;
    const lists = underway.get(key);
    if (lists?.now === undefined) return lists?.next ?? start(key, name, namespace);
    if (!isFresh) return lists.now;
    lists.next ??= lists.now
      .catch(() => undefined)
      .then(() => {
        lists.next = undefined;
        return start(key, name, namespace);
      });
    return lists.next;
  };

  const kept = (name: KindName, namespace: string): Evidence | undefined => {
    const watching = watchedIn(name, namespace);
    if (clock.monotonicMs() - (absentAt.get(name) ?? -Infinity) <= ABSENT_MS) return ok([]);
    if (watching?.watch.isOpen() !== true) return undefined;
    const silentMs = clock.monotonicMs() - (watching.watch.lastEventAt() ?? -Infinity);
    const objects = silentMs > BELIEVED_MS ? undefined : watching.lists.get(namespace);
    return objects === undefined ? undefined : ok(objects);
  };

  const listsOf = (namespace: string): readonly KeptLists[] =>
    KIND_NAMES.flatMap((name) => watchedIn(name, namespace)?.lists ?? []);
  const bytesOf = (namespace: string): number =>
    listsOf(namespace).reduce((sum, lists) => sum + lists.bytes(namespace), 0);
  /** What namespaces that are not put away take, in the order of their last reading. In bytes. */
  const atHand = new Map<string, number>();
  const forget = (namespace: string): void => {
    for (const lists of listsOf(namespace)) lists.forget(namespace);
    readAt.delete(namespace);
    atHand.delete(namespace);
  };
  /** Lets go of what nobody reads, and of what was just listed where it is too much for all together. */
  const letGo = (listed: string): void => {
    const now = clock.monotonicMs();
    // In the order of the last reading.
    for (const [namespace, at] of readAt) {
      if (now - at <= UNREAD_MS) break;
      forget(namespace);
    }
    const total = [...readAt.keys()].reduce((sum, namespace) => sum + bytesOf(namespace), 0);
    if (total > MOST_KEPT_BYTES) forget(listed);
  };
  /** Puts away what was read longest ago, but not what was read now. */
  const putAway = (read: string): void => {
    atHand.delete(read);
    atHand.set(read, bytesOf(read));
    let total = [...atHand.values()].reduce((sum, bytes) => sum + bytes, 0);
    for (const [namespace, bytes] of atHand) {
      if (total <= MOST_AT_HAND_BYTES || namespace === read) break;
      total -= bytes;
      for (const lists of listsOf(namespace)) lists.putAway(namespace);
      atHand.delete(namespace);
    }
  };

  let read = (): void => undefined;
  const firstRead = new Promise<void>((resolve) => {
    read = resolve;
  });
  return {
    run: async () => {
      try {
        await orAborted(firstRead, life);
        await clock.sleep(BEGIN_MS, life);
      } catch {
        // It ends before anything was to be watched.
        return;
      }
      await Promise.all([...watched.values()].map(({ watch }) => watch.run(life)));
    },
    read: async ({ namespace, isFresh, now }, signal) => {
      const listed: string[] = [];
      const objects = await readKinds((name) => {
        const known = isFresh ? undefined : kept(name, namespace);
        if (known !== undefined) return Promise.resolve(known);
        listed.push(name);
        return orAborted(share(name, namespace, isFresh), signal);
      });
      read();
      readAt.delete(namespace);
      readAt.set(namespace, clock.monotonicMs());
      putAway(namespace);
      if (listed.length > 0) letGo(namespace);
      return withCircumstances(api, namespace, objects, now, signal);
    },
  };
}

/** A watch that makes nothing known by itself: it keeps up to date what was listed since it began. */
function watchKind(
  name: KindName,
  { list, watch: rule, kept }: Required<KindRead>,
  scope: string | undefined,
  { api, clock, random, onNote }: SharedNamespacesOptions,
): Watched {
  const lists = keptLists();
  const keep = createKeeper();
  const params = scope === undefined ? {} : { namespace: scope };
  const watch = createWatch({
    api,
    rule,
    params,
    clock,
    random,
    relistMs: RELIST_MS,
    start: async (signal) => {
      // The version of now, and as little else as may be.
      const first = await api.call<unknown>(
        list,
        { ...params, query: { limit: 1 } },
        { signal, eachItem: () => undefined },
      );
      if (!first.ok) return first;
      lists.restart();
      return { ok: true, value: { version: versionIn(first.value) ?? '', objects: 0 } };
    },
    onObject: (object, isGone) => {
      const { namespace } = (object as KubernetesObject).metadata;
      if (namespace === undefined || !lists.wants(namespace)) return;
      const { value, bytes } = keep(object, kept);
      lists.tell(namespace, { object: value as KubernetesObject, bytes }, isGone);
    },
    onNote: (note) => onNote?.(name, note),
  });
  return { lists, watch };
}
