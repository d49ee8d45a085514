// Every call to the Kubernetes API that this program may make, as data. Roles, documentation and the calls themselves
// follow from it: what is not listed here cannot be asked, and what nobody asks is not granted.

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch';

/** Who makes the call: the operator (its Roles are generated), or a person's command with that person's rights. */
export type Caller = 'operator' | 'command';

export interface ResourceRule {
  readonly kind: 'resource';
  readonly verb: Verb;
  /** Empty for core/v1. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** Where the operator needs it: in the namespaces of the reports, or only in its own; `endpoints`: where these ask who asks. */
  readonly where: 'reports' | 'own' | 'cluster' | 'endpoints';
  readonly callers: readonly Caller[];
  /** Limits the grant to these names. */
  readonly names?: readonly string[];
  /** The group may be missing: an empty answer then, not a failure. */
  readonly optional?: true;
  /** What is created is a question: the answer has no name. */
  readonly nameless?: true;
  readonly why: string;
}

export interface PathRule {
  readonly kind: 'path';
  readonly verb: 'get';
  readonly path: string;
  readonly callers: readonly Caller[];
  readonly why: string;
}

export type ApiRule = ResourceRule | PathRule;

const OPERATOR = ['operator'] as const;
const BOTH = ['operator', 'command'] as const;

const reports = {
  kind: 'resource',
  group: 'recognize.health',
  version: 'v1alpha1',
  resource: 'healthreports',
  scope: 'Namespaced',
  where: 'reports',
} as const;

const listed = (group: string, version: string, resource: string, why: string): ResourceRule => ({
  kind: 'resource',
  verb: 'list',
  group,
  version,
  resource,
  scope: 'Namespaced',
  where: 'reports',
  callers: BOTH,
  why,
});

/** A list that the operator keeps up to date between runs instead of asking for it again. */
const watched = (rule: ResourceRule): ResourceRule => ({
  ...rule,
  verb: 'watch',
  callers: OPERATOR,
  why: 'Keep what was listed up to date between runs, instead of listing it in each.',
});

const lists = {
  listDeployments: listed('apps', 'v1', 'deployments', 'Discover the services and judge their workloads.'),
  listStatefulSets: listed('apps', 'v1', 'statefulsets', 'Discover the services and judge their workloads.'),
  listDaemonSets: listed('apps', 'v1', 'daemonsets', 'Discover the services and judge their workloads.'),
  listRollouts: {
    ...listed('argoproj.io', 'v1alpha1', 'rollouts', 'Discover the services where Argo Rollouts runs them.'),
    optional: true,
  },
  listReplicaSets: listed('apps', 'v1', 'replicasets', 'Tell which pods belong to which Deployment.'),
  listDeploymentConfigs: {
    ...listed('apps.openshift.io', 'v1', 'deploymentconfigs', 'Discover the services on OpenShift.'),
    optional: true,
  },
  listPods: listed('', 'v1', 'pods', 'See restarts, image pulls, memory kills, readiness.'),
  listServices: listed('', 'v1', 'services', 'Learn the ports.'),
  listEndpointSlices: listed('discovery.k8s.io', 'v1', 'endpointslices', 'Learn the ready addresses to probe.'),
  listAutoscalers: listed('autoscaling', 'v2', 'horizontalpodautoscalers', 'Know how many replicas there may be.'),
  listDisruptionBudgets: listed('policy', 'v1', 'poddisruptionbudgets', 'See which pods could not be evicted.'),
} as const;

const review = {
  kind: 'resource',
  verb: 'create',
  version: 'v1',
  scope: 'Cluster',
  where: 'cluster',
  callers: ['command'],
  nameless: true,
} as const;

const lease = {
  kind: 'resource',
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  scope: 'Namespaced',
  where: 'own',
  callers: OPERATOR,
} as const;

/** The name that the manifests give; the chart grants that of its release. Making one cannot be limited to a name. */
const ONE_LEASE = { names: ['recognize-health'] } as const;

