// The operator as it is installed: its Deployment, its pods, and which of them its Service leads to.
import { z } from 'zod';
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { listAll } from './list.ts';
import { type ResourceRule, RULES } from './rules.ts';

/** A Deployment that runs `recognize-health operator`. */
export interface OperatorDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly account: string;
  readonly image: string;
  /** Of the container, behind the program. */
  readonly args: readonly string[];
  readonly wanted: number;
  readonly ready: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface OperatorPod {
  readonly name: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Why its container waits (ImagePullBackOff, CrashLoopBackOff); undefined while it runs. */
  readonly waits: string | undefined;
}

/** Addresses behind one of its Services. */
export interface OperatorEndpoints {
  readonly service: string;
  readonly ready: number;
  readonly all: number;
}

const labels = z.record(z.string(), z.string()).catch({});
const container = z.object({
  image: z.string().catch(''),
  command: z.array(z.string()).catch([]),
  args: z.array(z.string()).catch([]),
});
const deployment = z.object({
  spec: z.object({
    replicas: z.number().catch(1),
    selector: z.object({ matchLabels: labels }).catch({ matchLabels: {} }),
    template: z.object({
      metadata: z.object({ labels }).catch({ labels: {} }),
      spec: z.object({ serviceAccountName: z.string().catch('default'), containers: z.array(container) }),
    }),
  }),
  status: z.object({ readyReplicas: z.number().catch(0) }).catch({ readyReplicas: 0 }),
});
const pod = z.object({
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string().catch(''), status: z.string().catch('') })).catch([]),
      containerStatuses: z
        .array(
          z.object({
            restartCount: z.number().catch(0),
            state: z
              .object({ waiting: z.object({ reason: z.string() }).optional().catch(undefined) })
              .catch({ waiting: undefined }),
          }),
        )
        .catch([]),
    })
    .catch({ conditions: [], containerStatuses: [] }),
});
const service = z.object({ spec: z.object({ selector: labels }).catch({ selector: {} }) });
const slice = z.object({
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()).catch([]),
        conditions: z.object({ ready: z.boolean().nullish() }).catch({}),
      }),
    )
    .catch([]),
});

/** What the chart and the manifests call themselves in labels. A release may be named otherwise. */
const NAMED = 'app.kubernetes.io/name=recognize-health';

/** The operator's Deployments in a namespace; undefined looks for labelled ones in all of them. */
export async function operatorDeployments(
  api: KubeApi,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ApiResult<readonly OperatorDeployment[]>> {
  const query = namespace === undefined ? { labelSelector: NAMED } : {};
  const listed = await list(api, RULES.listDeployments, { namespace, query }, signal);
  return listed.ok ? { ...listed, value: listed.value.flatMap(operatorOf) } : listed;
}

function operatorOf(object: KubernetesObject): readonly OperatorDeployment[] {
  const parsed = deployment.safeParse(object);
  if (!parsed.success) return [];
  const { spec, status } = parsed.data;
  const runs = spec.template.spec.containers.find(
    ({ image, command, args }) =>
      args[0] === 'operator' && [image, ...command].some((word) => word.includes('recognize-health')),
  );
  if (runs === undefined) return [];
  return [
    {
      namespace: object.metadata.namespace ?? '',
      name: object.metadata.name,
      account: spec.template.spec.serviceAccountName,
      image: runs.image,
      args: runs.args.slice(1),
      wanted: spec.replicas,
      ready: status.readyReplicas,
      labels: { ...spec.template.metadata.labels, ...spec.selector.matchLabels },
    },
  ];
}

/** The pods of a Deployment. */
export async function operatorPods(
  api: KubeApi,
  { namespace, labels: selected }: OperatorDeployment,
  signal: AbortSignal,
): Promise<ApiResult<readonly OperatorPod[]>> {
  const labelSelector = Object.entries(selected)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const listed = await list(api, RULES.listPods, { namespace, query: { labelSelector } }, signal);
  if (!listed.ok) return listed;
  const pods = listed.value.map((object): OperatorPod => {
    const { conditions, containerStatuses } = pod.parse(object).status;
    return {
      name: object.metadata.name,
      ready: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
      restarts: containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
      waits: containerStatuses.map(({ state }) => state.waiting?.reason).find((reason) => reason !== undefined),
    };
  });
  return { ...listed, value: pods };
}

/** Every Service that selects the pods, with the addresses that it leads to. */
export async function operatorEndpoints(
  api: KubeApi,
  { namespace, labels: carried }: OperatorDeployment,
  signal: AbortSignal,
): Promise<ApiResult<readonly OperatorEndpoints[]>> {
  const [services, slices] = await Promise.all([
    list(api, RULES.listServices, { namespace }, signal),
    list(api, RULES.listEndpointSlices, { namespace }, signal),
  ]);
  if (!services.ok) return services;
  if (!slices.ok) return slices;
  const found = services.value.filter((object) => {
    const selector = Object.entries(service.parse(object).spec.selector);
    return selector.length > 0 && selector.every(([key, value]) => carried[key] === value);
  });
  return {
    ...services,
    value: found.map(({ metadata: { name } }) => {
      const endpoints = slices.value
        .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
        .flatMap((object) => slice.parse(object).endpoints);
      const addresses = (some: typeof endpoints): number =>
        new Set(some.flatMap((endpoint) => endpoint.addresses)).size;
      return {
        service: name,
        // As the API says it: an unknown readiness counts as ready.
        ready: addresses(endpoints.filter(({ conditions }) => conditions.ready !== false)),
        all: addresses(endpoints),
      };
    }),
  };
}

async function list(
  api: KubeApi,
  rule: ResourceRule,
  params: Parameters<typeof listAll>[2],
  signal: AbortSignal,
): Promise<ApiResult<readonly KubernetesObject[]>> {
  const listed = await listAll<KubernetesObject>(api, rule, params, signal);
  return listed.ok ? { ...listed, value: listed.value.items } : listed;
}
