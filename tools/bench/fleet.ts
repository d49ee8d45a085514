// A thousand reports of ten checks, each due every minute, on one replica that has one core to itself: how late are their
// runs? Seen from the services: the time between two visits of a report, which is a minute at most when nothing is late.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../../src/api/components.ts';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { cpuSeconds, load, memory } from './process-use.ts';

const REPORTS = 1_000;
const CHECKS = 10;
const INTERVAL_MS = 60_000;
const LATE_MS = 5_000;
const SERVICES: readonly Service[] = ['core-daemon', 'operations-service'];
/** How long all first runs may take: they come at once. */
const PATIENCE_MS = 5 * 60_000;

export const title = `${REPORTS} reports of ${CHECKS} checks each minute, one replica on one core`;
export const budget = `no run late by more than ${LATE_MS / 1_000} s`;

export async function measure(
  print: (line: string) => void,
  { minutes }: { readonly minutes: number },
): Promise<boolean> {
  if (spawnSync('taskset', ['--version']).status !== 0) throw new Error('taskset is needed to give it one core');
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  try {
    await cluster.createReports(REPORTS, '1m', SERVICES);
    const last = new Map<string, number>();
    const gaps: number[] = [];
    let counting = false;
    cluster.onVisit = (report) => {
      const now = performance.now();
      const before = last.get(report);
      last.set(report, now);
      if (before !== undefined && counting) gaps.push(now - before);
    };
    const began = performance.now();
    const operator = await startOperatorProcess(
      cluster.kubeconfig,
      {},
      {
        launcher: ['taskset', '-c', '0'],
        node: imageFlags(),
      },
    );
    try {
      const pid = operator.pid ?? 0;
      while (last.size < REPORTS) {
        if (performance.now() - began > PATIENCE_MS) throw new Error(`only ${last.size} reports were visited`);
        await sleep(200);
      }
      const checks = (await cluster.status('report-0'))?.checks?.length ?? 0;
      print(
        `all ${REPORTS} examined for the first time after ${((performance.now() - began) / 1_000).toFixed(1)} s, ${checks} checks in each`,
      );
      if (checks < CHECKS) throw new Error(`a report has only ${checks} checks`);
      counting = true;
      const cpu = cpuSeconds(pid);
      const from = performance.now();
      // Whoever has not been visited again by the end is late as well.
      await sleep(Math.max(minutes, 2) * 60_000);
      const seconds = (performance.now() - from) / 1_000;
      const waiting = [...last.values()].map((at) => performance.now() - at);
      const late = Math.max(...gaps, ...waiting) - INTERVAL_MS;
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      print(
        `${gaps.length} runs in ${seconds.toFixed(0)} s; the latest ${(late / 1_000).toFixed(1)} s after its minute; ` +
          `${(mean / 1_000).toFixed(1)} s between runs on average (57.0 when each comes when it is due); ` +
          `${((100 * (cpuSeconds(pid) - cpu)) / seconds).toFixed(0)} % of the core, ` +
          `${((1_000 * (cpuSeconds(pid) - cpu)) / gaps.length).toFixed(1)} ms of CPU a run, ${memory(pid).resident.toFixed(0)} MiB; ${load()}`,
      );
      return late <= LATE_MS;
    } finally {
      await operator.stop();
    }
  } finally {
    await cluster.stop();
  }
}
