// Findings as they add up: one for each entry and component, whatever the length of the log.
import type { Component } from '../api/components.ts';
import { traits } from '../api/faults.ts';
import type { FaultCode } from '../api/faults.ts';
import { SEVERITIES } from '../api/faults/traits.ts';
import type { LogFinding } from '../facts/log-evidence.ts';
import type { Deepest } from '../guide/cause.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { createEchoes, type Echoes, type Telling } from './echoes.ts';

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
  readonly time?: number | undefined;
  readonly excerpt: () => SafeText;
  /** Without a signature of the guide's the cause alone says it. */
  readonly inferred: boolean;
  readonly deepest?: Deepest | undefined;
  /** The record, to see whether it tells a failure again that the record above it told. */
  readonly told: Telling;
  readonly blames?: Component | undefined;
  readonly captured?: string | undefined;
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
  deepest: Deepest | undefined;
  readonly echoes: Echoes;
}

export function createTally(): Tally {
  const rows = new Map<string, Row>();
  return {
    add(occurrence) {
      const key = rowOf(occurrence);
      let row = rows.get(key);
      if (row === undefined) {
        row = {
          first: occurrence,
          excerpt: occurrence.excerpt(),
          blames: new Set(),
          captured: new Set(),
          last: occurrence,
          count: 0,
          deepest: undefined,
          echoes: createEchoes(),
        };
        rows.set(key, row);
      }
      row.last = occurrence;
      if (!row.echoes.isEcho(occurrence)) row.count += 1;
      if (row.deepest === undefined || (row.deepest.vague === true && occurrence.deepest?.vague !== true)) {
        row.deepest = occurrence.deepest ?? row.deepest;
      }
      if (occurrence.blames !== undefined) row.blames.add(occurrence.blames);
      if (occurrence.captured !== undefined && row.captured.size < MAX_CAPTURED) {
        row.captured.add(redact(occurrence.captured, [], CAPTURED_BYTES));
      }
    },
    findings: () => [...rows.values()].filter(isWorthAWord).map(toFinding).sort(bySeverity),
  };
}

/** One row for each entry and component. A pool that is used up is another's affair than one that gets no connection. */
function rowOf({ id, component, fault }: Occurrence): string {
  return `${id} ${component} ${fault === 'PoolUsedUp' ? fault : ''}`;
}

/** A statement that failed is everyday talk; that statements fail is not. */
const STATEMENTS = 3;

function isWorthAWord({ first, count }: Row): boolean {
  return first.fault !== 'StatementErrorLogged' || count >= STATEMENTS;
}

function toFinding({ first, last, excerpt, blames, captured, count, deepest }: Row): LogFinding {
  const firstTime = first.time === undefined ? undefined : new Date(first.time).toISOString();
  const lastTime = last.time === undefined ? undefined : new Date(last.time).toISOString();
  return {
    id: first.id,
    component: first.component,
    fault: first.fault,
    count,
    firstLine: first.line,
    lastLine: last.line,
    firstTime,
    lastTime,
    excerpt,
    basis: first.inferred ? 'Inferred' : 'Log',
    ...(deepest === undefined ? {} : { deepest: safely(deepest) }),
    blames: [...blames],
    captured: [...captured],
  };
}

function safely({ fault, text }: Deepest): NonNullable<LogFinding['deepest']> {
  return { text: redact(text), fault };
}

/** What accuses another before what followed from it, then the most frequent, then the first in the log. */
function bySeverity(a: LogFinding, b: LogFinding): number {
  const rank = (finding: LogFinding): number => SEVERITIES.indexOf(traits(finding.fault).severity);
  const general = ({ fault }: LogFinding): number => (fault === 'ApplicationRunFailed' ? 1 : 0);
  const anybodys = (finding: LogFinding): number => (finding.component === 'alerts' ? 1 : 0);
  return (
    rank(a) - rank(b) ||
    general(a) - general(b) ||
    b.count - a.count ||
    a.firstLine - b.firstLine ||
    anybodys(a) - anybodys(b) ||
    (a.id < b.id ? -1 : 1)
  );
}
