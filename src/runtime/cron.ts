// When a cron line is due in a time zone, by the croner library. No timer is ever set.
import { Cron } from 'croner';

export type CronTimes =
  | {
      readonly ok: true;
      /** The last time that is not after now; missing where there was none. */
      readonly last?: Date;
      /** The next ones, soonest first, at most as many as were asked for. */
      readonly next: readonly Date[];
    }
  /** What is wrong, to go on behind "the schedule" or "the time zone". */
  | { readonly ok: false; readonly what: 'schedule' | 'timeZone'; readonly why: string };

/** Schedules whose times are kept; one costs milliseconds to compute, and every run of every report asks for its own. */
const MOST_KEPT = 1_000;
const kept = new Map<string, { readonly asked: number; readonly times: CronTimes }>();

/**
 * The times of a cron line of five fields around `now`. A time that a clock skips in spring is the moment after the gap,
 * a time that comes twice in autumn is its first one.
 *
 * @param timeZone a name of the IANA database
 * @param count how many of the next times
 */
export function cronTimes(line: string, timeZone: string, now: Date, count: number): CronTimes {
  const key = JSON.stringify([line, timeZone, count]);
  const known = kept.get(key);
  if (known !== undefined && stillHolds(known, now.getTime())) return known.times;
  const times = computed(line, timeZone, now, count);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, { asked: now.getTime(), times });
  return times;
}

/** Nothing changes before the next time comes, unless the clock is set back. */
function stillHolds({ asked, times }: { readonly asked: number; readonly times: CronTimes }, now: number): boolean {
  if (!times.ok) return true;
  const [soonest] = times.next;
  return now >= (times.last?.getTime() ?? asked) && (soonest === undefined || now < soonest.getTime());
}

function computed(line: string, timeZone: string, now: Date, count: number): CronTimes {
  if (!isTimeZone(timeZone)) return { ok: false, what: 'timeZone', why: 'is not in the IANA database' };
  try {
    // croner also reads nicknames (@daily), which hide when that is.
    if (line.startsWith('@')) return { ok: false, what: 'schedule', why: 'is no cron line of five fields' };
    const cron = new Cron(line, { timezone: timeZone, mode: '5-part' });
    // It counts in whole seconds, and "before" is strict: a time that is now belongs to the past.
    const next = cron.nextRuns(count + 1, new Date(now.getTime() - 1_000)).filter((time) => time > now);
    // A line names no year: what never comes never came, and to look for it takes long.
    if (next.length === 0) return { ok: true, next };
    const [last] = cron.previousRuns(2, new Date(now.getTime() + 1_000)).filter((time) => time <= now);
    return { ok: true, ...(last === undefined ? {} : { last }), next: next.slice(0, count) };
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    return { ok: false, what: 'schedule', why: `cannot be read: ${said.replace(/^CronPattern: /, '')}` };
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
