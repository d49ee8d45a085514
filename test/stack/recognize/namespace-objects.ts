// Objects as a run reads them of a namespace: in their lists, with what is kept of each.
import type { KubernetesObject, NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import { ok, type Outcome } from '../../../src/facts/outcome.ts';
import { createKeeper } from '../../../src/kube/kept.ts';
import { type KindName, KINDS } from '../../../src/kube/namespace.ts';

/** Sorts objects into their lists, reduced to what is kept of them: a field that is read and not kept fails tests. */
export function namespaceObjects(objects: readonly KubernetesObject[]): NamespaceObjects {
  const keep = createKeeper();
  const of = (kind: string, name: KindName): Outcome<readonly KubernetesObject[]> =>
    ok(
      objects
        .filter((object) => object.kind === kind)
        .map((object) => keep(object, KINDS[name].kept).value as KubernetesObject),
    );
  return {
    deployments: of('Deployment', 'deployments'),
    statefulSets: of('StatefulSet', 'statefulSets'),
    daemonSets: of('DaemonSet', 'daemonSets'),
    rollouts: of('Rollout', 'rollouts'),
    deploymentConfigs: of('DeploymentConfig', 'deploymentConfigs'),
    replicaSets: of('ReplicaSet', 'replicaSets'),
    pods: of('Pod', 'pods'),
    services: of('Service', 'services'),
    endpointSlices: of('EndpointSlice', 'endpointSlices'),
    autoscalers: of('HorizontalPodAutoscaler', 'autoscalers'),
    disruptionBudgets: of('PodDisruptionBudget', 'disruptionBudgets'),
  };
}
