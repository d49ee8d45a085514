// Values that a user might give, each with what should come of them.
import type { Values } from './render.ts';

/** One row: the values, and the kinds that they add to or take from the default rendering. */
export const MATRIX: Readonly<Record<string, Values>> = {
  default: {},
  'all namespaces': { watch: { allNamespaces: true } },
  'the names of its Secrets, and labels on them': {
    rbac: { secretNames: ['recognize-db', 'recognize-s3'] },
    operator: { requireSecretLabel: true, podSecrets: 'none' },
  },
  'one namespace': { watch: { namespaces: ['recognize'] } },
  'two namespaces and a selector': {
    watch: { namespaces: ['recognize', 'staging'], selector: 'team=a,tier in (x, y)' },
  },
  'nothing outside of one namespace': {
    watch: { namespaces: ['recognize'] },
    rbac: { clusterFacts: false, people: false },
    crd: { install: false },
  },
  'an account of somebody else': { serviceAccount: { create: false, name: 'existing' }, rbac: { create: false } },
  'a small single replica': {
    replicas: 1,
    operator: { workers: 1, logLevel: 'debug', oldSpaceMegabytes: 64, semiSpaceMegabytes: 1 },
    podDisruptionBudget: { enabled: false },
    networkPolicy: { enabled: false },
    resources: { requests: { cpu: 0.1, memory: '64Mi' } },
  },
  'five shards': { shards: 5, watch: { allNamespaces: true }, fullnameOverride: 'health' },
  'everything set': {
    replicas: 3,
    nameOverride: 'health',
    image: { repository: 'registry.example.com:5000/team/recognize-health', digest: `sha256:${'0'.repeat(64)}` },
    imagePullSecrets: [{ name: 'registry' }],
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/health' } },
    commonLabels: { 'example.com/cost-centre': '4711', 'app.kubernetes.io/name': 'mine' },
    podLabels: { team: 'identity' },
    podAnnotations: { 'example.com/note': 'true' },
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: { nodeAffinity: {} },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
    ],
    priorityClassName: 'system-cluster-critical',
    extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/ca/ca.crt' }],
    extraVolumes: [{ name: 'ca', configMap: { name: 'authorities' } }],
    extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
    service: { port: 9090, annotations: { 'example.com/scrape': 'true' } },
    networkPolicy: {
      ingressFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      extraEgress: [{ to: [{ ipBlock: { cidr: '169.254.170.23/32' } }], ports: [{ port: 80, protocol: 'TCP' }] }],
    },
    serviceMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
    dashboard: { enabled: true },
  },
};

/** Values that are refused, and what the message must name. */
export const REFUSED: readonly (readonly [what: string, values: Values, names: RegExp])[] = [
  ['a number as a word', { replicas: 'two' }, /\/replicas'?: got string, want integer/],
  ['a label that is no text', { commonLabels: { team: 5 } }, /\/commonLabels\/team'?: got number, want string/],
  ['no replica', { replicas: 0 }, /\/replicas'?: .*minimum/],
  ['no shard', { shards: 0 }, /\/shards'?: .*minimum/],
  ['a value that there is not', { replicaCount: 2 }, /additional properties 'replicaCount' not allowed/],
  ['a nested one that there is not', { image: { registry: 'x' } }, /\/image'?: additional properties 'registry'/],
  [
    'a namespace that cannot be',
    { watch: { namespaces: ['Not_Valid'] } },
    /\/watch\/namespaces\/0'?: 'Not_Valid' does not match/,
  ],
  ['a namespace twice', { watch: { namespaces: ['a', 'a'] } }, /\/watch\/namespaces'?: items at 0 and 1 are equal/],
  ['no namespace at all', { watch: { namespaces: [] } }, /watch\.namespaces names no namespace/],
  ['a level that there is not', { operator: { logLevel: 'verbose' } }, /\/operator\/logLevel'?: value must be one of/],
  ['a heap too small to start', { operator: { oldSpaceMegabytes: 8 } }, /\/operator\/oldSpaceMegabytes'?: minimum/],
  ['a digest cut short', { image: { digest: 'sha256:abc' } }, /\/image\/digest'?: .*does not match/],
  [
    'memory without a unit that is one',
    { resources: { limits: { memory: '1 GB' } } },
    /\/resources\/limits\/memory'?: .*does not match/,
  ],
  ['yes as a word', { crd: { install: 'yes please' } }, /\/crd\/install'?: got string, want boolean/],
  [
    'no account at all',
    { serviceAccount: { create: false } },
    /serviceAccount\.name is needed when serviceAccount\.create is false/,
  ],
];
