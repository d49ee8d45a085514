// A verb that cannot go on: the sentence for stderr and the exit code. Thrown inside cli/ and caught in program.ts alone.
import type { ExitCode } from '../api/exit-codes.ts';

export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}
