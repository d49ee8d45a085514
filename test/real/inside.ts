// What runs enclosed: one control plane for all tests of the run, and vitest beside it. When a program of the control
// plane dies the run is over, and says which.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { POD_NETWORK } from './bed/enclosure.ts';
import { startControlPlane } from './parts/control-plane.ts';
import { ON_REAL_SERVER, pathOf, suiteLine } from './suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const tell = (line: string): void => void process.stderr.write(`test:real: ${line}\n`);

async function main(wanted: readonly string[]): Promise<number> {
  const plane = await startControlPlane();
  tell(`tests run on ${plane.version}`);
  const vitest = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--project', 'real', '--project', 'integration'],
      ...(wanted.length > 0 ? wanted : ['test/real/', ...ON_REAL_SERVER.files.map(pathOf)]),
    ],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, TEST_KUBECONFIG: plane.kubeconfig, TEST_POD_NETWORK: POD_NETWORK },
    },
  );
  const ended = new Promise<number>((resolve) => vitest.once('close', (code) => resolve(code ?? 1)));
  const dead = Promise.race(plane.programs.map(({ died }) => died));
  const first = await Promise.race([ended, dead]);
  if (typeof first === 'number') {
    await plane.stop();
    if (wanted.length === 0) tell(suiteLine());
    return first;
  }
  tell(first.message);
  vitest.kill('SIGTERM');
  await plane.stop().catch(() => undefined);
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// PID 1 of the namespace: what is still there ends with us.
process.exit();
