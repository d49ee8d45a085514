// How far our clock is from that of the API server, by the Date of its answers: freshness is promised by the one and
// looked at by the other.
import type { Clock } from '../runtime/clock.ts';

export interface ClockSkew {
  /** Takes the Date of an answer that has come this moment. */
  heard(serverDate: string | undefined): void;
  /** Ours is ahead by so much, in ms; negative where it is behind. 0 before any answer. */
  aheadMs(): number;
}

/** @param onHeard told of each, in seconds */
export function clockSkew(clock: Pick<Clock, 'now'>, onHeard: (aheadSeconds: number) => void): ClockSkew {
  let ahead = 0;
  return {
    heard(serverDate) {
      const at = Date.parse(serverDate ?? '');
      if (Number.isNaN(at)) return;
      // A Date has whole seconds: it was up to one later.
      ahead = Math.trunc((clock.now().getTime() - at) / 1_000) * 1_000;
      onHeard(ahead / 1_000);
    },
    aheadMs: () => ahead,
  };
}
