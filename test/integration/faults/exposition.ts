// What a live operator serves at /metrics, held to what is documented: names, labels, and the values of labels.
import { FAULTS } from '../../../src/api/faults.ts';
import { ENTRIES } from '../../../src/guide/index.ts';
import { LABEL_BOUNDS, METRICS } from '../../../src/operator/metrics.ts';
import { MOST_NAMED } from '../../../src/operator/summary.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const ENTRY_IDS: ReadonlySet<string> = new Set(ENTRIES.map(({ id }) => id));

/** The samples of the text format. A label's value may hold anything but an unescaped quote. */
function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line): Sample[] => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line);
    if (match === null) return [];
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, label = '', value = '']) => [label, value] as const,
    );
    return [{ name: match[1] ?? '', labels: Object.fromEntries(labels) }];
  });
}

/** What of the text is not as documented; empty when all is. */
export function undocumented(text: string, reports: readonly string[]): string[] {
  const samples = samplesOf(text).filter(({ name }) => name.startsWith('recognize_health_'));
  const wrong = samples.flatMap(({ name, labels }): string[] => {
    const metric = Object.values(METRICS).find((one) => one.name === name.replace(/_(bucket|sum|count)$/, ''));
    if (metric === undefined) return [`${name} is not documented`];
    const documented: Readonly<Record<string, unknown>> = 'labels' in metric ? metric.labels : {};
    const given = { ...labels };
    if (metric.type === 'histogram') Reflect.deleteProperty(given, 'le');
    const names = Object.keys(given).sort().join();
    // An operator without shards has no label for them.
    const expected = Object.keys(documented).filter((label) => label !== 'shard' || label in given);
    if (names !== expected.sort().join()) return [`${name} has the labels ${names}`];
    return Object.entries(given).flatMap(([label, value]) =>
      isWithin(documented[label], value, reports) ? [] : [`${name} has ${label}="${value}"`],
    );
  });
  const most = Math.max(0, ...Object.values(countBy(samples.map(({ name }) => name))));
  // A report has three conditions and, in the worst case, every entry of the guide.
  const bound = Math.min(reports.length, MOST_NAMED) * ENTRY_IDS.size + 100;
  return most > bound ? [...wrong, `${most} series of one metric, at most ${bound}`] : wrong;
}

function isWithin(bound: unknown, value: string, reports: readonly string[]): boolean {
  if (Array.isArray(bound)) return bound.includes(value);
  switch (bound) {
    case LABEL_BOUNDS.entry:
      return ENTRY_IDS.has(value);
    case LABEL_BOUNDS.fault:
      return Object.hasOwn(FAULTS, value);
    case LABEL_BOUNDS.report:
      return reports.some((key) => key.split('/')[1] === value);
    case LABEL_BOUNDS.report_namespace:
      return reports.some((key) => key.split('/')[0] === value);
    default:
      return false;
  }
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
