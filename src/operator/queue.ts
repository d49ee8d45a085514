// A keyed work queue with two lanes, after client-go's: a key is never worked on twice at once, and one that is added
// while it is worked on is worked on again afterwards. Written by us: npm's queues know neither keys nor "dirty".
import type { Clock } from '../runtime/clock.ts';

/** A user's edit or request goes before routine runs, so that nobody waits behind 200 quiet reports. */
export type Lane = 'prompt' | 'routine';

export interface Queue {
  /** Adds a key now. A key that waits in the routine lane moves up when added to the prompt one. */
  add(key: string, lane: Lane): void;
  /** Adds a key after `ms`; replaces an earlier timer of the same key. */
  addAfter(key: string, ms: number): void;
  /** Takes the key out of both lanes and stops its timer. Work under way is not touched. */
  forget(key: string): void;
  /** Resolves with the next key; undefined when the signal is aborted. Call `done` when the work has ended. */
  take(signal: AbortSignal): Promise<string | undefined>;
  done(key: string): void;
  /** Keys that wait in a lane (not those on a timer). */
  readonly length: number;
}

/** An empty queue. Timers use the clock and end with the signal. */
export function queue(clock: Clock, signal: AbortSignal): Queue {
  const lanes: Readonly<Record<Lane, Set<string>>> = { prompt: new Set(), routine: new Set() };
  const working = new Set<string>();
  const dirty = new Map<string, Lane>();
  const timers = new Map<string, AbortController>();
  const takers = new Set<(key: string | undefined) => void>();

  const next = (): string | undefined => {
    for (const lane of [lanes.prompt, lanes.routine]) {
      const first = lane.values().next();
      if (first.done !== true) {
        lane.delete(first.value);
        return first.value;
      }
    }
    return undefined;
  };
  const serve = (): void => {
    for (const taker of takers) {
      const key = next();
      if (key === undefined) return;
      working.add(key);
      takers.delete(taker);
      taker(key);
    }
  };
  const stopTimer = (key: string): void => {
    timers.get(key)?.abort();
    timers.delete(key);
  };
  const add = (key: string, lane: Lane): void => {
    stopTimer(key);
    if (working.has(key)) {
      if (lane === 'prompt' || !dirty.has(key)) dirty.set(key, lane);
      return;
    }
    if (lane === 'prompt') lanes.routine.delete(key);
    else if (lanes.prompt.has(key)) return;
    lanes[lane].add(key);
    serve();
  };
  return {
    add,
    addAfter: (key, ms) => {
      stopTimer(key);
      const timer = new AbortController();
      timers.set(key, timer);
      clock.sleep(ms, AbortSignal.any([timer.signal, signal])).then(
        () => {
          if (timers.get(key) === timer) add(key, 'routine');
        },
        () => undefined,
      );
    },
    forget: (key) => {
      stopTimer(key);
      lanes.prompt.delete(key);
      lanes.routine.delete(key);
      dirty.delete(key);
    },
    take: (until) =>
      new Promise((resolve) => {
        if (until.aborted) {
          resolve(undefined);
          return;
        }
        const taker = (key: string | undefined): void => {
          until.removeEventListener('abort', leave);
          resolve(key);
        };
        const leave = (): void => {
          takers.delete(taker);
          resolve(undefined);
        };
        until.addEventListener('abort', leave, { once: true });
        takers.add(taker);
        serve();
      }),
    done: (key) => {
      working.delete(key);
      const lane = dirty.get(key);
      if (lane === undefined) return;
      dirty.delete(key);
      add(key, lane);
    },
    get length() {
      return lanes.prompt.size + lanes.routine.size;
    },
  };
}