export const RULES = {
  getReport: { ...reports, verb: 'get', callers: BOTH, why: 'Read one report again before its status is written.' },
  listReports: { ...reports, verb: 'list', callers: BOTH, why: 'Find the reports to work on.' },
  watchReports: { ...reports, verb: 'watch', callers: BOTH, why: 'Notice changes of reports.' },
  applyReportStatus: {
    ...reports,
    verb: 'patch',
    subresource: 'status',
    callers: OPERATOR,
    why: 'Write what was found.',
  },
  requestRun: {
    ...reports,
    verb: 'patch',
    callers: ['command'],
    why: 'Ask for a run with an annotation (gate, run); mute, unmute, suspend and resume.',
  },

  getSecret: {
    kind: 'resource',
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'secrets',
    scope: 'Namespaced',
    where: 'reports',
    callers: BOTH,
    why: 'Read the Secrets that a report names, in its own namespace. Never listed.',
  },
  getConfigMap: {
    kind: 'resource',
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'configmaps',
    scope: 'Namespaced',
    where: 'reports',
    callers: BOTH,
    why: 'Look for renamed keys and for the backends of the services, in the ConfigMaps that their pod templates name; certificates of authorities that a report names. Never listed.',
  },
  ...lists,
  watchDeployments: watched(lists.listDeployments),
  watchStatefulSets: watched(lists.listStatefulSets),
  watchDaemonSets: watched(lists.listDaemonSets),
  watchReplicaSets: watched(lists.listReplicaSets),
  watchPods: watched(lists.listPods),
  watchServices: watched(lists.listServices),
  watchEndpointSlices: watched(lists.listEndpointSlices),
  watchAutoscalers: watched(lists.listAutoscalers),
  watchDisruptionBudgets: watched(lists.listDisruptionBudgets),
  listEvents: listed('', 'v1', 'events', 'Say why a pod waits or restarts. Asked only while one is not fine.'),
  getPodLog: {
    kind: 'resource',
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: 'log',
    scope: 'Namespaced',
    where: 'reports',
    callers: BOTH,
    why: 'Match log lines with the guide. Not asked when spec.logs.enabled is false.',
  },
  createEvent: {
    kind: 'resource',
    verb: 'create',
    group: 'events.k8s.io',
    version: 'v1',
    resource: 'events',
    scope: 'Namespaced',
    where: 'reports',
    callers: BOTH,
    why: 'Tell transitions; record what `gate --skip` and `gate --override` left out.',
  },

  getLease: {
    ...lease,
    ...ONE_LEASE,
    verb: 'get',
    callers: BOTH,
    why: 'Elect one leader among the replicas; say that there is no operator (status, gate).',
  },
  createLease: { ...lease, verb: 'create', why: 'Elect one leader among the replicas.' },
  updateLease: { ...lease, ...ONE_LEASE, verb: 'update', why: 'Elect one leader among the replicas.' },

  listNodes: {
    kind: 'resource',
    verb: 'list',
    group: '',
    version: 'v1',
    resource: 'nodes',
    scope: 'Cluster',
    where: 'cluster',
    callers: BOTH,
    why: 'Compare the node architectures with the supported one; see whether the nodes of pods that are not ready are.',
  },
  getClusterVersion: {
    kind: 'resource',
    verb: 'get',
    group: 'config.openshift.io',
    version: 'v1',
    resource: 'clusterversions',
    scope: 'Cluster',
    where: 'cluster',
    callers: BOTH,
    names: ['version'],
    optional: true,
    why: 'Compare the OpenShift version with the supported one.',
  },
  getDefinition: {
    kind: 'resource',
    verb: 'get',
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
    scope: 'Cluster',
    where: 'cluster',
    callers: BOTH,
    names: ['healthreports.recognize.health'],
    why: 'Tell when the installed definition is older than the operator.',
  },
  askRightOfAnother: {
    ...review,
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    why: "Say which of its rights the operator's account lacks (doctor).",
  },
  reviewToken: {
    ...review,
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
    where: 'endpoints',
    callers: OPERATOR,
    why: 'Know who asks /metrics and /gate. With --authenticate alone.',
  },
  reviewAccess: {
    ...review,
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    where: 'endpoints',
    callers: OPERATOR,
    why: 'Know whether he may get the metrics, or that report. With --authenticate alone.',
  },
  askOwnRight: {
    ...review,
    group: 'authorization.k8s.io',
    resource: 'selfsubjectaccessreviews',
    why: 'The same, when the operator itself asks. Every authenticated user may.',
  },
  askOwnName: {
    ...review,
    group: 'authentication.k8s.io',
    resource: 'selfsubjectreviews',
    optional: true,
    why: "Tell whether it is the operator's account that asks (doctor). Every authenticated user may, from Kubernetes 1.28.",
  },
  getVersion: {
    kind: 'path',
    verb: 'get',
    path: '/version',
    callers: BOTH,
    why: 'Compare the Kubernetes version with the supported ones. Every authenticated user may ask.',
  },
} as const satisfies Record<string, ApiRule>;

export type RuleName = keyof typeof RULES;

export interface CallParams {
  /** Of a namespaced resource; undefined asks across all namespaces (list and watch only). */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** The path and query of a call. Every part is escaped: a name can never lead to another resource. */
export function pathOf(rule: ApiRule, params: CallParams): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params.query ?? {})) if (value !== undefined) query.set(key, String(value));
  const suffix = query.size === 0 ? '' : `?${query.toString()}`;
  if (rule.kind === 'path') return rule.path + suffix;
  const parts = [
    ...(rule.group === '' ? ['api', rule.version] : ['apis', rule.group, rule.version]),
    ...(rule.scope === 'Namespaced' && params.namespace !== undefined ? ['namespaces', params.namespace] : []),
    rule.resource,
    ...(params.name === undefined ? [] : [params.name]),
    ...(rule.subresource === undefined ? [] : [rule.subresource]),
  ];
  return `/${parts.map(segment).join('/')}${suffix}`;
}

/**
 * `.` and `..` survive escaping, and parsers of URLs on the way resolve them even as %2E. Nothing has such a name:
 * escaped twice it is asked for as it is written, and is not found.
 */
function segment(part: string): string {
  return part === '.' || part === '..' ? part.replaceAll('.', '%252E') : encodeURIComponent(part);
}

/** `list pods in namespace recognize`: for messages. */
export function describeCall(rule: ApiRule, params: CallParams): string {
  if (rule.kind === 'path') return `${rule.verb} ${rule.path}`;
  const resource = rule.subresource === undefined ? rule.resource : `${rule.resource}/${rule.subresource}`;
  const what = params.name === undefined ? resource : `${resource} ${params.name}`;
  if (rule.scope === 'Cluster') return `${rule.verb} ${what}`;
  return `${rule.verb} ${what} in ${params.namespace === undefined ? 'all namespaces' : `namespace ${params.namespace}`}`;
}
