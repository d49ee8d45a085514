// Every record of a piece of a log in order, and which of them need not be kept for the log to say the same.
import { lineFeeds } from './damage.ts';
import type { Gravity } from './level.ts';
import { extentsOf, gravityAt, recordAt, type Extent, type LogRecord } from './record.ts';

export interface SeenRecord {
  readonly gravity: Gravity;
  readonly lines: number;
  /**
   * The log says the same without it: it is no error, no signature stands in it, and what follows begins a record by
   * itself and says its own level, so that nothing rests on this one.
   */
  readonly isDull: boolean;
  readonly read: () => LogRecord | undefined;
  /** As it stands in the log. Its memory is used again: whoever keeps it copies. */
  readonly bytes: () => Buffer;
}

/** Where a signature may begin to be recognised in bytes[from, to), or -1. */
type NextCandidate = (bytes: Buffer, from: number, to: number) => number;

/**
 * Tells of each record but a broken one.
 *
 * @param region a piece of a stream that ends where a line ends
 * @param rest whether it begins with the rest of an earlier record, which is left out
 */
export function eachRecord(
  region: Buffer,
  rest: boolean,
  nextCandidate: NextCandidate,
  onRecord: (record: SeenRecord) => void,
): void {
  const tell = (extent: Extent, gravity: Gravity, isFollowed: boolean): void => {
    const { start, end } = extent;
    const feeds = lineFeeds(region, start, end);
    onRecord({
      gravity,
      lines: region[end - 1] === 0x0a ? feeds : feeds + 1,
      isDull:
        isFollowed &&
        saysLevel(extent, gravity) &&
        (gravity === 'below-warning' || (gravity === 'warning' && nextCandidate(region, start, end) === -1)),
      read: () => recordAt(region, extent),
      bytes: () => region.subarray(start, end),
    });
  };
  let last: Extent | undefined;
  let lastGravity: Gravity | undefined;
  for (const extent of extentsOf(region, rest)) {
    const gravity = gravityAt(region, extent);
    if (last !== undefined && lastGravity !== undefined) tell(last, lastGravity, saysLevel(extent, gravity));
    [last, lastGravity] = [extent, gravity];
  }
  if (last !== undefined && lastGravity !== undefined) tell(last, lastGravity, false);
}

/** Whether it begins as a record does, and its level is its own: JSON without one has that of the record above it. */
function saysLevel({ kind }: Extent, gravity: Gravity | undefined): boolean {
  return kind === 'plain' || (kind === 'json' && gravity !== undefined && gravity !== 'unknown');
}
