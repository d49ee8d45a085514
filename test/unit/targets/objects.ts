// The stack's objects of an installation in the shape in which a run reads them, and the spec with its defaults.
import { healthReportSpec, type HealthReportSpec } from '../../../src/api/health-report.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { resolveTargets, type ResolvedTargets, type TargetsRequest } from '../../../src/targets/index.ts';
import { namespaceObjects } from '../../stack/recognize/namespace-objects.ts';
import { installationObjects, type ObjectsOptions } from '../../stack/recognize/objects.ts';

export { namespaceObjects };

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
