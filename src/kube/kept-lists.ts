// Lists of one kind that a watch keeps up to date, by namespace. Pure: what was listed and what a watch told, in any
// order of arrival, make the present state.
import type { KubernetesObject } from '../facts/namespace-objects.ts';
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
  /** What the namespace takes in memory. In bytes. */
  bytes(namespace: string): number;
}

interface Kept {
  /** Of the list: events up to it are in it. */
  readonly version: string;
  readonly objects: Map<string, KeptObject>;
  bytes: number;
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

  const apply = (list: Kept, { kept, isGone }: Told): void => {
    const { name, resourceVersion } = kept.object.metadata;
    const known = list.objects.get(name);
    const isOld = (than: string | undefined): boolean => !isNewer(resourceVersion, than);
    if (isOld(list.version) || (known !== undefined && isOld(known.object.metadata.resourceVersion))) return;
    list.bytes += (isGone ? 0 : kept.bytes) - (known?.bytes ?? 0);
    list.asArray = undefined;
    if (isGone) list.objects.delete(name);
    else list.objects.set(name, kept);
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
          objects: new Map(listed.items.map((item) => [item.object.metadata.name, item])),
          bytes: listed.items.reduce((sum, { bytes }) => sum + bytes, 0),
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
      list.asArray ??= [...list.objects.values()].map(({ object }) => object);
      return list.asArray;
    },
    forget: (namespace) => void lists.delete(namespace),
    bytes: (namespace) => lists.get(namespace)?.bytes ?? 0,
  };
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
