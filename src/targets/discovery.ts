// Which workloads are which service. Pure, and the same for the same objects in any order.
import { SERVICES, type Service } from '../api/components.ts';
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import type { Fault } from '../facts/outcome.ts';
import { type Recognised, recogniseService, recogniseServiceName } from '../product/index.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { selects } from './addresses.ts';
import { type Candidate, choose, type Chosen } from './candidates.ts';
import { imageOf, templateLabels, workloadLists, type WorkloadObject, workloadsIn } from './workload.ts';

export interface Discovery {
  readonly found: ReadonlyMap<Service, Chosen>;
  /** A service was found under a name that only the umbrella chart uses. */
  readonly umbrellaNames: boolean;
  /** Why a service that was not found may be there nevertheless. */
  readonly blind: Fault | undefined;
  readonly notes: readonly SafeText[];
}

/**
 * The workloads of each service: told by image before labels before name before the name of a Service in front of them.
 *
 * @param named what the spec names for a service
 */
export function discover(
  objects: NamespaceObjects,
  named: ReadonlyMap<Service, WorkloadObject> = new Map(),
): Discovery {
  const services = objects.services.ok ? objects.services.value : [];
  const candidates = workloadsIn(objects).flatMap((workload): Candidate[] => {
    const recognised = recognisedAs(workload, services);
    return recognised === undefined ? [] : [{ workload, recognised }];
  });
  const found = new Map<Service, Chosen>();
  const notes: SafeText[] = [];
  let umbrellaNames = false;
  for (const service of SERVICES) {
    const own = candidates.filter(({ recognised }) => recognised.service === service);
    const chosen = choose(own, services, named.get(service));
    if (chosen === undefined) continue;
    found.set(service, chosen);
    const [first] = chosen.sure;
    umbrellaNames ||= own.some(({ workload, recognised }) => workload === first && recognised.umbrella);
    notes.push(...notesOn(service, chosen));
  }
  const unread = workloadLists(objects).flatMap((read) => (read.ok ? [] : [read.fault]));
  return { found, umbrellaNames, blind: unread[0], notes };
}

/** `Deployment core-daemon` */
export function titleOf({ kind, object }: WorkloadObject): string {
  return `${kind} ${object.metadata.name}`;
}

/** What the workload is by its image, its labels, its name, or the names of Services in front of it. */
export function recognisedAs(workload: WorkloadObject, services: readonly KubernetesObject[]): Recognised | undefined {
  const own = templateLabels(workload);
  const labels = { ...own, ...workload.object.metadata.labels };
  const recognised = recogniseService({ image: imageOf(workload), labels, name: workload.object.metadata.name });
  if (recognised !== undefined) return recognised;
  // A mirror may rename images and people workloads, but the others call the service by the name of its Service.
  const names = services.filter((service) => selects(service, own)).map(({ metadata }) => metadata.name);
  return names.toSorted().flatMap((name) => recogniseServiceName(name) ?? [])[0];
}

function notesOn(service: Service, { sure, unsure, idle, others }: Chosen): readonly SafeText[] {
  const [first] = sure;
  const like = [...unsure, ...others].map(titleOf).join(', ');
  const still = idle.map(titleOf).join(', ');
  return [
    ...(like === ''
      ? []
      : [redact(`${service}: ${titleOf(first)} is examined; ${like} looks like it too (name one in spec.services)`)]),
    ...(still === '' ? [] : [redact(`${service}: ${titleOf(first)} is examined; ${still} asks for no replica`)]),
  ];
}
