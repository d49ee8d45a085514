// A format of `-o`: its name stands in a record of renderers, so no format is without one.
import { Document, Scalar, visit } from 'yaml';
import type { Paint } from './columns.ts';
import { escaped, needsEscapes } from './log-commands.ts';

/** All that a verb has to say as text, without a line feed at its end; empty when the format has nothing to say. `width`: of a terminal. */
export type Renderer<T> = (said: T, paint: Paint, width?: number) => string;

/** What `-o` takes, and how each is rendered. The first is what a person gets who does not ask. */
export type Formats<T> = Readonly<Record<string, Renderer<T>>>;

export function jsonText(value: unknown): string {
  return escaped(JSON.stringify(value, null, 2));
}

export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  const odd: Scalar[] = [];
  visit(document, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && needsEscapes(scalar.value)) odd.push(scalar);
    },
  });
  if (odd.length === 0) return document.toString({ lineWidth: 120 }).trimEnd();
  for (const scalar of odd) scalar.type = Scalar.QUOTE_DOUBLE;
  // Folded, such a text could begin a line.
  return escaped(document.toString({ lineWidth: 0 }).trimEnd());
}
