// One program of a part: started, awaited until it serves, watched while it runs, ended by its own id.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  /** The part's name and version, for what is said about it. */
  readonly part: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly userId?: number;
  /** Whether it serves by now; asked again and again, never twice at once. */
  readonly isReady: (said: string) => boolean | Promise<boolean>;
  /** How long it may take until then, in ms: five minutes unless told, for a machine that has other work. */
  readonly patienceMs?: number;
  /** How long it may take to end after SIGTERM, in ms: ten seconds unless told. */
  readonly farewellMs?: number;
}

export interface RunningProgram {
  readonly pid: number;
  /** All that it said so far, at most the last megabyte. */
  said(): string;
  /** Resolves with how it ended when it ends without being asked to. */
  readonly died: Promise<Error>;
  /**
   * SIGTERM, and SIGKILL for one that does not listen.
   * @throws when SIGKILL was needed or it was dead before
   */
  stop(): Promise<void>;
}

const PATIENCE_MS = 300_000;
const KEPT_CHARACTERS = 1_048_576;
const SHOWN_CHARACTERS = 3000;

/**
 * Starts a program and waits until it is ready.
 * @throws when it ends before or takes too long, with its name and the end of what it said; it is ended then
 */
export async function startProgram(of: Program): Promise<RunningProgram> {
  let said = '';
  let asked = false;
  const child = spawn(of.program, [...of.args], {
    cwd: of.cwd ?? '/',
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...of.env },
    ...(of.userId === undefined ? {} : { uid: of.userId, gid: of.userId }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const hear = (part: Buffer): void => void (said = `${said}${part.toString('utf8')}`.slice(-KEPT_CHARACTERS));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const failure = (what: string): Error =>
    new Error(`${of.part} ${what}. It said last:\n${said.trim().slice(-SHOWN_CHARACTERS) || '(nothing)'}`);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(`ended with ${code === null ? String(signal) : `code ${code}`}`));
  });
  const state: { end?: string } = {};
  void ended.then((how) => (state.end = how));
  const died = new Promise<Error>((resolve) => {
    void ended.then((how) => {
      if (!asked) resolve(failure(`${how} in the middle`));
    });
  });

  const stop = async (): Promise<void> => {
    asked = true;
    if (state.end !== undefined) throw failure(`${state.end} before it was asked to end`);
    child.kill('SIGTERM');
    const patience = new AbortController();
    const late = sleep(of.farewellMs ?? 10_000, 'late' as const, { signal: patience.signal }).catch(
      () => 'late' as const,
    );
    const first = await Promise.race([ended, late]);
    patience.abort();
    if (first !== 'late') return;
    child.kill('SIGKILL');
    await ended;
    throw failure('did not end after SIGTERM and was killed');
  };

  const end = performance.now() + (of.patienceMs ?? PATIENCE_MS);
  while (!(await of.isReady(said))) {
    if (state.end !== undefined) throw failure(`${state.end} before it was ready`);
    if (performance.now() > end) {
      const error = failure(`was not ready after ${Math.round((of.patienceMs ?? PATIENCE_MS) / 1000)} s`);
      await stop().catch(() => undefined);
      throw error;
    }
    await sleep(50);
  }
  return { pid: child.pid ?? 0, said: () => said, died, stop };
}

/** Whether this URL is answered with a status below 500; for `isReady`. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.status < 500;
  } catch {
    return false;
  }
}

/** Ends several things, the last started first, every one of them whatever the others do; throws what went wrong. */
export async function stopAll(running: readonly { stop(): Promise<void> }[]): Promise<void> {
  const wrong: unknown[] = [];
  for (const one of [...running].reverse()) await one.stop().catch((error: unknown) => wrong.push(error));
  if (wrong.length > 0) throw wrong.length === 1 ? wrong[0] : new AggregateError(wrong, wrong.map(String).join('\n'));
}
