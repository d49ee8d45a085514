// What is read from a cluster, made fit for a terminal or a page. The operator writes no control characters, but whoever
// may write a status or an object is not always the operator, and a terminal obeys what it is told to print.
import { visible } from '../runtime/safe-text.ts';

/** The value with every text in it made visible. Formats that escape on their own (JSON, YAML, JUnit) need none of it. */
export function printable<T>(value: T): T {
  return convert(value) as T;
}

function convert(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, convert(child)]));
}
