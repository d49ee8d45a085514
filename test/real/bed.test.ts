// The bed itself: every way in which a program of a part can fail is told, and nothing of it is left running.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../stack/process-tree.ts';
import { enclosed } from './bed/enclosure.ts';
import { buildMissing, builtFolder, runBuild, type Build } from './bed/keep.ts';
import { startProgram, stopAll, type Program } from './bed/process.ts';
import { missingLine, missingTools } from './bed/tools.ts';
import { isImageWanted } from './parts/image.ts';

/** Whether a process with this argument exists. */
function isAnyRunning(argument: string): boolean {
  return readdirSync('/proc').some((entry) => {
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').at(-2) === argument;
    } catch {
      return false;
    }
  });
}

/** The processes whose arguments or environment name this folder. */
function runningWith(folder: string): { readonly pid: number; readonly program: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const [args, env] = ['cmdline', 'environ'].map((of) => readFileSync(`/proc/${pid}/${of}`, 'utf8'));
        if (!`${args}${env}`.includes(folder)) return [];
        return [{ pid: Number(pid), program: basename(args!.split('\0')[0]!) }];
      } catch {
        return [];
      }
    });
}

/** A program of a few lines of JavaScript. */
const script = (text: string, more: Partial<Program> = {}): Program => ({
  part: 'part 1.0',
  program: process.execPath,
  args: ['-e', text],
  isReady: (said) => /^ready/m.test(said),
  ...more,
});
const STAYS = "console.log('ready'); setInterval(() => {}, 1000);";

describe('a program of a part', () => {
  it('is told by its name and its last words when it ends before it is ready', async () => {
    const starting = startProgram(script("console.error('no such table'); process.exit(3)"));
    await expect(starting).rejects.toThrow(/^part 1\.0 ended with code 3 before it was ready.*no such table/s);
  });

  it('is told by its name when there is no such program', async () => {
    const starting = startProgram({ ...script(''), program: '/nowhere/etcd' });
    await expect(starting).rejects.toThrow(/^part 1\.0 could not be started: .*ENOENT/s);
  });

  it('is ended and told when it is never ready', async () => {
    const [text, mark] = ['setInterval(() => {}, 1000)', '7654323'];
    let wasThere = false;
    const starting = startProgram(
      script(text, {
        args: ['-e', text, mark],
        patienceMs: 500,
        // Once it was seen, however long that takes on a busy machine.
        isReady: async () => {
          await expect.poll(() => isAnyRunning(mark)).toBe(true);
          wasThere = true;
          return false;
        },
      }),
    );
    await expect(starting).rejects.toThrow(/^part 1\.0 was not ready after/);
    expect(wasThere).toBe(true);
    expect(isAnyRunning(mark)).toBe(false);
  });

  it('is told when it dies in the middle', async () => {
    const running = await startProgram(script(STAYS));
    process.kill(running.pid, 'SIGKILL');
    expect((await running.died).message).toMatch(/^part 1\.0 ended with SIGKILL in the middle/);
    await expect(running.stop()).rejects.toThrow('before it was asked to end');
  });

  it('is killed and told when it does not end', async () => {
    const running = await startProgram(script(`process.on('SIGTERM', () => {}); ${STAYS}`, { farewellMs: 200 }));
    await expect(running.stop()).rejects.toThrow(/^part 1\.0 did not end after SIGTERM and was killed/);
    expect(isRunning(running.pid)).toBe(false);
  });

  it('tells of a port that is taken, and the others are ended all the same', async () => {
    const listen = `require('net').createServer().listen(Number(process.argv[1] ?? 0), '127.0.0.1', function () { console.log('ready', this.address().port); })`;
    const holder = await startProgram(script(listen));
    const port = /ready (\d+)/.exec(holder.said())?.[1] ?? '';
    await expect(startProgram({ ...script(listen), args: ['-e', listen, port] })).rejects.toThrow('EADDRINUSE');
    const frozen = { stop: () => Promise.reject(new Error('hangs')) };
    await expect(stopAll([holder, frozen])).rejects.toThrow('hangs');
    expect(isRunning(holder.pid)).toBe(false);
  });
});

