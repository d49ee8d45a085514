// What the write test of a bucket left behind is remembered in the status, as the baseline of its check: under the spec
// that it happened under nothing more is written, also after a restart.
import type { CheckStatus } from '../api/health-report.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import type { Fault } from './outcome.ts';

/** The baseline of a write test that left something behind under this spec. */
export function leftUnder(specId: string): string {
  return `left under ${specId}`;
}

/** What stayed behind under this spec, as the check of the last run tells it; undefined where nothing did. */
export function leftBehind(check: CheckStatus | undefined, specId: string): Fault | undefined {
  if (check?.baseline !== leftUnder(specId)) return undefined;
  const { fault, message = '' } = check;
  const code = fault === 'BucketAccessDenied' ? fault : 'BucketLeftBehind';
  return message.startsWith('left ')
    ? { code, detail: redact(message, [], 240) }
    : {
        code,
        detail: literal(
          'left an object of the write test there earlier; nothing more is written until the spec changes',
        ),
      };
}
