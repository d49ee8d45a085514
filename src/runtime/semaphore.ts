// Bounded concurrency: at most `size` tasks at once, first come first served, waiting ends with the signal.
import { abortError, onAbort } from './abort.ts';

/** Runs a task when a place is free. */
export interface Semaphore {
  run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

/** A semaphore with `size` places. An aborted wait rejects with the signal's reason and takes no place. */
export function semaphore(size: number): Semaphore {
  let free = size;
  const waiting = new Set<() => void>();
  const acquire = (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.reject(abortError(signal));
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const grant = (): void => {
        leave();
        resolve();
      };
      waiting.add(grant);
      const leave = onAbort(signal, () => {
        waiting.delete(grant);
        reject(abortError(signal));
      });
    });
  };
  const release = (): void => {
    const next = waiting.values().next();
    if (next.done === true) {
      free += 1;
    } else {
      waiting.delete(next.value);
      next.value();
    }
  };
  return {
    run: async (signal, task) => {
      await acquire(signal);
      try {
        return await task();
      } finally {
        release();
      }
    },
  };
}
