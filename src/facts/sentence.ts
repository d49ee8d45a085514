// What a check says of what it saw.
import { redact, type SafeText } from '../runtime/safe-text.ts';

/** Most bytes of what a check says: the report has room for a few hundred checks. */
export const SENTENCE_BYTES = 160;

/** A sentence of a check, redacted and cut. */
export function sentence(text: string): SafeText {
  return redact(text, [], SENTENCE_BYTES);
}
