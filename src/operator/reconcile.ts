// One run of one report: read what the watch last showed, examine, write the status if it says something new.
// Level-triggered: it works on the state of the world, never on what an event carried, and can run at any time.
import type { HealthReportSpec, HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import { requestToken } from '../api/request-token.ts';
import { problemLines, validateSpec } from '../api/validate.ts';
import type { ReportEvent } from '../kube/events.ts';
import {
  alterations,
  heartbeatMs,
  saysOutdated,
  significantlyDiffers,
  stalledStatus,
  suspendedStatus,
} from '../report/index.ts';
import { orAborted } from '../runtime/abort.ts';
import { isCancelled, type Clock } from '../runtime/clock.ts';
import { parseDuration } from '../runtime/duration.ts';
import { isAtLeast } from '../kube/resource-version.ts';
import { alterationEvent } from './alteration-event.ts';
import type { Alteration, Log, ObservedReport, ReportApi } from './ports.ts';
import { nextRunAfterMs } from './schedule.ts';
import { transitionEvents } from './transitions.ts';
import { stackOf } from './stack-of.ts';

/** Writes are tried this often on conflicts; another conflict means that somebody writes faster than we read. */
const WRITE_TRIES = 4;

/** After a write that failed for a passing reason the next run comes after this. */
const RETRY_MS = 5_000;

/** Each failure in a row doubles that, up to this: a run asks databases, too, and they are not what is in trouble. */
const LONGEST_RETRY_MS = 60_000;

/** After a run that came to nothing because the object had changed. */
const AGAIN_MS = 1_000;

/** After a run that did not end. */
const OVERDUE_MS = 60_000;

/** After a write to an object that is gone, unless the watch says so too. */
const GONE_MS = 60_000;

/** While the installed CRD is too old, it is looked at again after this. */
const OUTDATED_MS = 30_000;

/** A run that takes longer does not end any more: its worker is needed. */
export const RUN_MS = 5 * 60_000;

const OUTDATED =
  'the installed CustomResourceDefinition is older than this operator: recognize-health crd | kubectl apply --server-side -f -';

/** Events of a status that is written are told even when the run is cancelled meanwhile, within this. */
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
  /** The version of the object that the last write led to. */
  readonly version?: string;
  /** The server stored that write as it was sent: at this version nothing is altered. */
  readonly intact?: boolean;
  /** A write without an answer: it may have been done. */
  readonly attempted?: HealthReportStatus | undefined;
  /** Writes that failed in a row. */
  readonly failures?: number | undefined;
}

/** What a run asks of the controller. Nothing in it: wait until the watch shows something new. */
export interface Outcome {
  /** Run again after this, in ms. Without it the report waits for an edit or a request. */
  readonly requeueAfterMs?: number;
  /** What the next run starts from; without it, what was remembered before. */
  readonly remembered?: Remembered;
  /** Another replica wrote a status that this run did not start from: begin again from this object. */
  readonly restartFrom?: ObservedReport;
}

/** Runs one report once. Rejects on a defect of ours alone. */
export async function reconcile(input: ReconcileInput): Promise<Outcome> {
  const { report, remembered, clock } = input;
  const known = remembered?.uid === report.metadata.uid ? remembered : undefined;
  const previous =
    known?.computed ??
    (report.status !== undefined && report.status.observedGeneration >= 0 ? report.status : undefined);
  const written = known === undefined ? report.status : known.written;
  const altered = known === undefined ? [] : alteredFields(known, report);
  // As it was when the run began: a token that is set while it is under way is the next run's.
  const request = requestToken(report.metadata.annotations);

  const valid = validateSpec(report.spec ?? {});
  const occasion = { previous, generation: report.metadata.generation, now: clock.now() };
  const found = !valid.ok
    ? stalledStatus(occasion, 'SpecInvalid', problemLines(valid.problems).join('; '))
    : valid.spec.suspend
      ? suspendedStatus(occasion)
      : await runExamination(input, valid.spec, occasion);
  if (found === 'Cancelled') return dropped(input, 'Cancelled');
  if (found === 'Overdue') return dropped(input, 'Overdue', OVERDUE_MS);

  const status = request === undefined ? found : { ...found, lastHandledRequest: request };
  const intervalMs = (valid.ok ? parseDuration(valid.spec.interval) : undefined) ?? 60_000;
  const next: Outcome =
    valid.ok && !valid.spec.suspend
      ? { requeueAfterMs: nextRunAfterMs(status, intervalMs, input.random, known === undefined) }
      : {};
  if (altered.length === 0 && !worthWriting(written, status, request, intervalMs))
    return {
      ...next,
      remembered: {
        uid: report.metadata.uid,
        computed: status,
        written,
        ...versionOf(known?.version, known?.intact),
      },
    };
  try {
    return await write(input, { status, written, attempted: known?.attempted, altered, next });
  } catch (error) {
    // An edit, a deletion or a shutdown that came while it was written: calls reject with the signal's reason.
    if (isCancelled(input.signal)) return dropped(input, 'Cancelled');
    throw error;
  }
}

