// Finds any of several literals in raw bytes in one pass, and skips what cannot match.
// Wu-Manber with blocks of three bytes: a table says how far the next literal's end is away at the least, so most bytes
// are never read. Nothing is ever searched again: the work is at most a constant times the length.

/** Counts the bytes and blocks that were looked at. Tests hold the work to a linear bound with it. */
export interface Meter {
  steps: number;
}

export interface Scanner {
  /** Bytes of the longest literal: two chunks of a stream must overlap by this less one. */
  readonly longest: number;
  /**
   * Calls `visit` with every occurrence of every literal in bytes[from, to), in the order of their positions.
   * `visit` answers true to stop.
   */
  readonly scan: (
    bytes: Uint8Array,
    from: number,
    to: number,
    visit: (literal: number, at: number) => boolean,
    meter?: Meter,
  ) => void;
}

/** Bytes of a block. Two would tell too little: among fifty literals most pairs of letters occur. */
const BLOCK = 3;
/** Places of the tables; a power of two. */
const TABLE = 0x10000;
const NONE: readonly number[] = [];

/**
 * @param literals at least three bytes each; the index in this list is what `visit` is given
 * @throws RangeError for a literal that is too short
 */
export function createScanner(literals: readonly Uint8Array[]): Scanner {
  const lengths = literals.map((literal) => literal.length);
  const shortest = Math.min(...lengths);
  if (shortest < BLOCK) throw new RangeError(`A literal to scan for has at least ${BLOCK} bytes.`);
  // A shift must fit into a byte of the table.
  const window = literals.length === 0 ? BLOCK : Math.min(shortest, 256);
  const shifts = new Uint8Array(TABLE).fill(window - BLOCK + 1);
  /** How far to go on from a block that ended a window in which no literal stood. */
  const nexts = shifts.slice();
  /** Bytes that a literal begins with. */
  const begins = new Uint8Array(256);
  // An array and not a map: it is asked once for each hundred bytes.
  const endingIn = new Array<readonly number[]>(TABLE).fill(NONE);
  literals.forEach((literal, index) => {
    for (let end = BLOCK - 1; end < window; end += 1) {
      const block = blockAt(literal, end);
      const shift = window - 1 - end;
      shifts[block] = Math.min(shifts[block] ?? 0, shift);
      if (shift > 0) nexts[block] = Math.min(nexts[block] ?? 0, shift);
    }
    begins[literal[0] ?? 0] = 1;
    const last = blockAt(literal, window - 1);
    endingIn[last] = [...(endingIn[last] ?? NONE), index];
  });

  return {
    longest: literals.length === 0 ? 0 : Math.max(...lengths),
    scan(bytes, from, to, visit, meter) {
      if (literals.length === 0) return;
      let steps = 0;
      let at = from + window - 1;
      while (at < to) {
        steps += 1;
        const block = blockAt(bytes, at);
        const shift = shifts[block] ?? 0;
        if (shift > 0) {
          at += shift;
          continue;
        }
        const start = at - window + 1;
        if (begins[bytes[start] ?? 0] === 1) {
          for (const index of endingIn[block] ?? NONE) {
            const literal = literals[index];
            if (literal === undefined) continue;
            const same = commonLength(bytes, start, to, literal);
            steps += same;
            if (same === literal.length && visit(index, start)) {
              if (meter !== undefined) meter.steps += steps;
              return;
            }
          }
        }
        at += nexts[block] ?? 1;
      }
      if (meter !== undefined) meter.steps += steps;
    },
  };
}

/** Where the block that ends at `end` stands in the tables. Blocks may share a place: the shift is the smaller one. */
function blockAt(bytes: Uint8Array, end: number): number {
  const middle = bytes[end - 1] ?? 0;
  return (((bytes[end - 2] ?? 0) << 7) ^ (middle << 10) ^ (middle << 4) ^ (bytes[end] ?? 0)) & (TABLE - 1);
}

/** How many bytes of `literal` stand at `start`: all of them, or fewer. */
export function commonLength(bytes: Uint8Array, start: number, to: number, literal: Uint8Array): number {
  if (start + literal.length > to) return 0;
  let same = 0;
  while (same < literal.length && bytes[start + same] === literal[same]) same += 1;
  return same;
}