it('a part that does not build is told with the command and the end of what it said', () => {
  const building = (): void => runBuild('etcd 3.6', 'sh', ['-c', 'echo cannot find module >&2; exit 4']);
  expect(building).toThrow(/^etcd 3\.6 does not build: .*exit code 4.*cannot find module/s);
});

describe('what is built', () => {
  const KEPT = 'RECOGNIZE_HEALTH_REAL_CACHE';
  const before = process.env[KEPT];
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kept-'));
    process.env[KEPT] = folder;
  });
  afterAll(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, KEPT);
    else process.env[KEPT] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  /** A part of one file; each make says so. */
  const part = (source: string, made: string[], fails = false): Build => ({
    name: 'part',
    version: '1.0',
    sources: () => [source],
    make(into) {
      made.push(source);
      writeFileSync(join(into, 'program'), source);
      if (fails) throw new Error('part 1.0 does not build');
    },
  });

  it('is built once for the same sources, anew for others, and kept beside', async () => {
    const made: string[] = [];
    const [old, changed] = [part('old', made), part('changed', made)];
    for (const builds of [[old], [old], [changed], [old, changed]]) await buildMissing(builds, () => undefined);
    expect(made).toEqual(['old', 'changed']);
    expect([old, changed].map((one) => readFileSync(join(builtFolder(one), 'program'), 'utf8'))).toEqual(made);
  });

  it('is built once when two runs want it at the same time', async () => {
    const made: string[] = [];
    const wanted = part('wanted twice', made);
    await Promise.all([buildMissing([wanted], () => undefined), buildMissing([wanted], () => undefined)]);
    expect(made).toEqual(['wanted twice']);
  });

  it('is nothing when its build fails: no half of it is taken for it, and it is built again', async () => {
    const broken = part('broken', [], true);
    await expect(buildMissing([broken], () => undefined)).rejects.toThrow('part 1.0 does not build');
    expect(() => builtFolder(broken)).toThrow(/^part 1\.0 is not built/);
    expect(readdirSync(folder).filter((name) => /^\.part-/.test(name))).toEqual([]);
    await buildMissing([part('broken', [])], () => undefined);
    expect(readFileSync(join(builtFolder(broken), 'program'), 'utf8')).toBe('broken');
  });
});

it('missing tools are one line', () => {
  const missing = missingTools(['go', 'java'], '/nowhere');
  expect(missing).toEqual(['go', 'java']);
  expect(missingLine(missing)).toMatch(/^npm run test:real needs go .*, java .*\.$/);
});

it('the image is built for a whole run and for its own tests: every change of a source is another one', () => {
  const runs = [[], ['test/real/'], ['test/real/image.test.ts'], ['test/real/bed.test.ts'], ['--root', '/elsewhere']];
  expect(runs.map(isImageWanted)).toEqual([true, true, true, false, false]);
});

