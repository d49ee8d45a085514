// How much counters grew by lately: the error events of services, the restarts of pods. A counter knows no time, so what it said before is
// kept in the baseline: two moments half a window apart, and each counter at both. Now is compared with both of them:
// with the older one, so that a slow trickle adds up; with the newer one, so that no burst is lost in a longer time.
import { shortName } from '../runtime/short-name.ts';

/** A counter since its process started. */
export interface Counter {
  /** Tells one pod's counter from another's. */
  readonly name: string;
  readonly count: number;
}

export interface CounterGrowth {
  /** Undefined when there is nothing to compare with yet. */
  readonly grown: number | undefined;
  /** The time that it took them. */
  readonly overMs: number;
  /** What they grew by, or its average in a window where the time is longer than that. */
  readonly inWindow: number;
  /** Those of each counter, by its name. */
  readonly each: ReadonlyMap<string, number>;
  /** For the next run. At most 128 bytes. */
  readonly baseline: string;
}

/** Counters that fit the baseline; services have no more addresses than that. */
export const MOST_COUNTERS = 5;
/** A pause after which an older count says nothing of now. */
const LONGEST_PAUSE_MS = 60 * 60_000;

interface Memory {
  readonly olderMs: number;
  readonly newerMs: number;
  readonly counts: ReadonlyMap<string, { readonly older: number; readonly newer: number }>;
}

/**
 * What the counters grew by since one of two remembered moments: the one from which they grew faster. A counter that is
 * smaller than it was belongs to a process that started since, and counts whole; one that was never seen counts from now on.
 */
export function counterGrowth(
  counters: readonly Counter[],
  baseline: string | undefined,
  nowMs: number,
  windowMs: number,
  longestPauseMs = LONGEST_PAUSE_MS,
): CounterGrowth {
  const those = counters
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, MOST_COUNTERS)
    .map(({ name, count }) => ({ name, count: Math.trunc(count) }));
  const now = new Map(those.map(({ name, count }) => [shortName(name), count]));
  const memory = parse(baseline);
  const overMs = memory === undefined ? 0 : nowMs - memory.olderMs;
  if (memory === undefined || overMs < 0 || overMs > longestPauseMs) {
    const counts = new Map([...now].map(([name, count]) => [name, { older: count, newer: count }]));
    const first = format({ olderMs: nowMs, newerMs: nowMs, counts });
    return { grown: undefined, overMs: 0, inWindow: 0, each: new Map(), baseline: first };
  }
  const before = (name: string, count: number): { readonly older: number; readonly newer: number } => {
    const seen = memory.counts.get(name) ?? { older: count, newer: count };
    return { older: count < seen.older ? 0 : seen.older, newer: count < seen.newer ? 0 : seen.newer };
  };
  const since = (moment: 'older' | 'newer', fromMs: number): Omit<CounterGrowth, 'baseline'> => {
    const grown = ({ name, count }: Counter): number => count - before(shortName(name), count)[moment];
    const each = new Map(those.map((counter) => [counter.name, grown(counter)]));
    const all = [...each.values()].reduce((sum, one) => sum + one, 0);
    const inWindow = (all * windowMs) / Math.max(nowMs - fromMs, windowMs);
    return { grown: all, overMs: nowMs - fromMs, inWindow, each };
  };
  const [long, short] = [since('older', memory.olderMs), since('newer', memory.newerMs)];
  const moveOn = nowMs - memory.newerMs >= windowMs / 2;
  const counts = new Map(
    [...now].map(([name, count]) => {
      const seen = before(name, count);
      return [name, moveOn ? { older: seen.newer, newer: count } : seen];
    }),
  );
  const moments = moveOn ? { olderMs: memory.newerMs, newerMs: nowMs } : memory;
  return { ...(short.inWindow > long.inWindow ? short : long), baseline: format({ ...moments, counts }) };
}

const PLACE = /^([0-9a-z]{1,9}) ([0-9a-z]{1,9})((?: [0-9a-z]{1,7}=[0-9a-z]{1,7}:[0-9a-z]{1,7})*)$/;

function parse(baseline: string | undefined): Memory | undefined {
  const [, older, newer, rest] = PLACE.exec(baseline ?? '') ?? [];
  if (older === undefined || newer === undefined || rest === undefined) return undefined;
  const number = (text: string): number => Number.parseInt(text, 36);
  const counts = [...rest.matchAll(/ ([0-9a-z]+)=([0-9a-z]+):([0-9a-z]+)/g)].map(
    ([, name = '', first = '', last = '']) => [name, { older: number(first), newer: number(last) }] as const,
  );
  return { olderMs: number(older), newerMs: number(newer), counts: new Map(counts) };
}

function format({ olderMs, newerMs, counts }: Memory): string {
  const base36 = (value: number): string => value.toString(36);
  const parts = [...counts].map(([name, { older, newer }]) => `${name}=${base36(older)}:${base36(newer)}`);
  return [base36(olderMs), base36(newerMs), ...parts].join(' ');
}
