// Services that nothing was found of and that must be there all the same: who says so. Pure.
import { type Service, SERVICES } from '../api/components.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { recogniseServiceName, type Topology } from '../product/index.ts';
import type { Chosen } from './candidates.ts';
import { list, text } from './fields.ts';
import { templateContainer, type WorkloadObject } from './workload.ts';

/** Every topology has these two; what else one has may be left out of an installation. */
const IN_EVERY_INSTALLATION: readonly Service[] = ['core-daemon', 'operations-service'];

/** The host of a URL. Only the name before its first dot is looked at. */
const HOST = /(?:^|[\s,;"'=])https?:\/\/(?:[^/@\s]*@)?([a-z0-9][a-z0-9.-]{0,252})/gi;

/**
 * For each service that was not found, why it is expected: a Service of its name, the configuration of another service,
 * or what the topology says that a service needs. Nothing is expected where no service at all was found.
 */
export function expectedServices(
  found: ReadonlyMap<Service, Chosen>,
  topology: Topology,
  objects: NamespaceObjects,
): ReadonlyMap<Service, string> {
  if (found.size === 0) return new Map();
  const byService = new Map(
    (objects.services.ok ? objects.services.value : []).flatMap(({ metadata: { name } }) => {
      const service = recogniseServiceName(name)?.service;
      return service === undefined ? [] : [[service, `there is a Service ${name}`] as const];
    }),
  );
  const byConfiguration = new Map(
    [...found].flatMap(([user, { sure }]) =>
      sure.flatMap(namedIn).map((service) => [service, `the configuration of ${user} names it`] as const),
    ),
  );
  const byTopology = new Map(
    [...found.keys()].flatMap((user) =>
      (topology.dependsOn[user] ?? []).map((needed) => [needed as Service, `${user} needs it`] as const),
    ),
  );
  const reason = (service: Service): string | undefined =>
    byService.get(service) ??
    byConfiguration.get(service) ??
    byTopology.get(service) ??
    (IN_EVERY_INSTALLATION.includes(service) ? 'every installation has it' : undefined);
  return new Map(
    SERVICES.flatMap((service) => {
      const why = found.has(service) ? undefined : reason(service);
      return why === undefined ? [] : [[service, why] as const];
    }),
  );
}

/** Services that the variables and arguments of a workload's container lead to. */
function namedIn(workload: WorkloadObject): readonly Service[] {
  const container = templateContainer(workload);
  const words = [
    ...list(container['env']).flatMap(({ value }) => text(value) ?? []),
    ...[container['command'], container['args']].flatMap((part) => (Array.isArray(part) ? (part as unknown[]) : [])),
  ];
  return words.flatMap((word) => {
    if (typeof word !== 'string') return [];
    return [...word.matchAll(HOST)].flatMap(([, host = '']) => {
      // A name of the cluster; one of the internet is not a workload of this namespace.
      const [name = '', ...rest] = host.toLowerCase().split('.');
      const isOfCluster = rest.length === 0 || rest[1] === 'svc' || rest.length === 1;
      return isOfCluster ? (recogniseServiceName(name)?.service ?? []) : [];
    });
  });
}
