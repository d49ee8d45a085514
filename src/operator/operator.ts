// The operator as a whole: watch, serve, lead, shut down; from the first list to the last answer after a signal.
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { createClients } from '../clients/index.ts';
import type { KubeApi } from '../kube/call.ts';
import { createClusterClient } from '../kube/cluster.ts';
import { sharedNamespaces } from '../kube/shared-namespaces.ts';
import { onAbort } from '../runtime/abort.ts';
import { Stop, stopReason, systemClock, type Clock } from '../runtime/clock.ts';
import { controller, type Controller } from './controller.ts';
import { clockSkew } from './clock-skew.ts';
import { countedApi } from './counted-api.ts';
import { elect, type Election } from './elect.ts';
import type { ListenAddress } from './endpoints.ts';
import { examineReport } from './examine-report.ts';
import { GATE_MAX_AGE_MS } from './gate-source.ts';
import { observedKept, type KeptReport } from './kept-report.ts';
import { createLog, type LogLevel, type LogTarget } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createReportApi } from './report-api.ts';
import { serve } from './serve.ts';
import { isOfShard, type Shard } from './shard.ts';
import { namespaceNotes, watchNotes } from './watch-notes.ts';
import { isLeaving, keptReports, watchReports } from './watch-reports.ts';

/** Runs that take longer to end are given up, so that a shutdown is over within ten seconds. */
const SHUTDOWN_MS = 6_000;

/**
 * The same after the Lease was lost: time for the Event of a status that is written, and for nothing else. With the
 * last try to renew (a second) it is over before a standby may take the Lease, unless the times are set tighter.
 */
const LOST_MS = 1_000;

/** How long a shutdown tries to give the Lease back. */
const RELEASE_MS = 2_000;

export interface OperatorOptions {
  readonly api: KubeApi;
  /** Undefined or empty: all namespaces. */
  readonly namespaces?: readonly string[];
  readonly selector?: string;
  readonly workers: number;
  /** The least time between two runs of one report. Default: two seconds. */
  readonly leastGapMs?: number;
  readonly listen: ListenAddress;
  /** How old the confirmation of a copy may be that /gate judges without a read. Default 15 s. */
  readonly gateMaxAgeMs?: number;
  /** Who asks /metrics and /gate must show a token of the cluster, and have the right to get what he asks for. */
  readonly authenticate?: boolean;
  /** Secrets without the label `recognize.health/use: "true"` are not used. */
  readonly requireSecretLabel?: boolean;
  /** Where Secrets that only pods name may be used. `named` (default): in the namespaces that `namespaces` names. */
  readonly podSecrets?: PodSecretsWhere;
  readonly logLevel: LogLevel;
  /** Default: stderr. */
  readonly logTo?: LogTarget;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Undefined: no election, this process works at once. Then there must be no other one. */
  readonly election?: Election;
  /** Reports of other shards' namespaces are watched, so that /gate answers for them, and not examined. */
  readonly shard?: Shard | undefined;
  /** Called once everything runs. */
  readonly onReady?: (running: { readonly port: number }) => void;
}

/** `named`: in the namespaces that the operator is told to watch, and in none where it watches all of them. */
export type PodSecretsWhere = 'named' | 'all' | 'none';

/** Why an operator ended. One that lost its Lease has stopped its work; the process must end, not go on. */
export type OperatorEnd = 'stopped' | 'lease lost';

/**
 * Runs until the signal is aborted or the Lease is lost. A standby keeps its watch, so that it works at once when it
 * comes to lead, and serves the endpoints from the statuses. Rejects only when it cannot start (the port is taken).
 */
