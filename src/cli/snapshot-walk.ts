// The modes of `gate` that hold a snapshot against the cluster of now: each report of the file, and a document in the asked
// format whatever goes wrong.
import { worstExit, type ExitCode } from '../api/exit-codes.ts';
import type { SnapshotReport } from '../gate/snapshot.ts';
import type { Renderer } from '../output/format.ts';
import type { GATE_FORMATS } from '../output/gate.ts';
import type { ClusterConnection } from './cluster.ts';
import { eachReport } from './each-report.ts';
import { CommandError } from './exit.ts';
import { chosenReports, readSnapshot } from './snapshot-file.ts';
import type { Terminal } from './terminal.ts';

/** What `-o` of `gate` takes: every mode has each of them. */
export type GateFormat = keyof typeof GATE_FORMATS;

export interface Walk<T, D> {
  /** Path of the snapshot. */
  readonly file: string;
  /** None: every report of the file. */
  readonly names: readonly string[];
  readonly namespace: string | undefined;
  readonly output: GateFormat;
  readonly formats: Readonly<Record<GateFormat, Renderer<D>>>;
  readonly connect: () => Promise<ClusterConnection>;
  readonly judge: (before: SnapshotReport, cluster: ClusterConnection) => Promise<T>;
  /** Told when all were judged, before they are printed. */
  readonly judged?: (all: readonly T[]) => Promise<void>;
  readonly document: (all: readonly T[], exitCode: ExitCode, problem?: string) => D;
  readonly exitCodeOf: (one: T) => ExitCode;
}

/** Judges every report of the file, or those that are named, and prints what there is to say. */
export async function walkSnapshot<T, D>(walk: Walk<T, D>, terminal: Terminal): Promise<ExitCode> {
  const render = walk.formats[walk.output];
  const print = (all: readonly T[], exitCode: ExitCode, problem?: string): ExitCode => {
    const text = render(walk.document(all, exitCode, problem), terminal.paint, terminal.width);
    if (text !== '') terminal.out(text);
    return exitCode;
  };
  try {
    const before = chosenReports(await readSnapshot(walk.file), walk.file, walk.names, walk.namespace);
    const cluster = await walk.connect();
    try {
      const all = await eachReport(before, terminal.signal, (report) => walk.judge(report, cluster));
      await walk.judged?.(all);
      return print(all, worstExit(all.map(walk.exitCodeOf)));
    } finally {
      await cluster.close();
    }
  } catch (error) {
    if (error instanceof CommandError) print([], error.exitCode, error.message);
    throw error;
  }
}
