// A status as small as one may be: what a run of the tests that are not about its content brings back.
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { timestamp } from '../../../src/runtime/timestamp.ts';

/** @param at when the run began; it is fresh for ten minutes */
export function goodStatus(
  generation: number,
  at: Date,
  verdict: HealthReportStatus['verdict'] = 'Healthy',
): HealthReportStatus {
  const freshUntil = new Date(at.getTime() + 10 * 60_000).toISOString();
  return { observedGeneration: generation, verdict, lastRunTime: timestamp(at), freshUntil, conditions: [] };
}
