// The command line in this process, with a terminal of its own.
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line to its end. */
export async function command(...argv: readonly string[]): Promise<CommandResult> {
  return command.until(new AbortController().signal, ...argv).result;
}

/** The same, to be interrupted as Ctrl-C does; `err()` is what it wrote to stderr so far. */
command.until = (
  signal: AbortSignal,
  ...argv: readonly string[]
): { readonly result: Promise<CommandResult>; err(): string } => {
  const out: string[] = [];
  const err: string[] = [];
  const ended = run(argv, {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    paint: plain,
    progress: (line) => void err.push(line),
    signal,
  });
  return {
    result: ended.then((code) => ({ code, out: out.join('\n'), err: err.join('\n') })),
    err: () => err.join('\n'),
  };
};
