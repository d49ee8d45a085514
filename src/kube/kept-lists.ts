// Lists of one kind that a watch keeps up to date, by namespace. Pure: what was listed and what a watch told, in any
// order of arrival, make the present state. What nobody reads for a while is put away: packed, outside of the heap.
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import { pack, type Packed } from '../runtime/packed.ts';
import type { Listed } from './list.ts';
import type { KeptObject } from './namespace.ts';

export interface KeptLists {
  /** The watch begins anew: what it would have told since the last list is lost, so nothing that was kept counts. */
  restart(): void;
  /** A list begins. Call what comes back with its result; what the watch tells meanwhile is put in. */
  begin(namespace: string): (listed: Listed<KeptObject> | undefined) => void;
  /** True when somebody wants to know of this namespace: then its events must be handed over. */
  wants(namespace: string): boolean;
  /** What the watch tells: an object as it is now, or, when it is gone, was last. */
  tell(namespace: string, kept: KeptObject, isGone: boolean): void;
  /** The present state; undefined when nothing is kept. The same array until something changes. */
  get(namespace: string): readonly KubernetesObject[] | undefined;
  forget(namespace: string): void;
  /** Packs the list until it is read again. One that would take long stays as it is. */
  putAway(namespace: string): void;
  /** What the namespace takes in memory. In bytes. */
  bytes(namespace: string): number;
}

/** A list of more bytes stays at hand: to unpack it would hold everybody else up. This takes some 5 ms. */
const MOST_PACKED_BYTES = 512 * 1024;

interface Kept {
  /** Of the list: events up to it are in it. */
  readonly version: string;
  /** Undefined while it is put away. */
  objects: Map<string, KeptObject> | undefined;
  /** What `objects` takes. */
  bytes: number;
  /** The same as `objects`; undefined when those have changed since, or were never put away. */
  packed: Packed<readonly KeptObject[]> | undefined;
  /** What was told while it was put away: the last of each object. */
  readonly told: Map<string, Told>;
  asArray: readonly KubernetesObject[] | undefined;
}

interface Told {
  readonly kept: KeptObject;
  readonly isGone: boolean;
}

/** Nothing is kept until the watch has begun (`restart`). */
export function keptLists(): KeptLists {
  /** Which start of the watch it is; 0 before the first. */
  let epoch = 0;
  const lists = new Map<string, Kept>();
  /** What was told while lists are under way. */
  const underway = new Map<string, Set<Told[]>>();

  const apply = (list: Kept, one: Told): void => {
    const { kept, isGone } = one;
    const { name, resourceVersion } = kept.object.metadata;
    const { objects } = list;
    const known = objects === undefined ? list.told.get(name)?.kept : objects.get(name);
    const isOld = (than: string | undefined): boolean => !isNewer(resourceVersion, than);
    if (isOld(list.version) || (known !== undefined && isOld(known.object.metadata.resourceVersion))) return;
    if (objects === undefined) {
      list.told.set(name, one);
      return;
    }
    list.bytes += (isGone ? 0 : kept.bytes) - (known?.bytes ?? 0);
    list.asArray = undefined;
    list.packed = undefined;
    if (isGone) objects.delete(name);
    else objects.set(name, kept);
  };

  const open = (list: Kept): Map<string, KeptObject> => {
    if (list.objects !== undefined) return list.objects;
    const items = list.packed?.unpack() ?? [];
    const objects = byName(items);
    list.objects = objects;
    list.bytes = bytesOf(items);
    const told = [...list.told.values()];
    list.told.clear();
    for (const one of told) apply(list, one);
    return objects;
  };

  return {
    restart: () => {
      epoch += 1;
      lists.clear();
    },
    begin: (namespace) => {
      const begun = epoch;
      const told: Told[] = [];
      const all = underway.get(namespace) ?? new Set();
      underway.set(namespace, all.add(told));
      return (listed) => {
        all.delete(told);
        if (all.size === 0 && underway.get(namespace) === all) underway.delete(namespace);
        // A list that is older than the watch misses what happened between the two.
        if (listed === undefined || begun === 0 || begun !== epoch || !isVersion(listed.resourceVersion)) return;
        const known = lists.get(namespace);
        if (known !== undefined && isNewer(known.version, listed.resourceVersion)) return;
        const list: Kept = {
          version: listed.resourceVersion,
          objects: byName(listed.items),
          bytes: bytesOf(listed.items),
          packed: undefined,
          told: new Map(),
          asArray: undefined,
        };
        for (const one of told) apply(list, one);
        lists.set(namespace, list);
      };
    },
    wants: (namespace) => lists.has(namespace) || underway.has(namespace),
    tell: (namespace, kept, isGone) => {
      const one = { kept, isGone };
      for (const told of underway.get(namespace) ?? []) told.push(one);
      const list = lists.get(namespace);
      if (list !== undefined) apply(list, one);
    },
    get: (namespace) => {
      const list = lists.get(namespace);
      if (list === undefined) return undefined;
      list.asArray ??= [...open(list).values()].map(({ object }) => object);
      return list.asArray;
    },
    forget: (namespace) => void lists.delete(namespace),
    putAway: (namespace) => {
      const list = lists.get(namespace);
      if (list?.objects === undefined || list.bytes > MOST_PACKED_BYTES) return;
      list.packed ??= pack([...list.objects.values()]);
      list.objects = undefined;
      list.asArray = undefined;
    },
    bytes: (namespace) => {
      const list = lists.get(namespace);
      if (list === undefined) return 0;
      const told = [...list.told.values()].map(({ kept }) => kept);
      return (list.objects === undefined ? 0 : list.bytes) + (list.packed?.bytes ?? 0) + bytesOf(told);
    },
  };
}

function byName(items: readonly KeptObject[]): Map<string, KeptObject> {
  return new Map(items.map((item) => [item.object.metadata.name, item]));
}

function bytesOf(items: readonly KeptObject[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Versions are decimal numbers that may be compared (KEP-5504); what is none is not kept. */
function isVersion(version: string | undefined): version is string {
  return version !== undefined && /^[1-9][0-9]*$/.test(version);
}

function isNewer(version: string | undefined, than: string | undefined): boolean {
  if (!isVersion(version)) return false;
  if (!isVersion(than)) return true;
  return version.length === than.length ? version > than : version.length > than.length;
}
