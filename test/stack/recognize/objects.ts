// The Kubernetes objects of an installation, as its controllers would leave them: healthy, or in one of the troubles
// that a workload can be in. Pure: the same request gives the same objects, uids included.
import type { Service } from '../../../src/api/components.ts';
import { configMapOf, containerOf, volumesOf } from './container-object.ts';
import { warningsOf } from './kubelet-events.ts';
import { NODE_NAME, nodeObject, type NodeOptions } from './node-object.ts';
import { isReady, type KubernetesObject, ownerReference, podObject, timestamp, uidOf } from './pod-object.ts';
import { replicaAddress, type ServiceProfile, servicesOf, type TopologyName } from './topology.ts';
import {
  revisionObject,
  type Revision,
  templateHash,
  WORKLOAD_API,
  workloadObject,
  type WorkloadRequest,
} from './workload-object.ts';
import type { WorkloadOptions } from './workload-options.ts';
import { revisionsOf } from './workload-trouble.ts';

export interface ObjectsOptions extends Omit<NodeOptions, 'isLost'> {
  namespace: string;
  topology: TopologyName;
  /** The port on which every replica listens on its own address. */
  port: number;
  /** Services to leave out of the topology. */
  without?: readonly Service[];
  workloads?: Readonly<Partial<Record<Service, WorkloadOptions>>>;
  /** `conventional`: app.kubernetes.io/*; `none`: labels that say nothing, so that only the image tells. */
  labels?: 'conventional' | 'none';
  /** Helm's release name. It does not identify the component: the vendor's own example mixes them up. */
  release?: string;
}

const DAY_MS = 86_400_000;

const QUOTA_EXCEEDED =
  'pods "x" is forbidden: exceeded quota: compute, requested: limits.cpu=2, used: limits.cpu=9, limited: limits.cpu=10';

/** Every object of the installation: the Node first, then per service workload, pods, Service, EndpointSlice. */
export function installationObjects(options: ObjectsOptions): KubernetesObject[] {
  const services = servicesOf(options.topology).filter(({ component }) => !options.without?.includes(component));
  const isLost = Object.values(options.workloads ?? {}).some(({ trouble }) => trouble?.kind === 'NodeLost');
  return [nodeObject({ ...options, isLost }), ...services.flatMap((service) => serviceObjects(service, options))];
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
    pod: (image) => ({
      containers: [containerOf(service, settings, options.port, image)],
      ...volumesOf(service, settings),
    }),
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
      container: containerOf(service, settings, options.port, image),
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
