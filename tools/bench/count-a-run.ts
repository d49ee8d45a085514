// Counts what a run of a large report takes, in a process of its own: the same on a busy machine, beside other tests, and
// on every Node.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface RunCounts {
  readonly checks: number;
  /** Calls of functions of ours in a run, and in one of those that follow. */
  readonly calls: number;
  readonly callsAgain: number;
  readonly byRoom: readonly (readonly [room: string, calls: number])[];
  /** Characters of JSON that a run reads and makes. */
  readonly json: number;
  /** Bytes of objects that a run makes, nearly all of which the collector takes again. */
  readonly allocated: number;
  /** Bytes that a report takes between its runs, in the heap and beside it. */
  readonly keptReport: number;
  /** The same of a pod of a namespace with reports. */
  readonly keptPod: number;
  /** The same of a log that was read, and in which nothing counts. */
  readonly keptLog: number;
  /** Bytes of a status that is written. */
  readonly written: number;
}

const FLAGS = [
  '--expose-gc',
  // In MiB: a run makes less than half of it, so that none is interrupted by a collection.
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  // What is compiled while it runs would be counted in part, and another time on another machine.
  '--no-opt',
  '--no-sparkplug',
];

/** The same code, counted once; takes some seconds. */
export async function countARun(): Promise<RunCounts> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...FLAGS, '--import', 'tsx', join(import.meta.dirname, 'run-counts.ts')],
    // Neither flags nor coverage of whoever asks.
    { env: { PATH: process.env['PATH'] } },
  );
  return JSON.parse(stdout) as RunCounts;
}
