// Keeps every report current: the watch feeds the queue, workers run reports, each run says when the next is due.
import { requestToken } from '../api/request-token.ts';
import { Stop, type Clock } from '../runtime/clock.ts';
import { parseDuration } from '../runtime/duration.ts';
import type { Log, ObservedReport, ReportApi } from './ports.ts';
import { namespaceOf } from './lane.ts';
import { queue, type Queue } from './queue.ts';
import { memoryOf, type Memory } from './memory.ts';
import { alteredFields, keyOf, reconcile, type Examine } from './reconcile.ts';
import { firstRunAfterMs, isRoutine, type Met } from './schedule.ts';
import { goesStale, writeStale } from './staleness.ts';
import { stackOf } from './stack-of.ts';

/**
 * The least time between two runs of one report, whatever is edited or asked: an author cannot keep the workers to
 * themselves, and two runs never have the same `lastRunTime`, which is in whole seconds.
 */
export const LEAST_GAP_MS = 2_000;

/**
 * The part of the workers that the reports of one namespace may have while there are others; and what one that is alone
 * leaves free, so that the first report of the next does not wait for runs that hang.
 */
const SHARE = 1 / 4;

/** A status that somebody else wrote into is put right so long after the last run began, or at the next one. */
const ALTERED_GAP_MS = 5_000;

/**
 * Runs that are overdue when this process begins start so far apart, within their interval: after a restart all are, and
 * they would come together for ever. What a run takes of a core is less.
 */
const OVERDUE_GAP_MS = 40;

/** How often it is seen whether a report has become stale. */
const STALE_LOOK_MS = 15_000;

export interface ControllerInput {
  readonly api: ReportApi;
  readonly examine: Examine;
  /** False once another replica may lead. */
  readonly mayWrite: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Runs at the same time. Probing waits far more than it computes. */
  readonly workers: number;
  /** The least time between two runs of one report. Default: `LEAST_GAP_MS`. */
  readonly leastGapMs?: number | undefined;
  /** A routine run starts so long after it was due. In ms. */
  readonly onStart?: (lateMs: number) => void;
  readonly signal: AbortSignal;
}

/** Fed by the watch; see `reflector`. */
export interface Controller {
  /** The watch shows this report (new, changed, or seen again after a relist). */
  observe(report: ObservedReport): void;
  /** The watch says that it is gone. */
  remove(namespace: string, name: string): void;
  /** Resolves when every worker has ended after the signal. */
  readonly ended: Promise<void>;
  /** Reports known. */
  readonly size: number;
  /** How long the report that waits longest for a worker has waited. 0 when none waits. */
  oldestMs(): number;
}

interface Entry {
  report: ObservedReport;
  remembered: Memory | undefined;
  running: AbortController | undefined;
  /** When the next routine run is due, on the monotonic clock. */
  dueAt: number | undefined;
  /** When the last run began, on the monotonic clock. */
  startedAt: number | undefined;
  /** A status of ours is on its way: what the watch shows meanwhile may be it. */
  writing: boolean;
}

type Annotations = ObservedReport['metadata']['annotations'];

