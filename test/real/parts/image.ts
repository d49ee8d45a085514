// The image: buildah builds the Dockerfile on bases that are made on the machine, and runs it as any user. Only root can.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFolder, folderOf, runBuild, versionOf, type Build } from '../bed/keep.ts';
import { startProgram, type Program, type RunningProgram } from '../bed/process.ts';
import type { Tool } from '../bed/tools.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HOME = join(import.meta.dirname, '../image');
const [DEBIAN, NODE, NPM] = ['bookworm', '24.21.0', '11.19.1'];
/** What nobody else needs. */
export const IMAGE_TOOLS: readonly Tool[] = ['buildah', 'debootstrap'];

const script = (name: string): string => readFileSync(join(HOME, name), 'utf8');
/** Runs a script in namespaces of its own: however it ends, it leaves no mount and no process. */
function runScript(part: string, name: string, ...args: readonly string[]): void {
  const namespaces = ['--mount', '--pid', '--mount-proc', '--fork', '--kill-child'];
  runBuild(part, 'setpriv', ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', join(HOME, name), ...args]);
}

const BASES: Build = {
  name: 'image-bases',
  version: `${DEBIAN}, Node ${NODE}`,
  sources: () => [script('storage.sh'), script('bases.sh'), DEBIAN, NODE, NPM, versionOf('uname', '-m')],
  make: (folder) => runScript('image-bases', 'bases.sh', folder, DEBIAN, NODE, NPM),
};

/** What the Dockerfile copies, as .dockerignore has it. */
const CONTEXT = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => join(ROOT, line.slice(1)));
const filesIn = (path: string): string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();

const IMAGE: Build = {
  name: 'image',
  version: 'of the Dockerfile',
  sources: () => [
    script('build.sh'),
    folderOf(BASES),
    versionOf('buildah', '--version'),
    ...[join(ROOT, 'Dockerfile'), ...CONTEXT].flatMap(filesIn).map((file) => readFileSync(file, 'utf8')),
  ],
  make(folder) {
    const cache = versionOf('npm', 'config', 'get', 'cache').trim();
    runScript('image', 'build.sh', folder, ROOT, builtFolder(BASES), cache);
  },
};

/** Bases and image: the bases stay when the sources change. */
export const IMAGE_BUILDS: readonly Build[] = [BASES, IMAGE];

/** Whether this user can build and run it. */
export const canHaveImage = process.getuid?.() === 0;

/** Whether these arguments of vitest may lead to the image's tests: every change of a source is another image. */
export const isImageWanted = (wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((argument) => 'test/real/image.test.ts'.includes(argument));

/** What an image says of itself. */
export interface ImageConfig {
  readonly User?: string;
  readonly ExposedPorts?: object;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface ImageContainer {
  /** `buildah version 1.28.2 (image-spec …)` */
  readonly version: string;
  readonly config: ImageConfig;
  /** Bytes of each layer, the base's first. */
  readonly layers: readonly number[];
  /** Runs a command in it to its end, with this on its standard input. */
  run(
    command: readonly string[],
    input?: string,
  ): { readonly status: number | null; readonly out: string; readonly err: string };
  /** Starts a command in it; `options` are buildah's. */
  start(
    command: readonly string[],
    options: readonly string[],
    more: Pick<Program, 'isReady'>,
  ): Promise<RunningProgram>;
  remove(): void;
}

interface Described {
  readonly digest: string;
  readonly size: number;
}

/** Makes a container of the image, in a storage of its own, that runs as this user. */
export function makeContainer(userId: number): ImageContainer {
  const home = builtFolder(IMAGE);
  const image = join(home, 'image');
  const blob = (digest: string): unknown =>
    JSON.parse(readFileSync(join(image, 'blobs', digest.replace(':', '/')), 'utf8'));
  const index = JSON.parse(readFileSync(join(image, 'index.json'), 'utf8')) as { manifests: Described[] };
  const { config, layers } = blob(index.manifests[0]!.digest) as { config: Described; layers: Described[] };

  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  const storage = ['--storage-driver', 'vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  const buildah = (args: readonly string[], input = ''): ReturnType<ImageContainer['run']> => {
    const done = spawnSync('buildah', [...storage, ...args], { encoding: 'utf8', cwd: home, input });
    return { status: done.status, out: done.stdout, err: done.stderr };
  };
  // Not every path is a name that buildah takes; this one is.
  const made = buildah(['from', '--quiet', 'oci:image']);
  if (made.status !== 0) throw new Error(`buildah makes no container of the image: ${made.err}`);
  const inside = ['run', '--isolation', 'chroot', '--network', 'host', '--user', String(userId)];
  const container = made.out.trim();
  return {
    version: versionOf('buildah', '--version').trim(),
    config: (blob(config.digest) as { config: ImageConfig }).config,
    layers: layers.map(({ size }) => size),
    run: (command, input) => buildah([...inside, container, '--', ...command], input),
    start: (command, options, more) =>
      startProgram({
        part: 'the image',
        program: 'buildah',
        args: [...storage, ...inside, ...options, container, '--', ...command],
        ...more,
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
