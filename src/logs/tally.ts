// Findings as they add up: one for each entry and component, whatever the length of the log.
import type { Component } from '../api/components.ts';
import { traits } from '../api/faults.ts';
import type { FaultCode } from '../api/faults.ts';
import { SEVERITIES } from '../api/faults/traits.ts';
import type { LogFinding } from '../facts/log-evidence.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';

/** Names of accused that are kept for each finding. */
const MAX_CAPTURED = 8;
const CAPTURED_BYTES = 63;

/** One record in which an entry's signature was found. */
export interface Occurrence {
  readonly id: string;
  readonly component: Component;
  readonly fault: FaultCode;
  readonly line: number;
  /** Milliseconds since the epoch. */
  readonly time?: number;
  readonly excerpt: () => SafeText;
  readonly blames?: Component;
  readonly captured?: string;
}

export interface Tally {
  readonly add: (occurrence: Occurrence) => void;
  /** The most severe first, then the most frequent, then the first in the log. */
  readonly findings: () => readonly LogFinding[];
}

interface Row {
  readonly first: Occurrence;
  readonly excerpt: SafeText;
  readonly blames: Set<Component>;
  readonly captured: Set<SafeText>;
  last: Occurrence;
  count: number;
}

export function createTally(): Tally {
  const rows = new Map<string, Row>();
  return {
    add(occurrence) {
      const key = `${occurrence.id} ${occurrence.component}`;
      let row = rows.get(key);
      if (row === undefined) {
        row = {
          first: occurrence,
          excerpt: occurrence.excerpt(),
          blames: new Set(),
          captured: new Set(),
          last: occurrence,
          count: 0,
        };
        rows.set(key, row);
      }
      row.last = occurrence;
      row.count += 1;
      if (occurrence.blames !== undefined) row.blames.add(occurrence.blames);
      if (occurrence.captured !== undefined && row.captured.size < MAX_CAPTURED) {
        row.captured.add(redact(occurrence.captured, [], CAPTURED_BYTES));
      }
    },
    findings: () => [...rows.values()].map(toFinding).sort(bySeverity),
  };
}

function toFinding({ first, last, excerpt, blames, captured, count }: Row): LogFinding {
  const firstTime = first.time === undefined ? undefined : new Date(first.time).toISOString();
  const lastTime = last.time === undefined ? undefined : new Date(last.time).toISOString();
  return {
    id: first.id,
    component: first.component,
    fault: first.fault,
    count,
    firstLine: first.line,
    lastLine: last.line,
    ...(firstTime === undefined ? {} : { firstTime }),
    ...(lastTime === undefined ? {} : { lastTime }),
    excerpt,
    blames: [...blames],
    captured: [...captured],
  };
}

function bySeverity(a: LogFinding, b: LogFinding): number {
  const rank = (finding: LogFinding): number => SEVERITIES.indexOf(traits(finding.fault).severity);
  const anybodys = (finding: LogFinding): number => (finding.component === 'alerts' ? 1 : 0);
  return (
    rank(a) - rank(b) ||
    b.count - a.count ||
    a.firstLine - b.firstLine ||
    anybodys(a) - anybodys(b) ||
    (a.id < b.id ? -1 : 1)
  );
}
