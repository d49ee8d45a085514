// Deployment, StatefulSet and DeploymentConfig with the status that their controllers would have written.
import { isReady, type KubernetesObject, ownerReference, type PodState, timestamp, uidOf } from './pod-object.ts';

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DeploymentConfig';

export const WORKLOAD_API: Readonly<Record<WorkloadKind, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DeploymentConfig: 'apps.openshift.io/v1',
};

/** The pods of one pod template; the last revision is the wanted one. */
export interface Revision {
  image: string;
  /** pod-template-hash, or the number of the revision where there is none. */
  name: string;
  /** `image`: of a pod that was changed by hand; `build`: what the tag stood for when the pod was started. */
  pods: { replica: number; state: PodState; image?: string; build?: string }[];
}

export interface WorkloadRequest {
  kind: WorkloadKind;
  metadata: Omit<KubernetesObject['metadata'], 'uid' | 'creationTimestamp'> & { name: string; namespace: string };
  selector: Record<string, string>;
  /** Spec of the pods with this image. */
  pod: (image: string) => Record<string, unknown>;
  desired: number;
  revisions: readonly Revision[];
  paused: boolean;
  /** The new pods did not become ready within progressDeadlineSeconds. */
  deadlineExceeded: boolean;
  /** Made seconds ago. */
  isNew: boolean;
  /** Why no more pods can be created. */
  refusal?: string;
  maxSurge: number | string;
  maxUnavailable: number | string;
  now: Date;
}

const DAY_MS = 86_400_000;
const NEW_MS = 3_000;

/** The workload itself. */
export function workloadObject(request: WorkloadRequest): KubernetesObject {
  const { kind, metadata, now } = request;
  const generation = request.revisions.length;
  return {
    apiVersion: WORKLOAD_API[kind],
    kind,
    metadata: {
      ...metadata,
      uid: uidOf(kind, metadata.namespace, metadata.name),
      creationTimestamp: timestamp(new Date(now.getTime() - (request.isNew ? NEW_MS : DAY_MS))),
      generation,
      annotations: kind === 'Deployment' ? { 'deployment.kubernetes.io/revision': String(generation) } : {},
    },
    spec: workloadSpec(request),
    status: workloadStatus(request, generation),
  };
}

/** What stands between the workload and its pods: a ReplicaSet, or OpenShift's ReplicationController. */
export function revisionObject(request: WorkloadRequest, workload: KubernetesObject, index: number): KubernetesObject {
  const revision = request.revisions[index];
  if (!revision) throw new Error(`${request.metadata.name} has no revision ${index}.`);
  const { namespace } = request.metadata;
  const name = `${request.metadata.name}-${revision.name}`;
  const openshift = request.kind === 'DeploymentConfig';
  const kind = openshift ? 'ReplicationController' : 'ReplicaSet';
  const labels = { ...request.metadata.labels, ...templateHash(request.kind, revision) };
  const selector = { ...request.selector, ...templateHash(request.kind, revision) };
  const replicas = revision.pods.length;
  const ready = revision.pods.filter(({ state }) => isReady(state)).length;
  return {
    apiVersion: openshift ? 'v1' : 'apps/v1',
    kind,
    metadata: {
      name,
      namespace,
      uid: uidOf(kind, namespace, name),
      creationTimestamp: workload.metadata.creationTimestamp,
      generation: 1,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': String(index + 1) },
      ownerReferences: [ownerReference(workload)],
    },
    spec: {
      replicas,
      selector: openshift ? selector : { matchLabels: selector },
      template: { metadata: { labels }, spec: request.pod(revision.image) },
    },
    status: {
      replicas,
      fullyLabeledReplicas: replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: 1,
    },
  };
}

/** The label that a Deployment's controller adds to the pods of one template. */
export function templateHash(kind: WorkloadKind, revision: Revision): Record<string, string> {
  return kind === 'Deployment' ? { 'pod-template-hash': revision.name } : {};
}

