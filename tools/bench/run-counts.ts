// A process of its own that counts what a run of a large report takes and prints it as one line of JSON: nothing else may
// have loaded our code, optimised it or filled the heap. Started by `count-a-run.ts`, with the flags that it needs.
import { createKeeper, KEPT } from '../../src/kube/kept.ts';
import { logsSoFar } from '../../src/kube/logs-so-far.ts';
import { keptReport } from '../../src/operator/kept-report.ts';
import type { RunCounts } from './count-a-run.ts';
import { workCounter } from './counted-work.ts';
import { runInMemory, type RunInMemory } from './run-in-memory.ts';

/** The first ones write, confirm and compile. */
const FIRST_RUNS = 10;
const RUNS = 5;
const KEPT_REPORTS = 100;
const KEPT_PODS = 1_000;

const collect = globalThis.gc;
if (collect === undefined) throw new Error('start with --expose-gc');
const held: unknown[] = [];

/** What is in the heap and beside it after a full collection, in bytes. */
function bytesHeld(): number {
  // What a first collection finalises, the next one frees.
  for (let time = 0; time < 3; time += 1) collect?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function runs(report: RunInMemory, many: number): Promise<void> {
  for (let run = 0; run < many; run += 1) await report.run();
}

/** Nothing is collected within a run: the space for new objects is larger than what a run makes. */
async function allocated(report: RunInMemory): Promise<number> {
  let all = 0;
  for (let run = 0; run < RUNS; run += 1) {
    collect?.();
    const before = process.memoryUsage().heapUsed;
    await report.run();
    all += process.memoryUsage().heapUsed - before;
  }
  return all / RUNS;
}

/** What one more of something takes. The first ones also make what all share. */
function bytesOfOne(many: number, keep: (number: number) => readonly unknown[]): number {
  const add = (from: number): void => {
    for (let number = from; number < from + many; number += 1) held.push(...keep(number));
  };
  add(0);
  const before = bytesHeld();
  add(many);
  return (bytesHeld() - before) / many;
}

/** What is kept of a log in which nothing counts: where the next reading begins. */
function keepLog(number: number): readonly unknown[] {
  const since = '2026-11-23T10:00:00Z';
  const file = { namespace: 'recognize', pod: `node-persistence-7d9c5b6f4c-${number}`, container: 'app', since };
  const anchor = `2026-11-23T10:00:00.${String(number).padStart(9, '0')}Z`;
  const [afterMs, sinceMs] = [Date.parse(since) + number, Date.parse(since) + 300_000 + number];
  logs.keep({ ...file, previous: false }, ['node-persistence'], { afterMs, sinceMs, anchor, lines: 100, bytes: 8_000 });
  return [];
}

const logs = logsSoFar({ monotonicMs: () => Date.now() });
const counter = await workCounter();
const report = runInMemory();
await runs(report, FIRST_RUNS);
const work = await counter.during(() => runs(report, RUNS));
const again = await counter.during(() => runs(report, RUNS));
const keepObject = createKeeper();
const counts: RunCounts = {
  checks: report.checks,
  calls: work.calls / RUNS,
  callsAgain: again.calls / RUNS,
  byRoom: work.byRoom.map(([room, calls]) => [room, calls / RUNS]),
  json: work.json / RUNS,
  allocated: await allocated(report),
  // The watch's copy of it, and what its last run has left.
  keptReport: bytesOfOne(KEPT_REPORTS, () => [keptReport(report.object()), report.keep()]),
  keptPod: bytesOfOne(KEPT_PODS, (number) => [keepObject(report.pod(number), KEPT.pod).value]),
  keptLog: bytesOfOne(KEPT_PODS, keepLog),
  written: report.writtenBytes / report.writes,
};
counter.end();
process.stdout.write(`${JSON.stringify(counts)}\n`);
