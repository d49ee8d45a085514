// The Kubernetes objects of an installation, as its controllers would leave them: healthy, or in one of the troubles
// that a workload can be in. Pure: the same request gives the same objects, uids included.
import { createHash } from 'node:crypto';
import type { Service } from '../../../src/api/components.ts';
import {
  isReady,
  type KubernetesObject,
  ownerReference,
  podObject,
  type PodState,
  timestamp,
  uidOf,
} from './pod-object.ts';
import type { Configuration } from './settings.ts';
import { replicaAddress, type ServiceProfile, servicesOf, type TopologyName } from './topology.ts';
import {
  revisionObject,
  type Revision,
  templateHash,
  WORKLOAD_API,
  type WorkloadKind,
  workloadObject,
  type WorkloadRequest,
} from './workload-object.ts';

export type WorkloadTrouble =
  | {
      kind:
        | 'CrashLoopBackOff'
        | 'OOMKilled'
        | 'ImagePullBackOff'
        | 'NotReady'
        | 'Unschedulable'
        | 'MissingSecret'
        | 'UnmountedVolume'
        | 'Gated'
        | 'Restarting'
        | 'NodeLost';
      /** How many of the pods are in trouble, the last ones; all of them when not given. */
      pods?: number;
      restarts?: number;
      exitCode?: number;
    }
  | { kind: 'ScaledToZero' }
  /** A new image is being rolled out within its bounds. */
  | { kind: 'RolloutInProgress'; image?: string }
  /** The new pod never became ready: ProgressDeadlineExceeded. */
  | { kind: 'RolloutStuck'; image?: string }
  /** Installed seconds ago: no pod was ready yet. */
  | { kind: 'FirstRollout' }
  /** The new pod of a rollout crashes, long before its deadline. */
  | { kind: 'RolloutCrashing'; image?: string }
  /** A ResourceQuota lets the last pod not be created. */
  | { kind: 'QuotaExceeded' }
  /** Its rollouts are paused. */
  | { kind: 'Paused' }
  /** Somebody gave the last pod another image than the workload asks for. */
  | { kind: 'ImageSkew'; image?: string }
  /** The tag was moved before the last pod was started: the same name, another image. */
  | { kind: 'TagMoved' }
  /** A PodDisruptionBudget asks for as many pods as there are. */
  | { kind: 'EvictionBlocked' }
  /** Settings in the pod template: variables, and a ConfigMap whose keys are variables and files. */
  | { kind: 'Configured'; variables?: Readonly<Record<string, string>>; configMap?: Readonly<Record<string, string>> };

export interface WorkloadOptions {
  /** 1 when not given. */
  replicas?: number;
  kind?: WorkloadKind;
  trouble?: WorkloadTrouble;
  image?: string;
  /** The environment of the container, e.g. `{ SPRING_DATASOURCE_URL: … }`. */
  env?: Readonly<Record<string, string>>;
  limits?: { cpu: string; memory: string };
  /** Adds a HorizontalPodAutoscaler. The charts' default maximum is 100. */
  autoscaler?: { minReplicas: number; maxReplicas: number };
  maxSurge?: number | string;
  maxUnavailable?: number | string;
  /** Adds a PodDisruptionBudget with this minAvailable. */
  minAvailable?: number;
  /** Where it is told where its backends are. */
  configuration?: Configuration;
}

export interface ObjectsOptions {
  namespace: string;
  topology: TopologyName;
  /** The port on which every replica listens on its own address. */
  port: number;
  kubeletPort?: number;
  /** Of the one Node; `stack-node-1` when not given. */
  nodeName?: string;
  /** Services to leave out of the topology. */
  without?: readonly Service[];
  workloads?: Readonly<Partial<Record<Service, WorkloadOptions>>>;
  /** `conventional`: app.kubernetes.io/*; `none`: labels that say nothing, so that only the image tells. */
  labels?: 'conventional' | 'none';
  /** Helm's release name. It does not identify the component: the vendor's own example mixes them up. */
  release?: string;
  /** `arm64` is a platform that the vendor does not support. */
  architecture?: 'amd64' | 'arm64';
  kubeletVersion?: string;
  now: Date;
}

