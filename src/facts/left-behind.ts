// What the write test of a bucket left behind is remembered in the status, as the baseline of its check: under the spec
// that it happened under nothing more is written, also after a restart.
import type { CheckStatus } from '../api/health-report.ts';
import type { FaultCode } from '../api/faults.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import type { Fault } from './outcome.ts';

/** The baseline of a write test that left something behind under this spec. */
export function leftUnder(specId: string): string {
  return `left under ${specId}`;
}

/** An object of the write test. */
export interface LeftObject {
  readonly key: string;
  readonly versionId?: string | undefined;
}

const PASSING: ReadonlySet<FaultCode> = new Set(['BucketServerError', 'BucketThrottled']);

/** Trouble of the storage itself, which refuses nothing: what it did not delete now it may delete later. */
export function isPassing({ code }: Pick<Fault, 'code'>): boolean {
  return PASSING.has(code);
}

const KEPT: readonly FaultCode[] = ['BucketAccessDenied', ...PASSING];

/** The code of what stayed behind: that of the delete where it goes on saying what the matter was. */
export function codeLeft(fault: string | undefined): FaultCode {
  return KEPT.find((one) => one === fault) ?? 'BucketLeftBehind';
}

/** What is to be deleted first; undefined where nobody but a change of the spec helps. Only ever an object of our own. */
export function objectLeft(fault: Fault): LeftObject | undefined {
  const [, key, versionId] =
    /^left (\.recognize-health\/[0-9a-f-]{36})(?: version (\S{1,36}))? in bucket /.exec(fault.detail) ?? [];
  if (key === undefined || !isPassing(fault)) return undefined;
  return { key, versionId };
}

/** What stayed behind under this spec, as the check of the last run tells it; undefined where nothing did. */
export function leftBehind(check: CheckStatus | undefined, specId: string): Fault | undefined {
  if (check?.baseline !== leftUnder(specId)) return undefined;
  const { fault, message = '' } = check;
  const code = codeLeft(fault);
  return message.startsWith('left ')
    ? { code, detail: redact(message, [], 240) }
    : {
        code,
        detail: literal(
          'left an object of the write test there earlier; nothing more is written until the spec changes',
        ),
      };
}
