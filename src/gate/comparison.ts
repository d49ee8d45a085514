// What a comparison of two snapshots says of one report, and why: handed from the judgement to output and command.
import type { ExitCode } from '../api/exit-codes.ts';
import type { Result } from '../api/faults/traits.ts';
import type { SafeText } from '../runtime/safe-text.ts';

/** One check of which something changed. */
export interface Change {
  readonly check: string;
  /** Absent: the check was not there. */
  readonly before?: Result;
  /** Absent: the check is gone. */
  readonly after?: Result;
  /** The fault of each side. */
  readonly faultBefore?: string | undefined;
  readonly faultAfter?: string | undefined;
  /** What was seen: of after, or of before where the check is gone. */
  readonly message: SafeText;
  /** Silenced by a mute of the spec: told, and does not count. */
  readonly muted: boolean;
  /** False: its answer was never required, so that its absence does not count. */
  readonly required: boolean;
}

/** Something beside the checks that is not where it was. */
export interface Moved {
  /** `database/node-persistence`, `auth-vault` */
  readonly what: string;
  readonly before: string;
  readonly after: string;
  /** One sentence. */
  readonly message: SafeText;
  /** `fail`: nothing that a good upgrade does. `pass`: told, and does not count. */
  readonly counts: 'fail' | 'warn' | 'pass';
}

/** An API: pipelines read them. */
export const COMPARE_REASONS = [
  'AsGoodAsBefore',
  'Worse',
  'NewWarnings',
  'LostSight',
  'NothingWasHealthy',
  'GateSaysNo',
  'NotComparable',
  'NotYet',
] as const;
export type CompareReason = (typeof COMPARE_REASONS)[number];

/** A part of an upgrade, and how long it took. */
export interface Phase {
  readonly name: string;
  readonly ms: number;
}

/** What the comparison of one report says. */
export interface Comparison {
  readonly namespace: string;
  readonly name: string;
  readonly exitCode: ExitCode;
  readonly reason: CompareReason;
  /** One sentence. */
  readonly message: SafeText;
  /** Well or only warned of before, worse now; or failing in another way. Worst first, like every list here. */
  readonly regressions: readonly Change[];
  /** Bad before, better now. */
  readonly fixes: readonly Change[];
  /** Asked for the first time. */
  readonly added: readonly Change[];
  /** Not asked any more. */
  readonly gone: readonly Change[];
  /** Answered before, without an answer now. No fix, whatever the answer was. */
  readonly lostSight: readonly Change[];
  /** Bad before, and bad in the same way now. */
  readonly still: readonly Change[];
  /** Ids that nobody could answer, before and now. */
  readonly unseen: readonly string[];
  /** How many are as well as before. */
  readonly unchanged: number;
  /** Images that are others now. */
  readonly images: readonly { readonly component: string; readonly before: string; readonly after: string }[];
  /** Addresses, migrations, and images that stayed behind. */
  readonly moved: readonly Moved[];
  readonly runBefore?: string;
  readonly runAfter?: string;
  /** Of `gate --after`: in order. */
  readonly phases?: readonly Phase[];
}