function workloadSpec(request: WorkloadRequest): Record<string, unknown> {
  const { kind, selector, desired, maxSurge, maxUnavailable } = request;
  const paused = request.paused ? { paused: true } : {};
  const wanted = request.revisions.at(-1)?.image ?? '';
  const template = { metadata: { labels: request.metadata.labels }, spec: request.pod(wanted) };
  const rolling = { maxSurge, maxUnavailable };
  switch (kind) {
    case 'Deployment':
      return {
        replicas: desired,
        ...paused,
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate', rollingUpdate: rolling },
        progressDeadlineSeconds: 600,
        revisionHistoryLimit: 10,
        template,
      };
    case 'StatefulSet':
      return {
        replicas: desired,
        serviceName: request.metadata.name,
        selector: { matchLabels: selector },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        podManagementPolicy: 'OrderedReady',
        template,
      };
    case 'DeploymentConfig':
      return {
        replicas: desired,
        ...paused,
        selector,
        strategy: { type: 'Rolling', rollingParams: { ...rolling, timeoutSeconds: 600 } },
        triggers: [{ type: 'ConfigChange' }],
        template,
      };
  }
}

function workloadStatus(request: WorkloadRequest, generation: number): Record<string, unknown> {
  const pods = request.revisions.flatMap((revision) => revision.pods);
  const ready = pods.filter(({ state }) => isReady(state)).length;
  const updated = request.revisions.at(-1)?.pods.length ?? 0;
  const unavailable = Math.max(0, pods.length - ready);
  const counts = { replicas: pods.length, readyReplicas: ready, updatedReplicas: updated };
  // Controllers leave a count of zero out.
  const present = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  const base = { observedGeneration: generation, ...present };
  if (request.kind === 'StatefulSet') {
    const { name } = request.metadata;
    const current = `${name}-${request.revisions[0]?.name ?? ''}`;
    const update = `${name}-${request.revisions.at(-1)?.name ?? ''}`;
    return {
      ...base,
      replicas: pods.length,
      availableReplicas: ready,
      currentReplicas: pods.length - (current === update ? 0 : updated),
      currentRevision: current,
      updateRevision: update,
      collisionCount: 0,
    };
  }
  return {
    ...base,
    ...(ready > 0 ? { availableReplicas: ready } : {}),
    ...(unavailable > 0 ? { unavailableReplicas: unavailable } : {}),
    ...(request.kind === 'DeploymentConfig' ? { latestVersion: generation } : {}),
    conditions: conditions(request, ready),
  };
}

function conditions(request: WorkloadRequest, ready: number): Record<string, unknown>[] {
  const at = timestamp(new Date(request.now.getTime() - 6 * 3_600_000));
  const condition = (type: string, status: string, reason: string, message: string): Record<string, unknown> => ({
    type,
    status,
    reason,
    message,
    lastUpdateTime: at,
    lastTransitionTime: at,
  });
  const available = ready >= request.desired - unavailableBound(request);
  const replicaSet = `${request.metadata.name}-${request.revisions.at(-1)?.name ?? ''}`;
  const progressing = request.deadlineExceeded
    ? condition(
        'Progressing',
        'False',
        'ProgressDeadlineExceeded',
        `ReplicaSet "${replicaSet}" has timed out progressing.`,
      )
    : request.revisions.length > 1 || request.isNew
      ? condition('Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${replicaSet}" is progressing.`)
      : condition(
          'Progressing',
          'True',
          'NewReplicaSetAvailable',
          `ReplicaSet "${replicaSet}" has successfully progressed.`,
        );
  return [
    available
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
    progressing,
    ...(request.refusal === undefined ? [] : [condition('ReplicaFailure', 'True', 'FailedCreate', request.refusal)]),
  ];
}

/** maxUnavailable as a number; a percentage is rounded down, as the Deployment controller does. */
function unavailableBound({ maxUnavailable, desired }: WorkloadRequest): number {
  if (typeof maxUnavailable === 'number') return maxUnavailable;
  return Math.floor((Number.parseInt(maxUnavailable, 10) / 100) * desired);
}
