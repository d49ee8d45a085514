// The `data` of Secrets and ConfigMaps: what is a text under a key of the object itself, and nothing else.
import { isRecord } from '../runtime/is-record.ts';

/** The texts of a record, by key; none where there is no record. Its prototype holds nothing. */
export function textsIn(data: unknown): Readonly<Record<string, string>> {
  const entries = isRecord(data) ? Object.entries(data) : [];
  const texts = Object.create(null) as Record<string, string>;
  for (const [key, value] of entries) if (typeof value === 'string') texts[key] = value;
  return texts;
}
