// The line from a spec to a status: targets → probes → checks → judge → report. The operator and `check` both call it.
import type { HealthReportSpec, HealthReportStatus } from './api/health-report.ts';
import { CHECKS } from './checks/index.ts';
import { ask } from './checks/ask.ts';
import type { Clients } from './clients/clients.ts';
import type { NamespaceObjects } from './facts/namespace-objects.ts';
import type { Visit } from './facts/observed.ts';
import { isSameBackend } from './facts/same-backend.ts';
import { serverOf } from './facts/server.ts';
import type { Target, TargetRef } from './facts/target.ts';
import { GUIDE } from './guide/index.ts';
import { citationFor } from './guide/citation.ts';
import { judge } from './judge/index.ts';
import { visitAll } from './probes/visit.ts';
import { dependencyEdges, TOPOLOGIES } from './product/index.ts';
import { jsonBytes, statusBudget, watchedOf, wayBackOf, writeReport } from './report/index.ts';
import { orAborted } from './runtime/abort.ts';
import { type Clock, isCancelled } from './runtime/clock.ts';
import { parseDuration } from './runtime/duration.ts';
import { configurationReader, earlyReader, LATE, type ReadConfigMap } from './settings/index.ts';
import { withAliases } from './targets/aliases.ts';
import { expectedLater, type ResolvedTargets, resolveTargets, together } from './targets/index.ts';
import type { SecretReader } from './kube/secrets.ts';
import { oncePerKey } from './runtime/once-per-key.ts';

/** What name, labels and annotations of a report usually take, and room to spare. */
const METADATA_BYTES = 2 * 1024;

/** Of a probe's time, for reading the configuration: what it names has all of that time afterwards. */
const READING_SHARE = 0.5;
/** When what has come of it is taken for a beginning. */
const EARLY_SHARE = 0.05;

export interface ExamineInput {
  readonly namespace: string;
  /** metadata.generation that the run starts with. */
  readonly generation: number;
  readonly spec: HealthReportSpec;
  /** The status of the last run: streaks, inventory, latches and baselines live there. */
  readonly previous: HealthReportStatus | undefined;
  /** The objects of the namespace, read at the start of the run. Undefined without a cluster. */
  readonly objects: NamespaceObjects | undefined;
  readonly secrets: SecretReader;
  readonly clients: Clients;
  readonly clock: Clock;
  /** When the run began, where that was before this call: reading `objects` is a part of it. */
  readonly startedAt?: Date;
  /** How far our clock is ahead of the API server's, where that is known. */
  readonly clockAheadMs?: number;
  /** When the report was made, where it is one that remembers: metadata.creationTimestamp. */
  readonly madeAt?: string;
  /** Cancelling it makes the run reject with Stop and leave nothing behind. */
  readonly signal: AbortSignal;
  /** Told what a probe or a check threw: for the log, with the trace. */
  readonly onDefect?: (where: string, error: unknown) => void;
  /** The operator does not use the Secrets that only pods name, in this namespace. */
  readonly podSecretsOff?: boolean;
  /** `check` judges a single run: 1 and 1. */
  readonly thresholds?: { readonly failure: number; readonly success: number };
}

/** Examines once. Rejects only with the signal's Stop; whatever goes wrong outside is in the status. */
export async function examine(input: ExamineInput): Promise<HealthReportStatus> {
  const { namespace, generation, spec, previous, objects, secrets, clients, clock, signal, onDefect } = input;
  const startedAt = input.startedAt ?? clock.now();
  const timeoutMs = parseDuration(spec.timeout) ?? 10_000;
  const asked = new AbortController();
  const { sharing, names } = sharingConfigMaps(clients, AbortSignal.any([signal, asked.signal]));
  const reading = clock.deadline(timeoutMs * READING_SHARE, signal);
  const soon = clock.deadline(timeoutMs * EARLY_SHARE, signal);
  const configMap = readerOf(sharing, namespace, signal);
  const known = { objects, namespace, read: configMap, spec, signal: reading.signal };
  const resolved = await resolveTargets({
    spec,
    namespace,
    objects,
    previous,
    secrets,
    ...(input.podSecretsOff === true ? { podSecretsOff: 'the operator' } : {}),
    configuration: configurationReader(known),
    early: earlyReader(known, soon.signal),
    ...(configMap === undefined ? {} : { configMap: (name) => configMap(name, reading.signal) }),
    now: startedAt,
    signal,
  });
  const { topology } = resolved;
  const visit = (targets: readonly Target[]): Promise<readonly Visit[]> =>
    visitAll({ targets, clients: sharing, clock, timeoutMs, signal, onDefect });
  const [seen, [discovered, seenThere], configuration] = await Promise.all([
    visit(resolved.targets),
    visitDiscovered(resolved, namespace, visit),
    resolved.configuration,
  ]).finally(() => {
    reading.clear();
    soon.clear();
    asked.abort();
  });
  const looking = clock.deadline(timeoutMs * READING_SHARE, signal);
  const targets = await withAliases(
    together(resolved, discovered, configuration),
    clients.resolve,
    namespace,
    looking.signal,
  ).finally(() => looking.clear());
  const visits = targets.flatMap((target) =>
    [...seen, ...seenThere]
      .filter((one) => one.target.id === target.id)
      .map((one) => ({ ...one, target }) as unknown as Visit),
  );
  signal.throwIfAborted();
  // Of these there is nothing to be asked: the visit only gives them their place.
  const later = expectedLater({
    spec,
    namespace,
    objects,
    topology: TOPOLOGIES[topology],
    targets,
    visits,
    now: startedAt,
  });
  visits.push(...(await visitAll({ targets: later, clients, clock, timeoutMs, signal, onDefect })));
  const findings = ask({
    checks: CHECKS,
    visits,
    baselines: baselinesOf(previous),
    lastRun: lastRunOf(previous),
    now: startedAt,
    onDefect,
  });
  const watched =
    objects === undefined
      ? undefined
      : watchedOf(visits, {
          secrets: secrets.versions?.() ?? new Map(),
          configMaps: configMapVersions(clients, namespace, names),
        });
  const judgement = judge({
    findings,
    previous,
    thresholds: input.thresholds ?? spec.thresholds,
    edges: dependencyEdges(TOPOLOGIES[topology], [...targets, ...later].map(refOf)),
    servers: serversOf(targets),
    mutes: spec.mutes ?? [],
    waive: spec.upgrade.waive ?? [],
    cite: citationFor,
    now: startedAt,
  });
  return writeReport({
    judgement,
    namespace,
    previous,
    generation,
    startedAt,
    intervalMs: parseDuration(spec.interval) ?? 60_000,
    timeoutMs,
    topology,
    inventory: [...resolved.inventory, ...discovered.inventory],
    guide: GUIDE,
    waive: spec.upgrade.waive ?? [],
    notExamined: [...new Set([...resolved.notExamined, ...discovered.notExamined])],
    clockAheadMs: input.clockAheadMs ?? 0,
    ...(input.madeAt === undefined ? {} : { madeAt: input.madeAt }),
    ...(watched === undefined ? {} : { watched, wayBack: wayBackOf(visits, watched) }),
    budgetBytes: statusBudget(jsonBytes(spec) + METADATA_BYTES),
  });
}

