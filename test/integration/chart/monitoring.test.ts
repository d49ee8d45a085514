// Alerts and dashboard ask only for metrics that the operator has, in PromQL that parses.
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../../src/guide/index.ts';
import { createMetrics, METRICS } from '../../../src/operator/metrics.ts';
import { ofKind, render } from './render.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

interface Recording {
  readonly record: string;
  readonly expr: string;
}

const rendered = await render({ prometheusRule: { enabled: true }, dashboard: { enabled: true } });
const all = (
  ofKind(rendered, 'PrometheusRule')['spec'] as { groups: { rules: (Rule | Recording)[] }[] }
).groups.flatMap((group) => group.rules);
const rules = all.filter((rule) => 'alert' in rule);
const { panels } = JSON.parse(
  (ofKind(rendered, 'ConfigMap')['data'] as Record<string, string>)['recognize-health.json'] ?? '{}',
) as { panels: { title: string; targets: { expr: string; legendFormat: string }[] }[] };

/** Grafana fills this in before it asks. */
const filledIn = (expr: string): string => expr.replaceAll('$__rate_interval', '5m');
const expressions = [
  ...all.map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, filledIn(expr)] as const)),
];

/** Names of metrics and of matched or grouped labels in an expression; `undefined` when it does not parse. */
function readExpression(expr: string): { metrics: string[]; labels: string[] } | undefined {
  const metrics: string[] = [];
  const labels: string[] = [];
  const errors: number[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(node.from);
      const text = expr.slice(node.from, node.to);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') metrics.push(text);
      if (node.name === 'LabelName') labels.push(text);
    },
  });
  return errors.length > 0 ? undefined : { metrics, labels };
}

/** The documented metric of this name, or of the name of one of its series. */
function metricNamed(name: string): { readonly name: string; readonly labels?: object } | undefined {
  return Object.values(METRICS).find((one) => name.replace(/_(bucket|sum|count)$/, '') === one.name);
}

const served = new Set(
  (await createMetrics().text())
    .split('\n')
    .filter((line) => line.startsWith('# TYPE '))
    .map((line) => line.split(' ')[2] ?? ''),
);

describe('the metrics', () => {
  it('are served as they are documented', () => {
    expect([...served].filter((name) => name.startsWith('recognize_health_')).sort()).toEqual(
      Object.values(METRICS)
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('alerts and dashboard', () => {
  it('would not get by with a metric that nobody documents, nor with a label that it does not have', () => {
    expect(metricNamed('recognize_health_made_up')).toBeUndefined();
    expect(Object.keys(metricNamed(METRICS.verdicts.name)?.labels ?? {})).not.toContain('entry');
  });

  it('are read by a parser that finds faults', () => {
    expect(readExpression('sum(rate(x[5m])')).toBeUndefined();
    expect(readExpression('sum by (a) (x{b="c"})')).toEqual({ metrics: ['x'], labels: ['a', 'b'] });
  });

  it.each(expressions)('ask only for what is documented: %s', (_what, expr) => {
    const read = readExpression(expr);
    expect(read, expr).toBeDefined();
    expect(read?.metrics.length).toBeGreaterThan(0);
    for (const name of read?.metrics ?? []) {
      const metric = metricNamed(name);
      expect(metric, name).toBeDefined();
    }
    const known = (read?.metrics ?? []).flatMap((name) => Object.keys(metricNamed(name)?.labels ?? {}));
    expect(read?.labels.filter((label) => !['le', ...known].includes(label))).toEqual([]);
  });

  it('name entries that the guide has', () => {
    const named = rules.flatMap(({ expr }) => [...expr.matchAll(/entry="([^"]+)"/g)].map((match) => match[1]));
    expect([...new Set(named)]).toEqual(['REC-AL-001', 'REC-AL-002', 'REC-AL-003']);
    expect(named.filter((id) => !ENTRIES.some((entry) => entry.id === id))).toEqual([]);
  });

  it('cite the guide, and keep the text of the alerts as it is', () => {
    for (const { annotations, labels } of rules) {
      expect(annotations['runbook_url']).toMatch(/^https:\/\/docs\.pingidentity\.com\/recognize\//);
      expect(['critical', 'warning']).toContain(labels['severity']);
      expect(annotations['description']).not.toMatch(/\{\{/);
    }
  });
});