const NODE_NAME = 'stack-node-1';
const DAY_MS = 86_400_000;

/** Every object of the installation: the Node first, then per service workload, pods, Service, EndpointSlice. */
export function installationObjects(options: ObjectsOptions): KubernetesObject[] {
  const services = servicesOf(options.topology).filter(({ component }) => !options.without?.includes(component));
  return [nodeObject(options), ...services.flatMap((service) => serviceObjects(service, options))];
}

/** The objects of one service. */
export function serviceObjects(service: ServiceProfile, options: ObjectsOptions): KubernetesObject[] {
  const settings = options.workloads?.[service.component] ?? {};
  const request = workloadRequest(service, settings, options);
  const workload = workloadObject(request);
  const middles =
    request.kind === 'StatefulSet' ? [] : request.revisions.map((_, index) => revisionObject(request, workload, index));
  const pods = request.revisions.flatMap((revision, index) =>
    podObjects(service, settings, options, request, revision, middles[index] ?? workload),
  );
  const about = (
    apiVersion: string,
    kind: string,
    name = service.name,
  ): Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'> => ({
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: options.namespace,
      uid: uidOf(kind, options.namespace, name),
      creationTimestamp: timestamp(new Date(options.now.getTime() - DAY_MS)),
      labels: labelsOf(service, options),
    },
  });
  const { trouble } = settings;
  const minAvailable = trouble?.kind === 'EvictionBlocked' ? request.desired : settings.minAvailable;
  const ready = request.revisions.flatMap((revision) => revision.pods).filter(({ state }) => isReady(state)).length;
  const slice = about('discovery.k8s.io/v1', 'EndpointSlice', `${service.name}-${uidOf(service.name).slice(0, 5)}`);
  const all: KubernetesObject[] = [
    ...warningsOf(settings.trouble, pods, options),
    workload,
    ...middles,
    ...pods,
    {
      ...about('v1', 'Service'),
      spec: {
        type: 'ClusterIP',
        selector: request.selector,
        ports: [{ name: 'http', protocol: 'TCP', port: service.servicePort, targetPort: 'http' }],
      },
    },
    {
      ...slice,
      // The link to the Service is the controller's own label; it is there whatever the charts put on their objects.
      metadata: { ...slice.metadata, labels: { ...slice.metadata.labels, 'kubernetes.io/service-name': service.name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', protocol: 'TCP', port: options.port }],
      endpoints: pods.flatMap((pod) => endpointOf(pod, options.nodeName)),
    },
  ];
  if (settings.autoscaler) {
    const current = request.desired;
    all.push({
      ...about('autoscaling/v2', 'HorizontalPodAutoscaler'),
      spec: {
        scaleTargetRef: { apiVersion: WORKLOAD_API[request.kind], kind: request.kind, name: service.name },
        ...settings.autoscaler,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
      },
      status: { currentReplicas: current, desiredReplicas: current },
    });
  }
  for (const [name, data] of Object.entries(settings.configuration?.configMaps ?? {}))
    all.push({ ...about('v1', 'ConfigMap', name), data });
  if (trouble?.kind === 'Configured' && trouble.configMap !== undefined)
    all.push({ ...about('v1', 'ConfigMap', configMapOf(service)), data: trouble.configMap });
  if (minAvailable !== undefined) {
    all.push({
      ...about('policy/v1', 'PodDisruptionBudget'),
      metadata: { ...about('policy/v1', 'PodDisruptionBudget').metadata, generation: 1 },
      spec: { minAvailable, selector: { matchLabels: request.selector } },
      status: {
        observedGeneration: 1,
        currentHealthy: ready,
        desiredHealthy: minAvailable,
        expectedPods: request.desired,
        disruptionsAllowed: Math.max(0, ready - minAvailable),
      },
    });
  }
  return all;
}

function workloadRequest(service: ServiceProfile, settings: WorkloadOptions, options: ObjectsOptions): WorkloadRequest {
  const kind = settings.kind ?? 'Deployment';
  const labels = labelsOf(service, options);
  const names =
    options.labels === 'none' ? Object.keys(labels) : ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];
  return {
    kind,
    metadata: { name: service.name, namespace: options.namespace, labels },
    selector: Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name))),
    pod: (image) => ({ containers: [containerOf(service, settings, options, image)], ...volumesOf(service, settings) }),
    desired: settings.trouble?.kind === 'ScaledToZero' ? 0 : (settings.replicas ?? 1),
    revisions: revisionsOf(service, settings, kind),
    paused: settings.trouble?.kind === 'Paused',
    deadlineExceeded: settings.trouble?.kind === 'RolloutStuck',
    isNew: settings.trouble?.kind === 'FirstRollout',
    ...(settings.trouble?.kind === 'QuotaExceeded' ? { refusal: QUOTA_EXCEEDED } : {}),
    maxSurge: settings.maxSurge ?? '25%',
    maxUnavailable: settings.maxUnavailable ?? '25%',
    now: options.now,
  };
}

