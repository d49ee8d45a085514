// A file that is written whole or not at all.
import { rename, rm, writeFile } from 'node:fs/promises';
import { EXIT } from '../api/exit-codes.ts';
import { CommandError } from './exit.ts';
import { fileReason } from './file-reason.ts';

/** Beside its place first, so that nobody ever reads half of it; only we may read it. Else the command ends with exit code 2. */
export async function writeWhole(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, content, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new CommandError(`${path} cannot be written: ${fileReason(error)}`, EXIT.usage);
  }
}
