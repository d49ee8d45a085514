// What the image holds and how it starts, read from the Dockerfile and made by its own instructions: no builder is at
// hand in the tests, and none is needed to copy files and to bundle them.
import { chmodSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './render.ts';

export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The Dockerfile's instructions, with continued lines joined and comments left out. */
export function instructionsIn(text: string): Instruction[] {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, rest: rest.join(' ') };
    });
}

export const DOCKERFILE = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
export const INSTRUCTIONS = instructionsIn(DOCKERFILE);
const lastFrom = INSTRUCTIONS.findLastIndex(({ name }) => name === 'FROM');
export const BUILD_STAGE = INSTRUCTIONS.slice(0, lastFrom);
export const LAST_STAGE = INSTRUCTIONS.slice(lastFrom);

export interface Image {
  /** The root of the image: `app/` is in it. Nobody may write there. */
  readonly folder: string;
  /** For who has to put a file of the cluster into it, which a kubelet would mount. */
  withWritable<T>(run: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

/**
 * Does what the build stage says with what it copies, and copies what the last stage copies. `npm ci` is not run again:
 * it would install what is installed here.
 */
export async function buildImage(): Promise<Image> {
  const build = await mkdtemp(join(tmpdir(), 'image-build-'));
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  try {
    for (const { name, rest } of BUILD_STAGE) {
      if (name === 'COPY') {
        const sources = rest.split(' ');
        const target = sources.pop() ?? '.';
        for (const source of sources) {
          const to = target === './' ? join(build, source) : join(build, target);
          await mkdir(dirname(to), { recursive: true });
          await cp(join(ROOT, source), to, { recursive: true });
        }
      }
      if (name !== 'RUN') continue;
      if (rest.startsWith('npm ci ')) {
        await symlink(join(ROOT, 'node_modules'), join(build, 'node_modules'));
        continue;
      }
      const done = spawnSync('sh', ['-ec', rest], { cwd: build, encoding: 'utf8' });
      if (done.status !== 0) throw new Error(`RUN ${rest} failed: ${done.stderr}`);
    }
    for (const { rest } of LAST_STAGE.filter(({ name }) => name === 'COPY')) {
      const [, from = '', to = ''] = /^--from=build \/build\/(\S+) \/(\S+)$/.exec(rest) ?? [];
      await cp(join(build, from), join(folder, to), { recursive: true });
    }
  } finally {
    await rm(build, { recursive: true, force: true });
  }
  const seal = (mode: number): void => {
    chmodSync(folder, mode);
    chmodSync(join(folder, 'app'), mode);
  };
  seal(0o555);
  return {
    folder,
    withWritable: async (run) => {
      seal(0o755);
      try {
        return await run();
      } finally {
        seal(0o555);
      }
    },
    remove: async () => {
      seal(0o755);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
