// The stack's objects of an installation in the shape in which a run reads them, and the spec with its defaults.
import { healthReportSpec, type HealthReportSpec } from '../../../src/api/health-report.ts';
import type { KubernetesObject, NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import { ok, type Outcome } from '../../../src/facts/outcome.ts';
import { createKeeper } from '../../../src/kube/kept.ts';
import { type KindName, KINDS } from '../../../src/kube/namespace.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { resolveTargets, type ResolvedTargets, type TargetsRequest } from '../../../src/targets/index.ts';
import { installationObjects, type ObjectsOptions } from '../../stack/recognize/objects.ts';

export const NOW = new Date('2026-11-23T10:00:00Z');

export function spec(input: unknown = {}): HealthReportSpec {
  return healthReportSpec.parse(input);
}

export function installation(options: Partial<ObjectsOptions> = {}): KubernetesObject[] {
  return installationObjects({
    namespace: 'recognize',
    topology: 'Split',
    port: 8080,
    now: NOW,
    ...options,
  });
}

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

export const NO_SECRETS: SecretReader = { read: () => Promise.reject(new Error('no Secret was to be read')) };

export function resolve(request: Partial<TargetsRequest> = {}): Promise<ResolvedTargets> {
  return resolveTargets({
    spec: spec(),
    namespace: 'recognize',
    objects: namespaceObjects(installation()),
    previous: undefined,
    secrets: NO_SECRETS,
    now: NOW,
    signal: new AbortController().signal,
    ...request,
  });
}

/** A workload of one container, for what the stack does not make. */
export function deployment(
  name: string,
  image: string,
  rest: { labels?: Record<string, string>; containers?: object[] } = {},
): KubernetesObject {
  const labels = rest.labels ?? { workload: name };
  return {
    kind: 'Deployment',
    metadata: { name, namespace: 'recognize', uid: name, generation: 1, labels },
    spec: {
      replicas: 1,
      template: { metadata: { labels }, spec: { containers: rest.containers ?? [{ name: 'main', image }] } },
    },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
  };
}
