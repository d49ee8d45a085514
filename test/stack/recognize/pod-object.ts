// A Pod as the kubelet and its controller would leave it, in each of the states that a health check must tell apart.
import { createHash } from 'node:crypto';

/** A Kubernetes object as the API sends it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  creationTimestamp: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: true;
  blockOwnerDeletion: true;
}

export type PodState =
  | 'Ready'
  | 'NotReady'
  | 'Starting'
  | 'Unschedulable'
  | 'CrashLoopBackOff'
  | 'OOMKilled'
  | 'ImagePullBackOff'
  | 'MissingSecret'
  | 'UnmountedVolume'
  /** Its containers are ready, a readiness gate is not. */
  | 'Gated'
  /** Ready, and restarted again and again by its liveness probe. */
  | 'Restarting'
  /** Its node is not heard of. */
  | 'NodeLost';

export interface PodRequest {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  owner: OwnerReference;
  container: Record<string, unknown> & { name: string; image: string };
  address: string;
  nodeName: string;
  volumes?: object[];
  /** Makes another image of the same name. */
  build?: string;
  state: PodState;
  /** How often the container was restarted; states that imply a restart have at least one. */
  restarts?: number;
  /** Exit code of the run before, for CrashLoopBackOff. Spring Boot ends with 1. */
  exitCode?: number;
  now: Date;
}

const READINESS_GATE = 'target-health.elbv2.k8s.aws/recognize';
const HOUR_MS = 3_600_000;

/** A uid that is the same for the same names, so that objects made twice are the same object. */
export function uidOf(...names: readonly string[]): string {
  const hex = createHash('sha256').update(names.join('/')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** Kubernetes writes whole seconds. */
export function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function ownerReference({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Whether a pod in this state is an endpoint that gets traffic. */
export function isReady(state: PodState): boolean {
  return state === 'Ready' || state === 'Restarting';
}

/** The Pod, complete with status. It was created six hours before `now`, or a minute before when it is still starting. */
export function podObject(request: PodRequest): KubernetesObject {
  const young = request.state === 'Starting' || request.state === 'Unschedulable';
  const created = timestamp(new Date(request.now.getTime() - (young ? HOUR_MS / 60 : 6 * HOUR_MS)));
  const scheduled = request.state !== 'Unschedulable';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: request.name,
      namespace: request.namespace,
      uid: uidOf('Pod', request.namespace, request.name),
      creationTimestamp: created,
      labels: request.labels,
      ownerReferences: [request.owner],
    },
    spec: {
      containers: [request.container],
      ...(request.volumes === undefined ? {} : { volumes: request.volumes }),
      ...(scheduled ? { nodeName: request.nodeName } : {}),
      ...(request.state === 'Gated' ? { readinessGates: [{ conditionType: READINESS_GATE }] } : {}),
      restartPolicy: 'Always',
      serviceAccountName: 'default',
      imagePullSecrets: [{ name: 'keyless-registry' }],
      terminationGracePeriodSeconds: 30,
    },
    status: podStatus(request, created, scheduled),
  };
}

const NEVER_BEGUN: ReadonlySet<PodState> = new Set([
  'Starting',
  'ImagePullBackOff',
  'MissingSecret',
  'UnmountedVolume',
]);

function podStatus(request: PodRequest, created: string, scheduled: boolean): Record<string, unknown> {
  const ready = isReady(request.state);
  const condition = (type: string, holds: boolean, reason?: string, message?: string): Record<string, unknown> => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: created,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  });
  if (!scheduled) {
    const message = '0/2 nodes are available: 2 Insufficient memory.';
    return {
      phase: 'Pending',
      qosClass: 'Burstable',
      conditions: [condition('PodScheduled', false, 'Unschedulable', message)],
    };
  }
  const unready = `containers with unready status: [${request.container.name}]`;
  const readiness = (type: string): Record<string, unknown> =>
    ready ? condition(type, true) : condition(type, false, 'ContainersNotReady', unready);
  const begun = !NEVER_BEGUN.has(request.state);
  const changed = request.state === 'NodeLost' ? timestamp(new Date(request.now.getTime() - 60_000)) : created;
  return {
    phase: begun ? 'Running' : 'Pending',
    qosClass: 'Burstable',
    hostIP: '127.0.0.1',
    podIP: request.address,
    podIPs: [{ ip: request.address }],
    startTime: created,
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      request.state === 'Gated' ? condition('ContainersReady', true) : readiness('ContainersReady'),
      { ...readiness('Ready'), lastTransitionTime: changed },
    ],
    containerStatuses: [containerStatus(request, created)],
  };
}

const IMPLIED_RESTARTS: Readonly<Partial<Record<PodState, number>>> = {
  CrashLoopBackOff: 7,
  OOMKilled: 2,
  Restarting: 41,
};

function containerStatus(request: PodRequest, created: string): Record<string, unknown> {
  const { container, state, now } = request;
  const restarts = request.restarts ?? IMPLIED_RESTARTS[state] ?? 0;
  const containerID = `containerd://${createHash('sha256').update(`${request.name}/${restarts}`).digest('hex')}`;
  const imageID = `${container.image.replace(/:[^:/]+$/, '')}@sha256:${createHash('sha256')
    .update(container.image + (request.build ?? ''))
    .digest('hex')}`;
  const endedAt = new Date(now.getTime() - 40_000);
  const terminated = (reason: string, exitCode: number): Record<string, unknown> => ({
    terminated: {
      exitCode,
      reason,
      startedAt: timestamp(new Date(endedAt.getTime() - 15_000)),
      finishedAt: timestamp(endedAt),
      containerID,
    },
  });
  const running = (since: string): Record<string, unknown> => ({ running: { startedAt: since } });
  const waiting = (reason: string, message?: string): Record<string, unknown> => ({
    waiting: { reason, ...(message === undefined ? {} : { message }) },
  });
  const base = { name: container.name, image: container.image, restartCount: restarts };
  const started = { ...base, imageID, containerID };
  const never = { ...base, imageID: '', ready: false, started: false, lastState: {} };
  const lastState = restarts > 0 ? terminated('Error', request.exitCode ?? 1) : {};
  switch (state) {
    case 'Restarting':
      return {
        ...started,
        ready: true,
        started: true,
        state: running(timestamp(endedAt)),
        lastState: terminated('Error', 137),
      };
    case 'Gated':
    case 'Ready':
      return { ...started, ready: true, started: true, state: running(created), lastState };
    case 'NotReady':
    case 'NodeLost':
      return { ...started, ready: false, started: true, state: running(created), lastState };
    case 'CrashLoopBackOff': {
      const message = `back-off 5m0s restarting failed container=${container.name} pod=${request.name}_${request.namespace}(${uidOf('Pod', request.namespace, request.name)})`;
      return { ...started, ready: false, started: false, state: waiting('CrashLoopBackOff', message), lastState };
    }
    case 'OOMKilled': {
      const since = timestamp(new Date(endedAt.getTime() + 2000));
      return {
        ...started,
        ready: false,
        started: true,
        state: running(since),
        lastState: terminated('OOMKilled', 137),
      };
    }
    case 'ImagePullBackOff':
      return { ...never, state: waiting('ImagePullBackOff', `Back-off pulling image "${container.image}"`) };
    case 'MissingSecret':
      return { ...never, state: waiting('CreateContainerConfigError', 'secret "node-persistence-db" not found') };
    case 'Starting':
    case 'UnmountedVolume':
    case 'Unschedulable':
      return { ...never, state: waiting('ContainerCreating') };
  }
}
