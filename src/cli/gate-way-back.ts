// `gate --way-back FILE`: asks for a run, and says whether the release of the snapshot can run again on what it finds.
import type { ExitCode } from '../api/exit-codes.ts';
import { judgeWayBack, noWayBack, type WayBackAnswer } from '../gate/way-back.ts';
import type { SnapshotReport } from '../gate/snapshot.ts';
import { WAY_BACK_FORMATS, type WaysBack } from '../output/way-back.ts';
import { askRun, type RunOptions } from './ask-run.ts';
import type { ClusterConnection } from './cluster.ts';
import { walkSnapshot, type GateFormat } from './snapshot-walk.ts';
import type { Terminal } from './terminal.ts';

export interface WayBackOptions extends RunOptions {
  readonly wayBack: string;
  readonly namespace?: string;
  readonly output: GateFormat;
}

/** Judges every report of the snapshot, or those that are named. */
export function gateWayBack(
  names: readonly string[],
  options: WayBackOptions,
  connect: () => Promise<ClusterConnection>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { wayBack: file, namespace, output } = options;
  return walkSnapshot<WayBackAnswer, WaysBack>(
    {
      file,
      names,
      namespace,
      output,
      formats: WAY_BACK_FORMATS,
      connect,
      judge: (before, cluster) => judgeOne(before, options, cluster, terminal),
      exitCodeOf: ({ exitCode }) => exitCode,
      document: (answers, exitCode, problem) => ({ answers, exitCode, ...(problem === undefined ? {} : { problem }) }),
    },
    terminal,
  );
}

/** Failures of now are no obstacle: whoever asks for the way back has some. A run without evidence is. */
async function judgeOne(
  before: SnapshotReport,
  options: WayBackOptions,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<WayBackAnswer> {
  const { decision, kept } = await askRun(before, { ...options, failOn: 'fail' }, cluster, terminal, ({ message }) =>
    terminal.progress?.(`${before.namespace}/${before.name}: waiting: ${message}`),
  );
  return kept === undefined
    ? noWayBack(before, `No evidence: ${decision.message}`, decision.exitCode)
    : judgeWayBack(before, kept);
}
