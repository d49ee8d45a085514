// The objects of one namespace that a run looks at, read at once. Each list stands alone: one that is forbidden makes
// its own questions errors and leaves the others answered.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { ok, type Outcome } from '../facts/outcome.ts';
import { asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { listAll } from './list.ts';
import { type ResourceRule, RULES } from './rules.ts';

/**
 * Reads the namespace. Lists come from the server's cache (resourceVersion 0): a run may see a state of a moment ago,
 * as every controller does.
 * @throws the signal's reason when the run was cancelled
 */
export async function readNamespace(api: KubeApi, namespace: string, signal: AbortSignal): Promise<NamespaceObjects> {
  const list = async (rule: ResourceRule): Promise<Outcome<readonly KubernetesObject[]>> => {
    const listed = await listAll<KubernetesObject>(api, rule, { namespace, query: { resourceVersion: 0 } }, signal);
    if (!listed.ok && listed.fault.code === 'NotFound' && rule.optional === true) return ok([]);
    return asEvidence(listed.ok ? { ok: true, value: listed.value.items } : listed);
  };
  const [
    deployments,
    statefulSets,
    deploymentConfigs,
    replicaSets,
    pods,
    services,
    endpointSlices,
    autoscalers,
    disruptionBudgets,
  ] = await Promise.all([
    list(RULES.listDeployments),
    list(RULES.listStatefulSets),
    list(RULES.listDeploymentConfigs),
    list(RULES.listReplicaSets),
    list(RULES.listPods),
    list(RULES.listServices),
    list(RULES.listEndpointSlices),
    list(RULES.listAutoscalers),
    list(RULES.listDisruptionBudgets),
  ]);
  return {
    deployments,
    statefulSets,
    deploymentConfigs,
    replicaSets,
    pods,
    services,
    endpointSlices,
    autoscalers,
    disruptionBudgets,
  };
}
