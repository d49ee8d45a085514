// A process that makes runs of a report in memory and prints what each took. Started from a bundle by `time-a-run.ts`.
import type { RunSize, TimedRun } from './time-a-run.ts';
import { runInMemory } from './run-in-memory.ts';

/** The first ones write, confirm and are optimised. */
const FIRST_RUNS = 60;
/** The shortest of these counts: whatever else the machine does only adds to it. */
const ROUNDS = 4;
const RUNS = 25;

const report = runInMemory(JSON.parse(process.argv[2] ?? '{}') as RunSize);
for (let run = 0; run < FIRST_RUNS; run += 1) await report.run();
const rounds: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const before = process.cpuUsage();
  for (let run = 0; run < RUNS; run += 1) await report.run();
  const { user, system } = process.cpuUsage(before);
  rounds.push((user + system) / 1_000 / RUNS);
}
const timed: TimedRun = { cpuMs: Math.min(...rounds), checks: report.checks, logBytes: report.logBytes };
process.stdout.write(`${JSON.stringify(timed)}\n`);
