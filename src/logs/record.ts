// One record of a log: where it begins and ends in a piece of a stream, and what it says.
// Three kinds: a plain one from its head to the next head; a JSON line; and text without any head (a stack trace that
// the JVM printed by itself), where every line that can begin something does.
import { gravityOf, type Gravity } from './level.ts';
import {
  bareLine,
  ENOUGH_BYTES,
  isContinuation,
  isLogfmt,
  type Head,
  isPartial,
  leadingLevel,
  parseHead,
  startsRecord,
  wholeLines,
} from './line.ts';
import { parseJsonLine } from './json-line.ts';
import { isPretty, prettyEnd } from './pretty-json.ts';

/** Enough for the prefix of a container runtime. */
const CRI_BYTES = 64;

export interface LogRecord {
  /** As logged; undefined where nobody can know it. */
  readonly level?: string | undefined;
  readonly gravity: Gravity;
  /** Milliseconds since the epoch. */
  readonly time?: number | undefined;
  /** Message and stack trace, without prefixes and colours. A plain record's first line is the whole head. */
  readonly text: string;
  /** Whether the text's line breaks are those of the log. */
  readonly multiline: boolean;
  /** What it says about where it comes from: pod, container, application. */
  readonly origin?: string | undefined;
}

export interface Extent {
  readonly kind: 'plain' | 'json' | 'headless' | 'rest';
  readonly start: number;
  readonly end: number;
  /** End of the line at which the record begins. */
  readonly lineEnd: number;
  /** Of a JSON line that was read to find its end: it is not read twice. Null for one that is broken. */
  readonly json?: LogRecord | null;
  /** What the first line of a plain record says, as it was read to find its kind. */
  readonly first?: ReadHead;
}

/** A line, each of its bytes a character, and the head that it is. */
interface ReadHead {
  readonly line: string;
  readonly head: Head;
}

/**
 * The record around a place.
 *
 * @param bytes a piece of a stream that ends where a line ends
 * @param at a place in it
 * @param floor nothing before it is looked at; a record begins there, or the text is the rest of what came before
 * @param rest what the text between `floor` and the first head is: the rest of an earlier record, or without any head
 */
export function extentAround(bytes: Buffer, at: number, floor: number, rest: boolean): Extent {
  const own = lineStart(bytes, at);
  let start = Math.max(own, floor);
  let isHead = startsRecord(bytes, start);
  while (start > floor && !isHead) {
    start = Math.max(lineStart(bytes, start - 1), floor);
    isHead = startsRecord(bytes, start);
  }
  if (bytes[start] === 0x7b && isPretty(bytes, start)) {
    const end = prettyEnd(bytes, start) ?? nextHead(bytes, endOfLine(bytes, start));
    return at < end ? { kind: 'json', start, end, lineEnd: end } : headlessExtent(bytes, own, end);
  }
  const lineEnd = endOfWholeLine(bytes, start);
  const line = bytes.toString('latin1', start, bytes[lineEnd - 1] === 0x0a ? lineEnd - 1 : lineEnd);
  const head = isHead ? parseHead(line) : undefined;
  if (head?.kind === 'json') {
    const json = parseJson(bytes.toString('utf8', start, lineEnd));
    // What follows half an object is the other half, or nobody knows.
    if (json === null) return { kind: 'json', start, end: nextHead(bytes, lineEnd), lineEnd, json };
    if (at < lineEnd) return { kind: 'json', start, end: lineEnd, lineEnd, json };
  }
  if (head?.kind === 'plain')
    return { kind: 'plain', start, end: nextHead(bytes, lineEnd), lineEnd, first: { line, head } };
  if (head === undefined && rest) return { kind: 'rest', start, end: nextHead(bytes, lineEnd), lineEnd };
  return headlessExtent(bytes, own, head === undefined ? start : lineEnd);
}

/** Where the last head begins whose line can be judged: one that is complete, or long enough. 0 when there is none after 0. */
export function lastHead(bytes: Buffer): number {
  let start = bytes.length === 0 ? 0 : bytes.lastIndexOf(0x0a) + 1;
  if (bytes.length - start < ENOUGH_BYTES) start = start === 0 ? 0 : lineStart(bytes, start - 1);
  while (start > 0 && !startsRecord(bytes, start)) start = lineStart(bytes, start - 1);
  return start;
}

/** What the record of an extent says; undefined where it begins as a JSON object and is none. */
export function recordAt(bytes: Buffer, extent: Extent): LogRecord | undefined {
  switch (extent.kind) {
    case 'json':
      return (
        (extent.json === undefined ? parseJson(bytes.toString('utf8', extent.start, extent.lineEnd)) : extent.json) ??
        undefined
      );
    case 'plain':
    case 'headless':
    case 'rest':
      return parsePlain(bytes.toString('utf8', extent.start, extent.end), extent);
  }
}

