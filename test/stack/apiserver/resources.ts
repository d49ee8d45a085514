// The resources that the server serves without a CustomResourceDefinition: one line each.
import type { CustomVersion } from './definitions.ts';

/** A subresource as discovery lists it. */
export interface Subresource {
  name: string;
  kind: string;
  /** Set when the subresource's kind lives in another group than its parent (Scale, Eviction, TokenRequest). */
  group?: string;
  version?: string;
  verbs: readonly string[];
}

/** One served resource in one version. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  listKind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: readonly Subresource[];
  /** Where its objects are kept; two served resources that are one (events) share it. */
  storage: string;
  /** Whether metadata.generation is kept. */
  generation: boolean;
  /** Set for resources that a CustomResourceDefinition declares. */
  custom?: CustomVersion;
}

const STORED = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const WRITTEN = ['get', 'patch', 'update'];

export const apiVersionOf = (of: { group: string; version: string }): string =>
  of.group === '' ? of.version : `${of.group}/${of.version}`;

export const hasStatus = (resource: Resource): boolean => resource.subresources.some(({ name }) => name === 'status');

interface Row {
  short?: string;
  all?: true;
  category?: string;
  subresources?: string;
  cluster?: true;
  storage?: string;
  verbs?: readonly string[];
  plural?: string;
  generation?: true;
}

function subresource(name: string, kind: string): Subresource {
  switch (name) {
    case 'scale':
      return { name, kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: WRITTEN };
    case 'token':
      return { name, kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] };
    case 'eviction':
      return { name, kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] };
    case 'log':
      return { name, kind, verbs: ['get'] };
    case 'finalize':
      return { name, kind, verbs: ['update'] };
    default:
      return { name, kind, verbs: WRITTEN };
  }
}

function builtin(apiVersion: string, kind: string, row: Row = {}): Resource {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const singular = kind.toLowerCase();
  const plural = row.plural ?? `${singular}s`;
  return {
    group: group ?? '',
    version: version ?? '',
    plural,
    singular,
    kind,
    listKind: `${kind}List`,
    namespaced: row.cluster !== true,
    shortNames: row.short?.split(' ') ?? [],
    categories: row.category === undefined ? (row.all === true ? ['all'] : []) : [row.category],
    verbs: row.verbs ?? STORED,
    subresources: (row.subresources?.split(' ') ?? []).map((name) => subresource(name, kind)),
    storage: row.storage ?? `${group ?? ''}/${plural}`,
    generation: row.generation === true,
  };
}

const ASKED = ['create'];

/** Everything built in, in discovery's order. */
export const BUILTIN: readonly Resource[] = [
  builtin('v1', 'ConfigMap', { short: 'cm' }),
  builtin('v1', 'Endpoints', { short: 'ep', plural: 'endpoints' }),
  builtin('v1', 'Event', { short: 'ev' }),
  builtin('v1', 'LimitRange', { short: 'limits' }),
  builtin('v1', 'Namespace', {
    short: 'ns',
    cluster: true,
    subresources: 'finalize status',
    verbs: STORED.filter((verb) => verb !== 'deletecollection'),
  }),
  builtin('v1', 'Node', { short: 'no', cluster: true, subresources: 'status' }),
  builtin('v1', 'PersistentVolumeClaim', { short: 'pvc', subresources: 'status' }),
  builtin('v1', 'PersistentVolume', { short: 'pv', cluster: true, subresources: 'status' }),
  builtin('v1', 'Pod', { short: 'po', all: true, subresources: 'eviction log status', generation: true }),
  builtin('v1', 'ReplicationController', {
    short: 'rc',
    all: true,
    subresources: 'scale status',
    generation: true,
  }),
  builtin('v1', 'ResourceQuota', { short: 'quota', subresources: 'status' }),
  builtin('v1', 'Secret'),
  builtin('v1', 'ServiceAccount', { short: 'sa', subresources: 'token' }),
  builtin('v1', 'Service', { short: 'svc', all: true, subresources: 'status' }),
  builtin('apps/v1', 'ControllerRevision'),
  builtin('apps/v1', 'DaemonSet', { short: 'ds', all: true, subresources: 'status', generation: true }),
  builtin('apps/v1', 'Deployment', { short: 'deploy', all: true, subresources: 'scale status', generation: true }),
  builtin('apps/v1', 'ReplicaSet', { short: 'rs', all: true, subresources: 'scale status', generation: true }),
  builtin('apps/v1', 'StatefulSet', { short: 'sts', all: true, subresources: 'scale status', generation: true }),
  builtin('events.k8s.io/v1', 'Event', { short: 'ev', storage: '/events' }),
  builtin('authentication.k8s.io/v1', 'SelfSubjectReview', { cluster: true, verbs: ASKED }),
  builtin('authentication.k8s.io/v1', 'TokenReview', { cluster: true, verbs: ASKED }),
  builtin('authorization.k8s.io/v1', 'LocalSubjectAccessReview', { verbs: ASKED }),
  builtin('authorization.k8s.io/v1', 'SelfSubjectAccessReview', { cluster: true, verbs: ASKED }),
  builtin('authorization.k8s.io/v1', 'SelfSubjectRulesReview', { cluster: true, verbs: ASKED }),
  builtin('authorization.k8s.io/v1', 'SubjectAccessReview', { cluster: true, verbs: ASKED }),
  builtin('autoscaling/v2', 'HorizontalPodAutoscaler', { short: 'hpa', all: true, subresources: 'status' }),
  builtin('batch/v1', 'CronJob', { short: 'cj', all: true, subresources: 'status', generation: true }),
  builtin('batch/v1', 'Job', { all: true, subresources: 'status', generation: true }),
  builtin('networking.k8s.io/v1', 'Ingress', {
    short: 'ing',
    plural: 'ingresses',
    subresources: 'status',
    generation: true,
  }),
  builtin('networking.k8s.io/v1', 'NetworkPolicy', {
    short: 'netpol',
    plural: 'networkpolicies',
    generation: true,
  }),
  builtin('policy/v1', 'PodDisruptionBudget', { short: 'pdb', subresources: 'status', generation: true }),
  builtin('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { cluster: true }),
  builtin('rbac.authorization.k8s.io/v1', 'ClusterRole', { cluster: true }),
  builtin('rbac.authorization.k8s.io/v1', 'RoleBinding'),
  builtin('rbac.authorization.k8s.io/v1', 'Role'),
  builtin('storage.k8s.io/v1', 'StorageClass', { short: 'sc', plural: 'storageclasses', cluster: true }),
  builtin('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    short: 'crd crds',
    category: 'api-extensions',
    cluster: true,
    subresources: 'status',
    generation: true,
  }),
  builtin('scheduling.k8s.io/v1', 'PriorityClass', { short: 'pc', plural: 'priorityclasses', cluster: true }),
  builtin('coordination.k8s.io/v1', 'Lease'),
  builtin('discovery.k8s.io/v1', 'EndpointSlice'),
];

/** OpenShift's DeploymentConfig: absent unless the server is started with `openshift: true`. */
export const OPENSHIFT: readonly Resource[] = [
  builtin('apps.openshift.io/v1', 'DeploymentConfig', {
    short: 'dc',
    all: true,
    subresources: 'scale status',
    generation: true,
  }),
  builtin('config.openshift.io/v1', 'ClusterVersion', { cluster: true, subresources: 'status', generation: true }),
];
