// A log as a stream of bytes → the entries of the guide that it speaks of.
//
// Bytes come in pieces of any size and are worked on in blocks of one size, so that the result depends on the log alone
// and never on how it was cut. A block is cut where its last record begins; that record waits for the next block.
// Within a block only the places where a signature may stand are looked at: their record is made, everything else is
// skipped unread. Memory is bounded by a block and the longest record, whatever the log holds.
import type { Service } from '../api/components.ts';
import type { LogEvidence } from '../facts/log-evidence.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { saysInvalid } from '../guide/signature-failure.ts';
import { damageOf, lineFeeds } from './damage.ts';
import { gravityOf, type Gravity } from './level.ts';
import { tellingOf } from './echoes.ts';
import { eachRecord, type SeenRecord } from './each-record.ts';
import { extentAround, gravityAt, lastHead, recordAt, type Extent, type LogRecord } from './record.ts';
import { signaturesOf, type Named } from './signatures.ts';
import { createTally } from './tally.ts';

/** In bytes. Larger blocks are no faster; smaller ones look for the last record more often. */
const BLOCK_BYTES = 256 * 1024;
/** What waits for a block has this much room at first. In bytes. */
const FIRST_BYTES = 8 * 1024;
/** A record is handed over in parts when it grows beyond this; a line is cut there. In bytes. */
const MAX_RECORD_BYTES = 256 * 1024;
/** An excerpt begins with its line, unless the signature stands further right than this. In characters. */
const EXCERPT_LEAD = 150;

export interface LogScan {
  /** The next bytes, as they come. */
  readonly push: (chunk: Uint8Array) => void;
  /** What has been found so far; after `end`, everything. */
  readonly evidence: () => LogEvidence;
  /** No more bytes come: works on what is left. */
  readonly end: () => LogEvidence;
}

export interface LogScanOptions {
  /** Whose log it is: owner first, then services merged into it. Empty or absent when nobody knows. */
  readonly services?: readonly Service[];
  /** Called for every record, in order, for those who count errors. Then nothing can be skipped. */
  readonly onRecord?: (record: SeenRecord) => void;
  readonly blockBytes?: number;
  readonly maxRecordBytes?: number;
}

/** The record that was cut at the end of a region: what follows belongs to it. */
interface Open {
  readonly level?: string | undefined;
  readonly time?: number | undefined;
  readonly origin?: string | undefined;
  /** Entries that were found in it already. */
  readonly seen: ReadonlySet<string>;
}

