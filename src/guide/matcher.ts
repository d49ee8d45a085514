// Log text → the entries whose signatures stand in it.
// One scanner pass over the raw bytes finds the anchors of all templates; only there is a template looked at closely.
import type { Component, Service } from '../api/components.ts';
import type { FaultCode } from '../api/faults.ts';
import { CAUSE_ANCHORS, isWorthALook } from './cause-anchors.ts';
import { withCauses } from './cause-match.ts';
import type { Deepest } from './cause.ts';
import type { Entry, Section, Signature } from './entry.ts';
import { ENTRIES } from './index.ts';
import { compilePattern, type Pattern, type PatternState, type Span } from './pattern.ts';
import { createScanner, type Meter } from './scanner.ts';
import { serviceNamed } from './service-name.ts';
import { parseTemplate } from './template.ts';

export interface Match {
  readonly entry: Entry;
  /** Undefined where no line of the guide stands there: the chain of causes alone says it. */
  readonly signature?: Signature;
  readonly fault: FaultCode;
  /** The deepest cause below it. */
  readonly deepest?: Deepest;
  /** Whose signature it is: of the components asked for, the first that has it. */
  readonly component: Service;
  /** What stands in the place of `[SERVICE-NAME]` or of the host's first label, as written. */
  readonly captured?: string | undefined;
  /** Whom the line accuses, where it accuses another: with `captured` resolved to a component. */
  readonly blames?: Component | undefined;
  /** Where it stands: characters of a string, bytes of a buffer. */
  readonly start: number;
  readonly end: number;
}

export interface Matcher {
  /**
   * The entries whose signatures stand in a record's text (message and stack trace), best first: at most one match for
   * each entry. Signatures hold for WARN and above; a record whose level is known to be lower matches nothing.
   *
   * @param text a record, a line, or raw UTF-8 bytes of either
   * @param level as logged, any spelling; leave it out where unknown (a bare stack trace)
   */
  readonly match: (text: string | Uint8Array, level?: string, meter?: Meter) => readonly Match[];
  /**
   * First byte at or after `from` where a signature may begin to be recognised, or -1: everything before it can be
   * skipped unread. Never misses a match; not every candidate is one.
   */
  readonly nextCandidate: (bytes: Uint8Array, from: number, to?: number, meter?: Meter) => number;
  /** Chunks of a stream must overlap by this many bytes less one for `nextCandidate` to miss nothing. */
  readonly longestAnchor: number;
}

/** Whose log a section's signatures are found in. */
const SECTION_LOGS: Readonly<Partial<Record<Section, Service>>> = {
  'core-daemon': 'core-daemon',
  'operations-service': 'operations-service',
  'node-persistence': 'node-persistence',
  'circuit-storage': 'circuit-storage',
  'auth-vault': 'auth-vault',
  'pingone-recognize-offline-enrollment-agent': 'enrollment-agent',
};

interface Candidate {
  readonly entry: Entry;
  readonly signature: Signature;
  readonly component: Service;
  readonly pattern: Pattern;
  /** Place in the catalogue: decides between equals. */
  readonly order: number;
}

export interface MatcherOptions {
  /** Without regard to ASCII case, for text that people typed. */
  readonly fold?: boolean;
  /** Where two services' entries share a template, give both: nobody knows whose log the text is from. */
  readonly shared?: boolean;
}

/**
 * A matcher for the log of some services: of one, or of all whose lines a merged service writes.
 *
 * @param services the log's owner first; its own entry wins where two share a signature
 */
