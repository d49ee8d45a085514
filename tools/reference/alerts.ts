// docs/reference/alerts.md: each alert with its runbook, and what is recorded.
import { DOCUMENTED } from '../packaging/alerts.ts';
import { DOCUMENTED_RECORDINGS } from '../packaging/recordings.ts';

/** One section an alert; its anchor is the alert's `runbook` annotation. */
export function alertsReference(): string {
  return [
    '# Alerts',
    '',
    "The rules of the chart's PrometheusRule (`prometheusRule.enabled`), each with what to do when it fires. Generated",
    'from the code (`npm run gen`); do not edit. REPORT and REPORT_NAMESPACE are labels of the alert.',
    '',
    ...DOCUMENTED.flatMap(({ rule: { alert, expr, for: wait, labels, annotations }, steps }) => [
      `## ${alert}`,
      '',
      `${annotations.summary} Severity ${labels.severity}; fires ${wait === '0m' ? 'at once' : `after ${wait}`}.`,
      '',
      annotations.description,
      '',
      '```promql',
      expr,
      '```',
      '',
      ...steps.map((step, index) => `${index + 1}. ${step}`),
      '',
    ]),
    '## Recording rules',
    '',
    'The same PrometheusRule records how available each report found its installation, over 1 h, 24 h, 7 d and 30 d.',
    '',
    ...DOCUMENTED_RECORDINGS.flatMap(({ record, expr, says }) => [
      `### ${record}`,
      '',
      says,
      '',
      '```promql',
      expr,
      '```',
      '',
    ]),
  ].join('\n');
}
