// The files of `gate --save`, `gate --after` and `diff`: read whole or refused with one sentence, written whole or not.
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { EXIT } from '../api/exit-codes.ts';
import { MAX_SNAPSHOT_BYTES, openSnapshot, sealSnapshot, type Snapshot } from '../gate/snapshot.ts';
import { CommandError } from './exit.ts';

/** The version that a snapshot is compared by. */
export function toolVersion(): string {
  return globalThis.RECOGNIZE_HEALTH_VERSION ?? 'development';
}

/** Reads a snapshot. What is none, or not one of ours, ends the command with exit code 2. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const opened = openSnapshot(await readWhole(path), path, toolVersion());
  if (!opened.ok) throw new CommandError(opened.why, EXIT.usage);
  return opened.snapshot;
}

/** Writes a snapshot beside its place first, so that nobody ever reads half of one. */
export async function writeSnapshot(path: string, snapshot: Snapshot): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, sealSnapshot(snapshot), { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new CommandError(`${path} cannot be written: ${codeOf(error)}`, EXIT.usage);
  }
}

async function readWhole(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read: ${codeOf(error)}`, EXIT.usage);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new CommandError(`${path} cannot be read: it is no file`, EXIT.usage);
    if (found.size > MAX_SNAPSHOT_BYTES)
      throw new CommandError(
        `${path} has ${Math.ceil(found.size / 1024 / 1024)} MiB; a snapshot has at most ${MAX_SNAPSHOT_BYTES / 1024 / 1024}`,
        EXIT.usage,
      );
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : (code ?? 'unknown error');
}
