// The log that `diagnose` reads: a file or standard input, as pieces of bytes, however large.
import { constants, fstatSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { EXIT } from '../api/exit-codes.ts';
import { onAbort } from '../runtime/abort.ts';
import { CommandError } from './exit.ts';
import { fileReason } from './file-reason.ts';

/** One read of a file. In bytes. */
const READ_BYTES = 1024 * 1024;

/** Where a log comes from. */
export interface LogInput {
  /** For sentences: the file's name, or `standard input`. */
  readonly name: string;
  /** Whether a person types it. */
  readonly interactive: boolean;
  /**
   * The bytes in order. A piece is only valid until the next is asked for. Ends early when the signal is aborted.
   *
   * @throws CommandError when it cannot be read
   */
  readonly read: (signal: AbortSignal) => AsyncGenerator<Uint8Array, void, void>;
}

export function fileInput(path: string): LogInput {
  return {
    name: path,
    interactive: false,
    async *read(signal) {
      const handle = await opened(path);
      try {
        yield* pieces(handle, path, signal);
      } finally {
        await handle.close();
      }
    },
  };
}

export function standardInput(): LogInput {
  const name = 'standard input';
  return {
    name,
    interactive: process.stdin.isTTY,
    async *read(signal) {
      // A file by redirection is read in large pieces; a pipe gives what it holds.
      if (isFile(0)) {
        yield* pieces(await opened('/dev/stdin'), name, signal);
        return;
      }
      const leave = onAbort(signal, () => process.stdin.destroy());
      try {
        for await (const chunk of process.stdin) yield chunk as Buffer;
      } catch (error) {
        if (!signal.aborted) throw unreadable(name, error);
      } finally {
        leave();
      }
    },
  };
}

async function* pieces(handle: FileHandle, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  while (!signal.aborted) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(buffer, 0, buffer.length));
    } catch (error) {
      throw unreadable(name, error);
    }
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function isFile(descriptor: number): boolean {
  try {
    return process.platform === 'linux' && fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

function unreadable(name: string, error: unknown): CommandError {
  return new CommandError(`cannot read ${name}: ${fileReason(error)}`, EXIT.usage);
}
