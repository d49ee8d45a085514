// A report as it is stored, with what is said of it: whether it may be believed, and what the gate says as it stands.
import { healthReportStatus, type HealthReportStatus } from '../api/health-report.ts';
import { decideStored } from '../gate/http-answer.ts';
import type { ReportObject } from '../kube/reports.ts';
import { reportObject } from '../output/object.ts';
import type { StoredReport } from '../output/status.ts';
import { windowSentences } from '../output/windows.ts';
import { isStale } from '../report/index.ts';
import { formatDuration, shortAge } from '../runtime/duration.ts';

/** A status that we cannot read (of a newer operator) is shown as none, not guessed at. */
export function storedReport(object: ReportObject, whole: boolean, now: Date): StoredReport {
  const { metadata } = object;
  const parsed = healthReportStatus.safeParse(object.status ?? {});
  const found: HealthReportStatus = parsed.success ? parsed.data : healthReportStatus.parse({});
  const report = { namespace: metadata.namespace ?? '', name: metadata.name };
  return {
    ...report,
    status: found,
    ...agoOf('lastRun', found.lastRunTime, now),
    ...agoOf('age', metadata.creationTimestamp, now),
    told: {
      ...report,
      status: parsed.success ? found : undefined,
      spec: object.spec,
      windows: windowSentences(object.spec, now),
      gate: { ...report, ...decideStored(object, now) },
      durationMs: 0,
      failOn: 'fail',
    },
    object: reportObject(metadata, object.spec ?? {}, found),
    stale: isStale(found, now),
    freshness: freshness(found, whole ? metadata.generation : undefined, now),
  };
}

/** How long ago, as a column of kubectl says it: the largest unit alone. */
function agoOf<N extends 'lastRun' | 'age'>(name: N, time: string | undefined, now: Date): Partial<Record<N, string>> {
  const ms = time === undefined ? Number.NaN : now.getTime() - Date.parse(time);
  return Number.isNaN(ms) ? {} : ({ [name]: shortAge(Math.max(ms, 0)) } as Record<N, string>);
}

/** Whether the report may be believed, in a sentence. */
function freshness(found: HealthReportStatus, generation: number | undefined, now: Date): string {
  if (found.lastRunTime === undefined) return 'No run has finished yet: is the operator running?';
  const ago = formatDuration(Math.max(0, now.getTime() - Date.parse(found.lastRunTime)));
  if (isStale(found, now))
    return `STALE: the last run started ${ago} ago, and the report may no longer hold. Is the operator running?`;
  const edited =
    generation === undefined || generation === found.observedGeneration ? '' : ' The spec was edited since.';
  return `Last run started ${ago} ago; fresh until ${found.freshUntil ?? 'then'}.${edited}`;
}
