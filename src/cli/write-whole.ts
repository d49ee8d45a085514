// A file that is written whole or not at all.
import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { EXIT } from '../api/exit-codes.ts';
import { CommandError } from './exit.ts';
import { fileReason, systemCode } from './file-reason.ts';

/**
 * Beside its place first, so that nobody ever reads half of it; only we may read it. A link is followed. A device or a
 * pipe (`/dev/null`, `/dev/stdout`) is written to, and never replaced. What cannot be written ends the command with exit
 * code 2.
 */
export async function writeWhole(path: string, content: string): Promise<void> {
  try {
    const there = await stat(path).catch(notThere);
    if (there !== undefined && !there.isFile() && !there.isDirectory()) await writeFile(path, content);
    else await replace(there === undefined ? path : await realpath(path), content);
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${fileReason(error)}`, EXIT.usage);
  }
}

async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    // In a folder that others write to, a link could wait under a name that they can guess.
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

function notThere(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
}
