// From spec, cluster objects and Secrets to what a run visits. The only waiting here is for Secrets.
import type { HealthReportSpec, HealthReportStatus, InventoryItem } from '../api/health-report.ts';
import type { BackendUse } from '../facts/backend-use.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { ClusterTarget, ServiceTarget, Target } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { TOPOLOGIES, type TopologyName } from '../product/index.ts';
import { parseDuration } from '../runtime/duration.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { ConfigMapReader } from './authority.ts';
import { bucketTarget, keyTarget } from './aws.ts';
import { type Configuration, NO_CONFIGURATION } from './configured.ts';
import { databaseTarget, type FindNamed } from './database.ts';
import { withPools } from './database-pools.ts';
import { discoveredTargets, type DiscoveredTargets } from './discovered.ts';
import { withLogs } from './logs.ts';
import { podSecrets, type PodSecretsOff } from './pod-secrets.ts';
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
  /** Reads a ConfigMap that the spec names for an authority. Undefined: nobody can. */
  readonly configMap?: ConfigMapReader;
  /** Who has switched off the use of Secrets that only pods name. */
  readonly podSecretsOff?: PodSecretsOff;
  /** Reads the configuration of these services, within a time of its own. Undefined: nobody can. */
  readonly configuration?: (services: readonly ServiceTarget[], topology: TopologyName) => Promise<Configuration>;
  /** The same, without what keeps it waiting. Undefined within: nothing does. */
  readonly early?: (services: readonly ServiceTarget[], topology: TopologyName) => Promise<Configuration | undefined>;
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
  readonly configuration: Promise<Configuration>;
  /** What the services' configuration names and the spec does not: the others need not wait for it. */
  readonly discovered: Promise<DiscoveredTargets & Pick<ResolvedTargets, 'notExamined'>>;
  /** What of it is known while the configuration of others is awaited. */
  readonly early: Promise<DiscoveredTargets['targets']>;
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
  const { topology } = services;
  const configuration = request.configuration?.(services.targets, topology) ?? Promise.resolve(NO_CONFIGURATION);
  // Whoever waits for it may have gone before it ends.
  configuration.catch(() => undefined);
  const first = request.early?.(services.targets, topology) ?? Promise.resolve(undefined);
  first.catch(() => undefined);
  const timeoutMs = parseDuration(spec.timeout) ?? 10_000;
  const sources = { secrets, ...(request.configMap === undefined ? {} : { configMap: request.configMap }) };
  const named: FindNamed = async (find) => find((await first)?.named ?? []) ?? find((await configuration).named);
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
        databaseTarget(database, { ...sources, objects, timeoutMs, named }, signal),
      ),
    ),
    Promise.all((spec.buckets ?? []).map((bucket) => bucketTarget(bucket, sources, previous?.checks ?? [], signal))),
    Promise.all((spec.keys ?? []).map((key) => keyTarget(key, sources, signal))),
  ]);
  const reading = { spec, namespace, topology: TOPOLOGIES[topology], lastRunTime: previous?.lastRunTime, now };
  const listed = [...databases, ...buckets, ...keys.filter((key) => key !== undefined)];
  const foundIn = (found: Configuration): Promise<DiscoveredTargets> =>
    discoveredTargets({
      spec,
      namespace,
      objects,
      configuration: found,
      listed,
      ...sources,
      secrets: podSecrets(secrets, spec.podSecrets === 'Never' ? 'the report' : request.podSecretsOff),
      previous,
      now,
      signal,
    });
  const discovered = configuration
    .then(foundIn)
    .then((found) => ({ ...found, notExamined: found.targets.flatMap(unresolved) }));
  discovered.catch(() => undefined);
  const early = first.then(async (found) =>
    found === undefined ? [] : (await foundIn({ ...found, fault: undefined })).targets,
  );
  early.catch(() => undefined);
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
    configuration,
    discovered,
    early,
  };
}

/** All targets together: services, databases, buckets and keys, the cluster; each service with what its settings name. */
export function together(
  { targets, topology }: Pick<ResolvedTargets, 'targets' | 'topology'>,
  discovered: Pick<DiscoveredTargets, 'targets' | 'unread'>,
  { uses, calls }: Pick<Configuration, 'uses' | 'calls'>,
): readonly Target[] {
  const all = [...targets, ...discovered.targets];
  const services = all
    .filter((one) => one.kind === 'service')
    .map((one) => {
      const own = discovered.unread.filter(({ service }) => service === one.id);
      const used = (uses.get(one.id) ?? []).map((use) => withFault(use, own));
      const called = calls.get(one.id) ?? [];
      return {
        ...one,
        ...(used.length === 0 ? {} : { uses: used }),
        ...(called.length === 0 ? {} : { calls: called }),
      };
    });
  const databases = all.filter((one) => one.kind === 'database');
  return [
    ...services,
    ...withPools(databases, services, TOPOLOGIES[topology]),
    ...all.filter(({ kind }) => kind === 'bucket'),
    ...all.filter(({ kind }) => kind === 'key'),
    ...all.filter(({ kind }) => kind === 'cluster'),
  ];
}

/** What nobody told, with why the Secret that may tell did not. */
function withFault(use: BackendUse, unread: DiscoveredTargets['unread']): BackendUse {
  if (use.kind !== 'untold' || (use.secrets ?? []).length === 0) return use;
  const found = unread.find(({ of }) => of === use.of);
  return found === undefined ? use : { ...use, fault: found.fault };
}

function clusterTarget({ platform, upgrade: { targetVersion } }: HealthReportSpec): ClusterTarget {
  return {
    ...CLUSTER,
    accepted: platform.accepted ?? [],
    targetVersion,
  };
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
