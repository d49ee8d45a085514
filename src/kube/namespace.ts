// The objects of one namespace that a run looks at, read at once. Each list stands alone: one that is forbidden makes
// its own questions errors and leaves the others answered.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { ok, type Outcome } from '../facts/outcome.ts';
import { asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { withCircumstances } from './circumstances.ts';
import { listAll } from './list.ts';
import { type ResourceRule, RULES } from './rules.ts';

/** The calls behind the lists. */
const LISTS = {
  deployments: RULES.listDeployments,
  statefulSets: RULES.listStatefulSets,
  daemonSets: RULES.listDaemonSets,
  rollouts: RULES.listRollouts,
  deploymentConfigs: RULES.listDeploymentConfigs,
  replicaSets: RULES.listReplicaSets,
  pods: RULES.listPods,
  services: RULES.listServices,
  endpointSlices: RULES.listEndpointSlices,
  autoscalers: RULES.listAutoscalers,
  disruptionBudgets: RULES.listDisruptionBudgets,
} as const satisfies Record<keyof Omit<NamespaceObjects, 'events' | 'nodes'>, ResourceRule>;

/**
 * Reads the namespace. Lists come from the server's cache (resourceVersion 0): a run may see a state of a moment ago,
 * as every controller does.
 * @throws the signal's reason when the run was cancelled
 */
export async function readNamespace(
  api: KubeApi,
  namespace: string,
  signal: AbortSignal,
  now: Date,
): Promise<NamespaceObjects> {
  const list = async (rule: ResourceRule): Promise<Outcome<readonly KubernetesObject[]>> => {
    const listed = await listAll<KubernetesObject>(api, rule, { namespace, query: { resourceVersion: 0 } }, signal);
    if (!listed.ok && listed.fault.code === 'NotFound' && rule.optional === true) return ok([]);
    return asEvidence(listed.ok ? { ok: true, value: listed.value.items } : listed);
  };
  const names = Object.keys(LISTS) as (keyof typeof LISTS)[];
  const lists = await Promise.all(names.map(async (name) => [name, await list(LISTS[name])] as const));
  return withCircumstances(api, namespace, Object.fromEntries(lists) as unknown as NamespaceObjects, now, signal);
}
