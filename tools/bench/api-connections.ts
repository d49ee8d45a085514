// Connections to the API server, with one report and with hundreds, while all of them are examined every ten seconds.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { callsSince } from './calls.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { connectionsTo, load } from './process-use.ts';

const FLEETS = [1, 50, 300];
const SECONDS = 20;
const EVERY_MS = 20;
/** Ten for calls, logs, the Lease and the reports; the rest are watches of what is read of the namespaces. */
const BUDGET = 24;

export const title = 'connections to the API server';
export const budget = `at most ${BUDGET}, whatever the number of reports`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  buildWhenNeeded();
  const cluster = await startBenchCluster();
  const port = Number(new URL(cluster.server.access.url).port);
  try {
    const operator = await startOperatorProcess(cluster.kubeconfig, {}, { node: imageFlags() });
    try {
      let most = 0;
      let made = 0;
      for (const reports of FLEETS) {
        await cluster.createReports(reports, '10s', ['core-daemon'], made);
        made = reports;
        const seen: number[] = [];
        const callsOf = await callsSince(cluster.server);
        const end = performance.now() + SECONDS * 1_000;
        while (performance.now() < end) {
          seen.push(connectionsTo(operator.pid ?? 0, port));
          await sleep(EVERY_MS);
        }
        const highest = Math.max(...seen);
        most = Math.max(most, highest);
        print(
          `${reports} reports: at most ${highest} connections, ${(await callsOf(1)).total} calls in ` +
            `${SECONDS} s; ${cluster.server.name}; ${load()}`,
        );
      }
      if (most === 0) throw new Error('no connection was seen at all');
      return most <= BUDGET;
    } finally {
      await operator.stop();
    }
  } finally {
    await cluster.stop();
  }
}
