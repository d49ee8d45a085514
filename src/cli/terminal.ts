// The process as the verbs see it. Tests give a terminal of their own.
import { setMaxListeners } from 'node:events';
import { styleText } from 'node:util';
import { plain, type Paint } from '../output/columns.ts';
import { withoutLogCommands } from '../output/log-commands.ts';
import { Stop } from '../runtime/clock.ts';

/** What a verb needs of the process. */
export interface Terminal {
  /** One text to stdout, with a line break. */
  readonly out: (text: string) => void;
  /** One text to stderr, with a line break. */
  readonly err: (text: string) => void;
  readonly paint: Paint;
  /** The painter that `--color` asks for. */
  readonly paintWhen?: (color: 'always' | 'never') => Paint;
  /** Shows a text in place of the one before; absent where there is no screen. */
  readonly redraw?: (text: string) => void;
  /** Columns of the terminal; undefined where there is none, and nobody says how many. */
  readonly width?: number;
  /** One line about what is waited for, to stderr; absent where nobody watches. */
  readonly progress?: (line: string) => void;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

const STYLES = {
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  unknown: 'magenta',
  strong: 'bold',
  faint: 'gray',
} as const satisfies Record<Parameters<Paint>[0], Parameters<typeof styleText>[0]>;

/** To the upper left corner, and away with what is there. */
const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

/** Whether there is a terminal is our decision, not that of styleText. */
const painted: Paint = (style, text) => styleText(STYLES[style], text, { validateStream: false });

/** This process: colours only on a terminal and without NO_COLOR; the first signal stops, the second ends at once. */
export function processTerminal(): Terminal {
  const stop = new AbortController();
  // Everything that runs waits on this one signal: many listeners are its purpose.
  setMaxListeners(0, stop.signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      process.once(name, () => process.exit(130));
      stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    });
  }
  // A reader that goes away (`| head`) is no error of ours, and no answer either: what is under way ends as by Ctrl-C, and
  // what was decided keeps its exit code.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    });
  }
  const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    // Messages repeat what servers said, into logs of CI systems too.
    err: (text) => void process.stderr.write(`${withoutLogCommands(text)}\n`),
    ...(process.stderr.isTTY ? { progress: (line: string) => void process.stderr.write(`${line}\n`) } : {}),
    ...widthOf(process.stdout, process.env['COLUMNS']),
    ...(process.stdout.isTTY ? { redraw: (text: string) => void process.stdout.write(`${CLEAR}${text}\n`) } : {}),
    paint: colours ? painted : plain,
    paintWhen: (color) => (color === 'always' ? painted : plain),
    signal: stop.signal,
  };
}

/**
 * A width that nobody can read is none: some terminals say 0. Where there is no terminal, COLUMNS tells: `watch` sets it.
 */
export function widthOf(
  { isTTY, columns = 0 }: { readonly isTTY: boolean; readonly columns?: number | undefined },
  named: string | undefined,
): { readonly width?: number } {
  const width = isTTY ? columns : Number(/^[0-9]{1,4}$/.exec(named ?? '')?.[0] ?? 0);
  return width >= 20 ? { width } : {};
}
