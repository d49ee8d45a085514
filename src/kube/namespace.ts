// The objects of one namespace that a run looks at. Each list stands alone: one that is forbidden makes its own questions
// errors and leaves the others answered.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { ok, type Outcome } from '../facts/outcome.ts';
import { type ApiResult, asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { withCircumstances } from './circumstances.ts';
import { createKeeper, KEPT, type Shape } from './kept.ts';
import { listAll, type Listed } from './list.ts';
import { type ResourceRule, RULES } from './rules.ts';

/** How the objects of one kind are asked for, and what is kept of them. */
export interface KindRead {
  readonly list: ResourceRule;
  /** Undefined for groups that need not be there: where they are, they are listed. */
  readonly watch?: ResourceRule;
  readonly kept: Shape;
}

export type KindName = keyof Omit<NamespaceObjects, 'events' | 'nodes'>;

/** Everything that is read of a namespace. A kind more is a line more. */
export const KINDS = {
  deployments: { list: RULES.listDeployments, watch: RULES.watchDeployments, kept: KEPT.workload },
  statefulSets: { list: RULES.listStatefulSets, watch: RULES.watchStatefulSets, kept: KEPT.workload },
  daemonSets: { list: RULES.listDaemonSets, watch: RULES.watchDaemonSets, kept: KEPT.workload },
  rollouts: { list: RULES.listRollouts, kept: KEPT.workload },
  deploymentConfigs: { list: RULES.listDeploymentConfigs, kept: KEPT.workload },
  replicaSets: { list: RULES.listReplicaSets, watch: RULES.watchReplicaSets, kept: KEPT.replicaSet },
  pods: { list: RULES.listPods, watch: RULES.watchPods, kept: KEPT.pod },
  services: { list: RULES.listServices, watch: RULES.watchServices, kept: KEPT.service },
  endpointSlices: { list: RULES.listEndpointSlices, watch: RULES.watchEndpointSlices, kept: KEPT.endpointSlice },
  autoscalers: { list: RULES.listAutoscalers, watch: RULES.watchAutoscalers, kept: KEPT.autoscaler },
  disruptionBudgets: {
    list: RULES.listDisruptionBudgets,
    watch: RULES.watchDisruptionBudgets,
    kept: KEPT.disruptionBudget,
  },
} as const satisfies Record<KindName, KindRead>;

export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];

/**
 * What may be kept of one kind in one namespace: 5,000 pods take about 10 MiB. One that has more is told so in its own
 * reports, and costs the others nothing. In bytes, as `createKeeper` counts them.
 */
export const MOST_OF_A_KIND = 24 * 1024 * 1024;

/** An object, and what it takes in memory. In bytes. */
export interface KeptObject {
  readonly object: KubernetesObject;
  readonly bytes: number;
}

/** Objects of one kind, reduced while they are read. */
export function listKind(
  api: KubeApi,
  { list, kept }: KindRead,
  namespace: string,
  signal: AbortSignal,
): Promise<ApiResult<Listed<KeptObject>>> {
  const keep = createKeeper();
  return listAll<KeptObject>(api, list, { namespace }, signal, {
    mostBytes: MOST_OF_A_KIND,
    reduce: (item) => {
      const { value, bytes } = keep(item, kept);
      return { value: { object: value as KubernetesObject, bytes }, bytes };
    },
  });
}

/** True when the kind is not served, and need not be. */
export function isAbsent({ list }: KindRead, listed: ApiResult<unknown>): boolean {
  return !listed.ok && listed.fault.code === 'NotFound' && list.optional === true;
}

/** What a list says as evidence. A group that need not be there and is not has no objects. */
export function evidenceOf(
  kind: KindRead,
  listed: ApiResult<Listed<KeptObject>>,
): Outcome<readonly KubernetesObject[]> {
  if (isAbsent(kind, listed)) return ok([]);
  return asEvidence(listed.ok ? { ok: true, value: listed.value.items.map(({ object }) => object) } : listed);
}

/** One answer for each kind. */
export async function readKinds(
  read: (name: KindName) => Promise<Outcome<readonly KubernetesObject[]>>,
): Promise<NamespaceObjects> {
  const lists = await Promise.all(KIND_NAMES.map(async (name) => [name, await read(name)] as const));
  return Object.fromEntries(lists) as unknown as NamespaceObjects;
}

/**
 * Reads the namespace once, for a command.
 * @throws the signal's reason when it was cancelled
 */
export async function readNamespace(
  api: KubeApi,
  namespace: string,
  signal: AbortSignal,
  now: Date,
): Promise<NamespaceObjects> {
  const objects = await readKinds(async (name) =>
    evidenceOf(KINDS[name], await listKind(api, KINDS[name], namespace, signal)),
  );
  return withCircumstances(api, namespace, objects, now, signal);
}
