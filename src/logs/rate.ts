// The guide's first alert: more error logs over a period than a threshold allows. Times only; no clock.

export interface RateLimits {
  /** More than this many are too many. `spec.logs.errorThreshold` */
  readonly threshold: number;
  /** Milliseconds. `spec.logs.window` */
  readonly windowMs: number;
}

/** The guide's example: more than 20 error logs over 5 minutes. */
export const DEFAULT_RATE: RateLimits = { threshold: 20, windowMs: 5 * 60_000 };

/** Error logs of one service: a value, kept by whoever asks next time. */
export interface ErrorRate {
  /** Times of the latest errors, ascending, in milliseconds since the epoch: as many as can decide, no more. */
  readonly times: readonly number[];
  /** All that were ever added. */
  readonly total: number;
}

export const NO_ERRORS: ErrorRate = { times: [], total: 0 };

/** Beyond the threshold, counts are shown up to this many errors. */
const SHOWN_ABOVE_THRESHOLD = 1000;

/** The rate with the errors of another read. In any order: clocks jump back, and pods are read one after another. */
export function addErrors(rate: ErrorRate, times: readonly number[], { threshold }: RateLimits): ErrorRate {
  const known = times.filter((time) => Number.isFinite(time));
  const all = [...rate.times, ...known].sort((a, b) => a - b);
  return { times: all.slice(-(threshold + SHOWN_ABOVE_THRESHOLD)), total: rate.total + known.length };
}

/** Errors in the window that ends now: from `now - windowMs`, exclusive, to `now`. An error later than now counts: the other clock is ahead. */
export function errorsInWindow(rate: ErrorRate, now: number, { windowMs }: RateLimits): number {
  return rate.times.filter((time) => time > now - windowMs).length;
}

/** Whether there are too many errors now. */
export function isRateHigh(rate: ErrorRate, now: number, limits: RateLimits): boolean {
  return errorsInWindow(rate, now, limits) > limits.threshold;
}

/** Forgets what can no longer count at `now` or later. */
export function forgetErrors(rate: ErrorRate, now: number, { windowMs }: RateLimits): ErrorRate {
  return { times: rate.times.filter((time) => time > now - windowMs), total: rate.total };
}
