// One alternative of a template as something that can be verified where its anchor literal was found.
// Looking back is bounded by the length of a name, looking ahead by the end of the line, and a line that was searched
// in vain is not searched again: hostile input costs a constant for each byte, whatever it repeats.
import { commonLength, type Meter } from './scanner.ts';
import { serviceNamed } from './service-name.ts';
import { HOST_SUFFIX, type Token } from './template.ts';

/** Longest label of a DNS name (RFC 1035); names of services and pools are held to it too. */
const LABEL_BYTES = 63;
const HOST_BYTES = 253;

const LINE_FEED = 0x0a;

export interface Pattern {
  /** The literal that the scanner looks for. */
  readonly anchor: Uint8Array;
  /** True where no encoding of a line (JSON's escapes) can change what is verified: it can be verified before parsing. */
  readonly raw: boolean;
  /** How much text it pins down: the more, the better it explains a line. */
  readonly weight: number;
  /** Whether the alternative stands around the anchor found at `at`, and from where to where. */
  readonly verify: (bytes: Uint8Array, at: number, to: number, state: PatternState, meter: Meter) => Span | undefined;
}

export interface Span {
  readonly start: number;
  readonly end: number;
  /** Where the captured name stands. */
  readonly captured?: readonly [number, number];
}

/** What is remembered while one text is searched: up to where the rest of the line cannot complete the alternative. */
export interface PatternState {
  hopelessBefore: number;
}

/** @param fold compare without regard to ASCII case; the bytes must be folded by the caller */
export function compilePattern(tokens: readonly Token[], fold: boolean): Pattern {
  const encode = (text: string): Uint8Array => Buffer.from(fold ? text.toLowerCase() : text, 'latin1');
  const [only] = tokens;
  if (tokens.length === 1 && only?.kind === 'host') return hostPattern(encode(HOST_SUFFIX));

  const position = tokens.findIndex((token) => token.kind === 'literal');
  const anchorText = literalText(tokens[position]);
  const anchor = encode(anchorText);
  const before = position === 0 ? undefined : tokens[position - 1]?.kind;
  const after = tokens.slice(position + 1).map((token) => (token.kind === 'literal' ? encode(token.text) : token.kind));
  const suffix = encode(HOST_SUFFIX);
  // A lone identifier must stand alone, and `name(` or `name$1(` is a frame of a stack trace, not a message.
  const identifier = tokens.length === 1 && /^\w+$/.test(anchorText);
  const weight = tokens.reduce((sum, token) => sum + (token.kind === 'literal' ? token.text.length : 4), 0);

  const verify: Pattern['verify'] = (bytes, at, to, state, meter) => {
    if (at < state.hopelessBefore) return undefined;
    let start = at;
    let captured: readonly [number, number] | undefined;
    if (before === 'word' || before === 'pool') {
      // The guide prints the name in brackets, and so do some who log it.
      const end = before === 'word' && isBracket(bytes[at - 1]) ? at - 1 : at;
      start = runBefore(bytes, end, LABEL_BYTES, before === 'word' ? isNameByte : isPoolByte, meter);
      // A dash between logger and message is no name.
      if (!bytes.subarray(start, end).some(isAlphanumeric)) return undefined;
      if (before === 'word') captured = [withWordBefore(bytes, start, end, meter), end];
    }
    let end = at + anchor.length;
    if (identifier && ((at > 0 && isWordByte(bytes[at - 1])) || continuesIdentifier(bytes, end))) return undefined;
    for (let index = 0; index < after.length; index += 1) {
      const next = after[index];
      if (next instanceof Uint8Array) {
        const apart = after[index - 1] === 'gap';
        const found = apart ? inLine(bytes, end, to, next, meter) : startsWith(bytes, end, to, next);
        if (found < 0) {
          if (apart) state.hopelessBefore = -found;
          return undefined;
        }
        end = found + next.length;
      } else if (next === 'host') {
        const stop = runAfter(bytes, end, to, HOST_BYTES, isHostByte, meter);
        if (inLine(bytes, end, stop, suffix, meter) < 0) return undefined;
        captured = [end, stop];
        end = stop;
      } else if (next === 'word' || next === 'pool') {
        const stop = runAfter(bytes, end, to, LABEL_BYTES, next === 'word' ? isNameByte : isPoolByte, meter);
        if (stop === end) return undefined;
        end = stop;
      }
    }
    return captured === undefined ? { start, end } : { start, end, captured };
  };
  return { anchor, raw: false, weight, verify };
}

