// Mutes: a known finding is silenced for a time, stays visible, and speaks again when it gets worse. A maintenance window
// is a mute that repeats: it silences whatever it is about until it closes, and excuses nothing before a gate.
//
// What a mute found is remembered in the check's `mutedAs` (result, severity and the mute's end). A mute that begins
// before anything is wrong remembers the first bad thing it meets. Another end is another mute.
import type { Result, Severity } from '../api/faults/traits.ts';
import type { CheckStatus, MuteSpec } from '../api/health-report.ts';
import type { FaultCode } from '../api/faults.ts';
import { isWindowed, type Muting, nameOfMute, windowsOf } from '../api/windows.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { compareText } from '../runtime/compare-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { badness, gravity, isBad } from './order.ts';

/** A mute lasts at most this long. */
export const LONGEST_MUTE_MS = 30 * 86_400_000;

export type MuteMemory = NonNullable<CheckStatus['mutedAs']>;

/** A mute that holds now. */
export interface ActiveMute extends Pick<MuteSpec, 'check' | 'fault'> {
  /** RFC 3339 */
  readonly until: string;
  /** Of a schedule. */
  readonly window: boolean;
}

/**
 * Mutes that hold now: neither expired nor further than 30 days ahead, and windows that are open. In a fixed order:
 * those that excuse before windows, and the latest end first.
 */
export function activeMutes(mutes: readonly MuteSpec[], now: Date): readonly ActiveMute[] {
  return mutes
    .flatMap((mute): ActiveMute[] => {
      const { check, fault, until } = mute;
      const what = { ...(check === undefined ? {} : { check }), ...(fault === undefined ? {} : { fault }) };
      if (until !== undefined)
        return isOver(until, now) || isTooFar(until, now) ? [] : [{ ...what, until, window: false }];
      const windows = windowsOf(mute, now);
      return windows?.ok === true && windows.open !== undefined
        ? [{ ...what, until: timestamp(windows.open.end), window: true }]
        : [];
    })
    .sort(
      (a, b) =>
        Number(a.window) - Number(b.window) ||
        compareText(b.until, a.until) ||
        compareText(nameOfMute(a), nameOfMute(b)),
    );
}

/** The mute that speaks of a check: by its id, or by the fault that it shows or met in this run. */
export function muteFor(
  check: { readonly id: string; readonly fault: FaultCode | undefined; readonly observed: FaultCode | undefined },
  active: readonly ActiveMute[],
): ActiveMute | undefined {
  return active.find((mute) => matches(mute, check));
}

/**
 * Whether a check is silent under its mute, and what to remember.
 *
 * @param memory what the same check remembered in the run before
 */
export function underMute(
  check: { readonly result: Result; readonly state: Result; readonly severity: Severity | undefined },
  mute: ActiveMute | undefined,
  memory: MuteMemory | undefined,
): { readonly muted: boolean; readonly mutedAs: MuteMemory | undefined } {
  if (mute === undefined) return { muted: false, mutedAs: undefined };
  const kept = memory?.until === mute.until ? memory : undefined;
  const result = badness(check.result) > badness(check.state) ? check.result : check.state;
  const { until } = mute;
  // A window needs no memory: nothing that is worse speaks before it closes.
  if (mute.window)
    return isBad(result)
      ? { muted: true, mutedAs: { result, severity: check.severity ?? 'info', until, window: true } }
      : { muted: false, mutedAs: undefined };
  if (!isBad(result)) return { muted: false, mutedAs: kept };
  const mutedAs = kept ?? { result, severity: check.severity ?? 'info', until };
  const worse =
    badness(result) - badness(mutedAs.result) || gravity(check.severity ?? 'info') - gravity(mutedAs.severity);
  return { muted: worse <= 0, mutedAs };
}

/**
 * True for a finding that somebody took upon himself, by a mute with an end. A window silences and excuses nothing:
 * upgrades happen in windows.
 */
export function isExcused(check: Muting): boolean {
  return check.muted === true && !isWindowed(check);
}

/** The checks as a gate weighs them: what a window silences speaks. */
export function withoutWindows<C extends Muting>(checks: readonly C[]): C[] {
  return checks.map((check) => (isWindowed(check) ? { ...check, muted: false } : check));
}

/** What is wrong with the mutes themselves, as one sentence, or undefined. Expired ones have done their work. */
export function idleMutes(
  mutes: readonly MuteSpec[],
  checks: readonly Parameters<typeof muteFor>[0][],
  now: Date,
): SafeText | undefined {
  const idle = mutes
    .flatMap((mute) => {
      const why = whyIdle(mute, checks, now);
      return why === undefined ? [] : [{ name: nameOfMute(mute), why, until: Date.parse(mute.until ?? '') || 0 }];
    })
    .sort((a, b) => compareText(a.name, b.name) || a.until - b.until);
  const [first] = idle;
  if (first === undefined) return undefined;
  const more = idle.length > 1 ? ` (and ${idle.length - 1} more)` : '';
  return redact(`The mute of ${first.name} ${first.why}${more}.`, [], 160);
}

function whyIdle(mute: MuteSpec, checks: readonly Parameters<typeof muteFor>[0][], now: Date): string | undefined {
  const { until, check } = mute;
  if (until !== undefined) {
    if (isOver(until, now)) return undefined;
    if (isTooFar(until, now)) return 'ends more than 30 days ahead and is ignored';
    return checks.some((one) => matches(mute, one)) ? undefined : 'matches nothing here';
  }
  const windows = windowsOf(mute, now);
  if (windows?.ok === false) return windows.why;
  // A fault comes and goes; a check that is not there is a typing error.
  return check === undefined || checks.some((one) => matches(mute, one)) ? undefined : 'matches nothing here';
}

function matches(
  { check: id, fault }: Pick<MuteSpec, 'check' | 'fault'>,
  check: Parameters<typeof muteFor>[0],
): boolean {
  if (id !== undefined) return id === check.id;
  return fault === undefined || fault === check.fault || fault === check.observed;
}

function isOver(until: string, now: Date): boolean {
  return !(Date.parse(until) > now.getTime());
}

function isTooFar(until: string, now: Date): boolean {
  return Date.parse(until) - now.getTime() > LONGEST_MUTE_MS;
}