/** The fields of an observed status that are not as this process wrote them last. Empty while that cannot be told. */
export function alteredFields({ version, written, intact }: Remembered, report: ObservedReport): readonly string[] {
  const { metadata } = report;
  if (version === undefined || written === undefined || !isAtLeast(metadata.resourceVersion, version)) return [];
  // Most runs end here: the status need not be read for it.
  if (intact === true && metadata.resourceVersion === version) return [];
  return alterations(written, report.status);
}

/** The status that a run comes to, or why it was given up. A run that breaks says so in the status. */
async function runExamination(
  { report, examine, clock, log, signal }: ReconcileInput,
  spec: HealthReportSpec,
  occasion: Parameters<typeof stalledStatus>[0],
): Promise<HealthReportStatus | 'Cancelled' | 'Overdue'> {
  const limit = clock.deadline(RUN_MS, signal);
  try {
    const run = examine({ metadata: report.metadata, spec, previous: occasion.previous, signal: limit.signal });
    return await orAborted(run, limit.signal);
  } catch (error) {
    if (isCancelled(signal)) return 'Cancelled';
    if (limit.signal.aborted) {
      log.error({ report: keyOf(report.metadata), ms: RUN_MS }, 'a run did not end and was given up');
      return 'Overdue';
    }
    log.error({ report: keyOf(report.metadata), error: stackOf(error) }, 'run broke');
    return stalledStatus(occasion, 'Unclassified', 'The run broke on a defect of recognize-health; its log has more.');
  } finally {
    limit.clear();
  }
}

/** The run came to nothing: the object is gone, replaced or edited, or the run was given up. */
function dropped(
  { report, log }: ReconcileInput,
  why: 'Cancelled' | 'Overdue' | 'Gone' | 'Replaced' | 'Edited',
  requeueAfterMs?: number,
): Outcome {
  log.debug({ report: keyOf(report.metadata), why }, 'run dropped');
  return requeueAfterMs === undefined ? {} : { requeueAfterMs };
}

interface ToWrite {
  readonly status: HealthReportStatus;
  readonly written: HealthReportStatus | undefined;
  readonly attempted: HealthReportStatus | undefined;
  /** What somebody else has made of `written`. */
  readonly altered: readonly string[];
  /** What a run that could be written asks for. */
  readonly next: Outcome;
}

/**
 * Writes with the fence of the newest resourceVersion that still is the same object in the same generation with the
 * same status: one that somebody else wrote since is not written over with what is older.
 */
async function write(input: ReconcileInput, { status, written, attempted, altered, next }: ToWrite): Promise<Outcome> {
  const { report, api, log, signal } = input;
  const { uid } = report.metadata;
  const failed = (detail: string, retryAfterMs = RETRY_MS): Outcome => {
    log.warn({ report: keyOf(report.metadata), detail }, 'status could not be written');
    const failures = (input.remembered?.failures ?? 0) + 1;
    return {
      requeueAfterMs: Math.max(retryAfterMs, Math.min(retryAfterMs * 2 ** (failures - 1), LONGEST_RETRY_MS)),
      remembered: { uid, computed: status, written, attempted: status, failures },
    };
  };
  let { metadata } = report;
  // Asked before the write: what is put right has no other owner any more.
  let foreign: Alteration = { fields: altered, by: altered.length === 0 ? [] : await writersOf(input) };
  for (let attempt = 0; attempt < WRITE_TRIES; attempt += 1) {
    if (!input.mayWrite()) return failed('the lease may have passed to another replica');
    const result = await api.applyStatus(metadata, status, signal);
    switch (result.kind) {
      case 'Written':
        await announce(input, written, status);
        await tellAlteration(input, foreign, result.alteration);
        return {
          ...next,
          remembered: {
            uid,
            computed: status,
            written: status,
            ...versionOf(result.resourceVersion, result.alteration === undefined),
          },
        };
      case 'Gone':
        // An API server that has just started answers 404 for what it does not serve yet.
        return dropped(input, 'Gone', GONE_MS);
      case 'Failed':
        return failed(result.detail, result.retryAfterMs);
      case 'CrdOutdated': {
        const marked = await markOutdated(input, written, result.detail);
        return {
          requeueAfterMs: OUTDATED_MS,
          remembered: { uid, computed: status, written: marked, attempted: status },
        };
      }
      case 'Conflict': {
        const fresh = await api.get(metadata.namespace, metadata.name, signal);
        if (fresh === 'Unreachable') return failed('the API server did not answer');
        if (fresh === undefined) return dropped(input, 'Gone', GONE_MS);
        // The conflict told us of an edit before the watch did: the watch will bring it, and this is the safety net.
        if (fresh.metadata.uid !== uid) return dropped(input, 'Replaced', AGAIN_MS);
        if (fresh.metadata.generation !== metadata.generation) return dropped(input, 'Edited', AGAIN_MS);
        if (!sameWrite(fresh.status, written) && !(attempted !== undefined && sameWrite(fresh.status, attempted))) {
          // Of another replica of ours it is news; of anybody else it is nothing to start from.
          const by = fresh.writers ?? [];
          if (by.length === 0 || written === undefined) return { restartFrom: fresh, requeueAfterMs: AGAIN_MS };
          foreign = { fields: alterations(written, fresh.status), by };
        }
        metadata = fresh.metadata;
      }
    }
  }
  return failed(`${WRITE_TRIES} conflicts in a row`);
}

