// Services that nothing was found of and that a run hears of while it looks: the settings of another service lead to them
// (a ConfigMap is read during the run), or a line in its log says that it cannot reach them. Pure.
import type { Service } from '../api/components.ts';
import type { HealthReportSpec } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { LogSighting, Visit } from '../facts/observed.ts';
import type { ServiceTarget, Target } from '../facts/target.ts';
import { isService } from '../api/components.ts';
import { recogniseServiceName, type Topology } from '../product/index.ts';
import { byConfigurationOf } from './expected.ts';
import { laterTarget } from './services.ts';

export interface LaterRequest {
  readonly spec: HealthReportSpec;
  readonly namespace: string;
  /** Undefined without a cluster: then nobody looked for services. */
  readonly objects: NamespaceObjects | undefined;
  readonly topology: Topology;
  /** With what their settings lead to. */
  readonly targets: readonly Target[];
  readonly visits: readonly Visit[];
  readonly now: Date;
}

/** A target for each service that somebody calls and that is no target yet. */
export function expectedLater(request: LaterRequest): readonly ServiceTarget[] {
  const { spec, objects, targets, visits, topology, namespace } = request;
  if (objects === undefined || spec.discovery !== 'Auto') return [];
  const services = targets.filter((target): target is ServiceTarget => target.kind === 'service');
  const known = new Set<Service>([
    ...services.map(({ id }) => id),
    ...(spec.services ?? []).map(({ name }) => name),
    ...services.flatMap(servedBy),
  ]);
  const reasons = new Map<Service, string>();
  const add = (service: Service, why: string): void => {
    if (!known.has(service) && !reasons.has(service)) reasons.set(service, why);
  };
  for (const { id, calls = [] } of services)
    for (const host of calls) add(host.service, byConfigurationOf(id, host, namespace));
  for (const visit of visits) {
    if (visit.kind !== 'logs' || !visit.observed.logs.ok) continue;
    const { id } = visit.target;
    for (const service of visit.observed.logs.value.sightings.flatMap((one) => calledIn(one, id, topology)))
      add(service, `the log of ${id} says that it calls it`);
  }
  return [...reasons].map(([service, why]) => laterTarget(service, why, request));
}

/** Services whose names lead to the pods of this one: it has taken over what they did. */
function servedBy({ workload, others = [] }: ServiceTarget): readonly Service[] {
  const names = [workload, ...others].flatMap((one) => one?.services ?? []);
  return names.flatMap((name) => recogniseServiceName(name)?.service ?? []);
}

/**
 * Whom a line of the log accuses. One that was merged into the writer is a part of it, except where the line is about the
 * way to it: nobody opens a connection to a part of oneself.
 */
function calledIn({ blames, fault, inWindow }: LogSighting, writer: Service, topology: Topology): readonly Service[] {
  if (!inWindow) return [];
  const parts = topology.logsOf[writer] ?? [];
  return blames.filter(isService).filter((service) => !parts.includes(service) || fault === 'InternalConnectionError');
}
