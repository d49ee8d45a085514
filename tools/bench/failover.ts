// How long nobody examines after the leader is killed: from SIGKILL to the first status that the other replica writes.
// Two processes of the bundle, the Lease's times as they are by default.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWhenNeeded, startOperatorProcess, type OperatorProcess } from '../../test/stack/operator-process.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { load } from './process-use.ts';

const ROUNDS = 3;
const BUDGET_MS = 20_000;
const PATIENCE_MS = 60_000;

export const title = 'failover after SIGKILL of the leader';
export const budget = `at most ${BUDGET_MS / 1_000} s`;

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`);
    await sleep(20);
  }
}

export async function measure(print: (line: string) => void): Promise<boolean> {
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  const start = (): Promise<OperatorProcess> => startOperatorProcess(cluster.kubeconfig, {}, { node: imageFlags() });
  const leads = (operator: OperatorProcess): boolean => operator.log().includes('"leading"');
  const running: OperatorProcess[] = [];
  try {
    await cluster.createReports(1, '10s', ['core-daemon']);
    const times: number[] = [];
    let leader = await start();
    running.push(leader);
    for (let round = 0; round < ROUNDS; round += 1) {
      await until('the first replica leads', () => leads(leader));
      const standby = await start();
      running.push(standby);
      await until('the second stands by', () => standby.log().includes('standing by'));
      await cluster.run('report-0', `before-${round}`);
      process.kill(leader.pid ?? 0, 'SIGKILL');
      const killed = performance.now();
      await cluster.run('report-0', `after-${round}`);
      times.push(performance.now() - killed);
      if (!leads(standby)) throw new Error('a status was written, and not by the other replica');
      leader = standby;
    }
    const longest = Math.max(...times);
    print(`${times.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s in ${ROUNDS} rounds; ${load()}`);
    return longest <= BUDGET_MS;
  } finally {
    for (const operator of running) await operator.stop();
    await cluster.stop();
  }
}
