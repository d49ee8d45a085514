// What can be wrong with a workload, and which pods of which revisions run in it.
import { createHash } from 'node:crypto';
import type { PodState } from './pod-object.ts';
import type { ServiceProfile } from './topology.ts';
import type { Revision, WorkloadKind } from './workload-object.ts';

export type WorkloadTrouble =
  | {
      kind:
        | 'CrashLoopBackOff'
        | 'OOMKilled'
        | 'ImagePullBackOff'
        | 'NotReady'
        | 'Unschedulable'
        | 'MissingSecret'
        | 'UnmountedVolume'
        | 'Gated'
        | 'Restarting'
        | 'NodeLost';
      /** How many of the pods are in trouble, the last ones; all of them when not given. */
      pods?: number;
      restarts?: number;
      exitCode?: number;
    }
  | { kind: 'ScaledToZero' }
  /** A new image is being rolled out within its bounds. */
  | { kind: 'RolloutInProgress'; image?: string }
  /** The new pod never became ready: ProgressDeadlineExceeded. */
  | { kind: 'RolloutStuck'; image?: string }
  /** Installed seconds ago: no pod was ready yet. */
  | { kind: 'FirstRollout' }
  /** The new pod of a rollout crashes, long before its deadline. */
  | { kind: 'RolloutCrashing'; image?: string }
  /** A ResourceQuota lets the last pod not be created. */
  | { kind: 'QuotaExceeded' }
  /** Its rollouts are paused. */
  | { kind: 'Paused' }
  /** Somebody gave the last pod another image than the workload asks for. */
  | { kind: 'ImageSkew'; image?: string }
  /** The tag was moved before the last pod was started: the same name, another image. */
  | { kind: 'TagMoved' }
  /** A PodDisruptionBudget asks for as many pods as there are. */
  | { kind: 'EvictionBlocked' }
  /** Settings in the pod template: variables, and a ConfigMap whose keys are variables and files. */
  | { kind: 'Configured'; variables?: Readonly<Record<string, string>>; configMap?: Readonly<Record<string, string>> };

/** The revisions of a service with so many pods, in that trouble or in none: the oldest first. */
export function revisionsOf(
  service: ServiceProfile,
  {
    replicas = 1,
    trouble,
    image = service.image,
  }: { readonly replicas?: number; readonly trouble?: WorkloadTrouble; readonly image?: string },
  kind: WorkloadKind,
): Revision[] {
  const pods = (count: number, state: PodState, from = 1): Revision['pods'] =>
    Array.from({ length: count }, (_, index) => ({ replica: from + index, state }));
  const revision = (number: number, of: string, running: Revision['pods']): Revision => ({
    image: of,
    name:
      kind === 'DeploymentConfig'
        ? String(number)
        : createHash('sha256').update(`${service.name}/${of}`).digest('hex').slice(0, 9),
    pods: running,
  });
  if (!trouble) return [revision(1, image, pods(replicas, 'Ready'))];
  switch (trouble.kind) {
    case 'ScaledToZero':
      return [revision(1, image, [])];
    case 'Paused':
    case 'EvictionBlocked':
    case 'Configured':
      return [revision(1, image, pods(replicas, 'Ready'))];
    case 'ImageSkew':
    case 'TagMoved': {
      const [last] = pods(1, 'Ready', replicas);
      if (last === undefined) return [revision(1, image, [])];
      const odd = trouble.kind === 'TagMoved' ? { build: 'another' } : { image: trouble.image ?? `${image}-hotfix` };
      return [revision(1, image, [...pods(replicas - 1, 'Ready'), { ...last, ...odd }])];
    }
    case 'FirstRollout':
      return [revision(1, image, pods(replicas, 'Starting'))];
    case 'QuotaExceeded':
      return [revision(1, image, pods(replicas - 1, 'Ready'))];
    case 'RolloutInProgress':
    case 'RolloutCrashing':
    case 'RolloutStuck': {
      const next = trouble.image ?? `${image}-next`;
      const state = NEW_POD[trouble.kind];
      // A StatefulSet replaces its last pod; the others surge by one.
      if (kind === 'StatefulSet')
        return [revision(1, image, pods(replicas - 1, 'Ready')), revision(2, next, pods(1, state, replicas))];
      return [revision(1, image, pods(replicas, 'Ready')), revision(2, next, pods(1, state, replicas + 1))];
    }
    case 'NotReady':
    case 'CrashLoopBackOff':
    case 'OOMKilled':
    case 'ImagePullBackOff':
    case 'Unschedulable':
    case 'MissingSecret':
    case 'UnmountedVolume':
    case 'Gated':
    case 'Restarting':
    case 'NodeLost': {
      const bad = Math.min(trouble.pods ?? replicas, replicas);
      return [revision(1, image, [...pods(replicas - bad, 'Ready'), ...pods(bad, trouble.kind, replicas - bad + 1)])];
    }
  }
}

/** What the new pod of a rollout is in. */
const NEW_POD = {
  RolloutInProgress: 'Starting',
  RolloutCrashing: 'CrashLoopBackOff',
  RolloutStuck: 'ImagePullBackOff',
} as const;