/** Starts the workers. They end with the signal; a run under way is cancelled and writes nothing. */
export function controller(input: ControllerInput): Controller {
  const { clock, log, signal, leastGapMs = LEAST_GAP_MS } = input;
  const entries = new Map<string, Entry>();
  const namespaces = new Map<string, number>();
  const count = (key: string, by: 1 | -1): void => {
    const namespace = namespaceOf(key);
    const reports = (namespaces.get(namespace) ?? 0) + by;
    if (reports === 0) namespaces.delete(namespace);
    else namespaces.set(namespace, reports);
  };
  const share = Math.max(1, Math.floor(input.workers * SHARE));
  const work: Queue = queue(clock, signal, () => (namespaces.size > 1 ? share : Math.max(1, input.workers - share)));

  let freeAt = 0;
  /** When the next of the overdue runs may start. */
  const turnAfterMs = (intervalMs: number): number => {
    const now = clock.monotonicMs();
    const turn = Math.max(now, freeAt);
    freeAt = turn + OVERDUE_GAP_MS;
    return (turn - now) % intervalMs;
  };
  const schedule = (key: string, { metadata, spec, status }: ObservedReport): void => {
    const { interval } = (spec ?? {}) as { readonly interval?: unknown };
    const intervalMs = (typeof interval === 'string' ? parseDuration(interval) : undefined) ?? 60_000;
    const met: Met = { generation: metadata.generation, request: requestToken(metadata.annotations), status };
    const dueAfterMs = firstRunAfterMs(met, intervalMs, clock.now());
    const ms = dueAfterMs === 0 && isRoutine(met) ? turnAfterMs(intervalMs) : dueAfterMs;
    if (ms === 0) work.add(key, 'prompt');
    else work.addAfter(key, ms);
  };

  const cancel = (entry: Entry, why: 'superseded' | 'deleted'): void =>
    entry.running?.abort(new Stop({ kind: 'Cancelled', why }));

  const runOne = async (key: string): Promise<void> => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    const earlyMs = entry.startedAt === undefined ? 0 : entry.startedAt + leastGapMs - clock.monotonicMs();
    if (earlyMs > 0) {
      work.addAfter(key, earlyMs, 'prompt');
      return;
    }
    const running = new AbortController();
    entry.running = running;
    entry.startedAt = clock.monotonicMs();
    if (entry.dueAt !== undefined && clock.monotonicMs() >= entry.dueAt)
      input.onStart?.(clock.monotonicMs() - entry.dueAt);
    entry.dueAt = undefined;
    const { report } = entry;
    const outcome = await reconcile({
      ...input,
      report,
      remembered: entry.remembered?.recall(),
      signal: AbortSignal.any([running.signal, signal]),
    });
    entry.running = undefined;
    if (entries.get(key) !== entry || entry.report.metadata.uid !== report.metadata.uid) return;
    const { requeueAfterMs, remembered, restartFrom } = outcome;
    if (remembered !== undefined) entry.remembered = memoryOf(remembered);
    if (restartFrom !== undefined) {
      entry.report = restartFrom;
      entry.remembered = undefined;
    }
    if (requeueAfterMs !== undefined) {
      entry.dueAt = clock.monotonicMs() + requeueAfterMs;
      work.addAfter(key, requeueAfterMs);
    }
    // What the watch showed during the run could not be told from what the run was about to write.
    if (isAltered(entry)) putRight(key, entry);
  };
  /** Not sooner than that: somebody who writes all the time must not keep a worker busy. */
  const putRight = (key: string, { startedAt = 0, dueAt }: Entry): void => {
    const at = Math.max(clock.monotonicMs(), startedAt + ALTERED_GAP_MS);
    if (dueAt === undefined || dueAt > at) work.addAfter(key, at - clock.monotonicMs(), 'prompt');
  };

  const worker = async (): Promise<void> => {
    for (;;) {
      const key = await work.take(signal);
      if (key === undefined) return;
      try {
        await runOne(key);
      } catch (error) {
        log.error(
          { report: key, error: error instanceof Error ? error.message : 'unknown' },
          'a run broke outside of its guard',
        );
        work.addAfter(key, 5_000);
      } finally {
        work.done(key);
      }
    }
  };

  /** Not a worker's task: when reports go stale the workers may be what hangs. */
  const sweep = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(STALE_LOOK_MS, signal);
      for (const [key, entry] of entries) {
        const { report, remembered } = entry;
        const until =
          remembered === undefined ? (report.freshUntil ?? report.status?.freshUntil) : remembered.freshUntil;
        if (until === undefined || Date.parse(until) >= clock.now().getTime()) continue;
        const written = remembered === undefined ? report.status : remembered.recall().written;
        if (written === undefined || !goesStale(written, report, clock.now())) continue;
        entry.writing = true;
        const stale = await writeStale({ ...input, report, written });
        entry.writing = false;
        if (stale === undefined || entries.get(key) !== entry) continue;
        entry.remembered = memoryOf({ uid: report.metadata.uid, computed: stale, written: stale });
      }
    }
  };
  const swept = sweep().catch((error: unknown) => {
    if (!signal.aborted) log.error({ error: stackOf(error) }, 'staleness is not watched any more');
  });

  return {
    observe: (report) => {
      const key = keyOf(report.metadata);
      const entry = entries.get(key);
      if (entry === undefined || entry.report.metadata.uid !== report.metadata.uid) {
        if (entry === undefined) count(key, 1);
        else cancel(entry, 'deleted');
        entries.set(key, {
          report,
          remembered: undefined,
          running: undefined,
          dueAt: undefined,
          startedAt: undefined,
          writing: false,
        });
        schedule(key, report);
        return;
      }
      const before = entry.report.metadata;
      entry.report = report;
      if (before.generation !== report.metadata.generation) {
        cancel(entry, 'superseded');
        work.add(key, 'prompt');
      } else if (isRequest(before.annotations, report.metadata.annotations)) {
        work.add(key, 'prompt');
      } else if (isAltered(entry)) {
        putRight(key, entry);
      }
    },
    remove: (namespace, name) => {
      const key = keyOf({ namespace, name });
      const entry = entries.get(key);
      if (entry === undefined) return;
      entries.delete(key);
      count(key, -1);
      work.forget(key);
      cancel(entry, 'deleted');
    },
    ended: Promise.all([swept, ...Array.from({ length: input.workers }, worker)]).then(() => undefined),
    oldestMs: () => work.oldestMs(),
    get size() {
      return entries.size;
    },
  };
}

/** True when the watch shows a later status than ours that is not ours. While a run is under way nothing can be told. */
function isAltered({ report, remembered, running, writing }: Entry): boolean {
  if (running !== undefined || writing || remembered?.version === undefined) return false;
  return (
    report.metadata.resourceVersion !== remembered.version && alteredFields(remembered.recall(), report).length > 0
  );
}

function isRequest(before: Annotations, now: Annotations): boolean {
  const token = requestToken(now);
  return token !== undefined && token !== requestToken(before);
}
