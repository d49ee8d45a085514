// What a reading of a log leaves for the next one: from when on that reads, and of what lies before the lines that count.
//
// The seam is a whole second, since the API takes no other. A line before it is kept here, one at or after it is read
// again: its own time says which, so that no line is lost or counted twice. What is kept is as it stands in the log, so
// that the two together are worked on as the whole would be.
import type { LogSoFar } from '../clients/clients.ts';
import type { SeenRecord } from '../logs/each-record.ts';

/** Of a log with more lines that count nothing is kept: it is read whole each time. */
const MOST_BYTES = 16 * 1024;
/** With those after the seam. */
const MOST_HELD_BYTES = 4 * MOST_BYTES;
/** Lines of the two streams of a container are not always in order, by less than this. */
export const OUT_OF_ORDER_MS = 1_000;

export interface Keeper {
  /** Each record of the window, in order. */
  readonly saw: (record: SeenRecord) => void;
  /** Undefined where the next reading has to begin anew. */
  readonly soFar: (reading: Pick<LogSoFar, 'afterMs' | 'lines' | 'bytes'>, nowMs: number) => LogSoFar | undefined;
}

interface Held {
  /** Place of its first line among those of the window. */
  readonly line: number;
  readonly lines: number;
  /** Its bytes, each a character. */
  readonly text: string;
}

/** @param times of the lines of the window, as they come */
export function createKeeper(times: readonly string[]): Keeper {
  const held: Held[] = [];
  let heldBytes = 0;
  let seen = 0;
  return {
    saw({ lines, isDull, bytes }) {
      const line = seen;
      seen += lines;
      if (heldBytes > MOST_HELD_BYTES || (isDull && isOneMoment(times, line, lines))) return;
      const text = bytes().toString('latin1');
      held.push({ line, lines, text });
      heldBytes += text.length;
    },
    soFar({ afterMs, lines, bytes }, nowMs) {
      const last = times[times.length - 1];
      // A record that was cut, or is broken, was not seen: nobody knows where it ends.
      if (last === undefined || seen !== times.length || heldBytes > MOST_HELD_BYTES) return undefined;
      const sinceMs = wholeSecond(Math.min(Date.parse(last) - OUT_OF_ORDER_MS, nowMs));
      const seam = seamOf(times, sinceMs);
      if (sinceMs <= afterMs || seam === undefined) return undefined;
      const text = textBefore(seam, held, times);
      if (text.length > MOST_BYTES) return undefined;
      return { afterMs, sinceMs, anchor: times[seam] ?? '', lines, bytes, text: packed(text) };
    },
  };
}

/** No window begins or ends between lines of one time. */
function isOneMoment(times: readonly string[], line: number, lines: number): boolean {
  if (lines === 1) return true;
  const moment = times[line]?.slice(0, 23) ?? '';
  return times.slice(line, line + lines).every((time) => time.startsWith(moment));
}

/** The first line at or after a time; undefined where lines after it are older. */
function seamOf(times: readonly string[], ms: number): number | undefined {
  const since = new Date(ms).toISOString().slice(0, 19);
  let seam = times.length;
  while (seam > 0 && (times[seam - 1] ?? '') >= since) seam -= 1;
  for (let line = 0; line < seam; line += 1) if ((times[line] ?? '') >= since) return undefined;
  return seam;
}

/** With the kubelet's time before each line, as it was read. */
function textBefore(seam: number, held: readonly Held[], times: readonly string[]): string {
  let kept = '';
  for (const { line: first, lines, text } of held) {
    if (first >= seam) break;
    text.split('\n', Math.min(lines, seam - first)).forEach((line, at) => {
      kept += `${times[first + at] ?? ''} ${line}\n`;
    });
  }
  return kept;
}

/** Beside the heap, in memory of its own length. */
function packed(latin1: string): Buffer | undefined {
  if (latin1 === '') return undefined;
  const buffer = Buffer.allocUnsafeSlow(latin1.length);
  buffer.write(latin1, 'latin1');
  return buffer;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
