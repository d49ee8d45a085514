// The namespaces that a run is enclosed in: a network of its own, so that nothing reaches beyond it, and process ids of
// its own, so that the kernel ends whatever is left when the run ends, however it ends.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where pods listen. A real API server refuses loopback addresses in endpoints. */
export const POD_NETWORK = '10.244';

const NETWORK = `ip link set lo up && ip route add local ${POD_NETWORK}.0.0/16 dev lo`;

/**
 * The command that runs another one enclosed. It dies with the process that starts it, and with it all that it started.
 * Who is not root becomes root of a namespace for a moment, to set the network up, and then himself again.
 */
export function enclosed(command: readonly string[], user: { uid: number; gid: number }): [string, string[]] {
  const namespaces = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child'];
  const again =
    user.uid === 0 ? [] : ['unshare', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--fork', '--kill-child'];
  return [
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', ...(user.uid === 0 ? [] : ['--map-root-user']), ...namespaces],
      ...['sh', '-c', `${NETWORK} && exec "$@"`, 'enclosed', ...again, ...command],
    ],
  ];
}

/**
 * Runs a TypeScript program enclosed, to its end, and returns its exit code: 2 when there are no namespaces to be had.
 * Everything that it writes below its temporary folder goes with it.
 */
export async function runEnclosed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'real-'));
  // PostgreSQL runs as another user where we are root.
  chmodSync(folder, 0o755);
  const loader = createRequire(import.meta.url).resolve('tsx');
  const [command, rest] = enclosed([process.execPath, '--import', loader, program, ...args], {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  });
  const run = spawn(command, rest, {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, TMPDIR: folder, ...env },
  });
  // PID 1 of a namespace does not hear a signal that it has no handler for; the kernel ends the rest with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run.kill('SIGKILL'));
  const code = await new Promise<number>((resolve) => {
    run.once('error', (error) => {
      process.stderr.write(`no namespaces of our own here: ${error.message}\n`);
      resolve(2);
    });
    run.once('close', (ended) => resolve(ended ?? 1));
  });
  rmSync(folder, { recursive: true, force: true });
  return code;
}
