// Mutes: a known finding is silenced for a time, stays visible, and speaks again when it gets worse.
//
// What a mute found is remembered in the check's `mutedAs` (result, severity and the mute's end). A mute that begins
// before anything is wrong (a maintenance window) remembers the first bad thing it meets. Another end is another mute.
import type { Result, Severity } from '../api/faults/traits.ts';
import type { CheckStatus, MuteSpec } from '../api/health-report.ts';
import type { FaultCode } from '../api/faults.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { compareText } from '../runtime/compare-text.ts';
import { badness, gravity, isBad } from './order.ts';

/** A mute lasts at most this long. */
export const LONGEST_MUTE_MS = 30 * 86_400_000;

export type MuteMemory = NonNullable<CheckStatus['mutedAs']>;

/** Mutes that hold now: neither expired nor further than 30 days ahead. In a fixed order: the latest end first. */
export function activeMutes(mutes: readonly MuteSpec[], now: Date): readonly MuteSpec[] {
  return mutes
    .filter(({ until }) => !isOver(until, now) && !isTooFar(until, now))
    .sort((a, b) => compareText(b.until, a.until) || compareText(nameOf(a), nameOf(b)));
}

/** The mute that speaks of a check: by its id, or by the fault that it shows or met in this run. */
export function muteFor(
  check: { readonly id: string; readonly fault: FaultCode | undefined; readonly observed: FaultCode | undefined },
  active: readonly MuteSpec[],
): MuteSpec | undefined {
  return active.find((mute) => matches(mute, check));
}

/**
 * Whether a check is silent under its mute, and what to remember.
 *
 * @param memory what the same check remembered in the run before
 */
export function underMute(
  check: { readonly result: Result; readonly state: Result; readonly severity: Severity | undefined },
  mute: MuteSpec | undefined,
  memory: MuteMemory | undefined,
): { readonly muted: boolean; readonly mutedAs: MuteMemory | undefined } {
  if (mute === undefined) return { muted: false, mutedAs: undefined };
  const kept = memory?.until === mute.until ? memory : undefined;
  const result = badness(check.result) > badness(check.state) ? check.result : check.state;
  if (!isBad(result)) return { muted: false, mutedAs: kept };
  const mutedAs = kept ?? { result, severity: check.severity ?? 'info', until: mute.until };
  const worse =
    badness(result) - badness(mutedAs.result) || gravity(check.severity ?? 'info') - gravity(mutedAs.severity);
  return { muted: worse <= 0, mutedAs };
}

/** What is wrong with the mutes themselves, as one sentence, or undefined. Expired ones have done their work. */
export function idleMutes(
  mutes: readonly MuteSpec[],
  checks: readonly Parameters<typeof muteFor>[0][],
  now: Date,
): SafeText | undefined {
  const idle = mutes
    .filter(({ until }) => !isOver(until, now))
    .filter((mute) => isTooFar(mute.until, now) || !checks.some((check) => matches(mute, check)))
    .sort((a, b) => compareText(nameOf(a), nameOf(b)) || Date.parse(a.until) - Date.parse(b.until));
  const [first] = idle;
  if (first === undefined) return undefined;
  const more = idle.length > 1 ? ` (and ${idle.length - 1} more)` : '';
  const why = isTooFar(first.until, now) ? 'ends more than 30 days ahead and is ignored' : 'matches nothing here';
  return redact(`The mute of ${nameOf(first)} ${why}${more}.`, [], 160);
}

function matches(mute: MuteSpec, check: Parameters<typeof muteFor>[0]): boolean {
  if (mute.check !== undefined) return mute.check === check.id;
  return mute.fault !== undefined && (mute.fault === check.fault || mute.fault === check.observed);
}

function isOver(until: string, now: Date): boolean {
  return !(Date.parse(until) > now.getTime());
}

function isTooFar(until: string, now: Date): boolean {
  return Date.parse(until) - now.getTime() > LONGEST_MUTE_MS;
}

function nameOf(mute: MuteSpec): string {
  return mute.check ?? mute.fault ?? '';
}