/** A bare host: `service.namespace.svc.cluster.local`, of a Recognize service. */
function hostPattern(suffix: Uint8Array): Pattern {
  return {
    anchor: suffix,
    raw: true,
    weight: 4,
    verify(bytes, at, _to, _state, meter) {
      const end = at + suffix.length;
      if (isLabelByte(bytes[end])) return undefined;
      const namespace = runBefore(bytes, at, LABEL_BYTES, isLabelByte, meter);
      if (namespace === at || bytes[namespace - 1] !== 0x2e) return undefined;
      const service = runBefore(bytes, namespace - 1, LABEL_BYTES, isLabelByte, meter);
      if (serviceNamed(Buffer.from(bytes.subarray(service, namespace - 1)).toString('latin1')) === undefined) {
        return undefined;
      }
      return { start: service, end, captured: [service, namespace - 1] };
    },
  };
}

function literalText(token: Token | undefined): string {
  if (token?.kind !== 'literal') throw new Error('A template needs a literal to be found by.');
  return token.text;
}

/** `Node persistence service returned error`: two words that name a service are captured as one. */
function withWordBefore(bytes: Uint8Array, start: number, end: number, meter: Meter): number {
  if (bytes[start - 1] !== 0x20) return start;
  const previous = runBefore(bytes, start - 1, LABEL_BYTES, isNameByte, meter);
  const both = Buffer.from(bytes.subarray(previous, end)).toString('latin1');
  const alone = Buffer.from(bytes.subarray(start, end)).toString('latin1');
  return serviceNamed(alone) === undefined && serviceNamed(both) !== undefined ? previous : start;
}

function runBefore(bytes: Uint8Array, at: number, most: number, holds: ByteTest, meter: Meter): number {
  let start = at;
  while (start > 0 && at - start < most && holds(bytes[start - 1])) start -= 1;
  meter.steps += at - start;
  return start;
}

function runAfter(bytes: Uint8Array, at: number, to: number, most: number, holds: ByteTest, meter: Meter): number {
  let end = at;
  while (end < to && end - at < most && holds(bytes[end])) end += 1;
  meter.steps += end - at;
  return end;
}

function startsWith(bytes: Uint8Array, at: number, to: number, literal: Uint8Array): number {
  return commonLength(bytes, at, to, literal) === literal.length ? at : -1;
}

/** First place of `literal` in the rest of the line, or the negated end of the line. */
function inLine(bytes: Uint8Array, at: number, to: number, literal: Uint8Array, meter: Meter): number {
  let index = at;
  for (; index < to && bytes[index] !== LINE_FEED; index += 1) {
    if (bytes[index] === literal[0] && startsWith(bytes, index, to, literal) === index) {
      meter.steps += index - at;
      return index;
    }
  }
  meter.steps += index - at;
  return -Math.max(index, 1);
}

type ByteTest = (byte: number | undefined) => boolean;

function isAlphanumeric(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
const isLabelByte: ByteTest = (byte) => isAlphanumeric(byte) || byte === 0x2d;
const isHostByte: ByteTest = (byte) => isLabelByte(byte) || byte === 0x2e;
const isWordByte: ByteTest = (byte) => isAlphanumeric(byte) || byte === 0x5f;
const isNameByte: ByteTest = (byte) => isWordByte(byte) || byte === 0x2d;
/** A pool's name is whatever an application calls it, short of spaces and quotation marks. */
/** `]`, `}`, `)`, `"`, `'` */
const isBracket: ByteTest = (byte) => byte === 0x5d || byte === 0x7d || byte === 0x29 || byte === 0x22 || byte === 0x27;
const isPoolByte: ByteTest = (byte) => byte !== undefined && byte > 0x20 && byte !== 0x22 && byte !== 0x7f;
/** `name(Name.java:12)` is a frame of a stack trace, `name()` is said in a message. */
function continuesIdentifier(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return isWordByte(byte) || byte === 0x24 || (byte === 0x28 && bytes[at + 1] !== 0x29);
}
