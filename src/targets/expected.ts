// Services that nothing was found of and that must be there all the same: who says so. Pure.
import { type Service, SERVICES } from '../api/components.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { hostsNamed, type NamedHost, recogniseServiceName, type Topology } from '../product/index.ts';
import { selects } from './addresses.ts';
import type { Chosen } from './candidates.ts';
import { list, text } from '../runtime/fields.ts';
import { strayPods } from './stray-pods.ts';
import { templateContainer, templateLabels, type WorkloadObject } from './workload.ts';

/** Every topology has these two; what else one has may be left out of an installation. */
const IN_EVERY_INSTALLATION: readonly Service[] = ['core-daemon', 'operations-service'];

/**
 * For each service that was not found, why it is expected: a pod that runs it, a Service of its name, the configuration of another service,
 * or what the topology says that a service needs. Nothing is expected where no service at all was found.
 */
export function expectedServices(
  found: ReadonlyMap<Service, Chosen>,
  topology: Topology,
  objects: NamespaceObjects,
  namespace: string,
): ReadonlyMap<Service, string> {
  if (found.size === 0) return new Map();
  const pods = [...found.values()].flatMap(({ sure }) => sure.map(templateLabels));
  const services = (objects.services.ok ? objects.services.value : []).flatMap((object) => {
    const service = recogniseServiceName(object.metadata.name)?.service;
    return service === undefined ? [] : [{ service, object }];
  });
  // An old name may lead to the service that another one was merged into: then whoever uses it is served.
  const served = new Set(
    services.filter(({ object }) => pods.some((labels) => selects(object, labels))).map(({ service }) => service),
  );
  const byService = new Map(
    services.map(({ service, object }) => [service, `there is a Service ${object.metadata.name}`]),
  );
  const byConfiguration = new Map(
    [...found].flatMap(([user, { sure }]) =>
      sure.flatMap(namedIn).map((host) => [host.service, byConfigurationOf(user, host, namespace)] as const),
    ),
  );
  const byTopology = new Map(
    [...found.keys()].flatMap((user) =>
      (topology.dependsOn[user] ?? []).map((needed) => [needed as Service, `${user} needs it`] as const),
    ),
  );
  const strays = strayPods(objects);
  const byPod = (service: Service): string | undefined => {
    const pod = strays.get(service);
    return pod === undefined ? undefined : `pod ${pod} runs it`;
  };
  const reason = (service: Service): string | undefined =>
    byPod(service) ??
    (served.has(service) ? undefined : (byService.get(service) ?? byConfiguration.get(service))) ??
    byTopology.get(service) ??
    (IN_EVERY_INSTALLATION.includes(service) ? 'every installation has it' : undefined);
  return new Map(
    SERVICES.flatMap((service) => {
      const why = found.has(service) ? undefined : reason(service);
      return why === undefined ? [] : [[service, why] as const];
    }),
  );
}

/** Hosts of services in the variables and arguments of a workload's container. */
function namedIn(workload: WorkloadObject): readonly NamedHost[] {
  const container = templateContainer(workload);
  const words = [container['command'], container['args']].flatMap((part) =>
    Array.isArray(part) ? part.filter((word): word is string => typeof word === 'string') : [],
  );
  return [
    ...list(container['env']).flatMap(({ name, value }) => hostsNamed(text(value) ?? '', text(name))),
    ...words.flatMap((word) => hostsNamed(word)),
  ];
}

/** Why a service is expected that the configuration of another one leads to. */
export function byConfigurationOf(user: Service, { namespace: other }: NamedHost, namespace: string): string {
  const names = `the configuration of ${user} names it`;
  return other === undefined || other === namespace ? names : `${names} in namespace ${other}: give its url`;
}
