// What is read from a cluster, made fit for a terminal or a page. The operator writes no control characters, but whoever
// may write a status or an object is not always the operator, and a terminal obeys what it is told to print.
import { visible } from '../runtime/safe-text.ts';
import { withoutLogCommands } from './log-commands.ts';

/** Halves of a character, and what is none: neither XML nor every terminal takes them. */
const NO_CHARACTER = /[\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** The text on one line, with what cannot be shown replaced and nothing in it that a CI system obeys. */
export function printable(text: string): string {
  return withoutLogCommands(visible(text).replace(NO_CHARACTER, '\uFFFD'));
}

/** Every text in a value made printable. The value is plain: objects, lists, texts, numbers. */
export function allPrintable<T>(value: T): T {
  return printableCopy(value) as T;
}

function printableCopy(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(printableCopy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, printableCopy(inner)]));
}
