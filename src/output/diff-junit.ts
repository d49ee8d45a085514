// The JUnit XML of a comparison: a suite for each report, a case for the verdict and one for each thing that changed. What
// was bad before does not fail here: it fails in the gate's own document.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { Result } from '../api/faults/traits.ts';
import type { Change, Comparison, Moved } from '../gate/comparison.ts';
import { phasesOf, runsOf, stepOf } from './diff-view.ts';
import { junitDocument, problemSuite, verdictOf, type Case } from './junit-document.ts';

/** A whole document, without a line feed at its end. `problem`: why nothing could be compared. */
export function renderDiffJunit(comparisons: readonly Comparison[], exitCode: ExitCode, problem?: string): string {
  if (comparisons.length === 0)
    return junitDocument([problemSuite('nothing compared', exitCode, problem ?? 'There is no report.')]);
  return junitDocument(
    comparisons.map((comparison) => ({
      name: `${comparison.namespace}/${comparison.name}`,
      classname: `${comparison.namespace}.${comparison.name}`,
      durationMs: (comparison.phases ?? []).reduce((sum, { ms }) => sum + ms, 0),
      runAt: comparison.runAfter,
      cases: casesOf(comparison),
    })),
  );
}

function casesOf(comparison: Comparison): readonly Case[] {
  const { exitCode, reason, message, regressions, added, lostSight, gone, still, fixes, moved, unseen } = comparison;
  const verdict: Case = {
    id: 'diff',
    group: 'diff',
    verdict: verdictOf(exitCode),
    type: reason,
    message,
    text: [runsOf(comparison), phasesOf(comparison)].filter((line) => line !== '').join('\n'),
  };
  const warningsFail = exitCode === EXIT.warn;
  return [
    verdict,
    ...[...regressions, ...added].map((change) => caseOf(change, worseAs(change, warningsFail))),
    ...[...lostSight, ...gone].map((change) => caseOf(change, change.required ? 'error' : 'skipped')),
    ...still.map((change) => caseOf(change, 'skipped')),
    ...fixes.map((change) => caseOf(change, 'pass')),
    ...moved.map((one) => movedCase(one, warningsFail)),
    ...unseen.map((id): Case => ({ ...NOT_EXAMINED, id })),
  ];
}

const NOT_EXAMINED: Omit<Case, 'id'> = {
  group: 'checks',
  verdict: 'skipped',
  type: 'skip',
  message: 'not examined before or after',
  text: '',
};

const VERDICTS = {
  fail: 'failure',
  error: 'error',
  warn: 'failure',
  skip: 'skipped',
  pass: 'pass',
} as const satisfies Record<Result, Case['verdict']>;

function worseAs({ after = 'pass' }: Change, warningsFail: boolean): Case['verdict'] {
  return after === 'warn' && !warningsFail ? 'pass' : VERDICTS[after];
}

/** What a mute silences neither fails nor passes. */
function caseOf(change: Change, verdict: Case['verdict']): Case {
  const message = `${stepOf(change)}${change.message === '' ? '' : `: ${change.message}`}`;
  const as = change.muted && verdict !== 'pass' ? 'skipped' : verdict;
  return {
    id: change.check,
    group: 'checks',
    verdict: as,
    type: change.faultAfter ?? change.after ?? 'NotAsked',
    message,
    text: message,
  };
}

function movedCase({ what, message, counts }: Moved, warningsFail: boolean): Case {
  const isFailure = counts === 'fail' || (counts === 'warn' && warningsFail);
  return { id: what, group: 'moved', verdict: isFailure ? 'failure' : 'pass', type: 'Moved', message, text: message };
}
