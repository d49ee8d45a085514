// Faults that stay until somebody has seen them: an invalid signature fails once and may mean tampered keys.
//
// A mute acknowledges what was latched when it came; a later occurrence latches again, whatever mutes there are.
import { traits } from '../api/faults.ts';
import type { MuteSpec } from '../api/health-report.ts';
import { basisOf, remembered, type Settled } from './hysteresis.ts';
import type { MuteMemory } from './mutes.ts';

export interface Latched {
  readonly settled: Settled;
  readonly latchedSince: string | undefined;
  /** What the mute is to compare with. */
  readonly memory: MuteMemory | undefined;
}

/**
 * @param mute the active mute that speaks of the check, if any
 * @param now RFC 3339 UTC
 */
export function latch(settled: Settled, mute: MuteSpec | undefined, now: string): Latched {
  const { previous, result, observed } = settled;
  const memory = previous?.mutedAs?.until === mute?.until ? previous?.mutedAs : undefined;
  const since = previous?.latchedSince;
  const occurs = observed !== undefined && traits(observed).latches === true;
  // Compared with this, any occurrence is worse: the mute does not cover it.
  const spent: MuteMemory | undefined =
    mute === undefined ? undefined : { result: 'pass', severity: 'info', until: mute.until };

  if (occurs) {
    return since === undefined
      ? { settled, latchedSince: now, memory: spent }
      : { settled, latchedSince: since, memory };
  }
  if (previous === undefined || since === undefined) return { settled, latchedSince: undefined, memory };
  const acknowledged = mute !== undefined && memory?.result !== 'pass';
  if (acknowledged) {
    const state = {
      state: result,
      streak: 0,
      toward: undefined,
      since: previous.state === result ? previous.since : now,
    };
    return { settled: { ...settled, ...state, ...current(settled) }, latchedSince: undefined, memory: spent };
  }
  return {
    settled: {
      ...settled,
      state: 'fail',
      streak: 0,
      toward: undefined,
      since: previous.since,
      ...remembered(previous),
    },
    latchedSince: since,
    memory,
  };
}

function current({ finding, observed }: Settled): Pick<Settled, 'fault' | 'message' | 'evidence' | 'basis'> {
  const { answer } = finding;
  return {
    fault: observed,
    message: answer.kind === 'pass' ? answer.note : answer.fault.detail,
    evidence: answer.kind === 'fault' ? answer.evidence : undefined,
    basis: basisOf(answer),
  };
}
