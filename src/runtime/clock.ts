// The only door to time. Everything that waits, measures or stamps takes a Clock, so that tests run on virtual time.
import { setMaxListeners } from 'node:events';
import { abortError, onAbort } from './abort.ts';

/** Why a signal was aborted. A deadline is a finding about the other side; a cancellation is ours and writes nothing. */
export type StopReason =
  | { readonly kind: 'Deadline'; readonly ms: number }
  | { readonly kind: 'Cancelled'; readonly why: 'shutdown' | 'superseded' | 'deleted' | 'lease lost' };

/** Time as a port. `now` is wall-clock (UTC); `monotonicMs` never jumps and is for durations only. */
export interface Clock {
  now(): Date;
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A child of `parent` that aborts with `{kind: 'Deadline', ms}` after `ms`, or with the parent's reason before. */
  deadline(ms: number, parent: AbortSignal): Deadline;
}

/** A deadline's signal. Call `clear` when the work is done, so that no timer outlives it. */
export interface Deadline {
  readonly signal: AbortSignal;
  clear(): void;
}

/** Node refuses timers beyond a signed 32-bit count of ms and fires at once instead. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortError(signal));
        return;
      }
      const timer = setTimeout(
        () => {
          leave();
          resolve();
        },
        Math.min(Math.max(ms, 0), LONGEST_TIMER_MS),
      );
      const leave = onAbort(signal, () => {
        clearTimeout(timer);
        reject(abortError(signal));
      });
    }),
  deadline: (ms, parent) => {
    const controller = new AbortController();
    // Many probes follow one run and many runs one process: Node's warning at ten listeners is about leaks, not trees.
    setMaxListeners(0, parent, controller.signal);
    if (parent.aborted) {
      controller.abort(parent.reason);
      return { signal: controller.signal, clear: () => undefined };
    }
    const timer = setTimeout(
      () => {
        leave();
        controller.abort(new Stop({ kind: 'Deadline', ms }));
      },
      Math.min(Math.max(ms, 0), LONGEST_TIMER_MS),
    );
    const leave = onAbort(parent, () => {
      clearTimeout(timer);
      controller.abort(parent.reason);
    });
    return {
      signal: controller.signal,
      clear: () => {
        clearTimeout(timer);
        leave();
      },
    };
  },
};

/** The error that an aborted signal carries: an Error, because libraries rethrow `signal.reason` and expect one. */
export class Stop extends Error {
  override readonly name = 'Stop';
  constructor(readonly reason: StopReason) {
    super(reason.kind === 'Deadline' ? `deadline of ${reason.ms} ms passed` : `cancelled: ${reason.why}`);
  }
}

/** Reads the StopReason of an aborted signal; undefined while it is not aborted or when somebody else aborted it. */
export function stopReason(signal: AbortSignal): StopReason | undefined {
  return signal.aborted && signal.reason instanceof Stop ? signal.reason.reason : undefined;
}

/** True when the signal was aborted by one of our cancellations: the work must end without a result. */
export function isCancelled(signal: AbortSignal): boolean {
  return stopReason(signal)?.kind === 'Cancelled';
}
