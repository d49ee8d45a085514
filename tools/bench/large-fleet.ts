// A thousand large reports (60 checks and more, ten pods with logs in each namespace), each due every minute, on one
// replica with the image's flags and one core: memory, lateness, CPU and calls to the API server.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { installations, PODS } from './installations.ts';
import { callsSince } from './calls.ts';
import { load, memory } from './process-use.ts';
import { watchMemory } from './watch-memory.ts';

const REPORTS = 1_000;
const FEWEST_CHECKS = 60;
const INTERVAL_MS = 60_000;
const LATE_MS = 5_000;
const MOST_MIB = 192;
/** Installations that are made at the same time. */
const MAKERS = 4;
/** How long all first runs may take: they come within one interval. */
const PATIENCE_MS = 20 * 60_000;

export const title = `${REPORTS} large reports (${FEWEST_CHECKS} checks, ${PODS} pods) each minute, one replica on one core`;
export const budget = `at most ${MOST_MIB} MiB resident, no run late by more than ${LATE_MS / 1_000} s`;

export async function measure(
  print: (line: string) => void,
  { minutes, reports }: { readonly minutes: number; readonly reports: number },
): Promise<boolean> {
  if (spawnSync('taskset', ['--version']).status !== 0) throw new Error('taskset is needed to give it one core');
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  const all = await installations(cluster);
  try {
    const making = performance.now();
    const numbers = Array.from({ length: reports }, (_, number) => number).values();
    const make = async (): Promise<void> => {
      for (const number of numbers)
        await all.add({ namespace: `recognize-${number}`, reports: [`report-${number}`], interval: '1m' });
    };
    // A real API server takes a minute and more for their fifty thousand objects, one after the other.
    await Promise.all(Array.from({ length: MAKERS }, make));
    print(`${reports} installations made in ${((performance.now() - making) / 1_000).toFixed(0)} s`);
    const visits = new Map<string, number>();
    const gaps: number[] = [];
    let isCounting = false;
    cluster.onVisit = (report) => {
      const now = performance.now();
      const before = visits.get(report);
      visits.set(report, now);
      if (before !== undefined && isCounting) gaps.push(now - before);
    };
    const began = performance.now();
    const operator = await startOperatorProcess(
      cluster.kubeconfig,
      {},
      { launcher: ['taskset', '-c', '0'], node: imageFlags(), options: ['--no-leader-elect'] },
    );
    const pid = operator.pid ?? 0;
    try {
      while (visits.size < reports) {
        if (performance.now() - began > PATIENCE_MS) throw new Error(`only ${visits.size} reports were visited`);
        await sleep(200);
        // Throws when the process has ended.
        memory(pid);
      }
      const first = (performance.now() - began) / 1_000;
      let status = await cluster.status('report-0', 'recognize-0');
      // A visit is not the end of a run yet.
      while (status?.checks === undefined) {
        await sleep(200);
        status = await cluster.status('report-0', 'recognize-0');
      }
      const checks = status.checks.length;
      const kib = JSON.stringify(status).length / 1_024;
      print(
        `first runs of ${reports} begun after ${first.toFixed(1)} s; ${checks} checks and ${kib.toFixed(1)} KiB of status in each`,
      );
      if (checks < FEWEST_CHECKS) throw new Error(`a report has only ${checks} checks`);
      isCounting = true;
      const callsOf = await callsSince(cluster.server);
      const { peak, isFlat, cpu } = await watchMemory(pid, Math.max(minutes, 2), print);
      const late = Math.max(...gaps, ...[...visits.values()].map((at) => performance.now() - at)) - INTERVAL_MS;
      const tooLate = gaps.filter((gap) => gap - INTERVAL_MS > LATE_MS).length;
      const calls = await callsOf(gaps.length);
      print(
        `${gaps.length} runs; the latest ${(late / 1_000).toFixed(1)} s after its minute, ${tooLate} by more than ${LATE_MS / 1_000} s; ` +
          `${((1_000 * cpu) / gaps.length).toFixed(1)} ms of CPU and ${(calls.total / gaps.length).toFixed(1)} calls a run ` +
          `(${calls.text}); ${cluster.server.name}; ${load()}`,
      );
      return peak <= MOST_MIB && isFlat && late <= LATE_MS;
    } catch (error) {
      print(`the operator's last lines:\n${operator.log().slice(-1_500)}`);
      throw error;
    } finally {
      await operator.stop();
    }
  } finally {
    await all.stop();
    await cluster.stop();
  }
}
