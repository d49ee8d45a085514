// What a check says of what it saw.
import { redact, safe, type SafeText } from '../runtime/safe-text.ts';

/** Most bytes of what a check says: the report has room for a few hundred checks. */
export const SENTENCE_BYTES = 160;

/** A sentence of a check, redacted and cut. */
export function sentence(text: string): SafeText {
  return redact(text, [], SENTENCE_BYTES);
}

/**
 * `ID: what is said of it`, redacted and cut to `maxBytes`. Each for itself: behind `…/credentials:` a word of ours would
 * look like a secret.
 */
export function saidOfCheck(id: string, said: string, maxBytes: number): SafeText {
  const check = redact(id);
  return safe`${check}: ${redact(said, [], maxBytes - Buffer.byteLength(check) - 2)}`;
}