export async function runOperator(options: OperatorOptions): Promise<OperatorEnd> {
  const { clock = systemClock } = options;
  const metrics = createMetrics(options.shard);
  const log = createLog(options.logLevel, options.logTo);
  const skew = clockSkew(clock, (seconds) => metrics.setClockAhead(seconds));
  const api = countedApi(options.api, metrics, skew);
  const namespaces = [...new Set(options.namespaces)];
  const clients = createClients({ cluster: createClusterClient(api, clock), clock });
  const life = new AbortController();
  // Workers, runs, timers and the watch all wait on this one signal: many listeners are its purpose.
  setMaxListeners(0, life.signal);
  const leave = onAbort(options.signal, () => life.abort(options.signal.reason));
  const { signal } = life;

  // Watch: every replica keeps a copy of the reports.
  const isOurs = ({ metadata }: KeptReport): boolean => isOfShard(metadata.namespace ?? '', options.shard);
  let control: Controller | undefined;
  const reflector = watchReports({
    api,
    namespaces,
    selector: options.selector,
    clock,
    onReport: (report) => {
      if (isOurs(report)) control?.observe(observedKept(report));
    },
    onGone: (namespace, name) => control?.remove(namespace, name),
    onNote: watchNotes(log, metrics),
  });

  // Serve: every replica answers from its copy.
  const endpoints = await serve({
    api,
    reflector,
    listen: options.listen,
    authenticate: options.authenticate === true,
    gateMaxAgeMs: options.gateMaxAgeMs ?? GATE_MAX_AGE_MS,
    metrics,
    oldestMs: () => control?.oldestMs() ?? 0,
    clock,
  });
  log.info({ port: endpoints.port, namespaces: namespaces.length === 0 ? '(all)' : namespaces }, 'operator started');
  options.onReady?.({ port: endpoints.port });

  // Lead: one replica examines, and keeps for it what the namespaces of the reports hold.
  const shared = sharedNamespaces({
    api,
    clock,
    random: Math.random,
    namespaces,
    signal,
    onNote: namespaceNotes(log),
  });
  const requireSecretLabel = options.requireSecretLabel === true;
  const { podSecrets = 'named' } = options;
  const podSecretsOff = podSecrets === 'none' || (podSecrets === 'named' && namespaces.length === 0);
  const examine = examineReport({ api, clients, shared, requireSecretLabel, podSecretsOff, clock, skew, metrics, log });
  const lead = (mayWrite: () => boolean): Controller => {
    const leading = controller({
      api: createReportApi(api, hostname(), log, clock),
      examine,
      mayWrite,
      clock,
      log,
      random: Math.random,
      workers: options.workers,
      leastGapMs: options.leastGapMs,
      onStart: (lateMs) => metrics.runStarted(lateMs / 1_000),
      signal,
    });
    for (const report of keptReports(reflector))
      if (!isLeaving(report) && isOurs(report)) leading.observe(observedKept(report));
    return leading;
  };
  let end: OperatorEnd = 'stopped';
  let watching: Promise<void> = Promise.resolve();
  const elected = elect({
    api,
    election: options.election === undefined ? undefined : { ...options.election, shard: options.shard },
    clock,
    log,
    onLeading: (mayWrite) => {
      metrics.setLeading(true);
      watching = shared.run();
      control = lead(mayWrite);
    },
    onLost: () => {
      end = 'lease lost';
      life.abort(new Stop({ kind: 'Cancelled', why: 'lease lost' }));
    },
    signal,
  });
  await Promise.all([reflector.run(signal), elected.ended]);

  // Shut down: runs end, then the Lease goes back, then the last answer is given.
  leave();
  log.info({}, 'operator stopping');
  const rest = new AbortController();
  const graceMs = lostLease(signal) ? LOST_MS : SHUTDOWN_MS;
  await Promise.race([
    Promise.all([control?.ended, watching]),
    clock.sleep(graceMs, rest.signal).catch(() => undefined),
  ]);
  rest.abort();
  // Only now: a standby that takes over must not meet a run of ours.
  const releasing = clock.deadline(RELEASE_MS, new AbortController().signal);
  await elected.release(releasing.signal);
  releasing.clear();
  clients.close();
  await endpoints.close();
  log.info({ end }, 'operator stopped');
  return end;
}

function lostLease(signal: AbortSignal): boolean {
  const reason = stopReason(signal);
  return reason?.kind === 'Cancelled' && reason.why === 'lease lost';
}
