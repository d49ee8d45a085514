// Metrics in the Prometheus format, declared as data: docs, dashboard and alerts are compared with it. Labels are
// bounded: verdicts, results, entries of the guide; the names of reports, which whoever is called at night needs, only of
// a bounded number of them; never a text.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SUMMARY_CONDITIONS } from '../api/conditions.ts';
import type { ApiFaultCode } from '../kube/api-fault.ts';
import type { Verb } from '../kube/rules.ts';
import { COMPONENTS } from '../api/components.ts';
import { SEVERITIES } from '../api/faults/traits.ts';
import { WINDOWS, type Availability, type Window } from '../api/history.ts';
import { shardText, type Shard } from './shard.ts';
import { MOST_FAILING, MOST_NAMED, type ReportSummary } from './summary.ts';

export const VERDICTS = ['Healthy', 'Warning', 'Failing', 'Unknown'] as const;

/** What a run came to, for the counter. */
export const RUN_RESULTS = ['examined', 'broke'] as const;
export type RunResult = (typeof RUN_RESULTS)[number];

/** How a call to the API server ended. */
export const CALL_RESULTS = [
  'OK',
  'NotFound',
  'Conflict',
  'AlreadyExists',
  'Gone',
  'Forbidden',
  'Unauthorized',
  'Invalid',
  'TooManyRequests',
  'ServerError',
  'Unreachable',
  'Timeout',
  'TooLarge',
  'Misconfigured',
] as const satisfies readonly ('OK' | ApiFaultCode)[];
export type CallResult = 'OK' | ApiFaultCode;
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch'] as const satisfies readonly Verb[];

/** What was known of a time: the classes of the history. */
export const AVAILABILITY_STATES = ['up', 'down', 'unknown'] as const;

export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each label with the values that it may have, or in words what bounds them. */
  readonly labels?: Readonly<Record<string, readonly string[] | LabelBound>>;
}

/** What bounds labels that have no list of values. */
export const LABEL_BOUNDS = {
  entry: 'the ids of docs/reference/entries.md',
  fault: 'the faults of docs/reference/faults.md',
  report_namespace: `namespaces of at most ${MOST_NAMED} reports`,
  report: `names of at most ${MOST_NAMED} reports`,
  shard: 'as `--shard` has it, `2/5`; no such label without shards',
} as const;
type LabelBound = (typeof LABEL_BOUNDS)[keyof typeof LABEL_BOUNDS];

/** Not `namespace`: Prometheus renames a label that its own target has, unless told otherwise. */
const REPORT = { report_namespace: LABEL_BOUNDS.report_namespace, report: LABEL_BOUNDS.report } as const;

export const METRICS = {
  runs: {
    name: 'recognize_health_runs_total',
    type: 'counter',
    help: 'Runs by what came of them.',
    labels: { result: RUN_RESULTS },
  },
  seconds: {
    name: 'recognize_health_run_duration_seconds',
    type: 'histogram',
    help: 'Time from the start of a run to its end.',
  },
  lateness: {
    name: 'recognize_health_run_lateness_seconds',
    type: 'histogram',
    help: 'Time from when a routine run was due to its start: long while there are too few workers.',
  },
  verdicts: {
    name: 'recognize_health_reports',
    type: 'gauge',
    help: 'Reports by verdict.',
    labels: { verdict: VERDICTS },
  },
  stale: {
    name: 'recognize_health_reports_stale',
    type: 'gauge',
    help: 'Reports that are not suspended and whose freshUntil has passed: what they say is not current.',
  },
  findings: {
    name: 'recognize_health_findings',
    type: 'gauge',
    help: 'Checks that warn or fail, neither muted nor a symptom of another, by the entry of the guide that they cite.',
    labels: { entry: LABEL_BOUNDS.entry },
  },
  condition: {
    name: 'recognize_health_report_condition',
    type: 'gauge',
    help: 'Status of a condition of one report: 1 for the status that it has.',
    labels: { ...REPORT, condition: SUMMARY_CONDITIONS, status: ['True', 'False', 'Unknown'] },
  },
  reportStale: {
    name: 'recognize_health_report_stale',
    type: 'gauge',
    help: 'Whether one report is stale: 1 or 0.',
    labels: REPORT,
  },
  reportFindings: {
    name: 'recognize_health_report_findings',
    type: 'gauge',
    help: 'Findings of one report by the entry of the guide that they cite; only entries that are cited.',
    labels: { ...REPORT, entry: LABEL_BOUNDS.entry },
  },
  reportFailing: {
    name: 'recognize_health_report_failing',
    type: 'gauge',
    help: `What fails in one report, confirmed, not muted and no symptom, by component and fault: the number of its checks. At most ${MOST_FAILING} of a report, worst first; none of a report that is stale or suspended.`,
    labels: { ...REPORT, component: COMPONENTS, fault: LABEL_BOUNDS.fault, impact: SEVERITIES },
  },
  lastRun: {
    name: 'recognize_health_report_last_run_timestamp_seconds',
    type: 'gauge',
    help: 'When the last finished run of one report started.',
    labels: REPORT,
  },
  reportMuted: {
    name: 'recognize_health_report_muted',
    type: 'gauge',
    help: 'Findings of one report that nobody is told of, by what silences them: a mute with an end, or a maintenance window.',
    labels: { ...REPORT, by: ['mute', 'window'] },
  },
  availability: {
    name: 'recognize_health_report_availability_seconds',
    type: 'gauge',
    help: 'For how long one installation was up, down and unknown in each window that ends with its last run: the history of its status, which is there without Prometheus too. None of a report that is stale or suspended.',
    labels: { ...REPORT, window: Object.keys(WINDOWS), state: AVAILABILITY_STATES },
  },
  unnamed: {
    name: 'recognize_health_reports_unnamed',
    type: 'gauge',
    help: `Reports beyond the first ${MOST_NAMED}: they are counted with all, and have no series of their own.`,
  },
  leader: {
    name: 'recognize_health_leader',
    type: 'gauge',
    help: 'Whether this replica works: 1, or 0 while it stands by.',
    labels: { shard: LABEL_BOUNDS.shard },
  },
  waiting: {
    name: 'recognize_health_longest_wait_seconds',
    type: 'gauge',
    help: 'How long the report that waits longest for its run has waited: 0 while none waits.',
  },
  calls: {
    name: 'recognize_health_api_calls_total',
    type: 'counter',
    help: 'Calls to the Kubernetes API by verb and by how they ended.',
    labels: { verb: VERBS, result: CALL_RESULTS },
  },
  clockAhead: {
    name: 'recognize_health_clock_ahead_seconds',
    type: 'gauge',
    help: "How far this process' clock is ahead of the API server's, by the Date of its last answer; negative where it is behind.",
  },
  restarts: {
    name: 'recognize_health_watch_restarts_total',
    type: 'counter',
    help: 'Times that the watch of the reports had to be begun anew after a fault.',
  },
} as const satisfies Record<string, Metric>;

