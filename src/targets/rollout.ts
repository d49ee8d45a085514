// How far a workload's rollout is, by what its own controller says. Pure.
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import type { Workload, WorkloadKind } from '../facts/workload.ts';
import { count, type Fields, fields, list, text } from '../runtime/fields.ts';

/** What a Deployment waits for progress unless its spec says otherwise. StatefulSet and DaemonSet have no such field. */
const USUAL_DEADLINE_MS = 600_000;

/** Reasons of the condition Progressing with which a rollout is complete; a later scaling leaves them as they are. */
const COMPLETE: ReadonlySet<unknown> = new Set(['NewReplicaSetAvailable', 'NewReplicationControllerAvailable']);
/** Reasons with which a controller gives a rollout up (Argo Rollouts says RolloutAborted). */
const GIVEN_UP: ReadonlySet<unknown> = new Set(['ProgressDeadlineExceeded', 'RolloutAborted']);

export type Rollout = Pick<
  Workload,
  | 'desired'
  | 'updated'
  | 'ready'
  | 'available'
  | 'lagging'
  | 'rollingOut'
  | 'paused'
  | 'deleting'
  | 'stuck'
  | 'maxSurge'
  | 'maxUnavailable'
  | 'deadlineMs'
>;

/** Counts and progress of a workload of any kind. */
export function rolloutOf(kind: WorkloadKind, { metadata, spec: said, status: seen }: KubernetesObject): Rollout {
  const [spec, status] = [fields(said), fields(seen)];
  const counts = kind === 'DaemonSet' ? daemonCounts(status) : replicaCounts(kind, spec, status);
  const progressing = list(status['conditions']).find(({ type }) => type === 'Progressing');
  const deadline = count(spec['progressDeadlineSeconds']);
  return {
    desired: counts.desired,
    updated: counts.updated,
    ready: counts.ready,
    available: counts.available,
    lagging: isLagging(kind, status['observedGeneration'], metadata.generation),
    rollingOut: isRollingOut(kind, spec, status, counts, progressing),
    paused: spec['paused'] === true,
    ...(metadata.deletionTimestamp === undefined ? {} : { deleting: true }),
    stuck: progressing?.['status'] === 'False' && GIVEN_UP.has(progressing['reason']),
    ...bounds(kind, spec, counts.desired),
    deadlineMs: deadline === undefined ? USUAL_DEADLINE_MS : deadline * 1000,
  };
}

interface Counts {
  readonly desired: number;
  /** Pods that there are, of any template. */
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

function daemonCounts(status: Fields): Counts {
  const desired = count(status['desiredNumberScheduled']) ?? 0;
  return {
    desired,
    replicas: count(status['currentNumberScheduled']) ?? 0,
    updated: count(status['updatedNumberScheduled']) ?? 0,
    ready: count(status['numberReady']) ?? 0,
    available: count(status['numberAvailable']) ?? 0,
  };
}

function replicaCounts(kind: WorkloadKind, spec: Fields, status: Fields): Counts {
  const replicas = count(status['replicas']) ?? 0;
  // A StatefulSet whose rollout is complete need not repeat the number.
  const isComplete = kind === 'StatefulSet' && status['currentRevision'] === status['updateRevision'];
  return {
    desired: count(spec['replicas']) ?? 1,
    replicas,
    updated: count(status['updatedReplicas']) ?? (isComplete ? replicas : 0),
    ready: count(status['readyReplicas']) ?? 0,
    available: count(status['availableReplicas']) ?? 0,
  };
}

/** Argo Rollouts writes the number as a string. */
function isLagging(kind: WorkloadKind, observed: unknown, generation = 0): boolean {
  const said = kind === 'Rollout' && typeof observed === 'string' ? Number(observed) : count(observed);
  // Its older releases wrote a hash there, which compares with nothing.
  if (kind === 'Rollout' && (said === undefined || Number.isNaN(said))) return false;
  return (said ?? 0) < generation;
}

/** A Deployment's condition decides; a StatefulSet and a DaemonSet have none, so their counts do. */
function isRollingOut(
  kind: WorkloadKind,
  spec: Fields,
  status: Fields,
  { desired, replicas, updated }: Counts,
  progressing: Fields | undefined,
): boolean {
  const strategy = fields(spec['updateStrategy']);
  switch (kind) {
    case 'DaemonSet':
      return strategy['type'] !== 'OnDelete' && updated < desired;
    case 'StatefulSet': {
      // With OnDelete nothing moves until somebody deletes pods, and below the partition nothing ever does.
      if (strategy['type'] === 'OnDelete') return false;
      const partition = count(fields(strategy['rollingUpdate'])['partition']) ?? 0;
      if (partition > 0) return updated < Math.max(0, desired - partition);
      const [current, update] = [text(status['currentRevision']), text(status['updateRevision'])];
      return current !== undefined && update !== undefined ? current !== update : updated < desired;
    }
    case 'Deployment':
    case 'DeploymentConfig':
    case 'Rollout': {
      const counted = updated < desired || replicas > updated;
      if (progressing?.['status'] !== 'True') return counted;
      return !COMPLETE.has(progressing['reason']) || replicas > updated;
    }
  }
}

interface Bounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/**
 * How many replicas a rollout may add and miss. Percentages as the controllers round them: surge up, unavailable down
 * (a DaemonSet's up), and when both become zero one may be missing, since nothing could move otherwise.
 */
function bounds(kind: WorkloadKind, spec: Fields, desired: number): Bounds {
  const strategy = fields(spec[kind === 'StatefulSet' || kind === 'DaemonSet' ? 'updateStrategy' : 'strategy']);
  if (strategy['type'] === 'Recreate') return { maxSurge: 0, maxUnavailable: desired };
  const rolling = fields(strategy[kind === 'DeploymentConfig' ? 'rollingParams' : 'rollingUpdate']);
  switch (kind) {
    case 'StatefulSet':
      return { maxSurge: 0, maxUnavailable: Math.max(1, share(rolling['maxUnavailable'] ?? 1, desired, Math.floor)) };
    case 'DaemonSet': {
      const maxSurge = share(rolling['maxSurge'] ?? 0, desired, Math.ceil);
      return { maxSurge, maxUnavailable: maxSurge > 0 ? 0 : share(rolling['maxUnavailable'] ?? 1, desired, Math.ceil) };
    }
    case 'Deployment':
    case 'DeploymentConfig':
    case 'Rollout': {
      const from = kind === 'Rollout' ? fields(strategy['canary']) : rolling;
      const maxSurge = share(from['maxSurge'] ?? '25%', desired, Math.ceil);
      const maxUnavailable = share(from['maxUnavailable'] ?? '25%', desired, Math.floor);
      return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
    }
  }
}

/** A number of replicas, or a percentage of the wanted ones. */
export function share(value: unknown, desired: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^([0-9]{1,9})%$/.exec(text(value) ?? '')?.[1];
  return percent === undefined ? 0 : round((Number(percent) * desired) / 100);
}
