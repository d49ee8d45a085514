// A page that says of each report what came of it: of a comparison, or of the question for the way back.
import type { ExitCode } from '../../api/exit-codes.ts';
import { ownVersion } from '../../runtime/own-version.ts';
import { runsOf } from '../diff-view.ts';
import { OUTCOMES, outcomeStyle } from '../view.ts';
import { htmlDocument } from './document.ts';
import { text } from './escape.ts';
import { keyTable } from './sections.ts';

interface Outcome {
  readonly namespace: string;
  readonly name: string;
  readonly exitCode: ExitCode;
  readonly reason: string;
  readonly message: string;
  readonly runBefore?: string;
  readonly runAfter?: string;
}

interface Page<T> {
  /** What was done: `compared`. */
  readonly done: string;
  readonly subtitle: string;
  readonly outcomes: readonly T[];
  /** Why there are none. */
  readonly problem: string | undefined;
  /** Rows beside exit code, runs and version. */
  readonly figures: (outcome: T) => readonly (readonly [string, string])[];
  /** HTML below the head of a report. */
  readonly body: (outcome: T) => readonly string[];
}

/** A whole document, without a line feed at its end. */
export function outcomesPage<T extends Outcome>({ done, subtitle, outcomes, problem, figures, body }: Page<T>): string {
  const heads = outcomes.map(({ namespace, name, exitCode }) => `${namespace}/${name}: ${OUTCOMES[exitCode]}`);
  return htmlDocument(heads.length === 0 ? `nothing ${done}` : heads.join(', '), subtitle, [
    ...(problem === undefined ? [] : [`<p><strong>Nothing ${done}</strong>: ${text(problem)}</p>`]),
    ...outcomes.flatMap((outcome, index) => section(outcome, `report-${index + 1}`, figures(outcome), body(outcome))),
  ]);
}

function section(
  outcome: Outcome,
  id: string,
  figures: readonly (readonly [string, string])[],
  body: readonly string[],
): readonly string[] {
  const { namespace, name, exitCode, reason, message } = outcome;
  const runs = runsOf(outcome);
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${text(`${namespace}/${name}`)}: <span class="state ${outcomeStyle(exitCode)}">${OUTCOMES[exitCode]}</span></h2>`,
    `<p><strong>${reason}</strong>: ${text(message)}</p>`,
    ...keyTable('In short', [
      ['Exit code', String(exitCode)],
      ...(runs === '' ? [] : [['Run before → run after', runs] as const]),
      ...figures,
      ['Made by', `recognize-health ${ownVersion()}`],
    ]),
    ...body,
    '</section>',
  ];
}
