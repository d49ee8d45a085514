// The operator as users run it: the bundle as a process of its own. It ends with us, however we end.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { superviseFolder } from './postgres/supervisor.ts';

const ROOT = join(import.meta.dirname, '../..');
export const BUNDLE = join(ROOT, 'dist/recognize-health.js');
/** Less than a test may take, and longer than any machine needs. */
const PATIENCE_MS = 100_000;

export interface OperatorProcess {
  readonly pid: number | undefined;
  /** What it wrote to stderr so far. */
  log(): string;
  /** Where its endpoints are. */
  port(): number;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
}

/** Builds the bundle when it is missing or older than a source file; true when it did. */
export function buildWhenNeeded(): boolean {
  const built = statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const source = join(ROOT, 'src');
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  if (files.every((file) => statSync(join(file.parentPath, file.name)).mtimeMs < built)) return false;
  const done = spawnSync(process.execPath, [join(ROOT, 'build.mjs')], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (done.status !== 0) throw new Error('The bundle could not be built.');
  return true;
}

/** How it is started, where that differs from `node dist/recognize-health.js operator`. */
export interface OperatorCommand {
  /** What starts it, with its arguments: `taskset -c 0`. */
  readonly launcher?: readonly string[];
  /** What stands in front of the bundle. */
  readonly node?: readonly string[];
  /** Another copy of the bundle. */
  readonly bundle?: string;
  /** What stands behind the verb. */
  readonly options?: readonly string[];
  /** The user and group that it runs as. Only root may say so. */
  readonly userId?: number | undefined;
  /** Its working directory. */
  readonly folder?: string;
}

/** Starts it with this kubeconfig (a path) on a port that the system gives out; resolves when it watches. */
export async function startOperatorProcess(
  kubeconfig: string,
  env: Readonly<Record<string, string>>,
  { launcher = [], node = [], bundle = BUNDLE, options = [], userId, folder: workingDirectory }: OperatorCommand = {},
): Promise<OperatorProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-operator-'));
  const supervisor = superviseFolder(folder);
  const [program = '', ...args] = [...launcher, process.execPath, ...node, bundle, 'operator', ...options];
  const child: ChildProcess = spawn(program, [...args, '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig], {
    cwd: workingDirectory ?? folder,
    ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  supervisor.watch(child.pid);
  const parts: Buffer[] = [];
  child.stderr?.on('data', (part: Buffer) => parts.push(part));
  const log = (): string => Buffer.concat(parts).toString('utf8');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Who waits for it is told; until somebody does, a program that cannot be started is no unhandled rejection.
  ended.catch(() => undefined);
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const code = await ended;
    supervisor.watch(undefined);
    await supervisor.finish();
    return code;
  };
  const end = performance.now() + PATIENCE_MS;
  while (!log().includes('operator started')) {
    if (child.exitCode !== null || performance.now() > end) {
      await stop();
      throw new Error(`The operator does not start:\n${log()}`);
    }
    await sleep(20);
  }
  const port = (): number => Number(/"port":(\d+)/.exec(log())?.[1]);
  return { pid: child.pid, log, port, stop };
}

/** The version of the bundle's package, for the headline. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}
