// Availability from durations of states, in bounded space: buckets of five minutes, hours and days for each component.
// Unknown is a class of its own and never up: it is what is left of a window, so a gap without an operator is Unknown.
import { COMPONENT_CONDITIONS, COMPONENTS, NOT_COUNTED_IN_HEALTHY, type Component } from './components.ts';
import type { HealthReportStatus } from './health-report.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { isWindowed } from './windows.ts';

export type History = NonNullable<HealthReportStatus['history']>;

/** The windows that are told, in seconds. */
export const WINDOWS = { '1h': 3_600, '24h': 86_400, '7d': 7 * 86_400, '30d': 30 * 86_400 } as const;
export type Window = keyof typeof WINDOWS;

/** The whole installation beside its components: the condition Healthy. */
export const WHOLE = 'all';

/** Seconds of a window by what was known then. Their sum is the window. */
export interface Availability {
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
}

/** Length of a bucket in seconds, and how many reach back over the windows that they serve, the begun ones included. */
const LEVELS = [
  { seconds: 300, buckets: 13 },
  { seconds: 3_600, buckets: 25 },
  { seconds: 86_400, buckets: 31 },
] as const;
const LEVEL_OF = { '1h': 0, '24h': 1, '7d': 2, '30d': 2 } as const satisfies Record<Window, number>;

/** Seconds by the number of the bucket since 1970, of each level. */
type Buckets = readonly ReadonlyMap<number, number>[];

interface Tracks {
  readonly up: Buckets;
  readonly down: Buckets;
}

/**
 * The history with the time since the last run added. What that run saw holds until now, while it was still fresh;
 * otherwise nobody knows.
 */
export function historyAfter(previous: HealthReportStatus | undefined, now: Date): History {
  const end = Math.floor(now.getTime() / 1_000);
  const { history, lastRunTime, freshUntil } = previous ?? {};
  const isFresh = freshUntil !== undefined && now.getTime() <= Date.parse(freshUntil);
  // After a clock was set back this lies ahead: the time is not counted twice.
  const from = Math.floor(Date.parse(history?.until ?? lastRunTime ?? '') / 1_000);
  const states = previous === undefined || !isFresh ? new Map<string, 'up' | 'down'>() : statesOf(previous);
  const before = new Map((history?.components ?? []).map(({ component, ...tracks }) => [component, tracks]));
  const anchor = history === undefined ? end : Math.floor(Date.parse(history.until) / 1_000);
  const names = new Set([...before.keys(), ...states.keys()]);
  const components = [WHOLE, ...COMPONENTS].flatMap((component) => {
    if (!names.has(component)) return [];
    const known = before.get(component);
    const up = decode(known?.up ?? '', anchor);
    const down = decode(known?.down ?? '', anchor);
    const state = states.get(component);
    const tracks = { up: trimmed(up, end), down: trimmed(down, end) };
    const grown = from < end && state !== undefined ? { ...tracks, [state]: add(tracks, state, from, end) } : tracks;
    const isEmpty = [...grown.up, ...grown.down].every((level) => level.size === 0);
    return isEmpty && state === undefined
      ? []
      : [{ component, up: encode(grown.up, end), down: encode(grown.down, end) }];
  });
  return { until: timestamp(new Date(end * 1_000)), components };
}

/** How a component fared over a window that ends with the history. Undefined: nothing was ever recorded of it. */
export function availabilityOf(history: History, component: string, window: Window): Availability | undefined {
  const found = history.components.find((one) => one.component === component);
  if (found === undefined) return undefined;
  const end = Math.floor(Date.parse(history.until) / 1_000);
  const start = end - WINDOWS[window];
  const level = LEVEL_OF[window];
  const { seconds } = LEVELS[level];
  const sum = (text: string): number => {
    let total = 0;
    for (const [index, value] of decode(text, end)[level] ?? []) {
      const from = index * seconds;
      // Of the bucket in which the window begins its share counts: when in it that was is not kept.
      const inside = Math.min(from + seconds, end) - Math.max(from, start);
      const length = Math.min(from + seconds, end) - from;
      if (inside > 0 && length > 0) total += value * Math.min(inside / length, 1);
    }
    return total;
  };
  const up = Math.min(Math.round(sum(found.up)), WINDOWS[window]);
  const down = Math.min(Math.round(sum(found.down)), WINDOWS[window] - up);
  return { up, down, unknown: WINDOWS[window] - up - down };
}

