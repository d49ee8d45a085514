// Every value of the chart, with its default, its meaning and what it may be.
import { flag, group, objects, strings, text, value, whole, type Group } from './value.ts';

const QUANTITY = { type: ['string', 'number'], pattern: '^[0-9]+(\\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi)?$' } as const;
const QUANTITIES = {
  type: 'object',
  additionalProperties: false,
  properties: { cpu: QUANTITY, memory: QUANTITY, 'ephemeral-storage': QUANTITY },
} as const;
const NAME = '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$';
const DURATION = '^[0-9]+(ms|s|m|h)$';

export const VALUES: Group = group('Values of the chart recognize-health.', {
  replicas: whole(2, 'Operator pods. One examines, the others wait to take over.', 1, 10),
  shards: whole(
    1,
    'Share the namespaces among so many operators by the hash of their names, each with its own Deployment, Lease and replicas. For thousands of reports: docs/performance.md.',
    1,
    64,
  ),
  nameOverride: text('', 'Replaces the name of the chart in names and labels.', { pattern: NAME, maxLength: 53 }),
  fullnameOverride: text('', 'Replaces the whole name of the objects.', { pattern: NAME, maxLength: 53 }),
  image: group('The image of the operator.', {
    repository: text('recognize-health', 'Where the image is, with the registry.', {
      pattern: '^[a-z0-9]([a-z0-9._/-]*[a-z0-9])?(:[0-9]+/[a-z0-9]([a-z0-9._/-]*[a-z0-9])?)?$',
    }),
    tag: text('', "The tag. Default: the chart's appVersion.", { pattern: '^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$' }),
    digest: text('', 'The digest (sha256:…). Wins over the tag.', { pattern: '^(sha256:[0-9a-f]{64})?$' }),
    pullPolicy: text('IfNotPresent', 'When the image is pulled.', { enum: ['Always', 'IfNotPresent', 'Never'] }),
  }),
  imagePullSecrets: objects('Secrets to pull the image with: a list of `{name: …}`.'),
  watch: group('Which reports are examined.', {
    namespaces: value(
      ['recognize'],
      'The namespaces of PingOne Recognize. They must exist; the operator gets a Role in each, and sees nothing else.',
      {
        type: 'array',
        maxItems: 100,
        uniqueItems: true,
        items: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 63 },
      },
    ),
    allNamespaces: flag(
      false,
      'Watch every namespace instead. This grants the operator get on every Secret, ConfigMap and pod log of the cluster.',
    ),
    selector: text('', 'Label selector: reports that do not match are left alone.', { maxLength: 1024 }),
  }),
  operator: group('How the operator runs.', {
    workers: whole(16, 'Runs at the same time. Probing waits far more than it computes.', 1, 256),
    requireSecretLabel: flag(
      false,
      'Use only Secrets that carry the label recognize.health/use: "true", so that the owner of a Secret decides.',
    ),
    podSecrets: text(
      'named',
      'Where the Secrets that only the pods of the services refer to are used, for what those pods use them for. named: in watch.namespaces. all: also where every namespace is watched. none: only Secrets that a report names.',
      { enum: ['named', 'all', 'none'] },
    ),
    authenticate: flag(
      false,
      'Answer /metrics and /gate only to whoever shows a token of the cluster and has the right to get /metrics, or that report. Grants the operator to ask for reviews of tokens and rights.',
    ),
    logLevel: text('info', 'How much is logged.', { enum: ['debug', 'info', 'warn', 'error'] }),
    oldSpaceMegabytes: whole(
      96,
      'Largest heap of old objects (--max-old-space-size), in MiB. Keep it 64 below the memory limit.',
      64,
      2048,
    ),
    semiSpaceMegabytes: whole(4, 'Largest half of the space for new objects (--max-semi-space-size), in MiB.', 1, 64),
  }),
  crd: group('The CustomResourceDefinition.', {
    install: flag(
      true,
      'Install and upgrade it with the chart. It is kept when the release is uninstalled, and with it every report.',
    ),
  }),
  rbac: group('Roles and bindings.', {
    create: flag(true, "Create the operator's Roles and bindings."),
    secretNames: value(
      [],
      'Names of the Secrets that reports refer to. When some are named, the Roles grant get on these alone; empty: on every Secret of the watched namespaces.',
      {
        type: 'array',
        maxItems: 500,
        uniqueItems: true,
        items: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253 },
      },
    ),
    clusterFacts: flag(
      true,
      'Let the operator read nodes, the OpenShift version and the CRD. Without it the platform is not examined.',
    ),
    people: flag(
      true,
      'Create ClusterRoles for people: -view (added to view), -edit (added to admin), -gate and -gate-override (for pipelines).',
    ),
  }),
  serviceAccount: group('The account that the operator runs as.', {
    create: flag(true, 'Create it.'),
    name: text('', 'Its name. Needed when it is not created here.', { pattern: NAME, maxLength: 63 }),
    annotations: strings({}, 'Its annotations, for example eks.amazonaws.com/role-arn.'),
  }),
  resources: value(
    { requests: { cpu: '50m', memory: '112Mi' }, limits: { memory: '192Mi' } },
    'What a pod asks for and may use. Measured: docs/performance.md.',
    { type: 'object', additionalProperties: false, properties: { requests: QUANTITIES, limits: QUANTITIES } },
  ),
  commonLabels: strings({}, "More labels of every object, the pods included; the chart's own win."),
  podLabels: strings({}, 'More labels of the pods.'),
  podAnnotations: strings({}, 'More annotations of the pods.'),
  nodeSelector: strings({}, 'Nodes that may run the pods.'),
  tolerations: objects('Taints that the pods tolerate.'),
  affinity: value({}, 'Affinity of the pods.', { type: 'object' }),
  topologySpreadConstraints: objects(
    'How the pods are spread. Empty: over nodes and zones where that can be; each gets the labels of the pods as its selector unless it has one.',
  ),
  priorityClassName: text('', 'Priority class of the pods.', { pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$' }),
  extraEnv: objects(
    'More environment variables: NODE_EXTRA_CA_CERTS, AWS_REGION, AWS_ENDPOINT_URL (a store of your own to which the operator may show its AWS identity).',
  ),
  extraVolumes: objects('More volumes, for example a bundle of certificate authorities.'),
  extraVolumeMounts: objects('Where they are mounted.'),
  service: group('The Service in front of /metrics, /healthz and /readyz.', {
    port: whole(8080, 'Its port.', 1, 65_535),
    annotations: strings({}, 'Its annotations.'),
  }),
  podDisruptionBudget: group('Keeps a replica during drains.', {
    enabled: flag(true, 'Create the PodDisruptionBudget (maxUnavailable: 1).'),
  }),
  networkPolicy: group('What may reach the operator, and what it may reach.', {
    enabled: flag(true, 'Create the NetworkPolicy: no metadata addresses, no ports but the one of the endpoints.'),
    ingressFrom: value(
      [{ podSelector: {} }],
      "Who may reach the endpoints (NetworkPolicy peers); the kubelet always may. Default: pods of the operator's own namespace. Name the namespace of Prometheus and of pipelines that ask /gate. Empty: anybody in the cluster.",
      { type: 'array', items: { type: 'object' } },
    ),
    egress: objects(
      'Where reports lead to, as egress rules: the API server, the pods of Recognize, databases, buckets and keys; `recognize-health egress NAME -o values` makes them (docs/security.md). They take the place of "anywhere but metadata addresses"; name resolution stays open.',
    ),
    extraEgress: objects('More egress rules. EKS Pod Identity needs 169.254.170.23/32, port 80.'),
  }),
  serviceMonitor: group('For the Prometheus operator.', {
    enabled: flag(false, 'Create a ServiceMonitor.'),
    interval: text('30s', 'Time between scrapes.', { pattern: DURATION }),
    labels: strings({}, 'Labels by which Prometheus selects it.'),
  }),
  prometheusRule: group('Alerts for the Prometheus operator.', {
    enabled: flag(false, "Create a PrometheusRule with the guide's alerts and one for stale reports."),
    labels: strings({}, 'Labels by which Prometheus selects it.'),
  }),
  dashboard: group('A Grafana dashboard.', {
    enabled: flag(false, 'Create a ConfigMap that the Grafana sidecar loads.'),
    labels: strings({ grafana_dashboard: '1' }, 'Labels by which the sidecar selects it.'),
  }),
});
