// Whose rights an answer of S3 or KMS speaks of.
import type { Outcome } from '../facts/outcome.ts';
import type { AwsAccess } from '../facts/target.ts';
import { literal, type SafeText } from '../runtime/safe-text.ts';

/** The end of a sentence: said where the rights are not those of the services. */
export function byWhom(access: Outcome<AwsAccess>): SafeText {
  return access.ok && access.value.credentials.source === 'ambient'
    ? literal(" (the operator's own identity was asked, not the services')")
    : literal('');
}
