// What is served right now: the built-in resources and those of the established definitions.
import type { KubeObject } from './json.ts';
import { resourcesOf } from './definitions.ts';
import { BUILTIN, OPENSHIFT, type Resource } from './resources.ts';
import type { Store } from './store.ts';

export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';

export interface Registry {
  all(): readonly Resource[];
  find(group: string, version: string, plural: string): Resource | undefined;
  byKind(apiVersion: string, kind: string): Resource | undefined;
  /** Group names in discovery's order, each with its versions, the preferred one first. */
  groups(): { group: string; versions: string[] }[];
}

/** A registry over a store: it is computed anew when a definition changes. */
export function createRegistry(store: Store, options: { openshift: boolean }): Registry {
  const fixed = [...BUILTIN, ...(options.openshift ? OPENSHIFT : [])];
  let known: { at: readonly KubeObject[]; all: readonly Resource[] } | undefined;
  const all = (): readonly Resource[] => {
    const definitions = store.list(DEFINITIONS);
    if (known?.at.length !== definitions.length || known.at.some((one, index) => one !== definitions[index]))
      known = { at: definitions, all: [...fixed, ...definitions.flatMap(resourcesOf)] };
    return known.all;
  };
  return {
    all,
    find: (group, version, plural) =>
      all().find((one) => one.group === group && one.version === version && one.plural === plural),
    byKind: (apiVersion, kind) =>
      all().find(
        (one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion,
      ),
    groups() {
      const found = new Map<string, Set<string>>();
      for (const { group, version } of all()) found.set(group, (found.get(group) ?? new Set()).add(version));
      return [...found].map(([group, versions]) => ({ group, versions: [...versions] }));
    },
  };
}
