// A container's log as the API hands it over, each line with the kubelet's time before it → what it says since when.
// Times are the kubelet's and not the records' own: those may lack an offset, or come from a clock of somebody else.
import type { Service } from '../api/components.ts';
import type { LogSoFar } from '../clients/clients.ts';
import type { LogSighting } from '../facts/observed.ts';
import { createLogScan, type LogScan } from '../logs/scan.ts';
import { createKeeper } from './log-so-far.ts';

/** A run that has just one time to tell lines apart is told by this. */
export interface TimedLogOptions {
  readonly pod: string;
  readonly services: readonly Service[];
  /** Lines before it are left out: `sinceTime` has whole seconds only. Milliseconds since the epoch. */
  readonly fromMs: number;
  /** Lines after it are in the window. */
  readonly windowFromMs: number;
  /** What an earlier reading left: what comes begins where that ended. */
  readonly soFar?: LogSoFar | undefined;
}

export interface TimedLogResult {
  /** The kubelet's time of the first and last line that was handed over, those left out included. Not of what was kept. */
  readonly firstTime: string | undefined;
  readonly lastTime: string | undefined;
  readonly lines: number;
  /** Lines without a time: the kubelet's own words about a log that it cannot read. */
  readonly foreignLines: number;
  readonly errors: number;
  /** Records in the window, without those that an earlier reading need not keep; and those whose level nobody can read. */
  readonly records: number;
  readonly unread: number;
  readonly sightings: readonly LogSighting[];
}

export interface TimedLog {
  readonly push: (chunk: Uint8Array) => void;
  readonly bytes: () => number;
  readonly end: () => TimedLogResult;
  /** After the end: what the next reading may go on from. */
  readonly soFar: (nowMs: number) => LogSoFar | undefined;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)(?: |$)/;
const TIME_BYTES = 37;
/** As the kubelet writes it, on a day that every month has: it needs no calendar to be a time in UTC. */
const PLAIN_TIME = /^\d{4}-\d\d-(?:[01]\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\d\.\d{9}Z $/;
const PLAIN_BYTES = 31;

/** Two scans over one log: what is older than the window, and the window. A line is in one of them, once. */
export function createTimedLog({ pod, services, fromMs, windowFromMs, soFar: before }: TimedLogOptions): TimedLog {
  let errors = 0;
  let records = 0;
  let unread = 0;
  const times: string[] = [];
  const keeper = createKeeper(times);
  const older = part(createLogScan({ services }));
  const recent = part(
    createLogScan({
      services,
      onRecord: (record) => {
        const { gravity } = record;
        records += 1;
        if (gravity === 'error') errors += 1;
        if (gravity === 'unknown') unread += 1;
        keeper.saw(record);
      },
    }),
    times,
  );
  let partial: Buffer[] = [];
  let firstTime: string | undefined;
  let lastTime: string | undefined;
  let lines = 0;
  let bytes = 0;
  let foreignLines = 0;

  function take(line: Buffer): void {
    lines += 1;
    const time = timeOf(line);
    if (time === undefined) {
      foreignLines += 1;
      return;
    }
    firstTime ??= time.text;
    lastTime = time.text;
    sort(line, time);
  }

  function sort(line: Buffer, time: LineTime): void {
    if (time.ms < fromMs) return;
    (time.ms > windowFromMs ? recent : older).add(line.subarray(time.length), time.text);
  }

  for (const line of linesOf(before?.text)) {
    const time = timeOf(line);
    if (time !== undefined) sort(line, time);
  }
  return {
    bytes: () => bytes,
    push(chunk) {
      const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      bytes += view.length;
      let start = 0;
      for (let feed = view.indexOf(0x0a); feed !== -1; feed = view.indexOf(0x0a, start)) {
        const rest = view.subarray(start, feed + 1);
        take(partial.length === 0 ? rest : Buffer.concat([...partial, rest]));
        partial = [];
        start = feed + 1;
      }
      // A copy: the sender may use its buffer again.
      if (start < view.length) partial.push(Buffer.from(view.subarray(start)));
    },
    end() {
      if (partial.length > 0) take(Buffer.concat(partial));
      partial = [];
      const sightings = [...recent.sightings(pod, true), ...older.sightings(pod, false)];
      return { firstTime, lastTime, lines, foreignLines, errors, records, unread, sightings };
    },
    soFar: (nowMs) =>
      foreignLines > 0
        ? undefined
        : keeper.soFar(
            { afterMs: windowFromMs, lines: (before?.lines ?? 0) + lines, bytes: (before?.bytes ?? 0) + bytes },
            nowMs,
          ),
  };
}

function* linesOf(text: Uint8Array = new Uint8Array()): Generator<Buffer> {
  const view = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  for (let start = 0; start < view.length;) {
    const end = view.indexOf(0x0a, start) + 1;
    yield view.subarray(start, end);
    start = end;
  }
}

interface Part {
  readonly add: (line: Buffer, time: string) => void;
  readonly sightings: (pod: string, inWindow: boolean) => readonly LogSighting[];
}

/** A scan that remembers the time of each of its lines. */
function part(scan: LogScan, times: string[] = []): Part {
  return {
    add(line, time) {
      times.push(time);
      scan.push(line);
    },
    sightings: (pod, inWindow) =>
      scan.end().findings.map(({ firstLine, lastLine, ...finding }) => ({
        ...finding,
        pod,
        inWindow,
        firstTime: times[firstLine - 1] ?? '',
        lastTime: times[lastLine - 1] ?? '',
      })),
  };
}

interface LineTime {
  readonly text: string;
  readonly ms: number;
  /** Of what stands before the line. */
  readonly length: number;
}

/** The kubelet's time in UTC with nine decimals, so that texts compare as times do. */
function timeOf(line: Buffer): LineTime | undefined {
  const head = line.toString('latin1', 0, PLAIN_BYTES);
  if (PLAIN_TIME.test(head)) {
    const ms = Date.parse(`${head.slice(0, 23)}Z`);
    return Number.isNaN(ms) ? undefined : { text: head.slice(0, 30), ms, length: PLAIN_BYTES };
  }
  const found = TIME.exec(line.toString('latin1', 0, TIME_BYTES).replace(/\r?\n.*$/s, ''));
  if (found === null) return undefined;
  const [whole, seconds = '', decimals = '', zone = 'Z'] = found;
  const ms = Date.parse(seconds + zone);
  if (Number.isNaN(ms)) return undefined;
  const fraction = decimals.padEnd(9, '0');
  const text = `${new Date(ms).toISOString().slice(0, 19)}.${fraction}Z`;
  return { text, ms: ms + Number(fraction.slice(0, 3)), length: whole.length };
}
