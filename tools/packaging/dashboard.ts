// A Grafana dashboard over the documented metrics.
import { METRICS } from '../../src/operator/metrics.ts';

interface Panel {
  readonly title: string;
  readonly type: 'stat' | 'timeseries' | 'table';
  readonly description: string;
  readonly targets: readonly { readonly expr: string; readonly legend: string }[];
  readonly unit?: string;
}

const { verdicts, stale, findings, condition, lastRun, runs, seconds, lateness, calls, leader, restarts } = METRICS;
const BY_REPORT = 'report_namespace, report';

const PANELS: readonly Panel[] = [
  {
    title: 'Reports by verdict',
    type: 'stat',
    description: verdicts.help,
    targets: [{ expr: `max by (verdict) (${verdicts.name})`, legend: '{{verdict}}' }],
  },
  {
    title: 'Stale reports',
    type: 'stat',
    description: stale.help,
    targets: [{ expr: `max(${stale.name})`, legend: 'stale' }],
  },
  {
    title: 'Findings by entry of the guide',
    type: 'table',
    description: findings.help,
    targets: [{ expr: `max by (entry) (${findings.name})`, legend: '{{entry}}' }],
  },
  {
    title: 'Conditions by report',
    type: 'table',
    description: condition.help,
    targets: [
      {
        expr: `max by (${BY_REPORT}, condition, status) (${condition.name}) == 1`,
        legend: '{{report_namespace}}/{{report}} {{condition}} {{status}}',
      },
    ],
  },
  {
    title: 'Time since the last run',
    type: 'timeseries',
    description: lastRun.help,
    unit: 's',
    targets: [{ expr: `time() - max by (${BY_REPORT}) (${lastRun.name})`, legend: '{{report_namespace}}/{{report}}' }],
  },
  {
    title: 'Verdicts over time',
    type: 'timeseries',
    description: verdicts.help,
    targets: [{ expr: `max by (verdict) (${verdicts.name})`, legend: '{{verdict}}' }],
  },
  {
    title: 'Runs',
    type: 'timeseries',
    description: runs.help,
    unit: 'ops',
    targets: [{ expr: `sum by (result) (rate(${runs.name}[$__rate_interval]))`, legend: '{{result}}' }],
  },
  {
    title: 'Duration of a run',
    type: 'timeseries',
    description: seconds.help,
    unit: 's',
    targets: [0.5, 0.95].map((quantile) => ({
      expr: `histogram_quantile(${quantile}, sum by (le) (rate(${seconds.name}_bucket[$__rate_interval])))`,
      legend: `p${quantile * 100}`,
    })),
  },
  {
    title: 'Lateness of routine runs',
    type: 'timeseries',
    description: lateness.help,
    unit: 's',
    targets: [
      {
        expr: `histogram_quantile(0.95, sum by (le) (rate(${lateness.name}_bucket[$__rate_interval])))`,
        legend: 'p95',
      },
    ],
  },
  {
    title: 'Calls to the Kubernetes API',
    type: 'timeseries',
    description: calls.help,
    unit: 'ops',
    targets: [{ expr: `sum by (verb, result) (rate(${calls.name}[$__rate_interval]))`, legend: '{{verb}} {{result}}' }],
  },
  {
    title: 'Replicas that work',
    type: 'stat',
    description: leader.help,
    targets: [{ expr: `sum(${leader.name})`, legend: 'leaders' }],
  },
  {
    title: 'Watch restarts',
    type: 'timeseries',
    description: restarts.help,
    targets: [{ expr: `sum(increase(${restarts.name}[$__rate_interval]))`, legend: 'restarts' }],
  },
];

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The dashboard as Grafana imports it. */
export function dashboard(): string {
  const panels = PANELS.map(({ title, type, description, targets, unit }, index) => ({
    id: index + 1,
    title,
    type,
    description,
    datasource: DATASOURCE,
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
    fieldConfig: { defaults: { unit: unit ?? 'short' }, overrides: [] },
    targets: targets.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      ...(type === 'timeseries' ? {} : { instant: true, format: type === 'table' ? 'table' : 'time_series' }),
    })),
  }));
  const whole = {
    uid: 'recognize-health',
    title: 'PingOne Recognize health',
    tags: ['recognize-health'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }] },
    panels,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
