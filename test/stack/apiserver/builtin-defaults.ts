// What the real server fills in when a built-in object is written: the defaults that people and clients see.
import { clone, isObject, listAt, objectAt, textAt, valueAt, type JsonObject, type KubeObject } from './json.ts';

const object = (parent: JsonObject, key: string): JsonObject => {
  const found = parent[key];
  if (isObject(found)) return found;
  const made: JsonObject = {};
  parent[key] = made;
  return made;
};

/** Put each default where nothing is given. */
function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) target[key] ??= clone(value);
}

function probe(container: JsonObject, name: string): void {
  const found = container[name];
  if (!isObject(found)) return;
  fill(found, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  const get = found['httpGet'];
  if (isObject(get)) fill(get, { path: '/', scheme: 'HTTP' });
}

function podSpec(spec: JsonObject): void {
  for (const container of [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].filter(isObject)) {
    const image = textAt(container, 'image');
    const latest = !/:[^/]+$|@/.test(image) || image.endsWith(':latest');
    fill(container, {
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: latest ? 'Always' : 'IfNotPresent',
    });
    for (const port of listAt(container, 'ports').filter(isObject)) fill(port, { protocol: 'TCP' });
    for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) probe(container, name);
    for (const variable of listAt(container, 'env')) {
      const ref = valueAt(variable, 'valueFrom', 'fieldRef');
      if (isObject(ref)) fill(ref, { apiVersion: 'v1' });
    }
  }
  for (const volume of listAt(spec, 'volumes').filter(isObject)) {
    for (const kind of ['secret', 'configMap', 'projected', 'downwardAPI']) {
      const source = volume[kind];
      if (isObject(source)) fill(source, { defaultMode: 420 });
    }
  }
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (typeof spec['serviceAccountName'] === 'string') spec['serviceAccount'] ??= spec['serviceAccountName'];
}

function workload(next: KubeObject): JsonObject {
  const spec = object(next, 'spec');
  podSpec(object(object(spec, 'template'), 'spec'));
  next['status'] ??= {};
  return spec;
}

/** A cluster address that no other service has: from its uid, so that it survives a restart. */
function clusterIp(uid: string): string {
  const number = Number.parseInt(uid.replaceAll('-', '').slice(0, 6), 16);
  return `10.96.${String((number >> 8) & 0xff)}.${String(number & 0xff || 1)}`;
}

function service(next: KubeObject): void {
  const spec = object(next, 'spec');
  fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  for (const port of listAt(spec, 'ports').filter(isObject)) fill(port, { protocol: 'TCP', targetPort: port['port'] });
  if (spec['type'] !== 'ExternalName') {
    fill(spec, { clusterIP: clusterIp(next.metadata.uid ?? ''), internalTrafficPolicy: 'Cluster' });
    fill(spec, { clusterIPs: [spec['clusterIP']], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  }
  next['status'] ??= { loadBalancer: {} };
}

function secret(next: KubeObject): void {
  next['type'] ??= 'Opaque';
  const given = next['stringData'];
  if (!isObject(given)) return;
  const data = object(next, 'data');
  for (const [key, value] of Object.entries(given)) data[key] = Buffer.from(String(value)).toString('base64');
  Reflect.deleteProperty(next, 'stringData');
}

const DEFAULTS: Record<string, (next: KubeObject) => void> = {
  '/pods': (next) => {
    podSpec(object(next, 'spec'));
    fill(object(next, 'spec'), {
      serviceAccountName: 'default',
      serviceAccount: 'default',
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
    });
    const status = object(next, 'status');
    fill(status, { phase: 'Pending', qosClass: 'BestEffort' });
  },
  '/services': service,
  '/secrets': secret,
  '/namespaces': (next) => {
    next.metadata.labels = { ...next.metadata.labels, 'kubernetes.io/metadata.name': next.metadata.name ?? '' };
    fill(object(next, 'spec'), { finalizers: ['kubernetes'] });
    fill(object(next, 'status'), { phase: 'Active' });
  },
  'apps/deployments': (next) => {
    const spec = workload(next);
    fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = object(spec, 'strategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy['type'] === 'RollingUpdate')
      fill(object(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  },
  'apps/statefulsets': (next) => {
    const spec = workload(next);
    fill(spec, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    const strategy = object(spec, 'updateStrategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy['type'] === 'RollingUpdate') fill(object(strategy, 'rollingUpdate'), { partition: 0 });
    fill(object(next, 'status'), { replicas: 0, availableReplicas: 0 });
  },
  'apps/daemonsets': (next) => {
    const spec = workload(next);
    fill(spec, { revisionHistoryLimit: 10 });
    const strategy = object(spec, 'updateStrategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy['type'] === 'RollingUpdate')
      fill(object(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
    fill(object(next, 'status'), {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    });
  },
  'apps/replicasets': (next) => {
    fill(workload(next), { replicas: 1 });
    fill(object(next, 'status'), { replicas: 0 });
  },
  'batch/jobs': (next) => {
    fill(workload(next), {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
    });
  },
  'autoscaling/horizontalpodautoscalers': (next) => {
    fill(object(next, 'spec'), { minReplicas: 1 });
    fill(object(next, 'status'), { desiredReplicas: 0, currentMetrics: null });
  },
  'policy/poddisruptionbudgets': (next) => {
    fill(object(next, 'status'), { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 });
  },
  'networking.k8s.io/networkpolicies': (next) => {
    const spec = object(next, 'spec');
    fill(spec, { podSelector: {}, policyTypes: ['Ingress', ...(spec['egress'] === undefined ? [] : ['Egress'])] });
  },
  '/nodes': (next) => {
    object(next, 'spec');
    object(next, 'status');
  },
  'rbac.authorization.k8s.io/rolebindings': (next) => bindings(next),
  'rbac.authorization.k8s.io/clusterrolebindings': (next) => bindings(next),
};

function bindings(next: KubeObject): void {
  fill(objectAt(next, 'roleRef'), { apiGroup: 'rbac.authorization.k8s.io' });
  for (const subject of listAt(next, 'subjects').filter(isObject)) {
    if (subject['kind'] !== 'ServiceAccount') fill(subject, { apiGroup: 'rbac.authorization.k8s.io' });
    else subject['namespace'] ??= next.metadata.namespace;
  }
}

/** A copy of a built-in object with its defaults. */
export function fillBuiltinDefaults(given: KubeObject, storage: string): KubeObject {
  const next = clone(given);
  DEFAULTS[storage]?.(next);
  return next;
}
