// What somebody may break in the demonstration that stays: a name for each switch, and the menu that flips them.
import type { Stack } from '../../test/stack/stack.ts';

/** Mends what was broken. */
type Mend = () => Promise<unknown>;

export interface Break {
  readonly what: string;
  readonly act: (stack: Stack) => Promise<Mend>;
}

export const BREAKS: Readonly<Record<string, Break>> = {
  database: { what: 'the PostgreSQL servers end', act: (stack) => stack.database.stop() },
  slots: { what: 'every connection of the databases is taken', act: (stack) => stack.database.fillSlots() },
  password: { what: 'the passwords of the databases are others', act: (stack) => stack.database.wrongPassword() },
  bucket: { what: 'the bucket is denied', act: (stack) => stack.bucket.deny() },
  key: { what: 'the signing key is disabled', act: (stack) => stack.key.disable() },
  service: { what: 'core-daemon says that it is down', act: (stack) => stack.service('core-daemon').down() },
};

/** What `-- break NAME` asks for; undefined without it. @throws Error with a sentence for a name that is none */
export function breakAsked(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('break');
  if (at === -1) return undefined;
  const name = argv[at + 1] ?? '';
  if (!Object.hasOwn(BREAKS, name))
    throw new Error(`There is nothing called "${name}" to break: it is one of ${Object.keys(BREAKS).join(', ')}.`);
  return name;
}

/** The menu, a line each. */
export function menu(): readonly string[] {
  const width = Math.max(...Object.keys(BREAKS).map((name) => name.length));
  return [
    'Type, and press Enter:',
    ...Object.entries(BREAKS).map(([name, { what }]) => `  break ${name.padEnd(width)}  ${what}`),
    `  mend  ${' '.repeat(width)}  all of it is well again`,
    `  status${' '.repeat(width)}  what the report says`,
    `  quit  ${' '.repeat(width)}  ends everything`,
  ];
}

export interface Play {
  /** What is typed, line by line; its end is `quit`. */
  readonly lines: AsyncIterable<string>;
  /** Breaks that are open already. */
  readonly broken: readonly Mend[];
  readonly flip: (broken: Break) => Promise<Mend>;
  /** Has the report examined, and shows it. */
  readonly show: () => Promise<void>;
  readonly write: (text: string) => void;
}

/** Does what is typed until somebody quits. What is broken then ends with the stack. */
export async function play({ lines, broken, flip, show, write }: Play): Promise<void> {
  let open = [...broken];
  write(`\n${menu().join('\n')}\n`);
  for await (const line of lines) {
    const [verb = '', name = ''] = line.trim().split(/\s+/);
    if (verb === 'quit') return;
    const chosen = verb === 'break' && Object.hasOwn(BREAKS, name) ? BREAKS[name] : undefined;
    if (chosen !== undefined) {
      open.push(await flip(chosen));
      write(`Broken: ${chosen.what}.\n`);
    } else if (verb === 'mend') {
      // The last first: what was broken on top of something is mended before it.
      for (const mend of open.toReversed()) await mend();
      open = [];
      write('Mended.\n');
    } else if (verb !== 'status') {
      if (verb !== '') write(`There is no "${line.trim()}".\n${menu().join('\n')}\n`);
      continue;
    }
    await show();
  }
}
