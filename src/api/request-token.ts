// The token with which a run is asked for: one reading and so one comparison of it everywhere.
import { REQUEST_ANNOTATION } from './names.ts';

/** The longest token that a status echoes. In characters. */
const LONGEST = 256;

/** The token as a status echoes it, cut to what fits and never inside a character; undefined where there is none. */
export function requestToken(annotations: Readonly<Record<string, string>>): string | undefined {
  const value = annotations[REQUEST_ANNOTATION];
  return value === undefined ? undefined : value.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '');
}
