// What `gate` prints. For a person: what blocks, what the guide says to do, and what nobody looked at.
import type { ExitCode } from '../api/exit-codes.ts';
import type { GateAnswer, GateFinding } from '../gate/decision.ts';
import { gateObject, type GateObject } from '../gate/object.ts';
import { citationLines, remedyLines } from './advice.ts';
import { beside, labelled, type Paint, plain, USUAL_WIDTH, wrap } from './columns.ts';
import { overDocuments } from './document.ts';
import { jsonText, yamlText, type Formats } from './format.ts';
import { allPrintable } from './printable.ts';
import { OUTCOMES, outcomeStyle, type Told } from './view.ts';

/** What `gate` has to say. */
export interface Gated {
  readonly reports: readonly Told[];
  /** That of the command: the worst of the reports. */
  readonly exitCode: ExitCode;
  /** Why there is no answer about any report; then `reports` holds what documents show instead. */
  readonly problem?: string;
  /** Every question that was not asked. */
  readonly verbose?: boolean;
}

export const GATE_FORMATS = {
  // The problem goes to stderr: a person reads both.
  table: ({ reports, problem, verbose }, paint, width) =>
    problem === undefined ? renderGate(answersOf(reports), paint, width, verbose).join('\n') : '',
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
export function renderGate(
  answers: readonly GateAnswer[],
  paint: Paint = plain,
  width = USUAL_WIDTH,
  verbose = false,
): string[] {
  return answers.flatMap((answer, index) => [
    ...(index === 0 ? [] : ['']),
    ...renderOne(allPrintable(answer), paint, width, verbose),
  ]);
}

function renderOne(answer: GateAnswer, paint: Paint, width: number, verbose: boolean): string[] {
  const hanging = (text: string): string[] =>
    wrap(text, width - 4).map((line, index) => (index === 0 ? '  ' : '    ') + line);
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', paint('strong', title), ...lines.flatMap(hanging)];
  return [
    ...beside(
      [
        { text: `${answer.namespace}/${answer.name}`, style: 'strong' },
        { text: OUTCOMES[answer.exitCode], style: outcomeStyle(answer.exitCode) },
        { text: answer.reason },
        ...(answer.lastRunTime === undefined ? [] : [{ text: `last run ${answer.lastRunTime}` }]),
      ],
      width,
      paint,
      0,
    ),
    ...wrap(answer.message, width - 2).map((line) => `  ${line}`),
    ...(answer.override === undefined
      ? []
      : hanging(`OVERRIDDEN (exit code ${answer.override.replaced}): ${answer.override.reason}`)),
    ...section('Blocks the upgrade', answer.blockers, 'bad', paint, width),
    ...section('Without an answer, or not confirmed yet', answer.unanswered, 'unknown', paint, width),
    ...section('Deserves a look', answer.warnings, 'warning', paint, width),
    ...section('Worth knowing', answer.notes, 'faint', paint, width),
    ...section('Left out by --skip', answer.skipped, 'warning', paint, width),
    ...section('Muted by the spec', answer.muted, 'faint', paint, width),
    ...list(`Not examined (${answer.notExamined.length})`, verbose ? answer.notExamined : answer.notExaminedByCause),
    ...list(
      `Believed on (${answer.evidence.length})`,
      answer.evidence.map(({ target, check, message }) => `${target}: ${check.slice(target.length + 1)}: ${message}`),
    ),
  ];
}

/** Causes in full, each with what it explains behind it; what has its cause elsewhere in one line. */
function section(
  title: string,
  findings: readonly GateFinding[],
  style: Parameters<Paint>[0],
  paint: Paint,
  width: number,
): string[] {
  if (findings.length === 0) return [];
  const causes = findings.filter(({ explainedBy }) => explainedBy === undefined);
  const isHere = (id: string | undefined): boolean => causes.some(({ check }) => check === id);
  const symptoms = findings.filter(({ explainedBy }) => explainedBy !== undefined);
  const told = new Set<string>();
  return [
    '',
    ...wrap(`${title} (${findings.length})`, width).map((line) => paint('strong', line)),
    ...causes.flatMap(({ check, fault, severity, result, message, remedy, citation }) => {
      const explains = symptoms.filter(({ explainedBy }) => explainedBy === check).map((symptom) => symptom.check);
      const lines = [
        ...beside(
          [
            { text: fault ?? result, style },
            { text: check },
            ...(severity === undefined ? [] : [{ text: `(${severity})` }]),
          ],
          width,
          paint,
        ),
        ...labelled('Seen', message, width),
        ...remedyLines(remedy, width, paint),
      ];
      const isTold = citation !== undefined && told.has(citation.id);
      if (citation !== undefined) told.add(citation.id);
      return [
        ...lines,
        // Many findings lead to one entry: its words once, its id each time.
        ...(citation === undefined
          ? []
          : citationLines(citation.id, citation, { width, told: isTold, beside: remedy !== undefined })),
        ...labelled('Explains', explains.join(', '), width),
      ];
    }),
    ...symptoms
      .filter(({ explainedBy }) => !isHere(explainedBy))
      .flatMap(({ check, fault, result, explainedBy }) => [
        ...beside([{ text: fault ?? result, style }, { text: check }], width, paint),
        ...labelled('Because', explainedBy ?? '', width),
      ]),
  ];
}
