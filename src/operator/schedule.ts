// When the next run is due. Pure, so that the rules can be read off a table.
import type { HealthReportStatus } from '../api/health-report.ts';

/** While a streak is open the next run comes after at most this. */
export const CONFIRM_MS = 20_000;

/** Routine runs are spread by up to this part of the interval, so that reports made together do not run together. */
const JITTER = 0.1;

/**
 * The first run that a process makes of a report is followed within the interval, anywhere in it but its first tenth:
 * reports that were made together, or examined together after a restart, do not stay together.
 */
const FIRST_JITTER = 0.9;

/** True while some check's result and state differ, or a streak waits for more runs. */
export function isConfirming(status: HealthReportStatus): boolean {
  return status.checks?.some((check) => (check.streak ?? 0) > 0 || check.clearing !== undefined) ?? false;
}

/**
 * Milliseconds from a run to the next one.
 *
 * @param random in [0, 1)
 * @param isFirst the run was the first one that this process made of the report
 */
export function nextRunAfterMs(
  status: HealthReportStatus,
  intervalMs: number,
  random: () => number,
  isFirst = false,
): number {
  const base = isConfirming(status) ? Math.min(intervalMs, CONFIRM_MS) : intervalMs;
  return Math.round(base * (1 - (isFirst ? FIRST_JITTER : JITTER) * random()));
}

/** A report that this process has just met. */
export interface Met {
  readonly generation: number;
  readonly request: string | undefined;
  readonly status: HealthReportStatus | undefined;
}

/** True when nobody waits for a run: this generation was examined, and no request is open. */
export function isRoutine({ status, generation, request }: Met): boolean {
  if (status?.lastRunTime === undefined || status.observedGeneration !== generation) return false;
  return request === undefined || request === status.lastHandledRequest;
}

/**
 * Milliseconds until the first run of a report that this process has just met: at once when somebody waits for it,
 * otherwise when the last run's interval ends, so that a restart does not run everything together.
 */
export function firstRunAfterMs(report: Met, intervalMs: number, now: Date): number {
  const { status } = report;
  if (status?.lastRunTime === undefined || !isRoutine(report)) return 0;
  const due = Date.parse(status.lastRunTime) + nextRunAfterMs(status, intervalMs, () => 0);
  return Math.min(Math.max(due - now.getTime(), 0), intervalMs);
}