export function createMatcher(services: readonly Service[], options: MatcherOptions = {}): Matcher {
  const fold = options.fold === true;
  const all = candidatesFor(services, fold);
  const candidates = options.shared === true ? all : all.filter((one) => !isTakenByAnother(one, all, services));
  const anchors = [...new Set(candidates.map(({ pattern }) => Buffer.from(pattern.anchor).toString('latin1')))];
  const byAnchor = anchors.map((anchor) =>
    candidates.filter(({ pattern }) => Buffer.from(pattern.anchor).toString('latin1') === anchor),
  );
  const causes = CAUSE_ANCHORS.map((anchor) => (fold ? anchor.toLowerCase() : anchor)).filter(
    (anchor) => !anchors.includes(anchor),
  );
  const scanner = createScanner([...anchors, ...causes].map((anchor) => Buffer.from(anchor, 'latin1')));

  return {
    longestAnchor: scanner.longest,
    nextCandidate(bytes, from, to = bytes.length, meter) {
      let found = -1;
      scanner.scan(
        bytes,
        from,
        to,
        (literal, at) => {
          // A host of another service is everyday talk: not worth a record.
          const worth =
            byAnchor[literal]?.some(
              ({ pattern }) =>
                !pattern.raw ||
                pattern.verify(bytes, at, to, { hopelessBefore: 0 }, meter ?? { steps: 0 }) !== undefined,
            ) ?? isWorthALook(causes[literal - anchors.length] ?? '', bytes, at);
          if (worth) found = at;
          return worth;
        },
        meter,
      );
      return found;
    },
    match(text, level, meter = { steps: 0 }) {
      if (level !== undefined && isBelowWarning(level)) return [];
      const original = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
      const bytes = fold ? foldCase(original) : original;
      const states = new Map<Candidate, PatternState>();
      const spans = new Map<Candidate, Span>();
      const seen = { cause: false };
      scanner.scan(
        bytes,
        0,
        bytes.length,
        (literal, at) => {
          seen.cause ||= literal >= anchors.length;
          for (const candidate of byAnchor[literal] ?? []) {
            if (spans.has(candidate)) continue;
            const state = states.get(candidate) ?? { hopelessBefore: 0 };
            states.set(candidate, state);
            const span = candidate.pattern.verify(bytes, at, bytes.length, state, meter);
            if (span !== undefined) spans.set(candidate, span);
          }
          return false;
        },
        meter,
      );
      const position = typeof text === 'string' ? characterPositions(text, original) : (byte: number) => byte;
      const found = bestFirst(spans).map(([candidate, span]) => toMatch(candidate, span, original, position));
      if (!seen.cause && found.length === 0) return [];
      return withCauses(found, typeof text === 'string' ? text : Buffer.from(text).toString('utf8'), services);
    },
  };
}

/** True for a level at which nothing is an error. A level that is not known counts as an error: better seen than lost. */
export function isBelowWarning(level: string): boolean {
  return /^(?:trace|trc|debug|dbg|verbose|info|inf|information|informational|notice|log|fine|finer|finest|config|infos|informationen|información|informazioni|informações|情報|信息|fein|feiner|précis)$/i.test(
    level.trim(),
  );
}

function candidatesFor(services: readonly Service[], fold: boolean): readonly Candidate[] {
  const candidates: Candidate[] = [];
  ENTRIES.forEach((entry, order) => {
    for (const signature of entry.signatures) {
      const logs = signature.logs ?? ownLogs(entry);
      const component = services.find((service) => logs.includes(service));
      if (component === undefined) continue;
      for (const tokens of parseTemplate(signature.template)) {
        candidates.push({ entry, signature, component, pattern: compilePattern(tokens, fold), order });
      }
    }
  });
  return candidates;
}

/** A template that two entries share says one thing of one log: what it says of the service named first. */
function isTakenByAnother(one: Candidate, all: readonly Candidate[], services: readonly Service[]): boolean {
  return all.some(
    (other) =>
      other.entry !== one.entry &&
      other.signature.template === one.signature.template &&
      services.indexOf(other.component) < services.indexOf(one.component),
  );
}

function ownLogs(entry: Entry): readonly Service[] {
  const own = entry.section === 'ours' ? undefined : SECTION_LOGS[entry.section];
  return own === undefined ? [] : [own];
}

/** The most specific first; then the earlier in the text; then the guide's order. One for each entry, none inside another. */
function bestFirst(spans: ReadonlyMap<Candidate, Span>): readonly (readonly [Candidate, Span])[] {
  const sorted = [...spans].sort(
    ([a, spanA], [b, spanB]) => b.pattern.weight - a.pattern.weight || spanA.start - spanB.start || a.order - b.order,
  );
  return sorted.filter(
    ([candidate, span], index) =>
      !sorted.slice(0, index).some(([other, wider]) => other.entry === candidate.entry || isWithin(span, wider)),
  );
}

/** What stands inside a better match is part of it: the host in auth vault's message is no second finding. */
function isWithin(span: Span, wider: Span): boolean {
  return span.start >= wider.start && span.end <= wider.end && span.end - span.start < wider.end - wider.start;
}

function toMatch(candidate: Candidate, span: Span, bytes: Uint8Array, position: (byte: number) => number): Match {
  const captured =
    span.captured === undefined ? undefined : Buffer.from(bytes.subarray(...span.captured)).toString('latin1');
  const accused = candidate.signature.blames;
  const blames = accused === 'captured' ? serviceNamed(captured ?? '') : accused;
  return {
    entry: candidate.entry,
    signature: candidate.signature,
    fault: candidate.signature.fault,
    component: candidate.component,
    captured,
    blames,
    start: position(span.start),
    end: position(span.end),
  };
}

/** Byte offset → index into the string. The two are equal in plain ASCII. */
function characterPositions(text: string, bytes: Uint8Array): (byte: number) => number {
  if (bytes.length === text.length) return (byte) => byte;
  return (byte) => Buffer.from(bytes.subarray(0, byte)).toString('utf8').length;
}

function foldCase(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));
}
