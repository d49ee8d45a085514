// How often a quiet report is written, and how long it may be believed. Both follow the interval, so that the LAST-RUN of
// a report that runs every ten seconds is about a minute old at most, and a dead operator shows as soon.

/** A report whose interval is short is written once in so many runs. */
const RUNS_A_HEARTBEAT = 5;

/** At the default interval of a minute this makes 288 writes a day. */
const LONGEST_HEARTBEAT_MS = 5 * 60_000;

/** A heartbeat that comes later than that is late: runs have pauses, deadlines, and neighbours. */
const LEAST_GRACE_MS = 2 * 60_000;

/** An unchanged status is written again after this. An interval that is longer is the heartbeat itself. */
export function heartbeatMs(intervalMs: number): number {
  return Math.max(intervalMs, Math.min(RUNS_A_HEARTBEAT * intervalMs, LONGEST_HEARTBEAT_MS));
}

/**
 * When a report that a run started at `startedAt` stops being believable: a heartbeat and a late one after it. The grace
 * has room for the longest run, which waits for its probes and reads logs and metrics after them.
 *
 * @param timeoutMs deadline of each probe
 */
export function freshUntil(startedAt: Date, intervalMs: number, timeoutMs: number): Date {
  const heartbeat = heartbeatMs(intervalMs);
  return new Date(startedAt.getTime() + heartbeat + Math.max(heartbeat, LEAST_GRACE_MS, 3 * timeoutMs));
}
