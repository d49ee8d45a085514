// A report whose runs do not end says so itself: past its freshUntil, Healthy and Upgradeable are Unknown.
import type { HealthReportStatus } from '../api/health-report.ts';
import { isStale, staleStatus } from '../report/index.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log, ObservedReport, ReportApi } from './ports.ts';

/** Reasons of Ready under which a status claims nothing that could go stale. */
const CLAIMS_NOTHING: ReadonlySet<string> = new Set(['Stale', 'Suspended', 'Pending', 'SpecInvalid', 'CrdOutdated']);

/** True when the status still claims what its last run is too old for. */
export function goesStale(written: HealthReportStatus, report: ObservedReport, now: Date): boolean {
  if (written.freshUntil === undefined || !isStale(written, now)) return false;
  if ((report.spec as { readonly suspend?: unknown } | undefined)?.suspend === true) return false;
  const ready = written.conditions.find(({ type }) => type === 'Ready');
  return ready === undefined || !CLAIMS_NOTHING.has(ready.reason);
}

/** Writes it. Undefined when that did not succeed: it is tried again at the next look. */
export async function writeStale(input: {
  readonly report: ObservedReport;
  readonly written: HealthReportStatus;
  readonly api: ReportApi;
  readonly mayWrite: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<HealthReportStatus | undefined> {
  const { report, written, api, clock, log, signal } = input;
  const { namespace, name, uid } = report.metadata;
  const fresh = await api.get(namespace, name, signal);
  if (fresh === undefined || fresh === 'Unreachable' || fresh.metadata.uid !== uid) return undefined;
  // A run that ended meanwhile, or another replica's.
  if (fresh.status?.lastRunTime !== written.lastRunTime || !input.mayWrite()) return undefined;
  const status = staleStatus(written, clock.now());
  const result = await api.applyStatus(fresh.metadata, status, signal);
  if (result.kind !== 'Written') return undefined;
  log.warn({ report: `${namespace}/${name}`, lastRun: written.lastRunTime ?? '' }, 'report is stale: no run has ended');
  return status;
}
