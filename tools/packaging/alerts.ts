// Alerts: the three of the guide, and three that watch the watcher. Annotations cite the guide as the reports do.
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

/** One alert a report, or one for all while there are reports that have no series of their own. */
function ofReports(one: string, all: string): string {
  const named = `max by (report_namespace, report) (${one}) > 0`;
  return `${named} or (max(${all}) > 0 and on() max(${METRICS.unnamed.name}) > 0)`;
}

const WHICH =
  'The labels report_namespace and report say which HealthReport; without them: kubectl get healthreports -A';

/** An alert for what a report cites: the reports have confirmed it already, so it fires at once. */
function cited(alert: string, id: string, severity: Alert['labels']['severity'], summary: string): Alert {
  const entry = ENTRIES.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`the guide has no entry ${id}`);
  return {
    alert,
    expr: ofReports(`${METRICS.reportFindings.name}{entry="${id}"}`, `${METRICS.findings.name}{entry="${id}"}`),
    for: '0m',
    labels: { severity },
    annotations: {
      summary,
      description: `${entry.cause} ${entry.nextSteps} [${id}] ${WHICH}`,
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
    expr: ofReports(METRICS.reportStale.name, METRICS.stale.name),
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'A HealthReport is not current.',
      description: `Its freshUntil has passed, so nothing is known about this installation now. Read the log of the operator that leads. ${WHICH}`,
      runbook_url: GUIDE.url,
    },
  },
  {
    alert: 'RecognizeHealthLeaderless',
    expr: `max(${METRICS.leader.name}) == 0`,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'No replica of recognize-health works.',
      description: 'Every replica stands by, so no report is kept current. Read their logs, and look at the Lease.',
      runbook_url: GUIDE.url,
    },
  },
  {
    alert: 'RecognizeHealthRunsWait',
    expr: `max(${METRICS.waiting.name}) > 120`,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: 'HealthReports wait for their runs.',
      description:
        'A report has waited for more than two minutes: runs hang, or there are too few workers (--workers). A namespace has at most a quarter of them, so look first at the one with the most reports.',
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
