// docs/reference/metrics.md: every metric of ours with its labels.
import { METRICS, type Metric } from '../../src/operator/metrics.ts';
import { MOST_NAMED } from '../../src/operator/summary.ts';

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
    'not edit. Every replica says what the reports say, so take the `max` over replicas and not the `sum`. Labels are bounded:',
    `series of single reports exist for the first ${MOST_NAMED} of them, which \`${METRICS.unnamed.name}\` makes visible.`,
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
