// What to do about a fault: a sentence or two for everybody, and commands for this very report.
import { visible } from '../runtime/safe-text.ts';
import type { Command, Known, Line, Name } from './command.ts';

/** A remedy of the catalogue. It belongs to the fault that was seen, never to an entry of the guide. */
export interface Remedy {
  /** What to do first, and when not to. At most 320 bytes. */
  readonly say: string;
  /** In the order in which they are used. */
  readonly lines: readonly Line[];
}

/** A remedy with the names of one report in it. */
export interface FilledRemedy {
  readonly say: string;
  /** Each for a shell, on one line. */
  readonly commands: readonly string[];
  /** Statements of an AWS policy, as JSON. */
  readonly policies: readonly string[];
}

export function remedy(say: string, ...lines: readonly Line[]): Remedy {
  return { say, lines };
}

/** What a value must be for a name, where a tool would take more than a name for it. */
const FORMS: Readonly<Partial<Record<Name, RegExp>>> = {
  // psql takes a connection string for a database: `host=elsewhere`, `postgres://elsewhere`.
  database: /^[^=:/]+$/,
  port: /^\d{1,5}$/,
  kind: /^[a-z]+$/,
  endpoint: /^https?:\/\/[^@]+$/,
  // These stand in JSON as well, which somebody may paste into a shell.
  bucket: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  key: /^[A-Za-z0-9][A-Za-z0-9:/_-]*$/,
  action: /^[a-z0-9-]+:[A-Za-z]+$/,
};

/** The remedy with every command that can be written from what is known. */
export function fillIn({ say, lines }: Remedy, known: Known): FilledRemedy {
  const value = (name: Name): string | undefined => {
    const text = known[name];
    return text !== undefined && isName(name, text) ? text : undefined;
  };
  const usable = lines.flatMap((line) => {
    const first = alternatives(line).find(({ needs }) => needs.every((name) => value(name) !== undefined));
    return first === undefined ? [] : [first];
  });
  const written = (form: Command['form']): string[] =>
    usable.filter((command) => command.form === form).map((command) => command.write(value));
  return { say, commands: written('shell'), policies: written('policy') };
}

/** The names that a remedy may use, each once. */
export function namesIn({ lines }: Remedy): readonly Name[] {
  return [...new Set(lines.flatMap(alternatives).flatMap(({ needs, likes }) => [...needs, ...likes]))];
}

function alternatives(line: Line): readonly Command[] {
  return 'write' in line ? [line] : line;
}

/** No option of a command, nothing that a terminal obeys, nothing cut off. */
function isName(name: Name, text: string): boolean {
  if (text === '' || text.startsWith('-') || text.endsWith('…') || visible(text) !== text) return false;
  if (text.includes('[redacted]')) return false;
  return FORMS[name]?.test(text) !== false;
}
