// Reading a container's log again from where the last read ended, without counting a line twice.
// The API's `sinceTime` has whole seconds, so a second read begins with lines of the first. Every line carries the
// kubelet's time; the cursor is the last line's time and how many lines had just that time.

/** Where a read of a container's log ended. Kept between reads. */
export interface LogCursor {
  /** The kubelet's time of the last line, as it writes it: RFC 3339 with nine decimals. */
  readonly time: string;
  /** How many lines at the end had that time. */
  readonly lines: number;
}

export interface LogResume {
  /** What is new in a chunk: the bytes after the cursor's line. */
  readonly push: (chunk: Uint8Array) => Buffer;
  /**
   * No more bytes come. The cursor for the next read, and whether lines are missing between the two: the log was
   * rotated or cut before it was read.
   */
  readonly end: () => { readonly cursor: LogCursor | undefined; readonly gap: boolean };
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;
const TIME_BYTES = 36;

/** `sinceTime` for the next read: the cursor's whole second, RFC 3339. */
export function sinceTime(cursor: LogCursor): string {
  return cursor.time.replace(/\.\d+/, '');
}

/**
 * Lets through what a read has after the cursor. Lines before the cursor's time are old; of those with just that time
 * the first `cursor.lines` are. What follows the last old line is new whatever its time: clocks jump back.
 *
 * @param cursor of the read before; without one, everything is new
 */
export function resumeAfter(cursor?: LogCursor): LogResume {
  let skipping = cursor !== undefined;
  let sameTime = 0;
  let gap = false;
  let last: LogCursor | undefined;
  /** Beginning of the line that has not ended: whole while skipping, its time otherwise. */
  let partial = Buffer.alloc(0);
  let inLine = false;

  /** Whether a line comes after the cursor's. */
  function isNew(line: Buffer): boolean {
    if (!skipping) return true;
    const time = timeOf(line);
    if (cursor === undefined || time === undefined) return false;
    const order = compareTimes(time, cursor.time);
    if (order < 0) return false;
    if (order === 0) {
      sameTime += 1;
      return sameTime > cursor.lines;
    }
    if (sameTime < cursor.lines) gap = true;
    return true;
  }

  function remember(time: string | undefined): void {
    if (time === undefined) return;
    last = last !== undefined && last.time === time ? { time, lines: last.lines + 1 } : { time, lines: 1 };
  }

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const fresh: Buffer[] = [];
      let start = 0;
      while (start < bytes.length) {
        const end = bytes.indexOf(0x0a, start);
        const stop = end === -1 ? bytes.length : end + 1;
        const piece = bytes.subarray(start, stop);
        start = stop;
        if (inLine && !skipping) {
          fresh.push(piece);
          inLine = end === -1;
          continue;
        }
        // A time is needed to tell: a beginning without one waits for more.
        partial = Buffer.concat([partial, skipping ? piece.subarray(0, TIME_BYTES) : piece]);
        if (end === -1 && partial.length < TIME_BYTES) break;
        const line = partial;
        if (skipping && !inLine) {
          if (isNew(line)) {
            skipping = false;
          }
        }
        partial = Buffer.alloc(0);
        fresh.push(line);
        remember(timeOf(line));
        inLine = end === -1;
      }
      return Buffer.concat(fresh);
    },
    end: () => ({ cursor: last ?? cursor, gap }),
  };
}

function timeOf(line: Buffer): string | undefined {
  return TIME.exec(line.toString('latin1', 0, TIME_BYTES))?.[1];
}

/** By the instant, then by the decimals that a Date does not hold. */
function compareTimes(a: string, b: string): number {
  const millis = Date.parse(a) - Date.parse(b);
  if (millis !== 0) return millis;
  const decimals = (time: string): string => (/\.(\d{1,9})/.exec(time)?.[1] ?? '').padEnd(9, '0');
  return decimals(a) < decimals(b) ? -1 : decimals(a) > decimals(b) ? 1 : 0;
}