function labelsOf(service: ServiceProfile, options: ObjectsOptions): Record<string, string> {
  if (options.labels === 'none') return { workload: uidOf('workload', service.name).slice(0, 8) };
  return {
    'app.kubernetes.io/name': service.container,
    'app.kubernetes.io/instance': options.release ?? (options.topology === 'Umbrella' ? 'keylessd' : service.component),
    'app.kubernetes.io/version': service.image.split(':').pop() ?? '',
    'app.kubernetes.io/managed-by': 'Helm',
    'helm.sh/chart': `${service.container}-1.4.0`,
  };
}

function containerOf(
  service: ServiceProfile,
  settings: WorkloadOptions,
  options: ObjectsOptions,
  image: string,
): Record<string, unknown> & { name: string; image: string } {
  const { trouble } = settings;
  const variables = trouble?.kind === 'Configured' ? { ...settings.env, ...trouble.variables } : settings.env;
  const isMapped = trouble?.kind === 'Configured' && trouble.configMap !== undefined;
  return {
    name: service.container,
    image,
    ports: [{ name: 'http', containerPort: options.port, protocol: 'TCP' }],
    ...withVariables(settings.configuration?.container, variables),
    ...(isMapped
      ? {
          envFrom: [{ configMapRef: { name: configMapOf(service) } }],
          volumeMounts: [{ name: 'config', mountPath: '/config' }],
        }
      : {}),
    resources: { limits: { ...(settings.limits ?? service.limits) }, requests: { cpu: '100m', memory: '512Mi' } },
  };
}

