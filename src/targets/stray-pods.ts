// Pods that run a service and belong to no workload that is looked at: another controller made them (a CloneSet, a bare
// pod), or the list of their workloads could not be read. Pure.
import type { Service } from '../api/components.ts';
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { recogniseImage, recogniseLabels, repositoryName } from '../product/recognition.ts';
import { fields, labelsOf, list, text } from '../runtime/fields.ts';
import { applicationContainer, hasEnded } from './pods.ts';
import { workloadsIn } from './workload.ts';

/** By service, the first such pod by name. Pods of Jobs run for a while, and are not the service. */
export function strayPods(objects: NamespaceObjects): ReadonlyMap<Service, string> {
  if (!objects.pods.ok || !objects.replicaSets.ok) return new Map();
  const workloads = workloadsIn(objects);
  const uids = new Set(workloads.map(({ object }) => object.metadata.uid));
  for (const { metadata } of objects.replicaSets.value)
    if (metadata.ownerReferences?.some(({ uid }) => uids.has(uid)) === true) uids.add(metadata.uid);
  const isKept = ({ metadata: { ownerReferences = [] } }: KubernetesObject): boolean =>
    ownerReferences.some(
      ({ kind, uid, name }) =>
        uids.has(uid) ||
        kind === 'Job' ||
        (kind === 'ReplicationController' &&
          workloads.some((one) => one.kind === 'DeploymentConfig' && name.startsWith(`${one.object.metadata.name}-`))),
    );
  const found = new Map<Service, string>();
  for (const pod of objects.pods.value) {
    const { name, deletionTimestamp } = pod.metadata;
    const isStray = deletionTimestamp === undefined && !hasEnded(pod) && !isKept(pod);
    const service = isStray ? whose(pod) : undefined;
    if (service !== undefined && name < (found.get(service) ?? '\uffff')) found.set(service, name);
  }
  return found;
}

/** By its image, or where a mirror renamed that, by its labels. */
function whose({ spec, metadata }: KubernetesObject): Service | undefined {
  const container = applicationContainer(list(fields(spec)['containers']), labelsOf(metadata.annotations));
  const image = text(container['image']) ?? '';
  const recognised =
    recogniseImage(image) ?? (OTHERS.test(repositoryName(image)) ? undefined : recogniseLabels(metadata.labels ?? {}));
  return recognised?.service;
}

/** Images of what people put beside a service under its labels. */
const OTHERS = /postgres|spilo|pgbouncer|minio|redis|exporter|busybox|alpine|curl|toolbox|debug/i;
