// `gate --way-back FILE`: asks for a run, and says whether the release of the snapshot can run again on what it finds.
import { randomUUID } from 'node:crypto';
import { EXIT, worstExit, type ExitCode } from '../api/exit-codes.ts';
import { awaitReport } from '../gate/await-report.ts';
import { snapshotReport, type SnapshotReport } from '../gate/snapshot.ts';
import { judgeWayBack, noWayBack, type WayBackAnswer } from '../gate/way-back.ts';
import { WAY_BACK_FORMATS, type WaysBack } from '../output/way-back.ts';
import { systemClock } from '../runtime/clock.ts';
import { semaphore } from '../runtime/semaphore.ts';
import { timestamp } from '../runtime/timestamp.ts';
import type { ClusterConnection } from './cluster.ts';
import { CommandError } from './exit.ts';
import { chosenReports, readSnapshot } from './snapshot-file.ts';
import type { Terminal } from './terminal.ts';

export interface WayBackOptions {
  readonly wayBack: string;
  readonly namespace?: string;
  readonly timeout: number;
  readonly output: string;
  readonly leaseNamespace: string;
  readonly leaseName: string;
}

/** Reports that are waited for at the same time. */
const AT_ONCE = 16;

/** Judges every report of the snapshot, or those that are named. */
export async function gateWayBack(
  names: readonly string[],
  options: WayBackOptions,
  connect: () => Promise<ClusterConnection>,
  terminal: Terminal,
): Promise<ExitCode> {
  const format = formatOf(options.output);
  const print = (ways: WaysBack): void => {
    const text = WAY_BACK_FORMATS[format](ways, terminal.paint, terminal.width);
    if (text !== '') terminal.out(text);
  };
  try {
    const before = chosenReports(await readSnapshot(options.wayBack), options.wayBack, names, options.namespace);
    const cluster = await connect();
    try {
      const places = semaphore(AT_ONCE);
      const answers = await Promise.all(
        before.map((report) => places.run(terminal.signal, () => judgeOne(report, options, cluster, terminal))),
      );
      const exitCode = worstExit(answers.map((answer) => answer.exitCode));
      print({ answers, exitCode });
      return exitCode;
    } finally {
      await cluster.close();
    }
  } catch (error) {
    if (error instanceof CommandError) print({ answers: [], exitCode: error.exitCode, problem: error.message });
    throw error;
  }
}

function formatOf(output: string): keyof typeof WAY_BACK_FORMATS {
  const formats = Object.keys(WAY_BACK_FORMATS) as (keyof typeof WAY_BACK_FORMATS)[];
  const format = formats.find((one) => one === output);
  if (format === undefined)
    throw new CommandError(`--way-back is told as ${formats.join(', ')}; there is no ${output} of it`, EXIT.usage);
  return format;
}

/** Failures of now are no obstacle: whoever asks for the way back has some. A run without evidence is. */
async function judgeOne(
  before: SnapshotReport,
  options: WayBackOptions,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<WayBackAnswer> {
  const { namespace, name } = before;
  const {
    uid,
    status,
    decision,
    now = systemClock.now(),
  } = await awaitReport({
    api: cluster.api,
    namespace,
    name,
    token: `${timestamp(systemClock.now())}-${randomUUID()}`,
    timeoutMs: options.timeout,
    maxAgeMs: undefined,
    failOn: 'fail',
    skips: [],
    lease: { namespace: options.leaseNamespace, name: options.leaseName },
    clock: systemClock,
    signal: terminal.signal,
    onWaiting: ({ message }) => terminal.progress?.(`${namespace}/${name}: waiting: ${message}`),
  });
  const after = snapshotReport({ namespace, name, uid }, status, decision, now);
  return after === undefined
    ? noWayBack(before, `No evidence: ${decision.message}`, decision.exitCode)
    : judgeWayBack(before, after);
}
