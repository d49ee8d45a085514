// One check on its way through the judgement: the finding, the run before, and what the steps so far decided.
import { isFaultCode, traits, type FaultCode } from '../api/faults.ts';
import type { Result } from '../api/faults/traits.ts';
import type { CheckStatus, CitationRef } from '../api/health-report.ts';
import type { Answer, Finding } from '../facts/answer.ts';
import { clipSafe, redact } from '../runtime/safe-text.ts';
import type { JudgedCheck } from './judgement.ts';
import type { ActiveMute, MuteMemory } from './mutes.ts';

/** Bytes of a check's message and evidence in the status. */
export const MESSAGE_BYTES = 160;
export const EVIDENCE_BYTES = 256;

/** Each step gets a case and returns it with the fields that it decides; what no step touches is as the run saw it. */
export interface Case extends JudgedCheck {
  readonly answer: Answer;
  /** The same check in the status of the run before; undefined for a check that is new. */
  readonly previous: CheckStatus | undefined;
  /** The active mute that speaks of the check. */
  readonly mute: ActiveMute | undefined;
  /** What that mute is compared with. */
  readonly memory: MuteMemory | undefined;
}

/** What is told of a check, together: the fault, and the words that belong to it. */
export type Told = Pick<JudgedCheck, 'fault' | 'message' | 'evidence' | 'basis' | 'names'>;

/**
 * The finding as a case: all of it as if this run were the only one.
 *
 * @param now RFC 3339 UTC
 */
export function caseOf(finding: Finding, previous: CheckStatus | undefined, now: string): Case {
  const { id, component, targetId, required, feeds, answer } = finding;
  const observed = answer.kind === 'fault' ? answer.fault.code : undefined;
  const result: Result = observed === undefined ? 'pass' : traits(observed).result;
  const { fault, message, evidence, basis, names } = seen(answer);
  // Field by field: each step copies it, and a copy of what was spread together is ten times as slow.
  return {
    id,
    component,
    targetId,
    required,
    feeds,
    answer,
    previous,
    result,
    observed,
    state: result,
    streak: 0,
    toward: undefined,
    unanswered: 0,
    fault,
    message,
    evidence,
    basis,
    names,
    since: sinceOf(result, previous, now),
    severity: undefined,
    entry: undefined,
    suppressedBy: undefined,
    clearing: 0,
    mute: undefined,
    memory: undefined,
    muted: false,
    mutedAs: undefined,
    latchedSince: undefined,
    baseline: answer.baseline ?? previous?.baseline,
  };
}

/** The check without what only the steps need. */
export function judged({ answer: _a, previous: _p, mute: _m, memory: _k, ...check }: Case): JudgedCheck {
  return check;
}

/** Since when the state is what it is. */
export function sinceOf(state: Result, previous: CheckStatus | undefined, now: string): string {
  return previous?.state === state ? previous.since : now;
}

/** What this run has to say. */
export function seen(answer: Answer): Told {
  if (answer.kind === 'pass') {
    return {
      fault: undefined,
      message: clipSafe(answer.note, MESSAGE_BYTES),
      evidence: undefined,
      basis: 'Inferred',
      names: undefined,
    };
  }
  return {
    fault: answer.fault.code,
    message: clipSafe(answer.fault.detail, MESSAGE_BYTES),
    evidence: answer.evidence === undefined ? undefined : clipSafe(answer.evidence, EVIDENCE_BYTES),
    basis: basisOf(answer),
    names: answer.names,
  };
}

/** What the run before had to say: told while a bad state outlives this run's result. */
export function remembered(previous: CheckStatus): Told {
  return {
    fault: faultOf(previous),
    message: redact(previous.message ?? '', [], MESSAGE_BYTES),
    evidence: previous.evidence === undefined ? undefined : redact(previous.evidence, [], EVIDENCE_BYTES),
    basis: previous.citations?.[0]?.basis ?? 'Inferred',
    names: previous.names,
  };
}

/** The fault that a status holds; a code of a newer operator is Unclassified. */
function faultOf({ fault }: CheckStatus): FaultCode | undefined {
  if (fault === undefined || fault === '') return undefined;
  return isFaultCode(fault) ? fault : 'Unclassified';
}

/** What an answer rests on: a log line, what the other side said, or a conclusion. */
function basisOf(answer: Answer & { readonly kind: 'fault' }): CitationRef['basis'] {
  return answer.evidence === undefined ? 'Inferred' : (answer.basis ?? 'Response');
}
