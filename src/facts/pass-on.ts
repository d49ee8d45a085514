// An observation that failed is answered with its own fault, as long as the check declares it.
import type { FaultCode } from '../api/faults.ts';
import { found, type Answer } from './answer.ts';
import type { Fault } from './outcome.ts';
import { clipSafe } from '../runtime/safe-text.ts';
import { SENTENCE_BYTES } from './sentence.ts';

/** What lies on our side and can keep any question about a target with an address from its answer. */
export const OUR_TROUBLES = [
  'AddressForbidden',
  'SecretMissing',
  'SecretKeyMissing',
  'SecretNotRead',
  'BackendUntold',
  'TargetInvalid',
  'CheckerNotAuthorized',
  'CheckerStarved',
  'CheckerExhausted',
  'ClusterUnavailable',
  'NoCluster',
  'NotAsked',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];

/** The fault as the answer; `Unclassified` with the same detail for one that the check does not know. */
export function passOn(fault: Fault, declared: readonly FaultCode[]): Answer {
  // A defect of ours can keep any question from its answer.
  const known = declared.includes(fault.code) || fault.code === 'InternalError';
  const code = known ? fault.code : 'Unclassified';
  return found({ code, detail: clipSafe(fault.detail, SENTENCE_BYTES) });
}
