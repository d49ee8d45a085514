// A workload with its pods and its autoscaler, as the controllers last described them. Pure.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import type { Outcome } from '../facts/outcome.ts';
import type { Pod, Workload, WorkloadKind } from '../facts/target.ts';
import { count, type Fields, fields, labelsOf, list, text } from './fields.ts';
import { disruptionBudgetsFor } from './disruption-budgets.ts';
import { applicationContainer, hasEnded, podOf } from './pods.ts';

export interface WorkloadObject {
  readonly kind: WorkloadKind;
  readonly object: KubernetesObject;
}

/** Every workload of the namespace, from the lists that could be read. */
export function workloadsIn(objects: NamespaceObjects): WorkloadObject[] {
  const of = (kind: WorkloadKind, read: Outcome<readonly KubernetesObject[]>): WorkloadObject[] =>
    read.ok ? read.value.map((object) => ({ kind, object })) : [];
  return [
    ...of('Deployment', objects.deployments),
    ...of('StatefulSet', objects.statefulSets),
    ...of('DeploymentConfig', objects.deploymentConfigs),
  ];
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
  const spec = fields(object.spec);
  const status = fields(object.status);
  const desired = count(spec['replicas']) ?? 1;
  const replicas = count(status['replicas']) ?? 0;
  const updated = updatedReplicas(kind, status, replicas);
  const limits = fields(fields(templateContainer(workload)['resources'])['limits']);
  const progressing = list(status['conditions']).find(({ type }) => type === 'Progressing');
  const autoscaler = autoscalerOf(workload, objects);
  return {
    kind,
    name: object.metadata.name,
    image: imageOf(workload),
    desired,
    updated,
    ready: count(status['readyReplicas']) ?? 0,
    available: count(status['availableReplicas']) ?? 0,
    lagging: (count(status['observedGeneration']) ?? 0) < (object.metadata.generation ?? 0),
    rollingOut: updated < desired || replicas > updated,
    paused: spec['paused'] === true,
    ...bounds(kind, spec, desired),
    stuck: progressing?.['status'] === 'False' && progressing['reason'] === 'ProgressDeadlineExceeded',
    limits: { ...quantity('cpu', limits['cpu']), ...quantity('memory', limits['memory']) },
    ...(autoscaler === undefined ? {} : { autoscaler }),
    disruptionBudgets: disruptionBudgetsFor(templateLabels(workload), objects),
    pods: podsOf(workload, objects),
  };
}

function template(object: KubernetesObject): Fields {
  return fields(fields(object.spec)['template']);
}

/** A StatefulSet whose rollout is complete need not repeat the number. */
function updatedReplicas(kind: WorkloadKind, status: Fields, replicas: number): number {
  const updated = count(status['updatedReplicas']);
  if (updated !== undefined) return updated;
  return kind === 'StatefulSet' && status['currentRevision'] === status['updateRevision'] ? replicas : 0;
}

/** Quantities are strings, but YAML lets people write `cpu: 2`. */
function quantity(name: 'cpu' | 'memory', value: unknown): { cpu?: string; memory?: string } {
  return typeof value === 'string' || typeof value === 'number' ? { [name]: String(value) } : {};
}

interface Bounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/**
 * How many replicas a rollout may add and miss. Percentages as the controllers round them: surge up, unavailable down,
 * and when both become zero one may be missing, since nothing could move otherwise.
 */
function bounds(kind: WorkloadKind, spec: Fields, desired: number): Bounds {
  const strategy = fields(spec[kind === 'StatefulSet' ? 'updateStrategy' : 'strategy']);
  if (strategy['type'] === 'Recreate') return { maxSurge: 0, maxUnavailable: desired };
  const rolling = fields(strategy[kind === 'DeploymentConfig' ? 'rollingParams' : 'rollingUpdate']);
  if (kind === 'StatefulSet') {
    return { maxSurge: 0, maxUnavailable: Math.max(1, share(rolling['maxUnavailable'] ?? 1, desired, Math.floor)) };
  }
  const maxSurge = share(rolling['maxSurge'] ?? '25%', desired, Math.ceil);
  const maxUnavailable = share(rolling['maxUnavailable'] ?? '25%', desired, Math.floor);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

/** A number of replicas, or a percentage of the wanted ones. */
export function share(value: unknown, desired: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^([0-9]{1,9})%$/.exec(text(value) ?? '')?.[1];
  return percent === undefined ? 0 : round((Number(percent) * desired) / 100);
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

function podsOf(workload: WorkloadObject, objects: NamespaceObjects): Pod[] {
  if (!objects.pods.ok) return [];
  const owned = ownership(workload, objects);
  return objects.pods.value
    .filter((pod) => !hasEnded(pod) && pod.metadata.ownerReferences?.some(owned) === true)
    .map(podOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Owner = NonNullable<KubernetesObject['metadata']['ownerReferences']>[number];

/** Tells the pods of a workload: by owner, never by labels, which two workloads may share. */
function ownership({ kind, object }: WorkloadObject, objects: NamespaceObjects): (owner: Owner) => boolean {
  const { uid, name } = object.metadata;
  switch (kind) {
    case 'StatefulSet':
      return (owner) => owner.uid === uid;
    case 'Deployment': {
      const sets = objects.replicaSets.ok ? objects.replicaSets.value : [];
      const mine = new Set(
        sets
          .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid) === true)
          .map(({ metadata }) => metadata.uid),
      );
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