export function createLogScan(options: LogScanOptions = {}): LogScan {
  const { blockBytes = BLOCK_BYTES, maxRecordBytes = MAX_RECORD_BYTES, onRecord } = options;
  const signatures = signaturesOf(options.services ?? []);
  const tally = createTally();
  const counters = {
    bytes: 0,
    matched: 0,
    linesWithNul: 0,
    linesNotUtf8: 0,
    brokenJson: 0,
    longLines: 0,
    timeWentBack: 0,
  };
  /** Bytes that came and were not worked on yet; in memory that is used again. */
  let waiting = Buffer.alloc(0);
  let waitingBytes = 0;
  /** The record at the end of the last block, which may go on. */
  let carry: Buffer = Buffer.alloc(0);
  let room: Buffer = Buffer.alloc(0);
  let feeds = 0;
  let endsWithFeed = true;
  /** Inside a line that is too long: dropped up to its end. */
  let dropping = false;
  let open: Open | undefined;
  /** Of the last record before the region at hand. */
  let above: Gravity = 'unknown';
  let lastTime: number | undefined;

  function take(block: Buffer): void {
    let from = 0;
    if (dropping) {
      const end = block.indexOf(0x0a);
      if (end === -1) return;
      feeds += 1;
      dropping = false;
      from = end + 1;
    }
    const rest = from === 0 ? block : block.subarray(from);
    const bytes = carry.length === 0 ? rest : joined(carry, rest);
    let cut = lastHead(bytes);
    if (cut === 0 && bytes.length > maxRecordBytes) {
      cut = bytes.lastIndexOf(0x0a) + 1;
      if (cut === 0) {
        counters.longLines += 1;
        dropping = true;
        cut = bytes.length;
      }
      open = search(bytes.subarray(0, cut), true);
    } else if (cut > 0) {
      search(bytes.subarray(0, cut), false);
      open = undefined;
    }
    // A copy: a view would keep the whole block alive.
    carry = cut === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(cut));
  }

  /** Copies: the caller may use its buffer again. Logs come line by line, and a copy of each would be dear. */
  function wait(bytes: Buffer): void {
    const length = waitingBytes + bytes.length;
    if (waiting.length < length) {
      const larger = Buffer.allocUnsafe(Math.min(Math.max(2 * length, FIRST_BYTES), Math.max(blockBytes, length)));
      waiting.copy(larger, 0, 0, waitingBytes);
      waiting = larger;
    }
    bytes.copy(waiting, waitingBytes);
    waitingBytes = length;
  }

  /** The two in one piece, in memory that the next block uses again: nothing of it is kept. */
  function joined(first: Buffer, second: Buffer): Buffer {
    const length = first.length + second.length;
    if (room.length < length) room = Buffer.allocUnsafe(length);
    first.copy(room);
    second.copy(room, first.length);
    return room.subarray(0, length);
  }

  /** Works on whole records; with `cut`, the last of them goes on. Answers what goes on. */
  function search(region: Buffer, cut: boolean): Open | undefined {
    const before = open;
    const base = feeds;
    let counted = 0;
    let countedFeeds = 0;
    const lineAt = (at: number): number => {
      countedFeeds += lineFeeds(region, counted, at);
      counted = Math.max(counted, at);
      return base + countedFeeds + 1;
    };
    const damage = damageOf(dropping ? wholeCharacters(region) : region);
    counters.linesWithNul += damage.linesWithNul;
    counters.linesNotUtf8 += damage.linesNotUtf8;
    if (onRecord !== undefined) eachRecord(region, before !== undefined, signatures.nextCandidate, onRecord);

    let goesOn: Open | undefined;
    let floor = 0;
    let candidate = signatures.nextCandidate(region, 0);
    while (candidate !== -1) {
      const rest = floor === 0 && before !== undefined;
      const extent = extentAround(region, candidate, floor, rest);
      const seen = lookAt(region, extent, extent.kind === 'rest' ? before : undefined, lineAt);
      if (cut && extent.end === region.length && seen !== undefined) goesOn = seen;
      floor = extent.end;
      candidate = floor >= region.length ? -1 : signatures.nextCandidate(region, floor);
    }
    if (cut && goesOn === undefined) goesOn = unsearched(region, before);
    above = lastGravity(region, before);
    lineAt(region.length);
    feeds += countedFeeds;
    return goesOn;
  }

  /** Counts what a record holds; answers what a plain record's continuation inherits. */
  function lookAt(
    region: Buffer,
    extent: Extent,
    before: Open | undefined,
    lineAt: (at: number) => number,
  ): Open | undefined {
    const read = recordAt(region, extent);
    if (read === undefined) {
      counters.brokenJson += 1;
      return undefined;
    }
    const record = before === undefined ? read : continued(before, read);
    const seen = new Set(before?.seen);
    const recordLine = lineAt(extent.start);
    const gravity = record.level === undefined ? enclosingGravity(region, extent, above) : gravityOf(record.level);
    const matches = gravity === 'below-warning' ? [] : signatures.match(record.text, record.level, record.origin);
    const fresh = matches.filter((match) => !seen.has(match.entry.id) && isMeant(match, record.text, gravity));
    if (fresh.length > 0 && seen.size === 0) counters.matched += 1;
    for (const match of fresh) {
      seen.add(match.entry.id);
      count(match, record, recordLine);
    }
    return extent.kind === 'plain' || extent.kind === 'rest' ? { ...inherited(record), seen } : undefined;
  }

  function count(match: Named, record: LogRecord, recordLine: number): void {
    const { text, time } = record;
    const line = recordLine + (record.multiline ? feedsIn(text, match.start) : 0);
    tally.add({
      id: match.entry.id,
      component: match.owner,
      fault: match.fault,
      line,
      inferred: match.signature === undefined,
      told: tellingOf(text, match.start, match.deepest?.fault ?? match.deepest?.text),
      deepest: match.deepest,
      time,
      excerpt: () => excerptOf(text, match.start),
      blames: match.blames,
      captured: match.captured,
    });
    if (time === undefined) return;
    if (lastTime !== undefined && time < lastTime) counters.timeWentBack += 1;
    lastTime = time;
  }

  const evidence = (): LogEvidence => ({
    counters: { ...counters, lines: feeds + (endsWithFeed ? 0 : 1) },
    findings: tally.findings(),
  });

  return {
    evidence,
    push(chunk) {
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (rest.length === 0) return;
      counters.bytes += rest.length;
      endsWithFeed = rest[rest.length - 1] === 0x0a;
      while (waitingBytes + rest.length >= blockBytes) {
        const missing = blockBytes - waitingBytes;
        // What comes in whole blocks is not copied.
        const isWhole = waitingBytes === 0;
        if (!isWhole) wait(rest.subarray(0, missing));
        take(isWhole ? rest.subarray(0, missing) : waiting.subarray(0, blockBytes));
        waitingBytes = 0;
        rest = rest.subarray(missing);
      }
      wait(rest);
    },
    end() {
      if (waitingBytes > 0) take(waiting.subarray(0, waitingBytes));
      waitingBytes = 0;
      if (carry.length > 0) search(carry, false);
      carry = Buffer.alloc(0);
      open = undefined;
      return evidence();
    },
  };
}