/** Fields of a configuration, with further variables behind its own. */
function withVariables(
  container: Configuration['container'] = {},
  variables: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> {
  const own = Array.isArray(container['env']) ? (container['env'] as { readonly name: string }[]) : [];
  // In its place: a real API server refuses a name that stands there twice, and what follows may refer to it.
  const kept = own.map((one) => {
    const value = variables[one.name];
    return value === undefined ? one : { name: one.name, value };
  });
  const more = Object.entries(variables)
    .filter(([name]) => own.every((one) => one.name !== name))
    .map(([name, value]) => ({ name, value }));
  return { ...container, env: [...kept, ...more] };
}

function configMapOf({ name }: ServiceProfile): string {
  return `${name}-config`;
}

function volumesOf(service: ServiceProfile, { trouble, configuration }: WorkloadOptions): { volumes?: object[] } {
  if (configuration?.volumes !== undefined) return { volumes: [...configuration.volumes] };
  if (trouble?.kind !== 'Configured' || trouble.configMap === undefined) return {};
  return { volumes: [{ name: 'config', configMap: { name: configMapOf(service) } }] };
}

function revisionsOf(
  service: ServiceProfile,
  { replicas = 1, trouble, image = service.image }: WorkloadOptions,
  kind: WorkloadKind,
): Revision[] {
  const pods = (count: number, state: PodState, from = 1): Revision['pods'] =>
    Array.from({ length: count }, (_, index) => ({ replica: from + index, state }));
  const revision = (number: number, of: string, running: Revision['pods']): Revision => ({
    image: of,
    name:
      kind === 'DeploymentConfig'
        ? String(number)
        : createHash('sha256').update(`${service.name}/${of}`).digest('hex').slice(0, 9),
    pods: running,
  });
  if (!trouble) return [revision(1, image, pods(replicas, 'Ready'))];
  switch (trouble.kind) {
    case 'ScaledToZero':
      return [revision(1, image, [])];
    case 'Paused':
    case 'EvictionBlocked':
    case 'Configured':
      return [revision(1, image, pods(replicas, 'Ready'))];
    case 'ImageSkew':
    case 'TagMoved': {
      const [last] = pods(1, 'Ready', replicas);
      if (last === undefined) return [revision(1, image, [])];
      const odd = trouble.kind === 'TagMoved' ? { build: 'another' } : { image: trouble.image ?? `${image}-hotfix` };
      return [revision(1, image, [...pods(replicas - 1, 'Ready'), { ...last, ...odd }])];
    }
    case 'FirstRollout':
      return [revision(1, image, pods(replicas, 'Starting'))];
    case 'QuotaExceeded':
      return [revision(1, image, pods(replicas - 1, 'Ready'))];
    case 'RolloutInProgress':
    case 'RolloutCrashing':
    case 'RolloutStuck': {
      const next = trouble.image ?? `${image}-next`;
      const state = NEW_POD[trouble.kind];
      // A StatefulSet replaces its last pod; the others surge by one.
      if (kind === 'StatefulSet')
        return [revision(1, image, pods(replicas - 1, 'Ready')), revision(2, next, pods(1, state, replicas))];
      return [revision(1, image, pods(replicas, 'Ready')), revision(2, next, pods(1, state, replicas + 1))];
    }
    case 'NotReady':
    case 'CrashLoopBackOff':
    case 'OOMKilled':
    case 'ImagePullBackOff':
    case 'Unschedulable':
    case 'MissingSecret':
    case 'UnmountedVolume':
    case 'Gated':
    case 'Restarting':
    case 'NodeLost': {
      const bad = Math.min(trouble.pods ?? replicas, replicas);
      return [revision(1, image, [...pods(replicas - bad, 'Ready'), ...pods(bad, trouble.kind, replicas - bad + 1)])];
    }
  }
}

/** What the new pod of a rollout is in. */
const NEW_POD = {
  RolloutInProgress: 'Starting',
  RolloutCrashing: 'CrashLoopBackOff',
  RolloutStuck: 'ImagePullBackOff',
} as const;

const QUOTA_EXCEEDED =
  'pods "x" is forbidden: exceeded quota: compute, requested: limits.cpu=2, used: limits.cpu=9, limited: limits.cpu=10';

/** Events that the kubelet writes beside these states of a pod. */
const KUBELET_SAYS: Readonly<Partial<Record<WorkloadTrouble['kind'], readonly [string, string]>>> = {
  UnmountedVolume: [
    'FailedMount',
    'MountVolume.SetUp failed for volume "data" : rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  ],
  Restarting: [
    'Unhealthy',
    'Liveness probe failed: Get "http://10.0.0.1:8080/actuator/health": context deadline exceeded',
  ],
};

function warningsOf(
  trouble: WorkloadTrouble | undefined,
  pods: readonly KubernetesObject[],
  { namespace, now }: ObjectsOptions,
): KubernetesObject[] {
  const said = trouble && KUBELET_SAYS[trouble.kind];
  if (said === undefined) return [];
  const [reason, message] = said;
  const at = timestamp(now);
  // Without the pod's uid: a real API server gives it one of its own.
  return pods.map(({ metadata: { name } }) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${reason.toLowerCase()}`,
      namespace,
      uid: uidOf('Event', namespace, name, reason),
      creationTimestamp: at,
    },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace },
    reason,
    message,
    type: 'Warning',
    count: 3,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'kubelet' },
  }));
}

function podObjects(
  service: ServiceProfile,
  settings: WorkloadOptions,
  options: ObjectsOptions,
  request: WorkloadRequest,
  revision: Revision,
  owner: KubernetesObject,
): KubernetesObject[] {
  const trouble = settings.trouble;
  const restarts = trouble && 'restarts' in trouble ? trouble.restarts : undefined;
  const exitCode = trouble && 'exitCode' in trouble ? trouble.exitCode : undefined;
  return revision.pods.map(({ replica, state, image = revision.image, build }) => {
    const suffix =
      request.kind === 'StatefulSet'
        ? String(replica - 1)
        : uidOf(service.name, revision.name, String(replica)).slice(0, 5);
    return podObject({
      namespace: options.namespace,
      name: `${owner.metadata.name}-${suffix}`,
      labels: { ...labelsOf(service, options), ...templateHash(request.kind, revision) },
      owner: ownerReference(owner),
      container: containerOf(service, settings, options, image),
      ...volumesOf(service, settings),
      ...(build === undefined ? {} : { build }),
      address: replicaAddress(options.topology, service.component, replica),
      nodeName: options.nodeName ?? NODE_NAME,
      state,
      ...(state !== 'Ready' && restarts !== undefined ? { restarts } : {}),
      ...(exitCode === undefined ? {} : { exitCode }),
      now: options.now,
    });
  });
}

/** A pod with an address is an endpoint, ready or not. */
function endpointOf(pod: KubernetesObject, nodeName = NODE_NAME): Record<string, unknown>[] {
  const { podIP, conditions } = pod['status'] as { podIP?: string; conditions: { type: string; status: string }[] };
  if (podIP === undefined) return [];
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const { name, namespace, uid } = pod.metadata;
  return [
    {
      addresses: [podIP],
      conditions: { ready, serving: ready, terminating: false },
      nodeName,
      targetRef: { kind: 'Pod', name, namespace, uid },
    },
  ];
}

/** The worker node of the load test in the guide (n2-standard-4), pointing at the stack's kubelet. */
export function nodeObject(options: ObjectsOptions): KubernetesObject {
  const {
    nodeName = NODE_NAME,
    kubeletPort = 10250,
    architecture = 'amd64',
    kubeletVersion = 'v1.34.2',
    now,
  } = options;
  const isLost = Object.values(options.workloads ?? {}).some(({ trouble }) => trouble?.kind === 'NodeLost');
  const at = timestamp(new Date(now.getTime() - DAY_MS));
  const size = { cpu: '4', memory: '16384Mi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: nodeName,
      uid: uidOf('Node', nodeName),
      creationTimestamp: at,
      labels: { 'kubernetes.io/arch': architecture, 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': nodeName },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: nodeName },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      capacity: size,
      allocatable: size,
      conditions: [
        {
          type: 'Ready',
          ...(isLost
            ? { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
            : { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }),
          lastHeartbeatTime: timestamp(now),
          lastTransitionTime: at,
        },
      ],
      nodeInfo: {
        architecture,
        operatingSystem: 'linux',
        kubeletVersion,
        kubeProxyVersion: '',
        osImage: 'Container-Optimized OS from Google',
        kernelVersion: '6.6.72+',
        containerRuntimeVersion: 'containerd://2.0.4',
        machineID: uidOf('machine', nodeName),
        systemUUID: uidOf('system', nodeName),
        bootID: uidOf('boot', nodeName),
      },
    },
  };
}
