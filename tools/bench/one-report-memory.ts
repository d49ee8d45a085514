// The memory of an operator with one report that needs every client: services and their logs, PostgreSQL with TLS, S3,
// KMS. The bundle with the image's flags, examining every ten seconds, with a Lease as it is deployed.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildWhenNeeded, startOperatorProcess } from '../../test/stack/operator-process.ts';
import { startStack } from '../../test/stack/stack.ts';
import { imageFlags } from './image-flags.ts';
import { watchMemory } from './watch-memory.ts';

const BUDGET = 85;

export const title = 'memory with one report and all clients loaded';
export const budget = `at most ${BUDGET} MB resident`;

export async function measure(
  print: (line: string) => void,
  { minutes }: { readonly minutes: number },
): Promise<boolean> {
  buildWhenNeeded();
  const stack = await startStack({ cluster: 'ours' });
  try {
    const report = stack.report();
    await stack.admin.create(report);
    const operator = await startOperatorProcess(stack.kubeconfig.operatorFile, stack.ambient, { node: imageFlags() });
    try {
      const checks = async (): Promise<number> => {
        const status = (await stack.admin.get(report))?.['status'] as { checks?: readonly object[] } | undefined;
        return status?.checks?.length ?? 0;
      };
      while ((await checks()) === 0) await sleep(100);
      print(`${await checks()} checks`);
      const { resident } = await watchMemory(operator.pid ?? 0, minutes, print);
      return resident <= BUDGET;
    } finally {
      await operator.stop();
    }
  } finally {
    await stack.stop();
  }
}