/** How grave the record of an extent is; undefined for a broken one. The head of most says it, and no more is read. */
export function gravityAt(bytes: Buffer, extent: Extent): Gravity | undefined {
  const level = extent.first?.head.level;
  if (level !== undefined) return gravityOf(level);
  return recordAt(bytes, extent)?.gravity;
}

/**
 * All records of a piece of a stream that ends where a line ends.
 *
 * @param rest whether it begins with the rest of an earlier record, which is left out
 */
export function* extentsOf(bytes: Buffer, rest = false): Generator<Extent> {
  let at = rest && !startsRecord(bytes, 0) ? nextHead(bytes, 0) : 0;
  while (at < bytes.length) {
    const extent = extentAround(bytes, at, at, false);
    yield extent;
    at = Math.max(extent.end, at + 1);
  }
}

function parsePlain(raw: string, { kind, first }: Pick<Extent, 'kind' | 'first'>): LogRecord {
  const lines = wholeLines(raw);
  const bares = lines.map(bareLine);
  const bare = bares.map((line) => line.text).join('\n');
  const text = kind === 'plain' && isLogfmt(bare) ? unescaped(bare) : bare;
  const [line = ''] = lines;
  // The same text says the same; one that is not ASCII, or was cut by the container runtime, is another.
  const head = kind !== 'plain' ? undefined : first?.line === line ? first.head : parseHead(line);
  const [prefix = bareLine('')] = bares;
  // java.util.logging puts the level on its second line.
  const level =
    kind === 'rest' ? undefined : (head?.level ?? leadingLevel(head === undefined ? text : (lines[1] ?? '')));
  const time = head?.time ?? prefix.time;
  const origin = head?.origin ?? prefix.origin;
  return {
    text,
    gravity: gravityOf(level),
    multiline: text === bare,
    level,
    time,
    origin,
  };
}

/** logfmt keeps the line breaks of a message within quotation marks. */
function unescaped(text: string): string {
  return text.replace(/\\([nt"\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : letter));
}

/** Null for what is no JSON. */
function parseJson(raw: string): LogRecord | null {
  const [line = ''] = isPartial(raw) ? wholeLines(raw) : [raw];
  const bare = bareLine(line.replace(/,?\r?\n$/, ''));
  const parsed = parseJsonLine(bare.text);
  if (parsed === undefined) return null;
  // Docker's json-file wraps lines that have a head of their own.
  const inner =
    parsed.level === undefined || parsed.isLine === true ? parseHead(parsed.text.split('\n', 1)[0] ?? '') : undefined;
  const level = parsed.isLine === true ? (inner?.level ?? parsed.level) : (parsed.level ?? inner?.level);
  const time = bare.time ?? parsed.time ?? inner?.time;
  const origin = parsed.origin ?? bare.origin ?? inner?.origin;
  return {
    text: parsed.text,
    gravity: gravityOf(level),
    multiline: false,
    level,
    time,
    origin,
  };
}

function headlessExtent(bytes: Buffer, own: number, floor: number): Extent {
  let start = own;
  while (start > floor && continues(bytes, start)) start = lineStart(bytes, start - 1);
  start = Math.max(start, floor);
  const lineEnd = endOfLine(bytes, start);
  let end = lineEnd;
  while (end < bytes.length && continues(bytes, end) && !startsRecord(bytes, end)) end = endOfLine(bytes, end);
  return { kind: 'headless', start, end, lineEnd };
}

function nextHead(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && !startsRecord(bytes, at)) at = endOfLine(bytes, at);
  return at;
}

function continues(bytes: Buffer, at: number): boolean {
  if ((bytes[at] ?? 0x0a) <= 0x20) return true;
  return isContinuation(bytes.toString('latin1', at, Math.min(endOfLine(bytes, at), at + 512)).replace(/\n$/, ''));
}

/** As `endOfLine`, of a line that the container runtime may have cut. */
function endOfWholeLine(bytes: Buffer, start: number): number {
  let [from, end] = [start, endOfLine(bytes, start)];
  while (end < bytes.length && isPartial(bytes.toString('latin1', from, Math.min(end, from + CRI_BYTES)))) {
    [from, end] = [end, endOfLine(bytes, end)];
  }
  return end;
}

/** Start of the line in which a byte stands. */
function lineStart(bytes: Buffer, at: number): number {
  return at <= 0 ? 0 : bytes.lastIndexOf(0x0a, at - 1) + 1;
}

/** The byte after the line feed of the line in which a byte stands. */
function endOfLine(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(0x0a, at);
  return end === -1 ? bytes.length : end + 1;
}
