// The operator as a whole: watch, queue, runs, endpoints; from the first list to the last answer after a signal.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import { requestToken } from '../api/request-token.ts';
import { createClients } from '../clients/index.ts';
import { examine } from '../examine.ts';
import { gateAnswer } from '../gate/http-answer.ts';
import type { KubeApi } from '../kube/call.ts';
import { createClusterClient } from '../kube/cluster.ts';
import { createLeaseStore, type LeaseAt } from '../kube/lease.ts';
import { createReflector, type Reflector } from '../kube/reflector.ts';
import { joinReflectors } from '../kube/reflectors.ts';
import { getReport } from '../kube/reports.ts';
import { RULES } from '../kube/rules.ts';
import { namespaceSecrets } from '../kube/secrets.ts';
import { sharedNamespaces } from '../kube/shared-namespaces.ts';
import { onAbort } from '../runtime/abort.ts';
import { Stop, stopReason, systemClock, type Clock } from '../runtime/clock.ts';
import { controller, type Controller } from './controller.ts';
import { countedApi } from './counted-api.ts';
import { serveEndpoints, type Endpoints, type ListenAddress } from './endpoints.ts';
import { GATE_MAX_AGE_MS, gateSource } from './gate-source.ts';
import { createLeadership, LEASE_TIMES, type Leadership, type LeaseTimes } from './leadership.ts';
import { createLog, type LogLevel, type LogTarget } from './log.ts';
import { createMetrics, type RunResult } from './metrics.ts';
import { countedKept, keptReport, observedKept, wholeReport, type KeptReport } from './kept-report.ts';
import type { Examine } from './reconcile.ts';
import { createReportApi } from './report-api.ts';
import { summarise } from './summary.ts';
import { namespaceNotes, watchNotes } from './watch-notes.ts';

/** A watch that has been silent for longer is stalled: bookmarks come about once a minute. In ms. */
const STALLED_MS = 90_000;

/** Runs that take longer to end are given up, so that a shutdown is over within ten seconds. In ms. */
const SHUTDOWN_MS = 6_000;

/**
 * The same after the Lease was lost: time for the Event of a status that is written, and for nothing else. With the
 * last try to renew (a second) it is over before a standby may take the Lease, unless the times are set tighter. In ms.
 */
const LOST_MS = 1_000;

/** How long a shutdown tries to give the Lease back. In ms. */
const RELEASE_MS = 2_000;

export interface OperatorOptions {
  readonly api: KubeApi;
  /** Undefined or empty: all namespaces. */
  readonly namespaces?: readonly string[];
  readonly selector?: string;
  readonly workers: number;
  readonly listen: ListenAddress;
  /** How old the confirmation of a copy may be that /gate judges without a read. In ms; default 15 s. */
  readonly gateMaxAgeMs?: number;
  /** Secrets without the label `recognize.health/use: "true"` are not used. */
  readonly requireSecretLabel?: boolean;
  readonly logLevel: LogLevel;
  /** Default: stderr. */
  readonly logTo?: LogTarget;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Undefined: no election, this process works at once. Then there must be no other one. */
  readonly election?: { readonly lease: LeaseAt; readonly times?: LeaseTimes };
  /** Called once everything runs. */
  readonly onReady?: (running: { readonly port: number }) => void;
}

/** Why an operator ended. One that lost its Lease has stopped its work; the process must end, not go on. */
export type OperatorEnd = 'stopped' | 'lease lost';

/**
 * Runs until the signal is aborted or the Lease is lost. A standby keeps its watch, so that it works at once when it
 * comes to lead, and serves the endpoints from the statuses. Rejects only when it cannot start (the port is taken).
 */
