// The way into the report: a Judgement in, the status of the resource out, and the statuses that no run wrote.
export { headline, rootCauseText } from './headline.ts';
export { freshUntil, heartbeatMs } from './freshness.ts';
export { wayBackOf, type WayBack } from './way-back.ts';
export { watchedOf, type VersionsRead, type Watched } from './watched.ts';
export { writeReport, type ReportInput } from './write-report.ts';
export {
  isStale,
  outdatedStatus,
  saysOutdated,
  staleStatus,
  stalledStatus,
  suspendedStatus,
  type Occasion,
} from './without-run.ts';
export { alterations, correction } from './alterations.ts';
export { significantlyDiffers } from './differs.ts';
export { jsonBytes, statusBudget, OBJECT_BYTES, STATUS_BYTES } from './size.ts';
export { citedSentence } from './sentences.ts';
