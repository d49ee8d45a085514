// The services' connection pools on a database server, and their sum in the guide's form:
// 4 (connections) * pods * services (guide, "Scaling the cluster").
import type { Service } from '../../api/components.ts';
import type { Observations } from '../../facts/observed.ts';
import { serverOf } from '../../facts/server.ts';
import type { DatabaseTarget } from '../../facts/target.ts';
import type { Workload } from '../../facts/workload.ts';

/** The pools of one service on the server: how many connections each pod keeps, and how many pods there are. */
export interface Pools {
  readonly service: Service;
  readonly poolSize: number;
  readonly pods: number;
}

/** Pools on the target's server: its other databases draw on the same max_connections. */
export function poolsOn(
  target: DatabaseTarget,
  all: Observations,
  podsOf: (workload: Workload) => number,
): readonly Pools[] {
  const server = serverOf(target);
  const workloads = new Map<Service, readonly Workload[]>();
  const databases = new Map<string, DatabaseTarget>([[target.id, target]]);
  for (const visit of all.visits) {
    if (visit.kind === 'pods' && visit.observed.workload.ok)
      workloads.set(visit.target.id, [visit.observed.workload.value, ...(visit.target.others ?? [])]);
    if (visit.kind === 'database' && server !== undefined && serverOf(visit.target) === server)
      databases.set(visit.target.id, visit.target);
  }
  return [...databases.values()].flatMap(({ usedBy, pooledBy = usedBy, poolSize }) =>
    pooledBy.flatMap((service) => {
      const running = workloads.get(service);
      if (running === undefined) return [];
      return [{ service, poolSize, pods: running.reduce((sum, workload) => sum + podsOf(workload), 0) }];
    }),
  );
}

/** A pooler stands before the server: the spec says so, or we were let in by one. */
export function isPooled({ pooler }: DatabaseTarget, seen: true | undefined): boolean {
  return pooler ?? seen ?? false;
}

/** The sum in the guide's form: `4 (connections) * 3 (pods) * 2 (services) = 24`, group by group of like services. */
export function sumOf(pools: readonly Pools[], what = 'pods'): { readonly total: number; readonly formula: string } {
  const groups = new Map<string, Pools & { services: number }>();
  for (const pool of pools) {
    if (pool.pods === 0) continue;
    const key = `${pool.poolSize}*${pool.pods}`;
    groups.set(key, { ...pool, services: (groups.get(key)?.services ?? 0) + 1 });
  }
  const parts = [...groups.values()];
  const total = parts.reduce((sum, { poolSize, pods, services }) => sum + poolSize * pods * services, 0);
  const [only] = parts;
  const formula =
    parts.length === 1 && only !== undefined
      ? `${only.poolSize} (connections) * ${only.pods} (${what}) * ${only.services} (services)`
      : parts.map(({ poolSize, pods, services }) => `${poolSize} * ${pods} * ${services}`).join(' + ');
  return { total, formula: `${formula}${parts.length > 1 ? ` (connections * ${what} * services)` : ''} = ${total}` };
}
