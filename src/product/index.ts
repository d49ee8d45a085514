// What is known of the product: its topologies, and which of them is at hand.
import type { Service } from '../api/components.ts';
import { CONSOLIDATED } from './consolidated.ts';
import { SPLIT } from './split.ts';
import type { Topology, TopologyName } from './topology.ts';
import { UMBRELLA } from './umbrella.ts';

export { dependencyEdges, type Edge } from './dependencies.ts';
export { hostsNamed, type NamedHost } from './named-hosts.ts';
export { recogniseService, recogniseServiceName, type Recognised } from './recognition.ts';
export { isAtLeast } from './release.ts';
export { notesOf, RELEASES, releasesUpTo, type ReleaseNotes } from './releases/index.ts';
export { RENAMED_KEYS, renamedKeysAmong, type KeySighting, type RenamedKey } from './renamed-keys.ts';
export type { Topology, TopologyName } from './topology.ts';

export const TOPOLOGIES: Readonly<Record<TopologyName, Topology>> = {
  Umbrella: UMBRELLA,
  Split: SPLIT,
  Consolidated: CONSOLIDATED,
};

/** Workloads that only exist where persistence, circuits and keys are not inside core-daemon. */
const SEPARATE: readonly Service[] = ['node-persistence', 'circuit-storage', 'auth-vault'];

/**
 * Which topology an installation has. Only what is there speaks; what is missing never does, because a service that
 * vanished is a fault and must not turn into "this topology has none". So a move to Consolidated, which would show as
 * absence alone, must be said in the spec.
 *
 * @param found services that are there now
 * @param spec `spec.topology`; anything but Auto decides
 * @param previous `status.topology` of the run before
 * @param umbrellaNames true when a service was found under a name that only the umbrella chart uses (Recognised.umbrella)
 */
export function recognise(
  found: readonly Service[],
  spec: TopologyName | 'Auto',
  previous?: TopologyName,
  umbrellaNames = false,
): TopologyName {
  if (spec !== 'Auto') return spec;
  const separate = SEPARATE.some((service) => found.includes(service));
  // The umbrella chart has no auth-vault.
  if (found.includes('auth-vault')) return 'Split';
  if (previous === 'Split' || previous === 'Umbrella') return previous;
  if (umbrellaNames) return 'Umbrella';
  if (separate) return 'Split';
  return previous ?? 'Consolidated';
}
