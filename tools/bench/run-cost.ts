// What a run of a large report costs others: calls to the API server, CPU, and requests for a health that does not answer.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, KIND } from '../../src/api/names.ts';
import { listenAnywhere } from '../../test/stack/free-port.ts';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { callsSince } from './calls.ts';
import { type BenchCluster, startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { installations, PODS } from './installations.ts';
import { cpuSeconds, load } from './process-use.ts';

/** Runs that are counted, and those before them, which list and compile. */
const RUNS = 8;
const FIRST_RUNS = 3;
const MOST_CALLS = 12;
const MOST_CPU_MS = 20;
/** Reports that ask the same pod, which takes requests and never answers. */
const ASKERS = 3;
const HUNG_MS = 45_000;

export const title = 'what a run of sixty checks over ten pods costs others';
export const budget = `at most ${MOST_CALLS} calls, ${MOST_CPU_MS} ms of CPU, one health request under way at a pod`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  const all = await installations(cluster);
  try {
    await all.add({ namespace: 'recognize-0', reports: ['report-0'], interval: '10s' });
    const operator = await startOperatorProcess(cluster.kubeconfig, {}, { node: imageFlags() });
    try {
      const isCheap = await steadyRuns(cluster, operator.pid ?? 0, print);
      return (await hungHealth(cluster, print)) && isCheap;
    } finally {
      await operator.stop();
    }
  } finally {
    await all.stop();
    await cluster.stop();
  }
}

async function steadyRuns(cluster: BenchCluster, pid: number, print: (line: string) => void): Promise<boolean> {
  let runs = 0;
  cluster.onVisit = () => (runs += 1);
  const after = async (count: number): Promise<void> => {
    while (runs < count) await sleep(100);
  };
  await after(FIRST_RUNS);
  const callsOf = await callsSince(cluster.server);
  const [from, cpu] = [runs, cpuSeconds(pid)];
  await after(from + RUNS);
  const counted = runs - from;
  const { total, text, of } = await callsOf(counted);
  // The Lease is renewed every two seconds, however many runs there are.
  const [perRun, cpuMs] = [(total - of('leases')) / counted, (1_000 * (cpuSeconds(pid) - cpu)) / counted];
  const checks = (await cluster.status('report-0', 'recognize-0'))?.checks?.length ?? 0;
  print(
    `${perRun.toFixed(1)} calls a run of ${checks} checks over ${PODS} pods, without the Lease: ${text}; ${cluster.server.name}`,
  );
  print(`${cpuMs.toFixed(1)} ms of CPU a run, with HTTP, TLS, watches and the Lease; ${load()}`);
  return perRun <= MOST_CALLS && cpuMs <= MOST_CPU_MS;
}

/** Several reports ask a health that hangs, more often than the other side's own timeout allows. */
async function hungHealth(cluster: BenchCluster, print: (line: string) => void): Promise<boolean> {
  let [underWay, most, asked] = [0, 0, 0];
  const server = createServer((request, response) => {
    if (request.url !== '/actuator/health') return void response.end('{"status":"UP"}');
    asked += 1;
    underWay += 1;
    most = Math.max(most, underWay);
    response.on('close', () => (underWay -= 1));
  });
  const url = `http://127.0.0.1:${await listenAnywhere(server)}`;
  try {
    for (let asker = 0; asker < ASKERS; asker += 1) {
      await cluster.admin.create({
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name: `asker-${asker}`, namespace: 'recognize' },
        spec: { interval: '10s', timeout: '2s', discovery: 'None', services: [{ name: 'core-daemon', url }] },
      });
    }
    await sleep(HUNG_MS);
    print(`${asked} requests for a health that hangs, of ${ASKERS} reports in ${HUNG_MS / 1_000} s, ${most} at once`);
    return asked > 0 && most === 1;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
