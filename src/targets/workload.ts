// A workload with its pods and its autoscaler, as the controllers last described them. Pure.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import type { Fault, Outcome } from '../facts/outcome.ts';
import type { Workload, WorkloadKind } from '../facts/workload.ts';
import { explained, warningsAbout } from './circumstances.ts';
import { count, type Fields, fields, labelsOf, list, text } from '../runtime/fields.ts';
import { disruptionBudgetsFor } from './disruption-budgets.ts';
import { limitsOf } from './limits.ts';
import { applicationContainer, hasEnded, podOf } from './pods.ts';
import { rolloutOf } from './rollout.ts';

export interface WorkloadObject {
  readonly kind: WorkloadKind;
  readonly object: KubernetesObject;
}

/** The lists in which a service's workload may be. */
export function workloadLists(objects: NamespaceObjects): readonly Outcome<readonly KubernetesObject[]>[] {
  const { deployments, statefulSets, daemonSets, deploymentConfigs, rollouts } = objects;
  return [deployments, statefulSets, daemonSets, deploymentConfigs, rollouts];
}

/** Every workload of the namespace, from the lists that could be read. A Rollout may borrow a Deployment's template. */
export function workloadsIn(objects: NamespaceObjects): WorkloadObject[] {
  const of = (kind: WorkloadKind, read: Outcome<readonly KubernetesObject[]>): WorkloadObject[] =>
    read.ok ? read.value.map((object) => ({ kind, object })) : [];
  return [
    ...of('Deployment', objects.deployments),
    ...of('StatefulSet', objects.statefulSets),
    ...of('DaemonSet', objects.daemonSets),
    ...of('DeploymentConfig', objects.deploymentConfigs),
    ...of('Rollout', objects.rollouts).map((rollout) => withTemplate(rollout, objects)),
  ];
}

/** `spec.workloadRef` of a Rollout names the Deployment whose template it runs. */
function withTemplate(rollout: WorkloadObject, { deployments }: NamespaceObjects): WorkloadObject {
  const spec = fields(rollout.object.spec);
  const { kind, name } = fields(spec['workloadRef']);
  if (spec['template'] !== undefined || kind !== 'Deployment' || !deployments.ok) return rollout;
  const lender = deployments.value.find(({ metadata }) => metadata.name === name);
  if (lender === undefined) return rollout;
  return { ...rollout, object: { ...rollout.object, spec: { ...spec, template: template(lender) } } };
}

/** Labels of the pods that the workload makes. */
export function templateLabels({ object }: WorkloadObject): Readonly<Record<string, string>> {
  return labelsOf(fields(template(object)['metadata'])['labels']);
}

/** The pod that the workload makes. */
export function podTemplateSpec({ object }: WorkloadObject): Fields {
  return fields(template(object)['spec']);
}

/** The application's container in the pod template. */
export function templateContainer({ object }: WorkloadObject): Fields {
  const { metadata, spec } = template(object);
  return applicationContainer(list(fields(spec)['containers']), labelsOf(fields(metadata)['annotations']));
}

/** The image of the application's container. */
export function imageOf(workload: WorkloadObject): string {
  return text(templateContainer(workload)['image']) ?? '';
}