/**
 * Whether the record says what the match stands for. A failed signature latches: it needs the failure in the record and
 * a level that is known. Being throttled and told so as a warning is how the SDKs work.
 */
function isMeant({ fault, signature, deepest, start, end }: Named, text: string, gravity: Gravity): boolean {
  if (fault === 'SignatureInvalid') {
    return gravity !== 'unknown' && saysInvalid(text, start, end, gravity === 'error');
  }
  const throttled = deepest?.fault === 'KmsThrottled' || deepest?.fault === 'BucketThrottled';
  return signature !== undefined || !throttled || gravity === 'error';
}

function inherited({ level, time, origin }: LogRecord): Omit<Open, 'seen'> {
  return { level, time, origin };
}

/** The rest of a record says of itself what its beginning did not. */
function continued(before: Open, rest: LogRecord): LogRecord {
  const { level = rest.level, time = rest.time, origin = rest.origin } = before;
  return { ...rest, level, time, origin };
}

/** JSON without a level, on a line of its own below a record, is a part of that record's message. */
function enclosingGravity(region: Buffer, extent: Extent, above: Gravity): Gravity {
  if (extent.kind !== 'json') return 'unknown';
  return extent.start === 0 ? above : gravityOfPlain(region, extentAround(region, extent.start - 1, 0, false));
}

/** Of the record that a region ends with. */
function lastGravity(region: Buffer, before: Open | undefined): Gravity {
  if (region.length === 0) return 'unknown';
  const extent = extentAround(region, region.length - 1, 0, before !== undefined);
  return extent.kind === 'rest' ? gravityOf(before?.level) : gravityOfPlain(region, extent);
}

function gravityOfPlain(region: Buffer, extent: Extent): Gravity {
  return (extent.kind === 'plain' ? gravityAt(region, extent) : undefined) ?? 'unknown';
}

/** What goes on after a region in whose last record nothing was suspected. */
function unsearched(region: Buffer, before: Open | undefined): Open | undefined {
  const extent = extentAround(region, region.length - 1, 0, before !== undefined);
  if (extent.kind === 'rest') return before;
  const record = extent.kind === 'plain' ? recordAt(region, extent) : undefined;
  return record === undefined ? undefined : { ...inherited(record), seen: new Set() };
}

/** Without the first bytes of a character that was cut. */
function wholeCharacters(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  return ((bytes[end - 1] ?? 0) & 0xc0) === 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}

function feedsIn(text: string, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** The line of the signature; from the signature on where that stands far to the right. */
function excerptOf(text: string, start: number): SafeText {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const from = start - lineStart > EXCERPT_LEAD ? start : lineStart;
  const end = text.indexOf('\n', start);
  return redact(text.slice(from, end === -1 ? text.length : end));
}
