// Alerts: the three of the guide, and two that watch the watcher. Annotations cite the guide as the reports do.
import { entryUrl } from '../../src/guide/entry.ts';
import { ENTRIES, GUIDE } from '../../src/guide/index.ts';
import { METRICS } from '../../src/operator/metrics.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'critical' | 'warning' };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/** An alert for what a report cites: the reports have confirmed it already, so it fires at once. */
function cited(alert: string, id: string, severity: Alert['labels']['severity'], summary: string): Alert {
  const entry = ENTRIES.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`the guide has no entry ${id}`);
  return {
    alert,
    expr: `max(${METRICS.findings.name}{entry="${id}"}) > 0`,
    for: '0m',
    labels: { severity },
    annotations: {
      summary,
      description: `${entry.cause} ${entry.nextSteps} [${id}] Which report: kubectl get healthreports --all-namespaces`,
      runbook_url: entryUrl(entry),
    },
  };
}

export const ALERTS: readonly Alert[] = [
  cited('RecognizeErrorRateHigh', 'REC-AL-001', 'warning', 'A Recognize service logs more errors than the threshold.'),
  cited('RecognizeServiceNotStarting', 'REC-AL-002', 'critical', 'A Recognize service cannot start.'),
  cited('RecognizeSignatureInvalid', 'REC-AL-003', 'critical', 'Auth vault met a signature that cannot be validated.'),
  {
    alert: 'RecognizeHealthReportsStale',
    expr: `max(${METRICS.stale.name}) > 0`,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'HealthReports are not current.',
      description:
        'Their freshUntil has passed, so nothing is known about these installations now. Read the log of the operator that leads.',
      runbook_url: GUIDE.url,
    },
  },
  {
    alert: 'RecognizeHealthAbsent',
    expr: `absent(${METRICS.verdicts.name})`,
    for: '10m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'Nobody examines PingOne Recognize.',
      description: 'No operator is scraped: it is not running, or Prometheus does not reach it.',
      runbook_url: GUIDE.url,
    },
  },
];