/** The workload as a value. */
export function workloadOf(workload: WorkloadObject, objects: NamespaceObjects): Workload {
  const { kind, object } = workload;
  const autoscaler = autoscalerOf(workload, objects);
  const refused = refusalOf(workload, objects);
  const pods = podsOf(workload, objects);
  const { creationTimestamp } = object.metadata;
  return {
    kind,
    name: object.metadata.name,
    image: imageOf(workload),
    ...keptImagesOf(workload, objects),
    ...rolloutOf(kind, object),
    createdAt: creationTimestamp,
    refused,
    ...(objects.events?.ok === false ? { eventsUnread: true } : {}),
    podsUnread: unreadPods(kind, objects),
    limits: limitsOf(template(object), pods),
    autoscaler,
    disruptionBudgets: disruptionBudgetsFor(templateLabels(workload), objects),
    pods: pods.map((pod) => explained(podOf(pod), pod, objects)).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** More revisions than these are told of no workload; the default limit is ten. */
const MOST_REVISIONS = 12;

function keptImagesOf(workload: WorkloadObject, objects: NamespaceObjects): Pick<Workload, 'keptImages'> {
  if (!rollsReplicaSets(workload.kind) || !objects.replicaSets.ok) return {};
  const images = replicaSetsOf(workload, objects).map((object) => imageOf({ kind: workload.kind, object }));
  const known = [...new Set(images)].filter((image) => image !== '').sort();
  return { keptImages: known.slice(0, MOST_REVISIONS) };
}

function template(object: KubernetesObject): Fields {
  return fields(fields(object.spec)['template']);
}

/** Why no pod can be created, from the workload's own conditions or those of its ReplicaSets that still want pods. */
function refusalOf(workload: WorkloadObject, objects: NamespaceObjects): string | undefined {
  const sets = workload.kind === 'Deployment' || workload.kind === 'Rollout' ? replicaSetsOf(workload, objects) : [];
  const wanting = sets.filter(
    ({ spec, status }) => (count(fields(spec)['replicas']) ?? 0) > (count(fields(status)['replicas']) ?? 0),
  );
  for (const { status } of [workload.object, ...wanting]) {
    const failure = list(fields(status)['conditions']).find(
      ({ type, status: is }) => type === 'ReplicaFailure' && is === 'True',
    );
    if (failure !== undefined) return text(failure['message']) ?? text(failure['reason']) ?? 'pods cannot be created';
  }
  // A StatefulSet and a DaemonSet have no such condition, but say it in an Event.
  if (workload.kind !== 'StatefulSet' && workload.kind !== 'DaemonSet') return undefined;
  return warningsAbout(workload.kind, workload.object, objects)?.find(({ reason }) => reason === 'FailedCreate')
    ?.message;
}

function autoscalerOf(
  { kind, object }: WorkloadObject,
  objects: NamespaceObjects,
): { min: number; max: number } | undefined {
  if (!objects.autoscalers.ok) return undefined;
  for (const autoscaler of objects.autoscalers.value) {
    const spec = fields(autoscaler.spec);
    const target = fields(spec['scaleTargetRef']);
    const max = count(spec['maxReplicas']);
    if (target['kind'] === kind && target['name'] === object.metadata.name && max !== undefined) {
      return { min: count(spec['minReplicas']) ?? 1, max };
    }
  }
  return undefined;
}

/** Why its pods are not known: their list, or that of what stands between them and the workload. */
function unreadPods(kind: WorkloadKind, { pods, replicaSets }: NamespaceObjects): Fault | undefined {
  if (!pods.ok) return pods.fault;
  return rollsReplicaSets(kind) && !replicaSets.ok ? replicaSets.fault : undefined;
}

/** Whether ReplicaSets stand between a workload of this kind and its pods. */
function rollsReplicaSets(kind: WorkloadKind): boolean {
  return kind === 'Deployment' || kind === 'Rollout';
}

function podsOf(workload: WorkloadObject, objects: NamespaceObjects): readonly KubernetesObject[] {
  if (!objects.pods.ok) return [];
  const owned = ownership(workload, objects);
  return objects.pods.value.filter((pod) => !hasEnded(pod) && pod.metadata.ownerReferences?.some(owned) === true);
}

function replicaSetsOf({ object }: WorkloadObject, { replicaSets }: NamespaceObjects): readonly KubernetesObject[] {
  if (!replicaSets.ok) return [];
  return replicaSets.value.filter(
    ({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === object.metadata.uid) === true,
  );
}

type Owner = NonNullable<KubernetesObject['metadata']['ownerReferences']>[number];

/** Tells the pods of a workload: by owner, never by labels, which two workloads may share. */
function ownership({ kind, object }: WorkloadObject, objects: NamespaceObjects): (owner: Owner) => boolean {
  const { uid, name } = object.metadata;
  switch (kind) {
    case 'StatefulSet':
    case 'DaemonSet':
      return (owner) => owner.uid === uid;
    case 'Deployment':
    case 'Rollout': {
      const mine = new Set(replicaSetsOf({ kind, object }, objects).map(({ metadata }) => metadata.uid));
      return (owner) => mine.has(owner.uid);
    }
    case 'DeploymentConfig':
      // Its pods belong to a ReplicationController `<name>-<revision>`, which is not worth a list of its own.
      return (owner) =>
        owner.kind === 'ReplicationController' &&
        owner.name.startsWith(`${name}-`) &&
        /^[0-9]+$/.test(owner.name.slice(name.length + 1));
  }
}
