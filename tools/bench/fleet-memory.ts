// The memory of an operator with 200 reports of 20 checks and more, each on a database, a bucket and a key, every minute.
// The bundle with the image's flags.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startStack } from '../../test/stack/stack.ts';
import { imageFlags } from './image-flags.ts';
import { watchMemory } from './watch-memory.ts';

const REPORTS = 200;
const CHECKS = 20;
const BUDGET = 128;

export const title = `memory with ${REPORTS} reports of ${CHECKS} checks`;
export const budget = `at most ${BUDGET} MB resident, and flat, over 10 minutes`;

export async function measure(
  print: (line: string) => void,
  { minutes }: { readonly minutes: number },
): Promise<boolean> {
  buildWhenNeeded();
  const stack = await startStack({ cluster: 'ours' });
  try {
    for (let number = 0; number < REPORTS; number += 1) {
      const report = stack.report(`report-${number}`, { interval: '1m', discovery: 'None' });
      const { databases, ...spec } = report['spec'] as { readonly databases: readonly object[] };
      await stack.admin.create({ ...report, spec: { ...spec, databases: databases.slice(0, 1) } });
    }
    const operator = await startOperatorProcess(stack.kubeconfig.operatorFile, stack.ambient, { node: imageFlags() });
    try {
      const examined = async (): Promise<readonly number[]> =>
        (
          await stack.admin.list({
            apiVersion: 'recognize.health/v1alpha1',
            kind: 'HealthReport',
            namespace: stack.namespace,
          })
        ).map(({ status }) => (status as { checks?: readonly object[] } | undefined)?.checks?.length ?? 0);
      while ((await examined()).some((checks) => checks === 0)) await sleep(500);
      const fewest = Math.min(...(await examined()));
      print(`${REPORTS} reports, ${fewest} checks in each`);
      if (fewest < CHECKS) throw new Error(`a report has only ${fewest} checks`);
      const { most, isFlat } = await watchMemory(operator.pid ?? 0, minutes, print);
      return most <= BUDGET && isFlat;
    } finally {
      await operator.stop();
    }
  } finally {
    await stack.stop();
  }
}
