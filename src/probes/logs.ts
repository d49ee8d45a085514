// Reads the logs of a service's pods: every replica, its application container, and the run before a restart.
//
// A run tells what stands in the log since the start of the last one, and at least in the whole window. It asks for what
// came since a log was last read, where that is known, and for all of it otherwise; both say the same, so that no run,
// whoever makes it, adds to what another counted.
import type { ClusterClient, LogFile, LogSoFar, PodLogFault, Result } from '../clients/clients.ts';
import type { ServiceLogs } from '../facts/observed.ts';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import { type LogReading, podsOf } from '../facts/target.ts';
import type { Container, Pod } from '../facts/workload.ts';
import { clipSafe, literal, redact, type SafeText } from '../runtime/safe-text.ts';
import { OUT_OF_ORDER_MS } from './log-so-far.ts';
import type { Probe } from './probe.ts';
import { createTimedLog, type TimedLog, type TimedLogResult } from './timed-log.ts';

/** Pods of one service that are read; the vendor tested three. */
const MOST_PODS = 10;
/** The last lines of a container's log that are looked at, and how many bytes of them. */
const MOST_LINES = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** Enough for the time of a line. */
const HEAD_BYTES = 64;

export const logsProbe: Probe<'logs'> = {
  kind: 'logs',
  async observe({ logs, workload, others }, { cluster }, signal) {
    if (logs === undefined) return { logs: failed('NotAsked', literal('not asked, because the spec says so')) };
    if (cluster === undefined) return { logs: failed('NoCluster', literal('not asked, because there is no cluster')) };
    if (workload === undefined) {
      return { logs: failed('NotAsked', literal('not asked, because its pods are not known')) };
    }
    const pods = podsOf({ workload, others }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const reads = await Promise.all(pods.slice(0, MOST_PODS).map((pod) => readPod(pod, logs, cluster, signal)));
    return { logs: combine(reads, pods.length) };
  },
};

interface PodRead {
  readonly read: boolean;
  readonly errors: number;
  readonly records: number;
  readonly unread: number;
  readonly sightings: ServiceLogs['sightings'];
  readonly gaps: readonly SafeText[];
  readonly fault: PodLogFault | undefined;
}

/** What all pods say together. Denied once is denied: the right is one of the namespace. */
function combine(reads: readonly PodRead[], pods: number): Outcome<ServiceLogs> {
  const faults = reads.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const denied = faults.find(({ kind }) => kind === 'denied');
  if (denied !== undefined) return failed('LogsNotReadable', clipSafe(denied.detail, 160));
  const podsRead = reads.filter(({ read }) => read).length;
  const unavailable = faults.find(({ kind }) => kind === 'unavailable');
  if (podsRead === 0 && unavailable !== undefined) {
    return failed('ClusterUnavailable', clipSafe(unavailable.detail, 160));
  }
  const tooMany = pods > reads.length ? [redact(`only ${reads.length} of ${pods} pods were read`)] : [];
  return ok({
    pods,
    podsRead,
    errors: reads.reduce((sum, { errors }) => sum + errors, 0),
    ...notUnderstood(reads),
    sightings: reads.flatMap(({ sightings }) => sightings),
    gaps: [...reads.flatMap(({ gaps }) => gaps), ...tooMany].toSorted(),
  });
}

/** A banner, or a trace that the JVM printed by itself, is no layout: few records without a level are none. */
const FEW_RECORDS = 10;
/** So few are none in any log. */
const SOME_RECORDS = 3;
/** This share of the records without a level is a layout. */
const A_SHARE = 0.2;

/** How many records are in a layout that is not understood, where that is a share of a pod's log. */
function notUnderstood(reads: readonly PodRead[]): Pick<ServiceLogs, 'unread'> {
  const strange = reads.filter(
    ({ records, unread }) =>
      (unread > FEW_RECORDS && unread >= records * A_SHARE) || (unread === records && unread > SOME_RECORDS),
  );
  if (strange.length === 0) return {};
  const sum = (of: 'records' | 'unread'): number => strange.reduce((all, read) => all + read[of], 0);
  return { unread: { records: sum('unread'), of: sum('records') } };
}

async function readPod(pod: Pod, reading: LogReading, cluster: ClusterClient, signal: AbortSignal): Promise<PodRead> {
  const [container] = pod.containers;
  if (container === undefined || !hasBegun(container)) return { ...NOTHING, read: true };
  // Why a pod is not ready may have been said long ago, at its start.
  const from = pod.ready ? reading.fromMs : Number.NEGATIVE_INFINITY;
  const wanted = { pod: pod.name, container, fromMs: from };
  const current = { ...wanted, previous: false };
  // Which of a container's runs is the present one may change between two reads, and what is known of one is not of
  // the other: each is read whole.
  const [before, present] = hasPrevious(container, from)
    ? await Promise.all([
        readRun({ ...wanted, previous: true }, reading, cluster, signal),
        readRun(current, reading, cluster, signal),
      ])
    : [NONE, await readOn(current, reading, cluster, signal)];
  // A container that was restarted, or ended, between the two reads: both are the same log.
  const isSame = before.result?.firstTime !== undefined && before.result.firstTime === present.result?.firstTime;
  const runs = isSame ? [present] : [before, present];
  const results = runs.flatMap(({ result }) => (result === undefined ? [] : [result]));
  const lost = container.restarts >= 2 && startOf(container.lastTermination?.startedAt) > reading.fromMs;
  return {
    read: results.length > 0 || present.fault?.kind === 'none',
    errors: results.reduce((sum, { errors }) => sum + errors, 0),
    records: results.reduce((sum, { records }) => sum + records, 0),
    unread: results.reduce((sum, { unread }) => sum + unread, 0),
    sightings: results.flatMap(({ sightings }) => sightings),
    gaps: [
      ...runs.flatMap(({ gaps }) => gaps),
      ...(lost ? [redact(`pod ${pod.name} restarted more than once: only its last two logs are kept`)] : []),
    ],
    fault: present.fault ?? before.fault,
  };
}

/** One run of a container, and since when its log is wanted: milliseconds since the epoch, or the negative infinity. */
interface WantedRun {
  readonly pod: string;
  readonly container: Container;
  /** The run before the present one. */
  readonly previous: boolean;
  readonly fromMs: number;
}

interface RunRead {
  readonly result: TimedLogResult | undefined;
  readonly fault: PodLogFault | undefined;
  readonly gaps: readonly SafeText[];
}

const NOTHING: PodRead = { read: false, errors: 0, records: 0, unread: 0, sightings: [], gaps: [], fault: undefined };
const NONE: RunRead = { result: undefined, fault: undefined, gaps: [] };

/** What was handed over, together with what was known so far. */
interface Handed {
  readonly answer: Result<undefined, PodLogFault>;
  readonly log: TimedLog;
  readonly result: TimedLogResult;
  /** Its first line is that from which on it was to be read: the file is the one that was read before. */
  readonly isSameFile: boolean;
}

/** Reads all that is wanted. */
async function readRun(
  wanted: WantedRun,
  reading: LogReading,
  cluster: ClusterClient,
  signal: AbortSignal,
): Promise<RunRead> {
  return toldBy(await request(wanted, reading, cluster, signal), wanted, reading, cluster, signal);
}

/** Reads what came since the last reading, where that tells all that is wanted. */
async function readOn(
  wanted: WantedRun,
  reading: LogReading,
  cluster: ClusterClient,
  signal: AbortSignal,
): Promise<RunRead> {
  const { logsSoFar } = cluster;
  const { pod, container, previous } = wanted;
  if (logsSoFar === undefined || container.startedAt === undefined) return readRun(wanted, reading, cluster, signal);
  const { namespace, writers, nowMs } = reading;
  const file = { namespace, pod, container: container.name, previous, since: container.startedAt };
  const known = logsSoFar.recall(file, writers);
  const part = isOfUse(known, wanted) ? await request(wanted, reading, cluster, signal, known) : undefined;
  const handed = part !== undefined && goesOn(part, known) ? part : await request(wanted, reading, cluster, signal);
  // After a failure the next reading begins where this one did.
  if (handed.answer.ok) logsSoFar.keep(file, writers, isWhole(handed) ? handed.log.soFar(nowMs) : undefined);
  return toldBy(handed, wanted, reading, cluster, signal);
}

/** Whether it reaches back as far as is wanted, and asking from where it ends is less than asking for all. */
function isOfUse(known: LogSoFar | undefined, { fromMs }: WantedRun): known is LogSoFar {
  return known !== undefined && known.afterMs < fromMs && fromMs < known.sinceMs;
}

/** Whether what came is the rest of that log, and a whole reading would have been handed over all of it. */
function goesOn(part: Handed, known: LogSoFar | undefined): boolean {
  const { answer, log, result, isSameFile } = part;
  if (known === undefined) return true;
  // Nothing came, and asking again would bring nothing either.
  if (!answer.ok && result.lines === 0) return true;
  const lines = known.lines + result.lines;
  const bytes = known.bytes + log.bytes();
  return isSameFile && lines < MOST_LINES && bytes < MOST_BYTES && isCountable(result);
}

/** How many records there are is not known of a part. It matters where more than a few cannot be read. */
function isCountable({ unread }: TimedLogResult): boolean {
  return unread <= SOME_RECORDS;
}

function isWhole({ log, result }: Handed): boolean {
  return result.lines < MOST_LINES && log.bytes() < MOST_BYTES && isCountable(result);
}

async function request(
  { pod, container, previous, fromMs }: WantedRun,
  { namespace, writers, windowFromMs }: LogReading,
  cluster: ClusterClient,
  signal: AbortSignal,
  soFar?: LogSoFar,
): Promise<Handed> {
  const log = createTimedLog({ pod, services: writers, fromMs, windowFromMs, soFar });
  const sinceMs = soFar?.sinceMs ?? fromMs;
  const since = Number.isFinite(sinceMs) ? { sinceTime: new Date(sinceMs).toISOString().replace(/\.\d+/, '') } : {};
  const answer = await cluster.readLog(
    { namespace, pod, container: container.name, previous, ...since, tailLines: MOST_LINES, limitBytes: MOST_BYTES },
    (chunk) => log.push(chunk),
    signal,
  );
  const result = log.end();
  return { answer, log, result, isSameFile: soFar !== undefined && result.firstTime === soFar.anchor };
}

async function toldBy(
  handed: Handed,
  wanted: WantedRun,
  reading: LogReading,
  cluster: ClusterClient,
  signal: AbortSignal,
): Promise<RunRead> {
  const { answer, log, result } = handed;
  const { pod, container, previous } = wanted;
  const address = { namespace: reading.namespace, pod, container: container.name, previous };
  const which = previous ? `the previous log of pod ${pod}` : `the log of pod ${pod}`;
  const gaps: SafeText[] = [];
  if (!answer.ok && answer.fault.kind === 'gone') gaps.push(redact(`pod ${pod} ended while it was read`));
  if (!answer.ok && answer.fault.kind === 'unavailable') gaps.push(redact(`${which} was not read to its end`));
  if (!answer.ok && answer.fault.kind === 'none' && previous) gaps.push(redact(`${which} is gone`));
  if (log.bytes() >= MOST_BYTES) gaps.push(redact(`${which} was read up to ${MOST_BYTES / 1024 / 1024} MiB`));
  else if (result.lines >= MOST_LINES) gaps.push(redact(`of ${which} the last ${MOST_LINES} lines were read`));
  else if (answer.ok && (await isRotated(handed, wanted, address, cluster, signal))) {
    gaps.push(redact(`${which} was rotated: its beginning is gone`));
  }
  if (result.foreignLines > 0) gaps.push(redact(`${which} cannot be read on its node`));
  const anything = answer.ok || result.lines > 0;
  return {
    result: anything ? result : undefined,
    fault: answer.ok ? undefined : answer.fault,
    gaps,
  };
}

/**
 * Whether lines of the time that was asked for went with a rotated file: the kubelet reads the newest file alone. It is
 * so when the container ran at that time already, and the first line that its file now has is later.
 */
async function isRotated(
  { result, isSameFile }: Handed,
  { container, previous, fromMs }: WantedRun,
  address: Omit<LogFile, 'since'>,
  cluster: ClusterClient,
  signal: AbortSignal,
): Promise<boolean> {
  const since = previous ? container.lastTermination?.startedAt : container.startedAt;
  const ranSince = startOf(since);
  const { firstTime: first, lastTime: last } = result;
  if (first === undefined || last === undefined || since === undefined) return false;
  if (Number.isNaN(ranSince) || !Number.isFinite(fromMs)) return false;
  if (ranSince >= fromMs || Date.parse(first) < fromMs) return false;
  const file = { ...address, since };
  // A new file may begin a little before the last line of the old one.
  const oldBy = isSameFile ? first : later(first, OUT_OF_ORDER_MS);
  const known = cluster.logStarts?.know(file, { first, oldBy, last });
  if (known !== undefined) return Date.parse(known) >= fromMs;
  const head = createTimedLog({ pod: address.pod, services: [], fromMs: 0, windowFromMs: 0 });
  const answer = await cluster.readLog({ ...address, limitBytes: HEAD_BYTES }, (chunk) => head.push(chunk), signal);
  const { firstTime: start } = head.end();
  if (!answer.ok || start === undefined) return false;
  cluster.logStarts?.learn(file, start, last);
  return Date.parse(start) >= fromMs;
}

/** A container that waits for its first start has no log. */
function hasBegun({ restarts, waiting, lastTermination }: Container): boolean {
  return waiting === undefined || restarts > 0 || lastTermination !== undefined;
}

/**
 * Whether the run before the present one has lines to read. Between two starts the kubelet shows the run that ended as
 * the present one: asking for the previous would show it twice.
 */
function hasPrevious({ restarts, waiting, startedAt, lastTermination }: Container, fromMs: number): boolean {
  if (restarts === 0 || waiting !== undefined || startedAt === undefined) return false;
  const ended = startOf(lastTermination?.finishedAt);
  // Whole seconds: the last lines may be almost one later.
  return Number.isNaN(ended) || ended + 1_000 >= fromMs;
}

/** A time of the kubelet's, some whole seconds later. */
function later(time: string, ms: number): string {
  return new Date(Date.parse(`${time.slice(0, 19)}Z`) + ms).toISOString().slice(0, 19) + time.slice(19);
}

/** Milliseconds since the epoch; NaN for a time that is not known. */
function startOf(time: string | undefined): number {
  return time === undefined ? Number.NaN : Date.parse(time);
}
