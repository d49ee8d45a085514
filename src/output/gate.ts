// What `gate` prints. For a person: what blocks, what the guide says to do, and what nobody looked at.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { GateAnswer, GateFinding } from '../gate/decision.ts';
import { gateObject, type GateObject } from '../gate/object.ts';
import { plain, wrap, type Paint } from './columns.ts';
import { overDocuments } from './document.ts';
import { jsonText, yamlText, type Formats } from './format.ts';
import { allPrintable } from './printable.ts';
import { OUTCOMES, type Told } from './view.ts';

const WIDTH = 100;

/** What `gate` has to say. */
export interface Gated {
  readonly reports: readonly Told[];
  /** That of the command: the worst of the reports. */
  readonly exitCode: ExitCode;
  /** Why there is no answer about any report; then `reports` holds what documents show instead. */
  readonly problem?: string;
}

export const GATE_FORMATS = {
  // The problem goes to stderr: a person reads both.
  table: ({ reports, problem }, paint) =>
    problem === undefined ? renderGate(answersOf(reports), paint).join('\n') : '',
  json: (gated) => jsonText(objectOf(gated)),
  yaml: (gated) => yamlText(objectOf(gated)),
  ...overDocuments(({ reports }: Gated) => reports),
} as const satisfies Formats<Gated>;

function objectOf({ reports, exitCode, problem }: Gated): GateObject {
  return gateObject(problem === undefined ? answersOf(reports) : [], exitCode, problem);
}

function answersOf(reports: readonly Told[]): readonly GateAnswer[] {
  return reports.map(({ gate }) => gate);
}

/** All answers, an empty line between two. */
export function renderGate(answers: readonly GateAnswer[], paint: Paint = plain): string[] {
  return answers.flatMap((answer, index) => [...(index === 0 ? [] : ['']), ...renderOne(allPrintable(answer), paint)]);
}

function renderOne(answer: GateAnswer, paint: Paint): string[] {
  const style = answer.exitCode === EXIT.pass ? 'good' : answer.exitCode === EXIT.fail ? 'bad' : 'unknown';
  const lastRun = answer.lastRunTime === undefined ? '' : `  last run ${answer.lastRunTime}`;
  return [
    `${paint('strong', `${answer.namespace}/${answer.name}`)}  ${paint(style, OUTCOMES[answer.exitCode])}  ${answer.reason}${lastRun}`,
    ...wrap(answer.message, WIDTH - 2).map((line) => `  ${line}`),
    ...(answer.override === undefined
      ? []
      : [`  OVERRIDDEN (exit code ${answer.override.replaced}): ${answer.override.reason}`]),
    ...section('Blocks the upgrade', answer.blockers, 'bad', paint),
    ...section('Without an answer, or not confirmed yet', answer.unanswered, 'unknown', paint),
    ...section('Deserves a look', answer.warnings, 'warning', paint),
    ...section('Worth knowing', answer.notes, 'faint', paint),
    ...section('Left out by --skip', answer.skipped, 'warning', paint),
    ...section('Muted by the spec', answer.muted, 'faint', paint),
    ...(answer.notExamined.length === 0
      ? []
      : [
          '',
          paint('strong', `Not examined (${answer.notExamined.length})`),
          ...answer.notExamined.flatMap((line) => indented(line, '  ')),
        ]),
    ...(answer.evidence.length === 0
      ? []
      : [
          '',
          paint('strong', `Believed on (${answer.evidence.length})`),
          ...answer.evidence.flatMap(({ target, check, message }) =>
            indented(`${target}: ${check.slice(target.length + 1)}: ${message}`, '  '),
          ),
        ]),
  ];
}

function section(title: string, findings: readonly GateFinding[], style: Parameters<Paint>[0], paint: Paint): string[] {
  if (findings.length === 0) return [];
  const told = new Set<string>();
  return [
    '',
    paint('strong', `${title} (${findings.length})`),
    ...findings.flatMap(({ check, fault, severity, result, message, citation }) => {
      const rank = severity === undefined ? '' : ` (${severity})`;
      const lines = [`  ${paint(style, fault ?? result)}  ${check}${rank}`, ...labelled('Seen', message)];
      if (citation === undefined) return lines;
      // Many symptoms lead to one entry: its words once, its id each time.
      if (!told.has(citation.id))
        lines.push(...labelled('Cause', citation.cause), ...labelled('Next', citation.nextSteps));
      told.add(citation.id);
      return [...lines, ...labelled(citation.source === 'ours' ? 'Ours' : 'Guide', `${citation.id} ${citation.url}`)];
    }),
  ];
}

function labelled(label: string, text: string): string[] {
  if (text === '') return [];
  return wrap(text, WIDTH - 11).map((line, index) => `    ${(index === 0 ? label : '').padEnd(7)}${line}`);
}

function indented(text: string, indent: string): string[] {
  return wrap(text, WIDTH - 4).map((line, index) => `${index === 0 ? indent : `${indent}  `}${line}`);
}
