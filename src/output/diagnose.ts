// What `diagnose` found: as JSON for scripts, and for people each finding with what the guide says to do.
import type { Component } from '../api/components.ts';
import { traits } from '../api/faults.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Severity } from '../api/faults/traits.ts';
import type { LogCounters, LogEvidence, LogFinding } from '../facts/log-evidence.ts';
import { entryUrl, type Entry } from '../guide/entry.ts';
import { ENTRIES } from '../guide/index.ts';
import { type Paint, plain, USUAL_WIDTH, wrap } from './columns.ts';
import { jsonText, type Formats } from './format.ts';
import { withoutLogCommands } from './log-commands.ts';

/** Narrower than this, a label stands before its text and not in a column of its own. */
const NARROW = 60;
const LABEL_WIDTH = 10;

/** `diagnose -o json`. Scripts read these names. */
export interface Diagnosis {
  readonly lines: number;
  /** Records in which something was found. */
  readonly matched: number;
  readonly findings: readonly DiagnosisFinding[];
  readonly bytes: number;
  /** What could not be read as it should be; not findings. */
  readonly damage: Omit<LogCounters, 'bytes' | 'lines' | 'matched'>;
}

export interface DiagnosisFinding {
  readonly id: string;
  readonly component: Component;
  readonly count: number;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly excerpt: string;
  /** Log: a line of the guide's stands there. Inferred: our own table classified what a library says. */
  readonly basis: 'Log' | 'Inferred';
  /** The deepest cause: in the words of the probes where it is classified, and as it stands in the log. */
  readonly deepest?: { readonly fault?: FaultCode | undefined; readonly text: string } | undefined;
  readonly title: string;
  readonly fault: FaultCode;
  readonly severity: Severity;
  readonly firstTime?: string | undefined;
  readonly lastTime?: string | undefined;
  readonly blames: readonly Component[];
  readonly captured: readonly string[];
  readonly cause: string;
  readonly nextSteps: string;
  readonly url: string;
}

export const DIAGNOSE_FORMATS = {
  text: (evidence, paint, width) => renderDiagnosis(evidence, paint, width).join('\n'),
  json: (evidence) => jsonText(diagnosis(evidence)),
} as const satisfies Formats<LogEvidence>;

export function diagnosis({ counters, findings }: LogEvidence): Diagnosis {
  const { bytes, lines, matched, ...damage } = counters;
  return { lines, matched, findings: findings.map(withEntry), bytes, damage };
}

/**
 * The findings as lines of text, the most severe first, then what was read.
 *
 * @param width columns to stay within; undefined: a line of the log stays one line, for whoever reads on by program
 */
export function renderDiagnosis({ counters, findings }: LogEvidence, paint: Paint = plain, width?: number): string[] {
  const lines = count(counters.lines, 'line');
  if (findings.length === 0) return [`Nothing of the guide found in ${lines}.`];
  return [
    ...findings.flatMap((finding) => [...renderFinding(withEntry(finding), paint, width), '']).map(withoutLogCommands),
    `${count(findings.length, 'finding')} in ${count(counters.matched, 'record')} of ${lines}.`,
  ];
}

/** What could not be read as it should be, one sentence each. */
export function troubles(counters: LogCounters): string[] {
  const { linesWithNul, linesNotUtf8, brokenJson, longLines, timeWentBack } = counters;
  const sentences: readonly (readonly [number, string])[] = [
    [linesWithNul, `NUL bytes in ${count(linesWithNul, 'line')}: part of the log may be missing, or it is no text.`],
    [linesNotUtf8, `${count(linesNotUtf8, 'line')} not in UTF-8; what could be read of them was matched.`],
    [brokenJson, `${count(brokenJson, 'line')} beginning as JSON without being it; not matched.`],
    [longLines, `${count(longLines, 'line')} too long; only the beginning was matched.`],
    [
      timeWentBack,
      `${count(timeWentBack, 'finding')} earlier than the one above: a clock jumped, or logs were joined.`,
    ],
  ];
  return sentences.filter(([number]) => number > 0).map(([, sentence]) => sentence);
}

function renderFinding(finding: DiagnosisFinding, paint: Paint, width: number | undefined): string[] {
  const style = finding.severity === 'low' ? 'warning' : 'bad';
  const { id, title, deepest, blames } = finding;
  const sentence = (label: string, text: string): string[] => field(label, text, width ?? USUAL_WIDTH);
  /** What is copied and searched for: broken only where a terminal would break it in the middle of a word. */
  const verbatim = (label: string, text: string): string[] => field(label, text, width);
  const [first = '', ...more] = wrap(title, Math.max((width ?? Infinity) - id.length - 2, 1));
  return [
    `${paint(style, id)}  ${paint('strong', first)}`,
    ...more.map((line) => `${' '.repeat(id.length + 2)}${paint('strong', line)}`),
    ...sentence('Where', where(finding)),
    ...verbatim('Log', finding.excerpt),
    ...(deepest === undefined || deepest.text === finding.excerpt ? [] : verbatim('Because', deepest.text)),
    ...(deepest?.fault === undefined
      ? []
      : sentence(
          'That is',
          `${deepest.fault}${finding.basis === 'Inferred' ? ' (inferred; not a line of the guide)' : ''}`,
        )),
    ...(blames.length === 0 ? [] : sentence('Accuses', accused(finding))),
    ...sentence('Cause', finding.cause),
    ...sentence('Next', finding.nextSteps),
    ...verbatim('Guide', finding.url),
  ];
}

function where({ component, count: records, firstLine, lastLine, firstTime, lastTime }: DiagnosisFinding): string {
  const log = component === 'alerts' ? 'any service' : component;
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
  const last = lastTime === undefined || lastTime === firstTime ? '' : ` to ${lastTime}`;
  const times = firstTime === undefined ? '' : `, ${firstTime}${last}`;
  return `${log}, ${count(records, 'record')}, ${lines}${times}`;
}

function accused({ blames, captured }: DiagnosisFinding): string {
  return captured.length === 0 ? blames.join(', ') : `${blames.join(', ')} (${captured.join(', ')})`;
}

/** A text under its label; on one line where no width is given. */
function field(label: string, text: string, width: number | undefined): string[] {
  if (width === undefined) return [`  ${`${label}:`.padEnd(LABEL_WIDTH)}${text}`];
  if (width < NARROW)
    return wrap(`${label}: ${text}`, width - 4).map((line, index) => ' '.repeat(index === 0 ? 2 : 4) + line);
  return wrap(text, width - LABEL_WIDTH - 2).map(
    (line, index) => `  ${(index === 0 ? `${label}:` : '').padEnd(LABEL_WIDTH)}${line}`,
  );
}

const byId: ReadonlyMap<string, Entry> = new Map(ENTRIES.map((entry) => [entry.id, entry]));

function withEntry(finding: LogFinding): DiagnosisFinding {
  const entry = byId.get(finding.id);
  if (entry === undefined) throw new Error(`The guide has no entry ${finding.id}.`);
  const { id, component, fault, firstLine, lastLine, firstTime, lastTime, excerpt, basis, deepest, blames, captured } =
    finding;
  return {
    id,
    component,
    count: finding.count,
    firstLine,
    lastLine,
    excerpt,
    basis,
    deepest,
    title: entry.title,
    fault,
    severity: traits(fault).severity,
    firstTime,
    lastTime,
    blames,
    captured,
    cause: entry.cause,
    nextSteps: entry.nextSteps,
    url: entryUrl(entry),
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
