// When an end is near enough to be told: passwords, certificates, key material.

const DAY_MS = 24 * 60 * 60 * 1000;

/** 30 days, in ms: a month's change window lies in it. */
export const SOON_MS = 30 * DAY_MS;

/** An upgrade, a look at it, and the way back: what ends within it, or has ended, ends in the middle of them. */
export const UPGRADE_MS = DAY_MS;

/** True for an end that is at most `withinMs` ahead, or past. */
export function endsWithin(end: string, now: Date, withinMs: number): boolean {
  return Date.parse(end) - now.getTime() <= withinMs;
}
