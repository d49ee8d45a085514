// The warnings that the kubelet writes of pods in trouble.
import { type KubernetesObject, timestamp, uidOf } from './pod-object.ts';
import type { WorkloadTrouble } from './workload-trouble.ts';

/** Reason and message, beside these states of a pod. */
const KUBELET_SAYS: Readonly<Partial<Record<WorkloadTrouble['kind'], readonly [string, string]>>> = {
  UnmountedVolume: [
    'FailedMount',
    'MountVolume.SetUp failed for volume "data" : rpc error: code = DeadlineExceeded desc = context deadline exceeded',
  ],
  Restarting: [
    'Unhealthy',
    'Liveness probe failed: Get "http://10.0.0.1:8080/actuator/health": context deadline exceeded',
  ],
};

/** What it says of each of these pods in that trouble: Events of core/v1. */
export function warningsOf(
  trouble: WorkloadTrouble | undefined,
  pods: readonly KubernetesObject[],
  { namespace, now }: { readonly namespace: string; readonly now: Date },
): KubernetesObject[] {
  const said = trouble && KUBELET_SAYS[trouble.kind];
  if (said === undefined) return [];
  const [reason, message] = said;
  const at = timestamp(now);
  // Without the pod's uid: a real API server gives it one of its own.
  return pods.map(({ metadata: { name } }) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${reason.toLowerCase()}`,
      namespace,
      uid: uidOf('Event', namespace, name, reason),
      creationTimestamp: at,
    },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace },
    reason,
    message,
    type: 'Warning',
    count: 3,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component: 'kubelet' },
  }));
}