export async function runOperator(options: OperatorOptions): Promise<OperatorEnd> {
  const metrics = createMetrics();
  const api = countedApi(options.api, metrics);
  const namespaces = [...new Set(options.namespaces)];
  const clock = options.clock ?? systemClock;
  const log = createLog(options.logLevel, options.logTo);
  const clients = createClients({ cluster: createClusterClient(api, clock), clock });
  const life = new AbortController();
  // Workers, runs, timers and the watch all wait on this one signal: many listeners are its purpose.
  setMaxListeners(0, life.signal);
  const leave = onAbort(options.signal, () => life.abort(options.signal.reason));
  const { signal } = life;
  const shared = sharedNamespaces({
    api,
    clock,
    random: Math.random,
    namespaces,
    signal,
    onNote: namespaceNotes(log),
  });

  const examineReport: Examine = async ({ metadata, spec, previous, signal: running }) => {
    const started = clock.monotonicMs();
    const startedAt = clock.now();
    const ended = (result: RunResult): void => metrics.runEnded(result, (clock.monotonicMs() - started) / 1_000);
    const status = await examine({
      namespace: metadata.namespace,
      generation: metadata.generation,
      spec,
      previous,
      objects: await shared.read(
        { namespace: metadata.namespace, isFresh: isAsked(metadata, previous), now: startedAt },
        running,
      ),
      secrets: namespaceSecrets(api, metadata.namespace, { requireLabel: options.requireSecretLabel === true }),
      clients,
      clock,
      startedAt,
      signal: running,
      onDefect: (where, error) =>
        log.error(
          { namespace: metadata.namespace, where, error: error instanceof Error ? error.stack : 'unknown' },
          'a check broke',
        ),
    }).catch((error: unknown) => {
      if (!running.aborted) ended('broke');
      throw error;
    });
    ended('examined');
    return status;
  };

  let control: Controller | undefined;
  const onNote = watchNotes(log, metrics);
  const watchIn = (namespace: string | undefined): Reflector<KeptReport> =>
    createReflector<KeptReport>({
      api,
      list: RULES.listReports,
      watch: RULES.watchReports,
      params: {
        ...(namespace === undefined ? {} : { namespace }),
        ...(options.selector === undefined ? {} : { query: { labelSelector: options.selector } }),
      },
      clock,
      random: Math.random,
      reduce: keptReport,
      onChange: (key, object) => {
        if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
          const [gone = '', name = ''] = key.split('/');
          control?.remove(gone, name);
        } else {
          control?.observe(observedKept(object));
        }
      },
      onNote,
    });
  const reflector = joinReflectors((namespaces.length === 0 ? [undefined] : namespaces).map(watchIn));

  const notReady = (): string | undefined => {
    if (!reflector.synced()) return 'the reports have not been listed yet';
    const silentMs = clock.monotonicMs() - (reflector.lastEventAt() ?? 0);
    return silentMs > STALLED_MS
      ? `the watch of the reports has been silent for ${Math.round(silentMs / 1_000)} s`
      : undefined;
  };
  const source = gateSource({
    reflector: {
      synced: () => reflector.synced(),
      confirmed: () => reflector.confirmed(),
      get: (key) => {
        const kept = reflector.get(key);
        return kept === undefined ? undefined : wholeReport(kept);
      },
    },
    read: (namespace, name, running) => getReport(api, namespace, name, running),
    maxAgeMs: options.gateMaxAgeMs ?? GATE_MAX_AGE_MS,
    clock,
  });
  const endpoints: Endpoints = await serveEndpoints({
    ...options.listen,
    notReady,
    gate: async (namespace, name) => gateAnswer({ namespace, name }, await source(namespace, name), clock.now()),
    metrics: {
      contentType: metrics.contentType,
      text: () => {
        metrics.setWaiting((control?.oldestMs() ?? 0) / 1_000);
        metrics.setReports(
          summarise(
            reflector.keys().flatMap((key) => {
              const kept = reflector.get(key);
              return kept === undefined ? [] : [countedKept(kept)];
            }),
            clock.now(),
          ),
        );
        return metrics.text();
      },
    },
  });
  log.info({ port: endpoints.port, namespaces: namespaces.length === 0 ? '(all)' : namespaces }, 'operator started');
  options.onReady?.({ port: endpoints.port });

  metrics.setLeading(false);
  let watching: Promise<void> = Promise.resolve();
  const lead = (mayWrite: () => boolean): void => {
    metrics.setLeading(true);
    // A standby examines nothing, so it needs none of what these keep.
    watching = shared.run();
    control = controller({
      api: createReportApi(api, hostname(), log, clock),
      examine: examineReport,
      mayWrite,
      clock,
      log,
      random: Math.random,
      workers: options.workers,
      onStart: (lateMs) => metrics.runStarted(lateMs / 1_000),
      signal,
    });
    for (const key of reflector.keys()) {
      const object = reflector.get(key);
      if (object !== undefined && object.metadata.deletionTimestamp === undefined)
        control.observe(observedKept(object));
    }
  };
  let leadership: Leadership | undefined;
  let end: OperatorEnd = 'stopped';
  let elected: Promise<void> = Promise.resolve();
  if (options.election === undefined) {
    lead(() => true);
  } else {
    const elect = createLeadership({
      store: createLeaseStore(api, options.election.lease),
      identity: `${hostname()}_${randomUUID()}`,
      times: options.election.times ?? LEASE_TIMES,
      clock,
      random: Math.random,
      log,
      onLeading: () => {
        lead(() => elect.mayWrite());
      },
    });
    leadership = elect;
    const lost = (): void => {
      end = 'lease lost';
      life.abort(new Stop({ kind: 'Cancelled', why: 'lease lost' }));
    };
    elected = elect.run(signal).then(
      (result) => {
        if (result === 'lost') lost();
      },
      (error: unknown) => {
        log.error({ error: error instanceof Error ? error.stack : 'unknown' }, 'the election broke on a defect');
        lost();
      },
    );
  }

  await Promise.all([reflector.run(signal), elected]);
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
  await leadership?.release(releasing.signal);
  releasing.clear();
  clients.close();
  await endpoints.close();
  log.info({ end }, 'operator stopped');
  return end;
}

/** Somebody waits for what this run finds: it must not rest on what a watch told a moment ago. */
function isAsked(metadata: ReportMetadata, previous: HealthReportStatus | undefined): boolean {
  const request = requestToken(metadata.annotations);
  const isRequested = request !== undefined && request !== previous?.lastHandledRequest;
  return isRequested || (previous !== undefined && previous.observedGeneration !== metadata.generation);
}

function lostLease(signal: AbortSignal): boolean {
  const reason = stopReason(signal);
  return reason?.kind === 'Cancelled' && reason.why === 'lease lost';
}
