// What all reports together say now: counted when metrics are asked for, from the copies that the watch keeps.
import type { HealthReportStatus, Verdict } from '../api/health-report.ts';

export interface ReportSummary {
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly stale: number;
  /** Checks that warn or fail by the entry that they cite. */
  readonly findings: ReadonlyMap<string, number>;
}

/** One report as far as it is counted. */
export interface Counted {
  readonly suspended: boolean;
  readonly status: HealthReportStatus | undefined;
}

/**
 * Counts verdicts, stale reports and findings. A report without a status is Unknown and not stale: nothing was ever
 * said. Entries come from the status that a replica wrote; their number is bounded by the guide.
 */
export function summarise(reports: readonly Counted[], now: Date): ReportSummary {
  const verdicts: Record<Verdict, number> = { Healthy: 0, Warning: 0, Failing: 0, Unknown: 0 };
  const findings = new Map<string, number>();
  let stale = 0;
  for (const { suspended, status } of reports) {
    verdicts[status?.verdict ?? 'Unknown'] += 1;
    if (status === undefined) continue;
    if (!suspended && status.freshUntil !== undefined && Date.parse(status.freshUntil) < now.getTime()) stale += 1;
    for (const check of status.checks ?? []) {
      if ((check.state !== 'warn' && check.state !== 'fail') || check.muted === true) continue;
      if (check.suppressedBy !== undefined) continue;
      for (const id of new Set(check.citations?.map((citation) => citation.id)))
        findings.set(id, (findings.get(id) ?? 0) + 1);
    }
  }
  return { verdicts, stale, findings };
}
