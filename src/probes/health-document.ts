// Whether an answer is a health document at all: told so that the next place is asked where it is not. What it says is
// for a check to judge.
import type { HttpAnswer } from '../facts/observed.ts';
import type { ServiceTarget } from '../facts/target.ts';

/** A page is there or not; the others are JSON objects with a status in words. An error of Spring Boot has a number. */
export function isHealthDocument(
  { status, body, truncated }: HttpAnswer,
  format: ServiceTarget['health']['format'],
): boolean {
  if (format === 'page') return status < 400;
  if (truncated || (status >= 300 && status < 400) || status === 401 || status === 403) return false;
  try {
    const document: unknown = JSON.parse(body.replace(/^\uFEFF/, ''));
    if (typeof document !== 'object' || document === null || !Object.hasOwn(document, 'status')) return false;
    const said = (document as { readonly status?: unknown }).status;
    // DOWN may be set to go with any status; others with such a status are somebody else's error.
    return typeof said === 'string' && (status < 400 || status >= 500 || /^(?:DOWN|OUT_OF_SERVICE)$/i.test(said));
  } catch {
    return false;
  }
}
