// Maintenance windows: mutes that repeat. When one is open, when the next one is, or why a schedule makes none.
import { cronTimes } from '../runtime/cron.ts';
import { formatDuration, parseDuration } from '../runtime/duration.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import type { CheckStatus, MuteSpec } from './health-report.ts';

export interface Window {
  readonly start: Date;
  readonly end: Date;
}

export type Windows =
  | {
      readonly ok: true;
      /** The one that is open now. */
      readonly open?: Window;
      /** The one that opens next. */
      readonly next?: Window;
    }
  /** In words that go on behind the name of the mute. */
  | { readonly ok: false; readonly why: SafeText };

/** Starts ahead that are looked at: windows that touch each other are a mute without an end. */
const LOOK_AHEAD = 4;
/** Between two windows it is quiet for as long as one lasts, or for this long. */
const ENOUGH_BETWEEN_MS = 3_600_000;

/** The windows of a mute around `now`. Undefined: it has an end and no schedule. */
export function windowsOf({ schedule, timeZone = '', duration = '' }: MuteSpec, now: Date): Windows | undefined {
  if (schedule === undefined) return undefined;
  const refuse = (why: string): Windows => ({ ok: false, why: redact(why, [], 160) });
  const lasts = parseDuration(duration);
  if (lasts === undefined || lasts <= 0) return refuse(`is ignored: its duration "${duration}" is none`);
  const times = cronTimes(schedule, timeZone, now, LOOK_AHEAD);
  if (!times.ok) {
    const [called, value] = times.what === 'schedule' ? ['schedule', schedule] : ['time zone', timeZone];
    return refuse(`is ignored: its ${called} "${value}" ${times.why}`);
  }
  const { last, next } = times;
  const starts = [...(last === undefined ? [] : [last]), ...next];
  if (starts.length === 0) return refuse(`is ignored: its schedule "${schedule}" never comes`);
  const needed = lasts + Math.min(lasts, ENOUGH_BETWEEN_MS);
  const gaps = starts.slice(1).map((start, index) => start.getTime() - (starts[index]?.getTime() ?? 0));
  if (gaps.some((gap) => gap < needed))
    return refuse(
      `is ignored: its windows last ${formatDuration(lasts)} and begin ${formatDuration(Math.min(...gaps))} after each other, with too little between them`,
    );
  const windowFrom = (start: Date): Window => ({ start, end: new Date(start.getTime() + lasts) });
  const open = last === undefined ? undefined : windowFrom(last);
  const [soonest] = next;
  return {
    ok: true,
    ...(open !== undefined && open.end > now ? { open } : {}),
    ...(soonest === undefined ? {} : { next: windowFrom(soonest) }),
  };
}

/** What a check says of its mute. */
export type Muting = Partial<Pick<CheckStatus, 'muted' | 'mutedAs'>>;

/** True for a finding that a maintenance window silences. */
export function isWindowed({ muted, mutedAs }: Muting): boolean {
  return muted === true && mutedAs?.window === true;
}

/** What a mute is about, in words: a check, a fault, or everything. */
export function nameOfMute({ check, fault }: Pick<MuteSpec, 'check' | 'fault'>): string {
  return check ?? fault ?? 'everything';
}
