// A format of `-o`: its name stands in a record of renderers, so no format is without one.
import { stringify } from 'yaml';
import type { Paint } from './columns.ts';

/** All that a verb has to say as text, without a line feed at its end; empty when the format has nothing to say. `width`: of a terminal. */
export type Renderer<T> = (said: T, paint: Paint, width?: number) => string;

/** What `-o` takes, and how each is rendered. The first is what a person gets who does not ask. */
export type Formats<T> = Readonly<Record<string, Renderer<T>>>;

export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 120, aliasDuplicateObjects: false }).trimEnd();
}
