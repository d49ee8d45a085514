// Which workload is which service. Pure, and the same for the same objects in any order.
import { SERVICES, type Service } from '../api/components.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { Fault } from '../facts/outcome.ts';
import { type Recognised, recogniseService } from '../product/index.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { imageOf, templateLabels, workloadLists, type WorkloadObject, workloadsIn } from './workload.ts';

export interface Discovery {
  readonly found: ReadonlyMap<Service, WorkloadObject>;
  /** A service was found under a name that only the umbrella chart uses. */
  readonly umbrellaNames: boolean;
  /** Why a service that was not found may be there nevertheless. */
  readonly blind: Fault | undefined;
  readonly notes: readonly SafeText[];
}

const STRENGTH = { image: 0, label: 1, name: 2 } as const;
const KIND_ORDER = { Deployment: 0, Rollout: 1, StatefulSet: 2, DaemonSet: 3, DeploymentConfig: 4 } as const;

interface Candidate {
  readonly workload: WorkloadObject;
  readonly recognised: Recognised;
}

/** One workload for each service: told by image before labels before name; of several the strongest, then by name. */
export function discover(objects: NamespaceObjects): Discovery {
  const candidates = workloadsIn(objects)
    .flatMap((workload): Candidate[] => {
      const labels = { ...templateLabels(workload), ...workload.object.metadata.labels };
      const recognised = recogniseService({ image: imageOf(workload), labels, name: workload.object.metadata.name });
      return recognised === undefined ? [] : [{ workload, recognised }];
    })
    .sort(strongestFirst);
  const found = new Map<Service, WorkloadObject>();
  const notes: SafeText[] = [];
  let umbrellaNames = false;
  for (const service of SERVICES) {
    const [best, ...others] = candidates.filter(({ recognised }) => recognised.service === service);
    if (best === undefined) continue;
    found.set(service, best.workload);
    umbrellaNames ||= best.recognised.umbrella;
    if (others.length > 0) {
      const names = others.map(({ workload }) => titleOf(workload)).join(', ');
      notes.push(
        redact(
          `${service}: ${titleOf(best.workload)} is examined; ${names} looks like it too (name one in spec.services)`,
        ),
      );
    }
  }
  const unread = workloadLists(objects).flatMap((read) => (read.ok ? [] : [read.fault]));
  return { found, umbrellaNames, blind: unread[0], notes };
}

/** `Deployment core-daemon` */
export function titleOf({ kind, object }: WorkloadObject): string {
  return `${kind} ${object.metadata.name}`;
}

function strongestFirst(a: Candidate, b: Candidate): number {
  const [left, right] = [a.workload.object.metadata.name, b.workload.object.metadata.name];
  return (
    STRENGTH[a.recognised.by] - STRENGTH[b.recognised.by] ||
    KIND_ORDER[a.workload.kind] - KIND_ORDER[b.workload.kind] ||
    (left < right ? -1 : left > right ? 1 : 0)
  );
}
