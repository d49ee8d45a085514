// One run of one report: read what the watch last showed, examine, write the status if it says something new.
// Level-triggered: it works on the state of the world, never on what an event carried, and can run at any time.
import { HEARTBEAT_MS } from '../api/names.ts';
import type { HealthReportSpec, HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import { requestToken } from '../api/request-token.ts';
import { problemLines, validateSpec } from '../api/validate.ts';
import type { ReportEvent } from '../kube/events.ts';
import { saysOutdated, significantlyDiffers, stalledStatus, suspendedStatus } from '../report/index.ts';
import { isCancelled, type Clock } from '../runtime/clock.ts';
import { parseDuration } from '../runtime/duration.ts';
import type { Log, ObservedReport, ReportApi } from './ports.ts';
import { nextRunAfterMs } from './schedule.ts';
import { transitionEvents } from './transitions.ts';

/** Writes are tried this often on conflicts; another conflict means that somebody writes faster than we read. */
const WRITE_TRIES = 4;

/** After a write that failed for a passing reason the next run comes after this. In ms. */
const RETRY_MS = 5_000;

/** While the installed CRD is too old, it is looked at again after this. In ms. */
const OUTDATED_MS = 30_000;

/** A run that takes longer does not end any more: its worker is needed. Half of the shortest freshness. In ms. */
export const RUN_MS = 5 * 60_000;

const OUTDATED =
  'the installed CustomResourceDefinition is older than this operator: recognize-health crd | kubectl apply --server-side -f -';

/** Events of a status that is written are told even when the run is cancelled meanwhile, within this. In ms. */
const EVENT_MS = 2_000;

/** Examines one report: `examine.ts` with the operator's clients bound. Rejects with Stop when cancelled. */
export type Examine = (report: {
  readonly metadata: ReportMetadata;
  readonly spec: HealthReportSpec;
  readonly previous: HealthReportStatus | undefined;
  readonly signal: AbortSignal;
}) => Promise<HealthReportStatus>;

export interface ReconcileInput {
  readonly report: ObservedReport;
  /** What this process computed last; newer than the status in the object when nothing was worth a write. */
  readonly remembered: Remembered | undefined;
  readonly api: ReportApi;
  readonly examine: Examine;
  /** False once another replica may lead: then nothing is written, whatever was found. */
  readonly mayWrite: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** What one process keeps of a report between its runs. Lost on a restart; everything needed is in the status too. */
export interface Remembered {
  readonly uid: string;
  readonly computed: HealthReportStatus;
  readonly written: HealthReportStatus | undefined;
  /** A write without an answer: it may have been done. */
  readonly attempted?: HealthReportStatus;
}

export type Reconciled =
  /** Run again after `ms`. */
  | { readonly kind: 'Again'; readonly ms: number; readonly remembered: Remembered }
  /** Nothing to do until somebody edits the report. */
  | { readonly kind: 'Wait'; readonly remembered: Remembered }
  /** The object is gone, replaced, or edited: another run is due or none at all. */
  | { readonly kind: 'Dropped'; readonly why: 'Cancelled' | 'Gone' | 'Replaced' | 'Edited' | 'Overdue' }
  /** Another replica wrote a status that this run did not start from: begin again from it. */
  | { readonly kind: 'Outrun'; readonly report: ObservedReport };

/** Runs one report once. Never rejects. */
export async function reconcile(input: ReconcileInput): Promise<Reconciled> {
  const { report, remembered, clock, log, signal } = input;
  const known = remembered?.uid === report.metadata.uid ? remembered : undefined;
  const previous =
    known?.computed ??
    (report.status !== undefined && report.status.observedGeneration >= 0 ? report.status : undefined);
  const written = known === undefined ? report.status : known.written;
  const { generation } = report.metadata;
  // As it was when the run began: a token that is set while it is under way is the next run's.
  const request = requestToken(report.metadata.annotations);

  const valid = validateSpec(report.spec ?? {});
  const occasion = { previous, generation, now: clock.now() };
  let status: HealthReportStatus;
  if (!valid.ok) {
    status = stalledStatus(occasion, 'SpecInvalid', problemLines(valid.problems).join('; '));
  } else if (valid.spec.suspend) {
    status = suspendedStatus(occasion);
  } else {
    const limit = clock.deadline(RUN_MS, signal);
    try {
      const run = input.examine({ metadata: report.metadata, spec: valid.spec, previous, signal: limit.signal });
      status = await Promise.race([run, ended(limit.signal)]);
    } catch (error) {
      if (isCancelled(signal)) return { kind: 'Dropped', why: 'Cancelled' };
      if (limit.signal.aborted) {
        log.error({ report: keyOf(report.metadata), ms: RUN_MS }, 'a run did not end and was given up');
        return { kind: 'Dropped', why: 'Overdue' };
      }
      log.error(
        { report: keyOf(report.metadata), error: error instanceof Error ? error.stack : 'unknown' },
        'run broke',
      );
      status = stalledStatus(
        occasion,
        'Unclassified',
        'The run broke on a defect of recognize-health; its log has more.',
      );
    } finally {
      limit.clear();
    }
  }
  if (request !== undefined) status = { ...status, lastHandledRequest: request };

  const wait =
    valid.ok && !valid.spec.suspend
      ? nextRunAfterMs(status, parseDuration(valid.spec.interval) ?? 60_000, input.random)
      : undefined;
  const due = (last: HealthReportStatus | undefined): Reconciled => {
    const now: Remembered = { uid: report.metadata.uid, computed: status, written: last };
    return wait === undefined ? { kind: 'Wait', remembered: now } : { kind: 'Again', ms: wait, remembered: now };
  };
  if (!worthWriting(written, status, request)) return due(written);

  const result = await write(input, status, written, known?.attempted);
  switch (result.kind) {
    case 'Written': {
      // One line a transition: a heartbeat, or an answer that says the same again, is none.
      const level = significantlyDiffers(written, status) ? 'info' : 'debug';
      log[level](
        { report: keyOf(report.metadata), verdict: status.verdict, rootCause: status.rootCause ?? '' },
        'status written',
      );
      await tell(input, transitionEvents(written, status, clock.now()));
      return due(status);
    }
    case 'Gone':
      return { kind: 'Dropped', why: 'Gone' };
    case 'Replaced':
      return { kind: 'Dropped', why: 'Replaced' };
    case 'Edited':
      return { kind: 'Dropped', why: 'Edited' };
    case 'Outrun':
      return { kind: 'Outrun', report: result.report };
    case 'CrdOutdated': {
      const fields = { report: keyOf(report.metadata), detail: result.detail };
      // Loud once: the report itself says it from then on.
      if (saysOutdated(written)) log.debug(fields, OUTDATED);
      else log.error(fields, OUTDATED);
      const marked = input.mayWrite()
        ? await input.api.markOutdated(report.metadata, result.detail, clock.now(), signal)
        : undefined;
      const now = { uid: report.metadata.uid, computed: status, written: marked ?? written, attempted: status };
      return { kind: 'Again', ms: OUTDATED_MS, remembered: now };
    }
    case 'Failed':
      log.warn({ report: keyOf(report.metadata), detail: result.detail }, 'status could not be written');
      return {
        kind: 'Again',
        ms: result.retryAfterMs ?? RETRY_MS,
        remembered: { uid: report.metadata.uid, computed: status, written, attempted: status },
      };
  }
}

/** Their identity is the transition's, which is written: nobody will tell them again, so they are not cut short. */
async function tell({ report, api, clock }: ReconcileInput, events: readonly ReportEvent[]): Promise<void> {
  if (events.length === 0) return;
  const deadline = clock.deadline(EVENT_MS, new AbortController().signal);
  for (const event of events) await api.recordEvent(report.metadata, event, deadline.signal);
  deadline.clear();
}

/** A status is written when it says something new, answers a request, or the last one is a heartbeat old. */
function worthWriting(
  written: HealthReportStatus | undefined,
  status: HealthReportStatus,
  request: string | undefined,
): boolean {
  if (written === undefined || significantlyDiffers(written, status)) return true;
  if (request !== undefined && written.lastHandledRequest !== request) return true;
  if (status.lastRunTime === undefined) return false;
  // Of a time to come is what was written before the clock was set back: it would pass for fresh when it is not.
  return (
    Math.abs(Date.parse(status.lastRunTime) - Date.parse(written.lastRunTime ?? '1970-01-01T00:00:00Z')) >= HEARTBEAT_MS
  );
}

type Written =
  | { readonly kind: 'Written' | 'Gone' | 'Replaced' | 'Edited' }
  | { readonly kind: 'Outrun'; readonly report: ObservedReport }
  | { readonly kind: 'CrdOutdated'; readonly detail: string }
  | { readonly kind: 'Failed'; readonly detail: string; readonly retryAfterMs?: number };

/**
 * Writes with the fence of the newest resourceVersion that still is the same object in the same generation with the
 * same status: one that somebody else wrote since is not written over with what is older.
 */
async function write(
  { report, api, mayWrite, signal }: ReconcileInput,
  status: HealthReportStatus,
  written: HealthReportStatus | undefined,
  attempted: HealthReportStatus | undefined,
): Promise<Written> {
  let { metadata } = report;
  for (let attempt = 0; attempt < WRITE_TRIES; attempt += 1) {
    if (!mayWrite()) return { kind: 'Failed', detail: 'the lease may have passed to another replica' };
    const result = await api.applyStatus(metadata, status, signal);
    switch (result.kind) {
      case 'Written':
        return { kind: 'Written' };
      case 'Gone':
        return { kind: 'Gone' };
      case 'Failed':
        return result;
      case 'CrdOutdated':
        return result;
      case 'Conflict': {
        const fresh = await api.get(metadata.namespace, metadata.name, signal);
        if (fresh === 'Unreachable') return { kind: 'Failed', detail: 'the API server did not answer' };
        if (fresh === undefined) return { kind: 'Gone' };
        if (fresh.metadata.uid !== metadata.uid) return { kind: 'Replaced' };
        if (fresh.metadata.generation !== metadata.generation) return { kind: 'Edited' };
        if (!sameWrite(fresh.status, written) && !(attempted !== undefined && sameWrite(fresh.status, attempted)))
          return { kind: 'Outrun', report: fresh };
        metadata = fresh.metadata;
      }
    }
  }
  return { kind: 'Failed', detail: `${WRITE_TRIES} conflicts in a row` };
}

/** Rejects when the signal is aborted: work that does not listen to it must not hold who waits. */
function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** True when two statuses are one: of the same run, saying the same. */
function sameWrite(a: HealthReportStatus | undefined, b: HealthReportStatus | undefined): boolean {
  return a?.lastRunTime === b?.lastRunTime && !significantlyDiffers(a, b);
}

/** `namespace/name`: the key of queue and logs. */
export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
