// From the start of the operator's process to its first probe's arrival at a service: the bundle with the image's flags,
// a Lease to take first. Beside it what Node alone takes to do nothing.
import { spawnSync } from 'node:child_process';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { median, pairsOf } from './measure.ts';
import { cpuSeconds, load } from './process-use.ts';

const RUNS = 7;
const BUDGET_MS = 500;
const PATIENCE_MS = 60_000;

export const title = 'start of the process to the first probe';
export const budget = `at most ${BUDGET_MS} ms`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  try {
    let round = 0;
    const cpu: number[] = [];
    const start = async (): Promise<number> => {
      // A report that this operator has not met is examined at once.
      await cluster.createReports(round + 1, '24h', ['core-daemon'], round);
      const name = `report-${round}`;
      round += 1;
      const started: { pid?: number | undefined } = {};
      const visited = new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('no probe arrived')), PATIENCE_MS);
        cluster.onVisit = (report) => {
          if (report !== name) return;
          clearTimeout(late);
          resolve(performance.now());
          if (started.pid !== undefined) cpu.push(cpuSeconds(started.pid) * 1_000);
        };
      });
      const began = performance.now();
      const starting = startOperatorProcess(cluster.kubeconfig, {}, { node: imageFlags() });
      const operator = await starting;
      started.pid = operator.pid;
      const took = (await visited) - began;
      // Released by an orderly end: the next one need not wait for the Lease.
      await operator.stop();
      return took;
    };
    const bare = (): Promise<number> => {
      const began = performance.now();
      spawnSync(process.execPath, [...imageFlags(), '-e', '0']);
      return Promise.resolve(performance.now() - began);
    };
    const all = await pairsOf(RUNS, start, bare);
    const ours = median(all.map((pair) => pair.ours));
    const node = median(all.map((pair) => pair.theirs));
    const best = Math.min(...all.map((pair) => pair.ours));
    const nodeBest = Math.min(...all.map((pair) => pair.theirs));
    print(
      `${best.toFixed(0)} ms at best, ${ours.toFixed(0)} in the median; node itself takes ${nodeBest.toFixed(0)} and ` +
        `${node.toFixed(0)} of it (${median(all.map((pair) => pair.ours / pair.theirs)).toFixed(1)}×); ` +
        `${median(cpu).toFixed(0)} ms of CPU; ${RUNS} pairs; ${load()}`,
    );
    // Whoever else uses the machine only adds to a wall time: the best run is nearest to what the program takes.
    return best <= BUDGET_MS;
  } finally {
    await cluster.stop();
  }
}