/** Visits what is known early at once, and then what is new or is another backend once everything is known. */
async function visitDiscovered(
  { early, discovered }: Pick<ResolvedTargets, 'early' | 'discovered'>,
  namespace: string,
  visit: (targets: readonly Target[]) => Promise<readonly Visit[]>,
): Promise<readonly [Awaited<ResolvedTargets['discovered']>, readonly Visit[]]> {
  const first = early.then((targets) => ({ targets, visits: visit(targets) }));
  first.then(({ visits }) => visits.catch(() => undefined)).catch(() => undefined);
  const found = await discovered;
  const { targets, visits } = await first;
  const known = found.targets.filter((one) =>
    targets.some((other) => other.id === one.id && isSameBackend(other, one, namespace) === 'yes'),
  );
  const rest = found.targets.filter((one) => !known.includes(one));
  const [seen, seenLater] = await Promise.all([visits, visit(rest)]);
  return [found, [...seen.filter(({ target }) => known.some(({ id }) => id === target.id)), ...seenLater]];
}

/** Several questions read the same ConfigMaps: within a run each is read once, and each asker waits no longer than it may. */
function sharingConfigMaps(
  clients: Clients,
  run: AbortSignal,
): {
  readonly sharing: Clients;
  /** Those of the report's namespace that were read, or may be yet. */
  readonly names: ReadonlySet<string>;
} {
  const { cluster } = clients;
  const names = new Set<string>();
  if (cluster === undefined) return { sharing: clients, names };
  const read = oncePerKey((_key: string, namespace: string, name: string) => {
    names.add(name);
    const answer = cluster.readConfigMap(namespace, name, run);
    // Whoever asked may have gone before it ends.
    answer.catch(() => undefined);
    return answer;
  });
  const sharing = {
    ...clients,
    cluster: {
      ...cluster,
      readConfigMap: (namespace: string, name: string, signal: AbortSignal) =>
        orAborted(read(`${namespace}/${name}`, namespace, name), signal),
    },
  };
  return { sharing, names };
}

/** resourceVersions of the ConfigMaps that this run read. */
function configMapVersions(
  { cluster }: Clients,
  namespace: string,
  names: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const known = [...names].sort().map((name) => [name, cluster?.configMapVersion?.(namespace, name)] as const);
  return new Map(known.flatMap(([name, version]) => (version === undefined ? [] : [[name, version] as const])));
}

/** Reads for as long as its signal allows. */
function readerOf({ cluster }: Clients, namespace: string, run: AbortSignal): ReadConfigMap | undefined {
  if (cluster === undefined) return undefined;
  return (name, signal) =>
    orAborted(cluster.readConfigMap(namespace, name, signal), signal).catch((error: unknown) => {
      if (isCancelled(run)) throw error;
      return LATE;
    });
}

/** What dependency edges join. Only backends say who uses them. */
function refOf(target: Target): TargetRef {
  const { id, component } = target;
  return { id, component, usedBy: 'usedBy' in target ? target.usedBy : [] };
}

/** Which server a target is on, by target id; those on one of their own are missing. */
function serversOf(targets: readonly Target[]): ReadonlyMap<string, string> {
  return new Map(
    targets.flatMap((target) => {
      const server = serverOf(target);
      return server === undefined ? [] : [[target.id, server] as const];
    }),
  );
}

function baselinesOf(previous: HealthReportStatus | undefined): ReadonlyMap<string, string> {
  return new Map(
    (previous?.checks ?? []).flatMap((check) =>
      check.baseline === undefined ? [] : [[check.id, check.baseline] as const],
    ),
  );
}

function lastRunOf(previous: HealthReportStatus | undefined): Date | undefined {
  const at = new Date(previous?.lastRunTime ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