/**
 * What the conditions said; Unknown is not among it. A window silences alerts and measures nothing away: what fails in it
 * is down, and what has no answer is unknown.
 */
function statesOf({ conditions, checks = [] }: HealthReportStatus): ReadonlyMap<string, 'up' | 'down'> {
  const states = new Map<string, 'up' | 'down'>();
  for (const [component, type] of [[WHOLE, 'Healthy'], ...Object.entries(COMPONENT_CONDITIONS)]) {
    const status = conditions.find((condition) => condition.type === type)?.status;
    if (component !== undefined && status === 'True') states.set(component, 'up');
    if (component !== undefined && status === 'False') states.set(component, 'down');
  }
  for (const { component, state, required } of checks.filter(isWindowed)) {
    const isCounted =
      required !== false && component !== 'upgrade' && !NOT_COUNTED_IN_HEALTHY.has(component as Component);
    for (const track of [component, ...(isCounted ? [WHOLE] : [])]) {
      if (state === 'fail') states.set(track, 'down');
      else if (state === 'error' && states.get(track) === 'up') states.delete(track);
    }
  }
  return states;
}

/** Adds an interval to a track. No bucket of both tracks together holds more than its length. */
function add({ up, down }: Tracks, state: 'up' | 'down', from: number, to: number): Buckets {
  const track = state === 'up' ? up : down;
  const other = state === 'up' ? down : up;
  return LEVELS.map(({ seconds, buckets }, level) => {
    const grown = new Map(track[level]);
    const last = Math.floor(to / seconds);
    for (let index = Math.max(Math.floor(from / seconds), last - buckets + 1); index <= last; index += 1) {
      const part = Math.min((index + 1) * seconds, to) - Math.max(index * seconds, from);
      const room = seconds - (grown.get(index) ?? 0) - (other[level]?.get(index) ?? 0);
      if (part > 0 && room > 0) grown.set(index, (grown.get(index) ?? 0) + Math.min(part, room));
    }
    return grown;
  });
}

/** Without the buckets that no window reaches, and without those that lie ahead of a clock that was set back. */
function trimmed(track: Buckets, end: number): Buckets {
  return LEVELS.map(({ seconds, buckets }, level) => {
    const last = Math.floor(end / seconds);
    return new Map([...(track[level] ?? [])].filter(([index]) => index <= last && index > last - buckets));
  });
}

/** Newest bucket first, a run of equal ones as `300*12`, levels behind `;`. Mostly a few characters. */
function encode(track: Buckets, end: number): string {
  return LEVELS.map(({ seconds, buckets }, level) => {
    const last = Math.floor(end / seconds);
    const values = Array.from({ length: buckets }, (_, back) => track[level]?.get(last - back) ?? 0);
    const runs: { value: number; times: number }[] = [];
    for (const value of values) {
      const run = runs.at(-1);
      if (run?.value === value) run.times += 1;
      else runs.push({ value, times: 1 });
    }
    if (runs.at(-1)?.value === 0) runs.pop();
    return runs.map(({ value, times }) => (times === 1 ? String(value) : `${value}*${times}`)).join(',');
  }).join(';');
}

/** What was written, as far as it can be read: anything else is time of which nothing is known. */
function decode(text: string, end: number): Buckets {
  const parts = text.split(';');
  return LEVELS.map(({ seconds, buckets }, level) => {
    const last = Math.floor(end / seconds);
    const values = (parts[level] ?? '').split(',').flatMap((run) => {
      const [, value, times = '1'] = /^(\d{1,5})(?:\*(\d{1,2}))?$/.exec(run) ?? [];
      return value === undefined ? [] : Array.from({ length: Number(times) }, () => Number(value));
    });
    return new Map(
      values
        .slice(0, buckets)
        .map((value, back): [number, number] => [last - back, Math.min(value, seconds)])
        .filter(([, value]) => value > 0),
    );
  });
}
