// Turns the result of one run into a state that does not flap, with what the status remembers of the run before.
//
// The first observation counts at once. After that `failure` runs in a row that are worse than the state make it
// worse, `success` runs that are better make it better. A run without an answer (error, skip) neither advances nor
// resets a streak. It cannot make or clear a failure, but an old good state does not outlive its evidence for ever:
// after `failure` runs without an answer the state is what the run says, and then nothing is known, so that the next
// answer counts at once, as a first observation does. A fail is only ever left by answers, or by as many skips (the
// question is no longer asked).
import { isFaultCode, traits, type FaultCode } from '../api/faults.ts';
import type { Result } from '../api/faults/traits.ts';
import type { CheckStatus, CitationRef } from '../api/health-report.ts';
import type { Finding } from '../facts/answer.ts';
import { clipSafe, redact, type SafeText } from '../runtime/safe-text.ts';
import { badness } from './order.ts';

/** Bytes of a check's message and evidence in the status. */
export const MESSAGE_BYTES = 160;
export const EVIDENCE_BYTES = 256;

export interface Thresholds {
  /** Bad runs in a row that make a check bad. */
  readonly failure: number;
  /** Good runs in a row that clear it. */
  readonly success: number;
}

/** For `check` and `gate`: every answer counts at once. */
export const RAW: Thresholds = { failure: 1, success: 1 };

export interface Settled {
  readonly finding: Finding;
  readonly previous: CheckStatus | undefined;
  readonly result: Result;
  readonly observed: FaultCode | undefined;
  readonly state: Result;
  readonly streak: number;
  readonly toward: Result | undefined;
  readonly unanswered: number;
  readonly fault: FaultCode | undefined;
  readonly message: SafeText;
  readonly evidence: SafeText | undefined;
  readonly basis: CitationRef['basis'];
  readonly since: string;
}

type Step = Pick<Settled, 'state' | 'streak' | 'toward' | 'unanswered'>;

/**
 * @param previous the same check in the status of the run before; undefined for a check that is new
 * @param fresh false when that status is older than its `freshUntil`: states hold, streaks are dropped
 * @param now RFC 3339 UTC
 */
export function settle(
  finding: Finding,
  previous: CheckStatus | undefined,
  thresholds: Thresholds,
  fresh: boolean,
  now: string,
): Settled {
  const { answer } = finding;
  const observed = answer.kind === 'fault' ? answer.fault.code : undefined;
  const result: Result = observed === undefined ? 'pass' : traits(observed).result;
  const step = next(result, observed, previous, thresholds, fresh);
  const holds = previous !== undefined && remembers(step.state, result, previous);
  return {
    finding,
    previous,
    result,
    observed,
    ...step,
    ...(holds ? remembered(previous) : seen(finding)),
    since: previous?.state === step.state ? previous.since : now,
  };
}

/** What is shown of a check whose bad state outlives this run's result: the fault that made the state. */
export function remembered(previous: CheckStatus): Pick<Settled, 'fault' | 'message' | 'evidence' | 'basis'> {
  return {
    fault: faultOf(previous),
    message: redact(previous.message ?? '', [], MESSAGE_BYTES),
    evidence: previous.evidence === undefined ? undefined : redact(previous.evidence, [], EVIDENCE_BYTES),
    basis: previous.citations?.[0]?.basis ?? 'Inferred',
  };
}

/** The fault that a status holds; a code of a newer operator is Unclassified. */
export function faultOf(check: CheckStatus): FaultCode | undefined {
  if (check.fault === undefined || check.fault === '') return undefined;
  return isFaultCode(check.fault) ? check.fault : 'Unclassified';
}

function seen({ answer }: Finding): Pick<Settled, 'fault' | 'message' | 'evidence' | 'basis'> {
  if (answer.kind === 'pass') {
    return { fault: undefined, message: clipSafe(answer.note, MESSAGE_BYTES), evidence: undefined, basis: 'Inferred' };
  }
  return {
    fault: answer.fault.code,
    message: clipSafe(answer.fault.detail, MESSAGE_BYTES),
    evidence: answer.evidence === undefined ? undefined : clipSafe(answer.evidence, EVIDENCE_BYTES),
    basis: basisOf(answer),
  };
}

/** What an answer rests on: a log line, what the other side said, or a conclusion. */
export function basisOf(answer: Finding['answer']): CitationRef['basis'] {
  if (answer.kind === 'pass' || answer.evidence === undefined) return 'Inferred';
  return answer.basis ?? 'Response';
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
    const enough = unanswered >= thresholds.failure && !(previous.state === 'fail' && result === 'error');
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
