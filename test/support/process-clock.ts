// The clock of one of several processes on a virtual one: frozen, or set by somebody, alone.
import type { Clock } from '../../src/runtime/clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A clock of one process that can be frozen, and whose wall clock can be set. Monotonic time goes on, as on Linux. */
export function processClock(
  clock: VirtualClock,
): Clock & { freeze(): void; thaw(): void; setWallBy(ms: number): void } {
  let offset = 0;
  let frozen: Promise<void> | undefined;
  let release: (() => void) | undefined;
  return {
    ...clock,
    now: () => new Date(clock.now().getTime() + offset),
    monotonicMs: () => clock.monotonicMs(),
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal);
      while (frozen !== undefined) await frozen;
    },
    freeze: () => {
      frozen ??= new Promise((resolve) => (release = resolve));
    },
    thaw: () => {
      frozen = undefined;
      release?.();
    },
    setWallBy: (ms) => {
      offset += ms;
    },
  };
}
