// Is the key enabled? Every other state ends signatures, and one of them ends the key.
import { found, pass, type Check } from '../../facts/answer.ts';
import type { FaultCode } from '../../api/faults.ts';
import { failed } from '../../facts/outcome.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { OUR_TROUBLES } from '../../facts/pass-on.ts';

/** What can keep any question about a KMS key from its answer. */
export const KEY_TROUBLES = [
  'KmsAddressUnresolved',
  'KmsUnreachable',
  'KmsTimeout',
  'KmsTlsFailed',
  'KmsCredentialsInvalid',
  'KmsAccessDenied',
  'KmsQuestionNotPermitted',
  'KmsKeyMissing',
  'KmsKeyDisabled',
  'KmsKeyPendingDeletion',
  'KmsKeyUnusable',
  'KmsKeyUsageWrong',
  'KmsThrottled',
  'KmsServerError',
  'KmsAnswerInvalid',
  'CheckerClockSkewed',
  ...OUR_TROUBLES,
] as const satisfies readonly FaultCode[];

export const keyState: Check<'key'> = {
  question: 'state',
  about: 'key',
  feeds: 'Healthy',
  evidence: 'KeyState of DescribeKey.',
  faults: KEY_TROUBLES,
  applies: ({ source }) => source.kind === 'kms',
  ask({ observed: { state } }) {
    if (!state.ok) return found(state.fault);
    const { state: name, deletionDate } = state.value;
    const evidence = redact(`KeyState: ${name}`);
    switch (name) {
      case 'Enabled':
        return pass(literal('the key is enabled'));
      case 'Updating':
        // While its custom key store or primary region changes; AWS's table of key states lets it sign.
        return pass(literal('the key is being updated, and signs meanwhile'));
      case 'Disabled':
        return found(failed('KmsKeyDisabled', literal('the key is disabled')).fault, evidence);
      case 'PendingDeletion':
      case 'PendingReplicaDeletion': {
        const day = deletionDate === undefined ? '' : ` on ${deletionDate.slice(0, 16).replace('T', ' ')} UTC`;
        return found(failed('KmsKeyPendingDeletion', redact(`the key will be deleted${day}`)).fault, evidence);
      }
      default:
        // PendingImport (imported material is gone), Unavailable (its key store is), Creating.
        return found(failed('KmsKeyUnusable', redact(`the key is ${name} and cannot sign`)).fault, evidence);
    }
  },
};
