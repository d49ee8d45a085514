// `gate --after BEFORE`: asks for runs until the rollout is done and what was healthy is healthy again, or until it is
// clear that it will not be. Prints what `diff` prints.
import type { ExitCode } from '../api/exit-codes.ts';
import { afterStep, type AfterLook } from '../gate/after.ts';
import { compareReports, notComparable } from '../gate/compare.ts';
import type { Comparison } from '../gate/comparison.ts';
import type { SnapshotReport } from '../gate/snapshot.ts';
import { DIFF_FORMATS, type Diffed } from '../output/diff.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { formatDuration } from '../runtime/duration.ts';
import { askRun, type RunOptions } from './ask-run.ts';
import type { ClusterConnection } from './cluster.ts';
import { writeSnapshot } from './snapshot-file.ts';
import { walkSnapshot, type GateFormat } from './snapshot-walk.ts';
import type { Terminal } from './terminal.ts';

export interface AfterOptions extends RunOptions {
  readonly after: string;
  readonly save?: string;
  readonly namespace?: string;
  readonly output: GateFormat;
}

/** Without --timeout. */
export const AFTER_TIMEOUT_MS = 15 * 60_000;

/** Between two runs that are asked for. */
const PAUSE_MS = 5_000;

/** Waits for every report of the snapshot, or for those that are named. */
export function gateAfter(
  names: readonly string[],
  options: AfterOptions,
  connect: () => Promise<ClusterConnection>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { after: file, namespace, output, save: kept } = options;
  return walkSnapshot<Ended, Diffed>(
    {
      file,
      names,
      namespace,
      output,
      formats: DIFF_FORMATS,
      connect,
      judge: (before, cluster) => waitFor(before, options, cluster, terminal, systemClock),
      judged: (ended) => (kept === undefined ? Promise.resolve() : save(kept, ended, terminal)),
      exitCodeOf: ({ comparison }) => comparison.exitCode,
      document: (ended, exitCode, problem) => ({
        comparisons: ended.map(({ comparison }) => comparison),
        exitCode,
        ...(problem === undefined ? {} : { problem }),
      }),
    },
    terminal,
  );
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
    const run = { ...options, timeout: left() };
    const { decision, kept: seen } = await askRun(
      before,
      run,
      cluster,
      terminal,
      ({ message }) => tell(message),
      clock,
    );
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
