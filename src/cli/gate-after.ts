// `gate --after BEFORE`: asks for runs until the rollout is done and what was healthy is healthy again, or until it is
// clear that it will not be. Prints what `diff` prints.
import { randomUUID } from 'node:crypto';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { afterStep, type AfterLook } from '../gate/after.ts';
import { awaitReport } from '../gate/await-report.ts';
import { compareReports, exitOf, notComparable } from '../gate/compare.ts';
import type { Comparison } from '../gate/comparison.ts';
import { snapshotReport, type SnapshotReport } from '../gate/snapshot.ts';
import { DIFF_FORMATS, type Diffed } from '../output/diff.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { formatDuration } from '../runtime/duration.ts';
import { semaphore } from '../runtime/semaphore.ts';
import { timestamp } from '../runtime/timestamp.ts';
import type { ClusterConnection } from './cluster.ts';
import { CommandError } from './exit.ts';
import { chosenReports, readSnapshot, writeSnapshot } from './snapshot-file.ts';
import type { Terminal } from './terminal.ts';

export interface AfterOptions {
  readonly after: string;
  readonly save?: string;
  readonly namespace?: string;
  readonly timeout: number;
  readonly failOn: 'fail' | 'warn';
  readonly output: string;
  readonly leaseNamespace: string;
  readonly leaseName: string;
}

/** Without --timeout. */
export const AFTER_TIMEOUT_MS = 15 * 60_000;

/** Reports that are waited for at the same time. */
const AT_ONCE = 16;
/** Between two runs that are asked for. */
const PAUSE_MS = 5_000;

/** Of what `-o` takes, those that a comparison has; another one ends the command with exit code 2. */
function formatOf(output: string): keyof typeof DIFF_FORMATS {
  const format = (Object.keys(DIFF_FORMATS) as (keyof typeof DIFF_FORMATS)[]).find((one) => one === output);
  if (format === undefined)
    throw new CommandError(
      `--after is told as ${Object.keys(DIFF_FORMATS).join(', ')}; there is no ${output} of it`,
      EXIT.usage,
    );
  return format;
}

/** Waits for every report of the snapshot, or for those that are named. */
export async function gateAfter(
  names: readonly string[],
  options: AfterOptions,
  connect: () => Promise<ClusterConnection>,
  terminal: Terminal,
): Promise<ExitCode> {
  const format = formatOf(options.output);
  const print = (diffed: Diffed): void => {
    const text = DIFF_FORMATS[format](diffed, terminal.paint, terminal.width);
    if (text !== '') terminal.out(text);
  };
  try {
    const before = chosenReports(await readSnapshot(options.after), options.after, names, options.namespace);
    const cluster = await connect();
    try {
      const places = semaphore(AT_ONCE);
      const ended = await Promise.all(
        before.map((report) =>
          places.run(terminal.signal, () => waitFor(report, options, cluster, terminal, systemClock)),
        ),
      );
      if (options.save !== undefined) await save(options.save, ended, terminal);
      const comparisons = ended.map(({ comparison }) => comparison);
      const exitCode = exitOf(comparisons);
      print({ comparisons, exitCode });
      return exitCode;
    } finally {
      await cluster.close();
    }
  } catch (error) {
    if (error instanceof CommandError) print({ comparisons: [], exitCode: error.exitCode, problem: error.message });
    throw error;
  }
}

interface Ended {
  readonly comparison: Comparison;
  /** The last run that was judged. */
  readonly last?: SnapshotReport | undefined;
}

/** One report: a run after the other until a step ends it. */
async function waitFor(
  before: SnapshotReport,
  options: AfterOptions,
  cluster: ClusterConnection,
  terminal: Terminal,
  clock: Clock,
): Promise<Ended> {
  const { namespace, name } = before;
  const since = clock.monotonicMs();
  const left = (): number => Math.max(options.timeout - (clock.monotonicMs() - since), 0);
  const tell = (words: string): void =>
    terminal.progress?.(`${namespace}/${name}: ${formatDuration(clock.monotonicMs() - since)}: ${words}`);
  const looks: AfterLook[] = [];
  let last: SnapshotReport | undefined;
  for (;;) {
    const {
      uid,
      status,
      decision,
      now = clock.now(),
    } = await awaitReport({
      api: cluster.api,
      namespace,
      name,
      token: `${timestamp(clock.now())}-${randomUUID()}`,
      timeoutMs: left(),
      maxAgeMs: undefined,
      failOn: options.failOn,
      skips: [],
      lease: { namespace: options.leaseNamespace, name: options.leaseName },
      clock,
      signal: terminal.signal,
      onWaiting: ({ message }) => tell(message),
    });
    const seen = snapshotReport({ namespace, name, uid }, status, decision, now);
    // The time was up before another run came: what the last one said stands.
    if (seen === undefined && decision.reason === 'NotAnswered' && looks.length > 0) {
      const late = afterStep(looks, since, options.timeout, Math.max(clock.monotonicMs(), since + options.timeout));
      if (late.kind === 'end') return { comparison: late.comparison, last };
    }
    // Nothing of a run was judged: the gate has said why, and has waited as long as waiting could help.
    if (seen === undefined)
      return { comparison: notComparable(before, `No evidence: ${decision.message}`, decision.exitCode) };
    last = seen;
    looks.push({ comparison: compareReports(before, seen, options.failOn), atMs: clock.monotonicMs() });
    const step = afterStep(looks, since, options.timeout);
    if (step.kind === 'end') return { comparison: step.comparison, last };
    tell(step.message);
    await clock.sleep(Math.min(PAUSE_MS, Math.max(left(), 1)), terminal.signal);
  }
}

async function save(path: string, ended: readonly Ended[], terminal: Terminal): Promise<void> {
  const kept = ended.flatMap(({ last }) => (last === undefined ? [] : [last]));
  if (kept.length < ended.length)
    terminal.err(`recognize-health: ${path} was not written: not every report had a run that was judged`);
  else await writeSnapshot(path, kept);
}
