// What a key's state allows. Source: KMS developer guide, "Key states of AWS KMS keys", table and footnotes
// (https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html).
import type { Refusal } from '../exchange.ts';
import { kmsErrors } from './errors.ts';

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport' | 'Unavailable';

/** For cryptographic operations and GetPublicKey. @returns the refusal, or undefined if the key can be used. */
export function usable(key: { arn: string }, state: KeyState): Refusal | undefined {
  switch (state) {
    case 'Enabled':
      return undefined;
    case 'Disabled':
      return kmsErrors.disabled(key.arn);
    case 'PendingDeletion':
      // The table allows DisabledException here as well ("[2] or [3]"); this one is what users have quoted.
      return kmsErrors.invalidState(key.arn, 'pending deletion');
    case 'PendingImport':
      return kmsErrors.invalidState(key.arn, 'pending import');
    case 'Unavailable':
      return kmsErrors.invalidState(key.arn, 'unavailable');
  }
}

/** For EnableKey, DisableKey and ScheduleKeyDeletion. */
export function changeable(key: { arn: string }, state: KeyState, operation: string): Refusal | undefined {
  if (state === 'PendingDeletion') return kmsErrors.invalidState(key.arn, 'pending deletion');
  if (state === 'PendingImport' && operation !== 'ScheduleKeyDeletion') {
    return kmsErrors.invalidState(key.arn, 'pending import');
  }
  return undefined;
}
