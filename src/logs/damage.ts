// What is wrong with the bytes themselves, and how many lines there are. On sound input each question costs one pass of
// Node's own native code; only a piece that is damaged is looked at line by line.
import { isUtf8 } from 'node:buffer';

export interface Damage {
  readonly linesWithNul: number;
  readonly linesNotUtf8: number;
}

const NONE: Damage = { linesWithNul: 0, linesNotUtf8: 0 };

/** The damaged lines of a piece of a stream that begins and ends with lines. */
export function damageOf(bytes: Buffer): Damage {
  const nul = bytes.includes(0);
  const foreign = !isUtf8(bytes);
  if (!nul && !foreign) return NONE;
  let linesWithNul = 0;
  let linesNotUtf8 = 0;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end === -1 ? bytes.length : end;
    const line = bytes.subarray(start, stop);
    if (nul && line.includes(0)) linesWithNul += 1;
    if (foreign && !isUtf8(line)) linesNotUtf8 += 1;
    start = stop + 1;
  }
  return { linesWithNul, linesNotUtf8 };
}

/** Line feeds in bytes[from, to). */
export function lineFeeds(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a, from); at !== -1 && at < to; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
