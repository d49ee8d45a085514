// Runs the real kubectl and helm against a cluster, each call with a home and cache of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binaryPath, type BinaryName } from './binaries.ts';

export interface RunOptions {
  /** The kubeconfig itself (YAML), not a path. */
  kubeconfig?: string;
  /** What the command reads from standard input. */
  input?: string;
  cwd?: string;
  env?: Record<string, string>;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** The exit code; -1 when a signal ended the command. */
  code: number;
}

/** A command that runs on: `get -w`, `logs -f`. */
export interface Running {
  pid: number | undefined;
  /** Resolves with all standard output so far, once it fulfils the condition; rejects when the command ends before. */
  until(holds: (stdout: string) => boolean): Promise<string>;
  /** Resolves when the command has ended. */
  ended: Promise<RunResult>;
  /** End it. */
  stop(): Promise<RunResult>;
}

async function start(name: BinaryName, args: readonly string[], options: RunOptions): Promise<Running> {
  const home = await mkdtemp(join(tmpdir(), `stack-${name}-`));
  const config = join(home, 'config');
  await writeFile(config, options.kubeconfig ?? '', { mode: 0o600 });
  const child: ChildProcess = spawn(await binaryPath(name), [...args], {
    cwd: options.cwd ?? process.cwd(),
    // Discovery is cached by address; an address that was used before must not bring its old resources back.
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      KUBECACHEDIR: join(home, 'cache'),
      KUBECONFIG: config,
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const text = (parts: Buffer[]): string => Buffer.concat(parts).toString('utf8');
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (part: Buffer) => {
    out.push(part);
    for (const check of [...waiting]) check();
  });
  child.stderr?.on('data', (part: Buffer) => err.push(part));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input ?? '');
  const ended = new Promise<RunResult>((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`)));
    child.on('close', (code) => resolve({ stdout: text(out), stderr: text(err), code: code ?? -1 }));
  }).finally(() => rm(home, { recursive: true, force: true }));
  return {
    pid: child.pid,
    ended,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!holds(text(out))) return;
          waiting.delete(check);
          resolve(text(out));
        };
        waiting.add(check);
        check();
        ended.then(
          (result) =>
            reject(new Error(`${name} ended with ${String(result.code)} before: ${result.stdout}${result.stderr}`)),
          reject,
        );
      }),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Run kubectl to its end. */
export async function kubectl(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return (await start('kubectl', args, options)).ended;
}

/** Start kubectl and let it run. */
export const startKubectl = (args: readonly string[], options: RunOptions = {}): Promise<Running> =>
  start('kubectl', args, options);

/** Run helm to its end. */
export async function helm(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return (await start('helm', args, options)).ended;
}