/** One line a transition, and its Events: a heartbeat, or an answer that says the same again, is none. */
async function announce(
  input: ReconcileInput,
  before: HealthReportStatus | undefined,
  status: HealthReportStatus,
): Promise<void> {
  const level = significantlyDiffers(before, status) ? 'info' : 'debug';
  input.log[level](
    { report: keyOf(input.report.metadata), verdict: status.verdict, rootCause: status.rootCause ?? '' },
    'status written',
  );
  await recordEvents(input, transitionEvents(before, status, input.clock.now()));
}

/** Who besides us has written into the status, as far as the API server can be asked now. */
async function writersOf({ report, api, signal }: ReconcileInput): Promise<readonly string[]> {
  const fresh = await api.get(report.metadata.namespace, report.metadata.name, signal);
  return fresh === undefined || fresh === 'Unreachable' ? [] : (fresh.writers ?? []);
}

/** Somebody else wrote what is ours: a line, and an Event that says what and who. */
async function tellAlteration(input: ReconcileInput, ...found: readonly (Alteration | undefined)[]): Promise<void> {
  const fields = [...new Set(found.flatMap((one) => one?.fields ?? []))];
  if (fields.length === 0) return;
  const by = [...new Set(found.flatMap((one) => one?.by ?? []))];
  const event = alterationEvent({ fields, by }, input.clock.now());
  input.log.warn({ report: keyOf(input.report.metadata), fields: fields.slice(0, 20), by }, 'status was altered');
  await recordEvents(input, [event]);
}

function versionOf(version: string | undefined, intact = false): Pick<Remembered, 'version' | 'intact'> {
  return version === undefined ? {} : { version, intact };
}

/** Says in the stored status that the definition is too old. The status as it is stored then. */
async function markOutdated(
  { report, api, mayWrite, clock, log, signal }: ReconcileInput,
  written: HealthReportStatus | undefined,
  detail: string,
): Promise<HealthReportStatus | undefined> {
  const fields = { report: keyOf(report.metadata), detail };
  // Loud once: the report itself says it from then on.
  if (saysOutdated(written)) log.debug(fields, OUTDATED);
  else log.error(fields, OUTDATED);
  const marked = mayWrite() ? await api.markOutdated(report.metadata, detail, clock.now(), signal) : undefined;
  return marked ?? written;
}

/** Their identity is the transition's, which is written: nobody will tell them again, so they are not cut short. */
async function recordEvents({ report, api, clock }: ReconcileInput, events: readonly ReportEvent[]): Promise<void> {
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
  intervalMs: number,
): boolean {
  if (written === undefined || significantlyDiffers(written, status)) return true;
  if (request !== undefined && written.lastHandledRequest !== request) return true;
  if (status.lastRunTime === undefined) return false;
  // A time in the future was written before the clock was set back: it would pass for fresh when it is not.
  return (
    Math.abs(Date.parse(status.lastRunTime) - Date.parse(written.lastRunTime ?? '1970-01-01T00:00:00Z')) >=
    heartbeatMs(intervalMs)
  );
}

/** True when two statuses are one: of the same run, saying the same. */
function sameWrite(a: HealthReportStatus | undefined, b: HealthReportStatus | undefined): boolean {
  return a?.lastRunTime === b?.lastRunTime && !significantlyDiffers(a, b);
}

/** `namespace/name`: the key of queue and logs. */
export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
