// A keyed work queue with two lanes, after client-go's: a key is never worked on twice at once, and one that is added
// while it is worked on is worked on again afterwards. Written by us: npm's queues know neither keys nor "dirty".
import { onAbort } from '../runtime/abort.ts';
import type { Clock } from '../runtime/clock.ts';
import { lane as createLane, namespaceOf, type Lane } from './lane.ts';

/** A user's edit or request goes before routine runs, so that nobody waits behind 200 quiet reports. */
export type LaneName = 'prompt' | 'routine';

export interface Queue {
  /** Adds a key now. A key that waits in the routine lane moves up when added to the prompt one. */
  add(key: string, lane: LaneName): void;
  /** Adds a key after `ms`, to the routine lane unless told otherwise; replaces an earlier timer of the same key. */
  addAfter(key: string, ms: number, lane?: LaneName): void;
  /** Takes the key out of both lanes and stops its timer. Work under way is not touched. */
  forget(key: string): void;
  /** Resolves with the next key; undefined when the signal is aborted. Call `done` when the work has ended. */
  take(signal: AbortSignal): Promise<string | undefined>;
  done(key: string): void;
  /** Keys that wait in a lane (not those on a timer). */
  readonly length: number;
  /** How long the key that waits longest has waited. 0 when none waits. */
  oldestMs(): number;
}

/**
 * An empty queue. Timers use the clock and end with the signal.
 *
 * @param mostOf how many keys of one namespace are worked on at once at most
 */
export function queue(clock: Clock, signal: AbortSignal, mostOf: () => number = () => Infinity): Queue {
  const lanes: Readonly<Record<LaneName, Lane>> = { prompt: createLane(), routine: createLane() };
  const working = new Set<string>();
  const dirty = new Map<string, LaneName>();
  const timers = new Map<string, AbortController>();
  const takers = new Set<(key: string | undefined) => void>();

  const mayGo = (namespace: string): boolean => {
    let busy = 0;
    for (const key of working) if (namespaceOf(key) === namespace) busy += 1;
    return busy < mostOf();
  };
  const next = (): string | undefined => lanes.prompt.next(mayGo) ?? lanes.routine.next(mayGo);
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
  const add = (key: string, lane: LaneName): void => {
    stopTimer(key);
    if (working.has(key)) {
      if (lane === 'prompt' || !dirty.has(key)) dirty.set(key, lane);
      return;
    }
    if (lane === 'prompt') lanes.routine.delete(key);
    else if (lanes.prompt.has(key)) return;
    lanes[lane].add(key, clock.monotonicMs());
    serve();
  };
  return {
    add,
    addAfter: (key, ms, lane = 'routine') => {
      stopTimer(key);
      const timer = new AbortController();
      timers.set(key, timer);
      clock.sleep(ms, AbortSignal.any([timer.signal, signal])).then(
        () => {
          if (timers.get(key) === timer) add(key, lane);
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
          leave();
          resolve(key);
        };
        const leave = onAbort(until, () => {
          takers.delete(taker);
          resolve(undefined);
        });
        takers.add(taker);
        serve();
      }),
    done: (key) => {
      working.delete(key);
      const lane = dirty.get(key);
      dirty.delete(key);
      if (lane !== undefined) add(key, lane);
      // Another key of the namespace may have waited for this one.
      serve();
    },
    oldestMs: () => {
      const oldest = [lanes.prompt.oldest(), lanes.routine.oldest()].filter((since) => since !== undefined);
      return oldest.length === 0 ? 0 : clock.monotonicMs() - Math.min(...oldest);
    },
    get length() {
      return lanes.prompt.size + lanes.routine.size;
    },
  };
}
