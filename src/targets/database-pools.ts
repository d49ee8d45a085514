// Which services keep connections to which database, where the spec leaves it to the topology: the connection sums
// need it. Pure.
import { isService, type Service } from '../api/components.ts';
import type { DatabaseTarget, ServiceTarget } from '../facts/target.ts';
import { dependencyEdges, type Topology } from '../product/index.ts';

/**
 * The databases with those who keep connections to them. A service that this topology has merged into another is looked for there. A service
 * that would keep more databases than it has data sources is left out where the spec does not name it: which of them it
 * uses is not known, and a sum that counts it for each would be too high.
 */
export function withPools(
  databases: readonly DatabaseTarget[],
  services: readonly ServiceTarget[],
  topology: Topology,
): readonly DatabaseTarget[] {
  const refs = [...services, ...databases].map((target) => ({
    id: target.id,
    component: target.component,
    usedBy: target.kind === 'database' ? target.usedBy : [],
  }));
  const ids = new Set(databases.map(({ id }) => id));
  const edges = dependencyEdges(topology, refs).filter(({ to }) => ids.has(to));
  const keeps = (service: Service): number => edges.filter(({ from }) => from === service).length;
  return databases.map((database) => {
    const users = edges.filter(({ to }) => to === database.id).flatMap(({ from }) => (isService(from) ? [from] : []));
    const isNamed = database.usedBy.length > 0;
    const pooledBy = users.filter((service) => isNamed || keeps(service) <= (topology.pools[service] ?? 1));
    return { ...database, pooledBy: pooledBy.toSorted() };
  });
}
