// A verb that cannot go on: the sentence for stderr and the exit code. Thrown inside cli/ and caught in program.ts alone.
import type { ExitCode } from '../api/exit-codes.ts';

/** Stopped by a signal: what a shell says of SIGINT. */
export const INTERRUPTED = 130;

export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}