describe('a run', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  /** A folder with one program, which fails. */
  const failing = (program: string, says: string): string => {
    const into = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(into, program), `#!/bin/sh\necho ${says} >&2\nexit 3\n`, { mode: 0o755 });
    return into;
  };
  const commandLine = (...wanted: readonly string[]): string[] => {
    const loader = createRequire(import.meta.url).resolve('tsx');
    return ['--import', loader, join(import.meta.dirname, 'main.ts'), ...wanted];
  };
  /** A project of one test that starts a program and never ends. */
  const endlessTests = (): string => {
    const root = mkdtempSync(join(folder, 'tests-'));
    writeFileSync(join(root, 'vitest.config.mjs'), "export default { test: { name: 'real', globals: true } };");
    const text = `import { spawn } from 'node:child_process';
      it('never ends', () => {
        spawn('sleep', ['7654322']);
        console.log('a test runs');
        return new Promise(() => {});
      }, 0);`;
    writeFileSync(join(root, 'endless.test.mjs'), text);
    return root;
  };
  /** `npm run test:real` in this environment, on a test that is nowhere. */
  const run = (env: NodeJS.ProcessEnv): { status: number | null; said: string } => {
    const { status, stderr } = spawnSync(process.execPath, commandLine('test/real/nowhere.test.ts'), {
      env: { ...process.env, RECOGNIZE_HEALTH_MINIO: '0', ...env },
      encoding: 'utf8',
    });
    return { status, said: stderr };
  };

  it('ends with 2 and one line where a tool is missing', () => {
    const { status, said } = run({ PATH: folder });
    expect([status, said]).toEqual([2, expect.stringMatching(/^npm run test:real needs go .*\.\n$/)]);
  });

  it('ends with 1 and the name of the part that does not build', () => {
    const bin = failing('go', 'no such module');
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, RECOGNIZE_HEALTH_REAL_CACHE: join(folder, 'cache') };
    const { status, said } = run(env);
    expect(status).toBe(1);
    expect(said).toMatch(/control-plane \S+ does not build: `go build .*ended with exit code 3.*no such module/s);
  });

  it('ends with 1 and the name of the part that does not start', () => {
    const { status, said } = run({ KUBEBUILDER_ASSETS: failing('etcd', 'the disk is full') });
    expect(status).toBe(1);
    expect(said).toMatch(/test:real: etcd \S+ ended with code 3 before it was ready.*the disk is full/s);
  });

  it.each(['etcd', 'kube-apiserver'])(
    'ends with 1, nothing running and the last words of %s when that dies while tests run',
    async (program) => {
      const home = mkdtempSync(join(folder, 'dies-'));
      const env = { ...process.env, RECOGNIZE_HEALTH_MINIO: '0', TMPDIR: home };
      const child = spawn(process.execPath, commandLine('--root', endlessTests(), '--reporter', 'verbose'), { env });
      let said = '';
      let heard = (): void => undefined;
      const testRuns = new Promise<void>((resolve) => (heard = resolve));
      const hear = (part: Buffer): void => {
        said += part.toString('utf8');
        if (said.includes('a test runs')) heard();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      const ended = new Promise((resolve) => child.once('close', resolve));
      await Promise.race([testRuns, ended]);
      expect(said).toContain('a test runs');
      const running = runningWith(home);
      expect(running.map((one) => one.program)).toEqual(expect.arrayContaining(['etcd', 'kube-apiserver', 'sleep']));
      process.kill(running.find((one) => one.program === program)!.pid, 'SIGKILL');
      expect(await ended).toBe(1);
      expect(said).toMatch(
        new RegExp(`test:real: ${program} \\S+ ended with SIGKILL in the middle. It said last:\n.*\\w`),
      );
      expect(runningWith(home)).toEqual([]);
      expect(readdirSync(home).filter((name) => name.startsWith('real-'))).toEqual([]);
    },
  );
});

describe('the enclosure', () => {
  it('has no network but its own', () => {
    expect(Object.keys(networkInterfaces())).toEqual(['lo']);
    // Only loopback and what was routed to it: no default route leads out.
    expect(readFileSync('/proc/net/route', 'utf8').trim().split('\n').slice(1)).toEqual([]);
  });

  it('leaves nothing running when it is killed', async () => {
    const [program, args] = enclosed(['sh', '-c', 'setsid sleep 7654321 & echo started; wait'], {
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
    });
    const run = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => run.stdout.once('data', resolve));
    const sleepers = (): boolean => isAnyRunning('7654321');
    await expect.poll(sleepers).toBe(true);
    run.kill('SIGKILL');
    await expect.poll(sleepers).toBe(false);
  });
});
