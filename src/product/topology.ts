// The shape of a topology: how to recognise it, who depends on whom, whose log holds what.
import type { Backend, Service } from '../api/components.ts';

export type TopologyName = 'Umbrella' | 'Split' | 'Consolidated';

export interface Topology {
  readonly name: TopologyName;
  /** Services that this topology has; what is absent here is no fault by its absence. */
  readonly services: readonly Service[];
  /** Direct dependencies of each service: other services, and backends (all targets of that kind unless `usedBy` says less). */
  readonly dependsOn: Readonly<Partial<Record<Service, readonly (Service | Backend)[]>>>;
  /** Services whose lines are found in another service's log (merged services). */
  readonly logsOf: Readonly<Partial<Record<Service, readonly Service[]>>>;
  /** How many database pools each pod of a service keeps; the guide's formula multiplies by it. */
  readonly pools: Readonly<Partial<Record<Service, number>>>;
}
