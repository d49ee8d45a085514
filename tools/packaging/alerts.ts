// Alerts: what a report finds failing, the three of the guide, and four that watch the watcher. Each has its runbook in
// docs/reference/alerts.md, which is made from here; annotations cite the guide as the reports do.
import { entryUrl } from '../../src/guide/entry.ts';
import { ENTRIES, GUIDE } from '../../src/guide/index.ts';
import { METRICS } from '../../src/operator/metrics.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'critical' | 'warning' };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
    /** The section of our own page. */
    readonly runbook: string;
  };
}

/** An alert with what to do when it fires: each a sentence, commands in code. */
export interface Documented {
  readonly rule: Alert;
  readonly steps: readonly string[];
}

/** One alert a report, or one for all while there are reports that have no series of their own. */
function ofReports(one: string, all: string): string {
  const named = `max by (report_namespace, report) (${one}) > 0`;
  return `${named} or (max(${all}) > 0 and on() max(${METRICS.unnamed.name}) > 0)`;
}

const WHICH =
  'The labels report_namespace and report say which HealthReport; without them: kubectl get healthreports -A';

const RUNBOOKS = 'docs/reference/alerts.md';

type Said = Omit<Alert, 'annotations'> & {
  readonly annotations: Omit<Alert['annotations'], 'runbook' | 'runbook_url'> & { readonly runbook_url?: string };
};

function documented({ annotations, ...rule }: Said, ...steps: readonly string[]): Documented {
  const runbook = `${RUNBOOKS}#${rule.alert.toLowerCase()}`;
  const { summary, description, runbook_url = GUIDE.url } = annotations;
  return { rule: { ...rule, annotations: { summary, description, runbook_url, runbook } }, steps };
}

const STATUS = 'Read the report, root cause and remedy first: `recognize-health status REPORT -n REPORT_NAMESPACE`.';
const MUTE =
  'What is known and being worked on is muted with an end and a reason, and the alert resolves: `recognize-health mute REPORT CHECK --until 8h --reason "…" -n REPORT_NAMESPACE`.';
const DOCTOR = 'Ask for all that is wrong with the installation of the operator: `recognize-health doctor`.';

/** An alert for what a report cites: the reports have confirmed it already, so it fires at once. */
function cited(alert: string, id: string, severity: Alert['labels']['severity'], summary: string): Documented {
  const entry = ENTRIES.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`the guide has no entry ${id}`);
  return documented(
    {
      alert,
      expr: ofReports(`${METRICS.reportFindings.name}{entry="${id}"}`, `${METRICS.findings.name}{entry="${id}"}`),
      for: '0m',
      labels: { severity },
      annotations: {
        summary,
        description: `${entry.cause} ${entry.nextSteps} [${id}] ${WHICH}`,
        runbook_url: entryUrl(entry),
      },
    },
    STATUS,
    `Read what the guide says: \`recognize-health explain ${id}\`.`,
    MUTE,
  );
}

/** An alert for what a report finds failing, by how much it matters: one for each component and fault. */
function failing(
  alert: string,
  impact: string,
  severity: Alert['labels']['severity'],
  wait: string,
  all: string,
): Documented {
  const one = `max by (report_namespace, report, component, fault) (${METRICS.reportFailing.name}{impact=~"${impact}"}) > 0`;
  return documented(
    {
      alert,
      expr: all === '' ? one : `${one} or (max(${all}) > 0 and on() max(${METRICS.unnamed.name}) > 0)`,
      for: wait,
      labels: { severity },
      annotations: {
        summary: 'A part of PingOne Recognize fails.',
        description: `A HealthReport finds a failure that is confirmed, not muted, and the symptom of nothing else: the labels component and fault say which. ${WHICH}`,
      },
    },
    STATUS,
    'Look the fault up: `recognize-health explain FAULT`.',
    MUTE,
  );
}

export const DOCUMENTED: readonly Documented[] = [
  failing('RecognizeFailing', 'critical|high', 'critical', '1m', `${METRICS.verdicts.name}{verdict="Failing"}`),
  failing('RecognizeDegraded', 'medium|low|info', 'warning', '5m', ''),
  cited('RecognizeErrorRateHigh', 'REC-AL-001', 'warning', 'A Recognize service logs more errors than the threshold.'),
  cited('RecognizeServiceNotStarting', 'REC-AL-002', 'critical', 'A Recognize service cannot start.'),
  cited('RecognizeSignatureInvalid', 'REC-AL-003', 'critical', 'Auth vault met a signature that cannot be validated.'),
  documented(
    {
      alert: 'RecognizeHealthReportsStale',
      expr: ofReports(METRICS.reportStale.name, METRICS.stale.name),
      for: '5m',
      labels: { severity: 'warning' },
      annotations: {
        summary: 'A HealthReport is not current.',
        description: `Its freshUntil has passed, so nothing is known about this installation now. Read the log of the operator that leads. ${WHICH}`,
      },
    },
    DOCTOR,
    'Ask for a run: `recognize-health run REPORT -n REPORT_NAMESPACE`.',
    'Read the log of the replica that leads: `kubectl -n recognize-health logs deployment/recognize-health`.',
  ),
  documented(
    {
      alert: 'RecognizeHealthLeaderless',
      // Each shard has a leader of its own, and one that has none is not covered by the others.
      expr: `max by (shard) (${METRICS.leader.name}) == 0`,
      for: '5m',
      labels: { severity: 'warning' },
      annotations: {
        summary: 'No replica of recognize-health works, or none of the shard that is named.',
        description:
          'Every replica stands by, so no report (of the label shard, where there is one) is kept current. Read their logs, and look at the Lease.',
      },
    },
    DOCTOR,
    'See who holds the Lease, and whether it may be written: `kubectl -n recognize-health get lease -o yaml`. With shards each has one of its own, such as `recognize-health-2-of-5`, and the one named `recognize-health` says how many they are.',
  ),
  documented(
    {
      alert: 'RecognizeHealthRunsWait',
      expr: `max(${METRICS.waiting.name}) > 120`,
      for: '5m',
      labels: { severity: 'warning' },
      annotations: {
        summary: 'HealthReports wait for their runs.',
        description:
          'A report has waited for more than two minutes: runs hang, or there are too few workers (--workers). A namespace has at most a quarter of them, so look first at the one with the most reports.',
      },
    },
    'See which reports are late: `recognize-health status -A`.',
    'Give the operator more workers (operator.workers of the chart), or the reports a longer spec.interval.',
  ),
  documented(
    {
      alert: 'RecognizeHealthAbsent',
      expr: `absent(${METRICS.verdicts.name})`,
      for: '10m',
      labels: { severity: 'warning' },
      annotations: {
        summary: 'Nobody examines PingOne Recognize.',
        description: 'No operator is scraped: it is not running, or Prometheus does not reach it.',
      },
    },
    DOCTOR,
    "Where it runs, see whether Prometheus reaches it: the chart's networkPolicy.ingressFrom names who may, and serviceMonitor.labels by which it is selected.",
  ),
];

export const ALERTS: readonly Alert[] = DOCUMENTED.map(({ rule }) => rule);
