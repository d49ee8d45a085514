// A clock that stands still until a test moves it.
import { setMaxListeners } from 'node:events';
import { abortError, onAbort } from '../../src/runtime/abort.ts';
import { Stop, type Clock } from '../../src/runtime/clock.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, firing what falls due in its order, with the microtasks of each settled in between. */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  readonly pending: number;
}

export function virtualClock(start = '2026-11-22T10:00:00Z'): VirtualClock {
  let elapsed = 0;
  let order = 0;
  const origin = Date.parse(start);
  const timers = new Map<number, { readonly at: number; readonly fire: () => void }>();
  const after = (ms: number, fire: () => void): (() => void) => {
    const id = order++;
    timers.set(id, { at: elapsed + Math.max(ms, 0), fire });
    return () => timers.delete(id);
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => new Date(origin + elapsed),
    monotonicMs: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const cancel = after(ms, () => {
          leave();
          resolve();
        });
        const leave = onAbort(signal, () => {
          cancel();
          reject(abortError(signal));
        });
      }),
    deadline: (ms, parent) => {
      const controller = new AbortController();
      setMaxListeners(0, parent, controller.signal);
      const cancel = after(ms, () => controller.abort(new Stop({ kind: 'Deadline', ms })));
      const leave = onAbort(parent, () => {
        cancel();
        controller.abort(parent.reason);
      });
      return {
        signal: controller.signal,
        clear: () => {
          cancel();
          leave();
        },
      };
    },
    advance: async (ms) => {
      const end = elapsed + ms;
      await settle();
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.at <= end)
          .sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        elapsed = due[1].at;
        due[1].fire();
        await settle();
      }
      elapsed = end;
    },
    get pending() {
      return timers.size;
    },
  };
}
