// What a part is built from decides where it is kept: the same sources are built once, on any branch.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A part that is built before it can be started. */
export interface Build {
  readonly name: string;
  readonly version: string;
  /** Everything that the result depends on, as text: module files, sources, flags, the compiler's version. */
  sources(): readonly string[];
  /** Puts the result into an empty folder. */
  make(folder: string): void;
}

/** Where built parts are kept: RECOGNIZE_HEALTH_REAL_CACHE, or a folder of the user's cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { RECOGNIZE_HEALTH_REAL_CACHE: own = '', XDG_CACHE_HOME: cache = '' } = env;
  if (own !== '') return own;
  return join(cache === '' ? join(homedir(), '.cache') : cache, 'recognize-health-real');
}

/** The folder of a part as it is built from its sources of now. */
export function folderOf(build: Build): string {
  const hash = createHash('sha256').update(JSON.stringify(build.sources())).digest('hex');
  return join(cacheFolder(), `${build.name}-${hash.slice(0, 16)}`);
}

/**
 * The folder of a built part, for a test.
 * @throws when it was never built
 */
export function builtFolder(build: Build): string {
  const folder = folderOf(build);
  if (!existsSync(folder))
    throw new Error(`${build.name} ${build.version} is not built: start with npm run test:real.`);
  return folder;
}

/** Holds a file's lock until the work is done. The kernel lets go of it when we die. */
async function holding(file: string, work: () => void): Promise<void> {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', (code) => reject(new Error(`flock on ${file} ended with ${String(code)}.`)));
  });
  try {
    work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}

/** Builds what is not kept yet, says so, and says how long it took. A failed build leaves nothing behind. */
export async function buildMissing(builds: readonly Build[], tell: (line: string) => void): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  for (const build of builds) {
    const folder = folderOf(build);
    if (existsSync(folder)) continue;
    await holding(join(cacheFolder(), `.${build.name}.lock`), () => {
      if (existsSync(folder)) return;
      const started = performance.now();
      tell(`building ${build.name} ${build.version} …`);
      const unfinished = mkdtempSync(join(cacheFolder(), `.${build.name}-`));
      try {
        build.make(unfinished);
        renameSync(unfinished, folder);
      } finally {
        rmSync(unfinished, { recursive: true, force: true });
      }
      tell(`built ${build.name} in ${Math.round((performance.now() - started) / 1000)} s`);
    });
  }
}

const END_CHARACTERS = 4000;

/**
 * Runs one command of a build to its end.
 * @throws with the end of what it said when it fails
 */
export function runBuild(
  part: string,
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): void {
  const done = spawnSync(program, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status === 0) return;
  const said = `${done.stdout}\n${done.stderr}`.trim().slice(-END_CHARACTERS);
  const end = done.error?.message ?? `exit code ${String(done.status ?? done.signal)}`;
  throw new Error(`${part} does not build: \`${program} ${args.join(' ')}\` ended with ${end}. It said last:\n${said}`);
}

/** What a tool says its version is: it decides what a build gives. */
export function versionOf(program: string, ...args: readonly string[]): string {
  return spawnSync(program, [...args], { encoding: 'utf8' }).stdout;
}
