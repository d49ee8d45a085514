// From spec, cluster objects and Secrets to what a run visits. The only waiting here is for Secrets.
import type { HealthReportSpec, HealthReportStatus, InventoryItem } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { ClusterTarget, Target } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { TOPOLOGIES, type TopologyName } from '../product/index.ts';
import { parseDuration } from '../runtime/duration.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import { bucketTarget, keyTarget } from './aws.ts';
import { databaseTarget } from './database.ts';
import { withPools } from './database-pools.ts';
import { withLogs } from './logs.ts';
import { serviceTargets } from './services.ts';
import { withSecrets } from './service-secrets.ts';

export { expectedLater } from './expected-later.ts';

export interface TargetsRequest {
  readonly spec: HealthReportSpec;
  readonly namespace: string;
  /** Undefined without a cluster. */
  readonly objects: NamespaceObjects | undefined;
  /** What the last run remembered. */
  readonly previous: Pick<HealthReportStatus, 'inventory' | 'topology' | 'lastRunTime' | 'checks'> | undefined;
  readonly secrets: SecretReader;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface ResolvedTargets {
  /** Services in their fixed order, then databases, buckets and keys as the spec lists them, then the cluster. */
  readonly targets: readonly Target[];
  readonly inventory: InventoryItem[];
  readonly topology: TopologyName;
  /** What could not be looked at, and why: one sentence each. */
  readonly notExamined: readonly SafeText[];
}

const CLUSTER = { kind: 'cluster', id: 'cluster', component: 'platform', required: false } as const;

/**
 * Resolves what to visit. What cannot be resolved stays a target with the fault in it: a missing Secret is an answer
 * about the database, not a reason to leave it out.
 * @throws the signal's reason when the run was cancelled
 */
export async function resolveTargets(request: TargetsRequest): Promise<ResolvedTargets> {
  const { spec, namespace, objects, previous, secrets, now, signal } = request;
  const services = serviceTargets({
    spec,
    namespace,
    objects,
    inventory: previous?.inventory ?? [],
    topology: previous?.topology,
    now,
  });
  const [visited, databases, buckets, keys] = await Promise.all([
    Promise.all(
      services.targets.map((target) =>
        withSecrets(
          target,
          spec.services?.find(({ name }) => name === target.id),
          secrets,
          signal,
        ),
      ),
    ),
    Promise.all(
      (spec.databases ?? []).map((database) =>
        databaseTarget(database, { secrets, objects, timeoutMs: parseDuration(spec.timeout) ?? 10_000 }, signal),
      ),
    ),
    Promise.all((spec.buckets ?? []).map((bucket) => bucketTarget(bucket, secrets, previous?.checks ?? [], signal))),
    Promise.all((spec.keys ?? []).map((key) => keyTarget(key, secrets, signal))),
  ]);
  const { topology } = services;
  const reading = { spec, namespace, topology: TOPOLOGIES[topology], lastRunTime: previous?.lastRunTime, now };
  const targets: Target[] = [
    ...visited.map((target) => withLogs(target, reading)),
    ...withPools(databases, services.targets, TOPOLOGIES[topology]),
    ...buckets,
    ...keys.filter((key) => key !== undefined),
    ...(objects === undefined ? [] : [clusterTarget(spec)]),
  ];
  return {
    targets,
    inventory: services.inventory,
    topology,
    notExamined: [...new Set([...services.notes, ...targets.flatMap(unresolved)])],
  };
}

function clusterTarget({ platform }: HealthReportSpec): ClusterTarget {
  return { ...CLUSTER, accepted: platform.accepted ?? [] };
}

/** Why a backend cannot be visited. Services say it in their own checks. */
function unresolved(target: Target): SafeText[] {
  const outcome =
    target.kind === 'database'
      ? target.connection
      : target.kind === 'bucket'
        ? target.access
        : target.kind === 'key'
          ? target.source.kind === 'kms'
            ? target.source.access
            : target.source.pair
          : undefined;
  return outcome === undefined || outcome.ok ? [] : [outcome.fault.detail];
}
