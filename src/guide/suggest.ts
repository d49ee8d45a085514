// What somebody may have meant when nothing matches.
import { FAULT_CODES } from '../api/faults.ts';
import { redact, safe, type SafeText } from '../runtime/safe-text.ts';
import { ENTRIES } from './index.ts';
import { editDistance } from '../runtime/edit-distance.ts';

/** Longer texts are no misspelt id. */
const MOST_CHARACTERS = 40;

/** Ids, codes, names and faults that differ from the query by few letters, nearest first. At most three. */
export function suggest(query: string): readonly string[] {
  const text = query.trim().toLowerCase();
  if (text.length < 3 || text.length > MOST_CHARACTERS) return [];
  const limit = Math.max(1, Math.floor(text.length / 4));
  const known = new Set(ENTRIES.flatMap(({ id, title, code }) => (code === undefined ? [id] : [id, title, code])));
  return [...known, ...FAULT_CODES]
    .map((name) => ({ name, distance: editDistance(text, name.toLowerCase(), limit) }))
    .filter((near) => near.distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** The sentence for standard error when `explain` finds nothing. */
export function nothingFound(query: string): SafeText {
  const near = suggest(query);
  const asked = redact(query, [], 80);
  if (near.length > 0)
    return safe`Nothing in the guide matches "${asked}". Did you mean ${redact(near.join(' or '), [], 128)}?`;
  return safe`Nothing in the guide matches "${asked}". Ask for an entry id (REC-AV-003), a code (20002), a fault (KmsKeyDisabled) or paste the log line.`;
}
