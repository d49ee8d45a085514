// Who depends on whom among the targets at hand: what `usedBy` says, else what the topology says.
import { BACKENDS, isService, type Backend, type Component, type Service } from '../api/components.ts';
import type { TargetId, TargetRef } from '../facts/target.ts';
import type { Topology } from './topology.ts';

/** `from` cannot work without `to`. */
export interface Edge {
  readonly from: TargetId;
  readonly to: TargetId;
}

/** Names that a service's database goes by: its own, and the default schemas of the vendor's charts. */
export const DATABASE_NAMES: Readonly<Partial<Record<Service, readonly string[]>>> = {
  'node-persistence': ['keylessd'],
  'circuit-storage': ['circuits'],
  'metrics-collector': ['metricscollector', 'metrics'],
  'admin-dashboard': ['sdkcustomerdashboard', 'dashboard'],
};

/**
 * The edges between targets, each once, in no particular order. `usedBy` of a backend decides; without it every
 * service that uses such a backend depends on it, except that of several databases each service depends on those
 * that carry its name, or, where none does, on those that carry nobody's. A service that this topology has merged
 * into another is looked for there. Only targets that exist are joined.
 */
export function dependencyEdges(topology: Topology, targets: readonly TargetRef[]): readonly Edge[] {
  const services = new Set(targets.map(({ component }) => component).filter(isService));
  const edges = new Map<string, Edge>();
  const join = (from: TargetId, to: TargetId): void => {
    if (from !== to) edges.set(`${from} ${to}`, { from, to });
  };

  for (const service of services) {
    for (const dependency of topology.dependsOn[service] ?? []) {
      if (isService(dependency) && services.has(dependency)) join(service, dependency);
    }
  }
  for (const backend of BACKENDS) {
    const all = targets.filter(({ component }) => component === backend);
    for (const target of all) {
      for (const user of target.usedBy) {
        const home = services.has(user) ? user : hostOf(topology, user);
        if (home !== undefined && services.has(home)) join(home, target.id);
      }
    }
    const open = all.filter(({ usedBy }) => usedBy.length === 0);
    const users = [...services].filter((service) => topology.dependsOn[service]?.includes(backend) === true);
    for (const user of users) {
      for (const target of choose(topology, backend, user, users, open)) join(user, target.id);
    }
  }
  return [...edges.values()];
}

function choose(
  topology: Topology,
  backend: Backend,
  user: Service,
  users: readonly Service[],
  open: readonly TargetRef[],
): readonly TargetRef[] {
  if (backend !== 'database' || open.length < 2) return open;
  const own = open.filter((target) => carriesNameOf(topology, user, target));
  if (own.length > 0) return own;
  const nobodys = open.filter((target) => !users.some((other) => carriesNameOf(topology, other, target)));
  return nobodys.length > 0 ? nobodys : open;
}

function carriesNameOf(topology: Topology, service: Service, target: TargetRef): boolean {
  const name = target.id.slice(target.id.lastIndexOf('/') + 1);
  return [service, ...(topology.logsOf[service] ?? [])].some((alias) =>
    [alias, ...(DATABASE_NAMES[alias] ?? [])].some((word) => name.includes(word)),
  );
}

/** The service that a merged one lives in. */
function hostOf(topology: Topology, merged: Service): Service | undefined {
  return (Object.entries(topology.logsOf) as [Service, readonly Component[]][]).find(([, guests]) =>
    guests.includes(merged),
  )?.[0];
}
