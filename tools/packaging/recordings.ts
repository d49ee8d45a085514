// Recording rules: availability from the history that each report keeps, as ratios that are ready for a dashboard or a
// service level objective. Two replicas serve the same history, so the largest of both counts once.
import { METRICS } from '../../src/operator/metrics.ts';

export interface Recording {
  readonly record: string;
  readonly expr: string;
}

/** A recording with what it says, for docs/reference/alerts.md. */
export interface DocumentedRecording extends Recording {
  readonly says: string;
}

const BY = 'report_namespace, report, window';
const SECONDS = `max by (${BY}, state) (${METRICS.availability.name})`;
const upOrDown = `max by (${BY}, state) (${METRICS.availability.name}{state=~"up|down"})`;

export const DOCUMENTED_RECORDINGS: readonly DocumentedRecording[] = [
  {
    record: 'report_window_state:recognize_health_availability:ratio',
    expr: `${SECONDS} / on (${BY}) group_left () sum by (${BY}) (${SECONDS})`,
    says: 'The share of a window in which a report was `up`, `down` and `unknown`. The three make 1: what nobody saw is unknown and never up.',
  },
  {
    record: 'report_window:recognize_health_up_of_known:ratio',
    expr: `max by (${BY}) (${METRICS.availability.name}{state="up"}) / (sum by (${BY}) (${upOrDown}) > 0)`,
    says: 'The share of what was seen in which a report was up. Nothing where nothing was seen: read it beside the share that is unknown.',
  },
];

export const RECORDINGS: readonly Recording[] = DOCUMENTED_RECORDINGS.map(({ record, expr }) => ({ record, expr }));