export interface Metrics {
  runEnded(result: RunResult, seconds: number): void;
  /** A routine run starts so long after it was due. */
  runStarted(lateSeconds: number): void;
  apiCalled(verb: Verb, result: CallResult): void;
  /** Of our clock, in seconds. */
  setClockAhead(seconds: number): void;
  /** In seconds. */
  setWaiting(oldest: number): void;
  setLeading(leading: boolean): void;
  /** What the reports say now. */
  setReports(summary: ReportSummary): void;
  watchRestarted(): void;
  /** The exposition text. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** `shard`: of this operator, where several share the namespaces; each of them has a leader of its own. */
export function createMetrics(shard?: Shard): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const gauge = <L extends string>({ name, help }: Metric, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  const counter = <L extends string>({ name, help }: Metric, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const histogram = ({ name, help }: Metric, buckets: number[]): Histogram =>
    new Histogram({ name, help, buckets, registers });
  const runs = counter(METRICS.runs, 'result');
  const seconds = histogram(METRICS.seconds, [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);
  const lateness = histogram(METRICS.lateness, [0.1, 0.5, 1, 5, 15, 60, 300]);
  const verdicts = gauge(METRICS.verdicts, 'verdict');
  const stale = gauge(METRICS.stale);
  const findings = gauge(METRICS.findings, 'entry');
  const condition = gauge(METRICS.condition, 'report_namespace', 'report', 'condition', 'status');
  const reportStale = gauge(METRICS.reportStale, 'report_namespace', 'report');
  const reportFindings = gauge(METRICS.reportFindings, 'report_namespace', 'report', 'entry');
  const reportFailing = gauge(METRICS.reportFailing, 'report_namespace', 'report', 'component', 'fault', 'impact');
  const lastRun = gauge(METRICS.lastRun, 'report_namespace', 'report');
  const reportMuted = gauge(METRICS.reportMuted, 'report_namespace', 'report', 'by');
  const availability = gauge(METRICS.availability, 'report_namespace', 'report', 'window', 'state');
  const unnamed = gauge(METRICS.unnamed);
  const leader = gauge(METRICS.leader, 'shard');
  const own = shard === undefined ? {} : { shard: shardText(shard) };
  const waiting = gauge(METRICS.waiting);
  const calls = counter(METRICS.calls, 'verb', 'result');
  const clockAhead = gauge(METRICS.clockAhead);
  const restarts = counter(METRICS.restarts);
  // A counter that is not there yet and one that is 0 mean different things to an alert.
  for (const result of RUN_RESULTS) runs.inc({ result }, 0);
  leader.set(own, 0);
  return {
    runEnded: (result, duration) => {
      runs.inc({ result });
      seconds.observe(duration);
    },
    runStarted: (late) => lateness.observe(Math.max(late, 0)),
    apiCalled: (verb, result) => calls.inc({ verb, result }),
    setClockAhead: (ahead) => clockAhead.set(ahead),
    setWaiting: (oldest) => waiting.set(oldest),
    setLeading: (leading) => leader.set(own, leading ? 1 : 0),
    setReports: (summary) => {
      for (const verdict of VERDICTS) verdicts.set({ verdict }, summary.verdicts[verdict]);
      stale.set(summary.stale);
      unnamed.set(summary.unnamed);
      for (const each of [
        findings,
        condition,
        reportStale,
        reportFindings,
        reportFailing,
        lastRun,
        availability,
        reportMuted,
      ])
        each.reset();
      for (const [entry, count] of summary.findings) findings.set({ entry }, count);
      for (const one of summary.named) {
        const report = { report_namespace: one.namespace, report: one.name };
        for (const [type, status] of one.conditions) condition.set({ ...report, condition: type, status }, 1);
        for (const [entry, count] of one.findings) reportFindings.set({ ...report, entry }, count);
        for (const { component, fault, severity, checks } of one.failing)
          reportFailing.set({ ...report, component, fault, impact: severity }, checks);
        reportStale.set(report, one.stale ? 1 : 0);
        if (one.lastRun !== undefined) lastRun.set(report, one.lastRun);
        for (const by of ['mute', 'window'] as const) reportMuted.set({ ...report, by }, one.muted[by]);
        for (const [window, known] of Object.entries(one.availability) as [Window, Availability][])
          for (const state of AVAILABILITY_STATES) availability.set({ ...report, window, state }, known[state]);
      }
    },
    watchRestarted: () => restarts.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
