// Metrics in the Prometheus format, declared as data: docs, dashboard and alerts are compared with it. Labels are
// bounded: verdicts, results, entries of the guide; never a name of a report or a text.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReportSummary } from './summary.ts';

export const VERDICTS = ['Healthy', 'Warning', 'Failing', 'Unknown'] as const;

/** What a run came to, for the counter. */
export const RUN_RESULTS = ['examined', 'broke'] as const;
export type RunResult = (typeof RUN_RESULTS)[number];

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each label with the values that it may have. */
  readonly labels?: Readonly<Record<string, readonly string[] | 'the ids of docs/reference/entries.md'>>;
}

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
    labels: { entry: 'the ids of docs/reference/entries.md' },
  },
  restarts: {
    name: 'recognize_health_watch_restarts_total',
    type: 'counter',
    help: 'Times that the watch of the reports had to be begun anew after a fault.',
  },
} as const satisfies Record<string, Metric>;

export interface Metrics {
  runEnded(result: RunResult, seconds: number): void;
  /** What the reports say now. */
  setReports(summary: ReportSummary): void;
  watchRestarted(): void;
  /** The exposition text. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const runs = new Counter({ name: METRICS.runs.name, help: METRICS.runs.help, labelNames: ['result'], registers });
  const seconds = new Histogram({
    name: METRICS.seconds.name,
    help: METRICS.seconds.help,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const gauge = <L extends string>({ name, help }: Metric, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  const verdicts = gauge(METRICS.verdicts, 'verdict');
  const stale = gauge(METRICS.stale);
  const findings = gauge(METRICS.findings, 'entry');
  const restarts = new Counter({ name: METRICS.restarts.name, help: METRICS.restarts.help, registers });
  // A counter that is not there yet and one that is 0 mean different things to an alert.
  for (const result of RUN_RESULTS) runs.inc({ result }, 0);
  return {
    runEnded: (result, duration) => {
      runs.inc({ result });
      seconds.observe(duration);
    },
    setReports: (summary) => {
      for (const verdict of VERDICTS) verdicts.set({ verdict }, summary.verdicts[verdict]);
      stale.set(summary.stale);
      findings.reset();
      for (const [entry, count] of summary.findings) findings.set({ entry }, count);
    },
    watchRestarted: () => restarts.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Every metric of ours in Markdown. */
export function metricsReference(): string {
  const rows = Object.values<Metric>(METRICS).map(({ name, type, help, labels = {} }) => {
    const described = Object.entries(labels).map(
      ([label, values]) => `\`${label}\`: ${typeof values === 'string' ? values : values.join(', ')}`,
    );
    return `| \`${name}\` | ${type} | ${described.join('; ')} | ${help} |`;
  });
  return [
    '# Metrics',
    '',
    'Served at `/metrics`, beside the usual `process_` and `nodejs_` metrics. Generated from the code (`npm run gen`); do',
    'not edit. Every replica says what the reports say, so take the `max` over replicas and not the `sum`.',
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
