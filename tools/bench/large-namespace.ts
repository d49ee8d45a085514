// The memory of an operator beside large namespaces: a report in one of 5,000 pods, then four in one of 4,000, examined
// every ten seconds. The bundle with the image's flags.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startBenchCluster } from './cluster.ts';
import { imageFlags } from './image-flags.ts';
import { installations } from './installations.ts';
import { watchMemory } from './watch-memory.ts';

const CASES = [
  { pods: 5_000, reports: 1, budget: 160 },
  { pods: 4_000, reports: 4, budget: 160 },
] as const;

export const title = 'memory beside a namespace of 5,000 pods, and with four reports in one of 4,000';
export const budget = 'at most 160 MiB resident at its highest';

export async function measure(
  print: (line: string) => void,
  { minutes }: { readonly minutes: number },
): Promise<boolean> {
  buildWhenNeeded();
  let isKept = true;
  for (const { pods, reports, budget: most } of CASES) {
    const cluster = await startBenchCluster();
    const all = await installations(cluster);
    try {
      const names = Array.from({ length: reports }, (_, index) => `report-${index}`);
      await all.add({ namespace: 'recognize-0', reports: names, interval: '10s', pods });
      const operator = await startOperatorProcess(cluster.kubeconfig, {}, { node: imageFlags() });
      try {
        const examined = async (): Promise<boolean> => {
          const all = await Promise.all(names.map((name) => cluster.status(name, 'recognize-0')));
          return all.every((status) => (status?.checks?.length ?? 0) > 0);
        };
        while (!(await examined())) await sleep(200);
        print(`${reports} of them in a namespace of ${pods} pods; ${cluster.server.name}:`);
        const { peak } = await watchMemory(operator.pid ?? 0, minutes / CASES.length, print);
        isKept &&= peak <= most;
      } finally {
        await operator.stop();
      }
    } finally {
      await all.stop();
      await cluster.stop();
    }
  }
  return isKept;
}
