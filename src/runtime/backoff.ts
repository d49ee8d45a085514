// Exponential backoff with full jitter: the wait before attempt n is uniform in [0, min(max, base·2ⁿ)].

/** The wait in ms before attempt `attempt` (0 for the first retry). `random` gives [0, 1). */
export function backoffMs(attempt: number, baseMs: number, maxMs: number, random: () => number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.floor(random() * ceiling);
}
