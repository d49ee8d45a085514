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

/** What a read brings that the one before did not. */
export interface NewLines {
  readonly bytes: Buffer;
  /** For the next read. */
  readonly cursor: LogCursor | undefined;
  /** Lines are missing between the two reads: the log was rotated or cut before it was read. */
  readonly gap: boolean;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;
const TIME_BYTES = 36;

/** `sinceTime` for the next read: the cursor's whole second, RFC 3339. */
export function sinceTime(cursor: LogCursor): string {
  return cursor.time.replace(/\.\d+/, '');
}

/**
 * The new lines of a read. Those before the cursor's time are old; of those with just that time the first
 * `cursor.lines` are. What follows the first new line is new whatever its time: clocks jump back.
 *
 * @param read lines with the kubelet's times, from `sinceTime(cursor)` on; a last line without its end is left for later
 * @param cursor of the read before; without one, everything is new
 */
export function newLines(read: Buffer, cursor?: LogCursor): NewLines {
  const whole = read.subarray(0, read.lastIndexOf(0x0a) + 1);
  let from = cursor === undefined ? 0 : whole.length;
  let sameTime = 0;
  let gap = false;
  let last = cursor;
  for (let start = 0; start < whole.length;) {
    const end = whole.indexOf(0x0a, start) + 1;
    const time = timeOf(whole.subarray(start, end));
    if (start < from && cursor !== undefined && time !== undefined) {
      const order = compareTimes(time, cursor.time);
      if (order === 0) sameTime += 1;
      if (order > 0 || sameTime > cursor.lines) {
        from = start;
        gap = sameTime < cursor.lines;
      }
    }
    if (start >= from && time !== undefined) {
      last = last?.time === time ? { time, lines: last.lines + 1 } : { time, lines: 1 };
    }
    start = end;
  }
  return { bytes: whole.subarray(from), cursor: last, gap };
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
