// Faults that stay until somebody has seen them: an invalid signature fails once and may mean tampered keys.
//
// A mute acknowledges what was latched when it came; a later occurrence latches again, whatever mutes there are.
import { traits } from '../api/faults.ts';
import { remembered, seen, sinceOf, type Case } from './case.ts';
import type { MuteMemory } from './mutes.ts';

/**
 * The case with its latch, and with what its mute is to be compared with.
 *
 * @param now RFC 3339 UTC
 */
export function latch(one: Case, now: string): Case {
  const { previous, result, observed } = one;
  // A window acknowledges nothing: nobody has seen what fails in it.
  const mute = one.mute?.window === true ? undefined : one.mute;
  const memory = previous?.mutedAs?.until === mute?.until ? previous?.mutedAs : undefined;
  const since = previous?.latchedSince;
  // Compared with this, any occurrence is worse: the mute does not cover it.
  const spent: MuteMemory | undefined =
    mute === undefined ? undefined : { result: 'pass', severity: 'info', until: mute.until };

  if (observed !== undefined && traits(observed).latches === true) {
    return { ...one, latchedSince: since ?? now, memory: since === undefined ? spent : memory };
  }
  if (previous === undefined || since === undefined) return memory === one.memory ? one : { ...one, memory };
  const isAcknowledged = mute !== undefined && memory?.result !== 'pass';
  return isAcknowledged
    ? {
        ...one,
        state: result,
        streak: 0,
        toward: undefined,
        since: sinceOf(result, previous, now),
        ...seen(one.answer),
        memory: spent,
      }
    : {
        ...one,
        state: 'fail',
        streak: 0,
        toward: undefined,
        since: previous.since,
        ...remembered(previous),
        latchedSince: since,
        memory,
      };
}
