// Turns the result of one run into a state that does not flap, with what the status remembers of the run before.
//
// The first observation counts at once. After that `failure` runs in a row that are worse than the state make it
// worse, `success` runs that are better make it better. A run without an answer (error, skip) neither advances nor
// resets a streak. It cannot make or clear a failure, but an old good state does not outlive its evidence for ever:
// after `failure` runs without an answer the state is what the run says, and then nothing is known, so that the next
// answer counts at once, as a first observation does. A fail is only ever left by answers, by as many skips (the question
// is no longer asked), or by an error that comes with evidence that the thing itself is well.
import { traits, type FaultCode } from '../api/faults.ts';
import type { Result } from '../api/faults/traits.ts';
import type { CheckStatus } from '../api/health-report.ts';
import { remembered, sinceOf, type Case } from './case.ts';
import { badness } from './order.ts';

export interface Thresholds {
  /** Bad runs in a row that make a check bad. */
  readonly failure: number;
  /** Good runs in a row that clear it. */
  readonly success: number;
}

type Step = Pick<Case, 'state' | 'streak' | 'toward' | 'unanswered'>;

/**
 * The case with the state that the runs so far add up to.
 *
 * @param fresh false when the status before is older than its `freshUntil`: states hold, streaks are dropped
 * @param now RFC 3339 UTC
 */
export function settle(one: Case, thresholds: Thresholds, fresh: boolean, now: string): Case {
  const { result, observed, previous } = one;
  const step = next(result, observed, previous, thresholds, fresh);
  const holds = previous !== undefined && remembers(step.state, result, previous);
  return { ...one, ...step, ...(holds ? remembered(previous) : {}), since: sinceOf(step.state, previous, now) };
}

/** A failing or warning state keeps its own fault while the result differs and is not another fault of that rank. */
function remembers(state: Result, result: Result, previous: CheckStatus): boolean {
  return (state === 'fail' || state === 'warn') && result !== state && previous.state === state;
}

function next(
  result: Result,
  observed: FaultCode | undefined,
  previous: CheckStatus | undefined,
  thresholds: Thresholds,
  fresh: boolean,
): Step {
  const isAnswer = result !== 'error' && result !== 'skip';
  const settled: Step = { state: result, streak: 0, toward: undefined, unanswered: isAnswer ? 0 : 1 };
  if (previous === undefined) return settled;
  const kept = {
    state: previous.state,
    streak: fresh ? (previous.streak ?? 0) : 0,
    toward: fresh ? previous.toward : undefined,
  };
  if (!isAnswer) {
    const unanswered = (fresh ? (previous.unanswered ?? 0) : 0) + 1;
    const known = previous.state !== 'error' && previous.state !== 'skip';
    const acquits = observed !== undefined && traits(observed).acquits === true;
    const holds = previous.state === 'fail' && result === 'error' && !acquits;
    const enough = unanswered >= thresholds.failure && !holds;
    return known && !enough ? { ...kept, unanswered } : { ...settled, unanswered };
  }
  const from = previous.state;
  if (from === 'error' || from === 'skip' || result === from) return settled;
  if (observed !== undefined && traits(observed).atOnce === true) return settled;

  const worse = badness(result) > badness(from);
  const sameWay = kept.toward !== undefined && badness(kept.toward) > badness(from) === worse;
  const streak = sameWay ? kept.streak + 1 : 1;
  // Getting worse, the newest answer counts. Getting better, the streak is as good as its worst run.
  const toward = sameWay && !worse && kept.toward !== undefined ? worseOf(kept.toward, result) : result;
  const needed = worse ? failuresNeeded(observed, thresholds) : thresholds.success;
  return streak >= needed ? { ...settled, state: toward } : { state: from, streak, toward, unanswered: 0 };
}

/** Bad runs in a row that confirm a fault. `confirmAfter` replaces the threshold, except under a threshold of 1, which asks for every answer as it is. */
export function failuresNeeded(observed: FaultCode | undefined, { failure }: Thresholds): number {
  const confirmAfter = observed === undefined ? undefined : traits(observed).confirmAfter;
  return confirmAfter === undefined || failure === 1 ? failure : confirmAfter;
}

function worseOf(a: Result, b: Result): Result {
  return badness(a) >= badness(b) ? a : b;
}
