// What `npm run bench` does with its arguments: runs what is named, one file a measurement, and says which budgets are not
// kept.
import { parseArgs } from 'node:util';
import { MEASUREMENTS } from './measurements.ts';
import { load } from './process-use.ts';
import { tableLines } from './table.ts';

const NAMES = Object.keys(MEASUREMENTS);
const DEFAULT_MINUTES = 2;
const LARGE_FLEET = 1_000;
const TABLE = 'table';

const USAGE = `npm run bench [-- [--real] [--minutes N] [--reports N] [table] [NAME…]]

Measures what has a budget (docs/performance.md): all of it, or what is named.

${Object.entries(MEASUREMENTS)
  .map(([name, { title, budget }]) => `  ${name.padEnd(18)} ${title}: ${budget}`)
  .join('\n')}

  table              what was aimed at, what was seen before, and what was recorded last; measures only what else is named
  --minutes N        how long the measurements of memory and of the fleet go on (default ${DEFAULT_MINUTES}; the budgets say 10)
  --reports N        how many reports the large fleet has (default ${LARGE_FLEET}; the budget is that of so many)
  --real             on kube-apiserver and etcd, which it builds with Go, in a network namespace of its own; without it
                     on our own API server
  --help             this

Exit codes: 0 every budget is kept, 1 one is not, 2 usage, 3 something could not be measured.`;

interface Asked {
  readonly names: readonly string[];
  readonly table: boolean;
  readonly minutes: number;
  readonly reports: number;
  readonly help: boolean;
}

/** What the command line asks for, or why it cannot be done. */
function read(argv: readonly string[]): Asked | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { minutes: { type: 'string' }, reports: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { positionals, values } = parsed;
  const table = positionals.includes(TABLE);
  const named = positionals.filter((name) => name !== TABLE);
  const unknown = named.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
  if (unknown.length > 0) return `No such measurement: ${unknown.join(', ')}. There are: ${NAMES.join(', ')}.`;
  const minutes = Number(values.minutes ?? DEFAULT_MINUTES);
  if (!(minutes > 0)) return `--minutes is a number above 0, not ${values.minutes ?? ''}.`;
  const reports = Number(values.reports ?? LARGE_FLEET);
  if (!Number.isInteger(reports) || reports < 1)
    return `--reports is a whole number above 0, not ${values.reports ?? ''}.`;
  return { names: positionals.length === 0 ? NAMES : named, table, minutes, reports, help: values.help === true };
}

/** Runs the command line `argv` and returns its exit code. */
export async function bench(
  argv: readonly string[],
  out: (line: string) => void,
  err: (line: string) => void,
): Promise<number> {
  const asked = read(argv);
  if (typeof asked === 'string') {
    err(asked);
    return 2;
  }
  if (asked.help) {
    out(USAGE);
    return 0;
  }
  if (asked.table) for (const line of tableLines()) out(line);
  const missed: string[] = [];
  const unmeasured: string[] = [];
  for (const name of asked.names) {
    const measurement = MEASUREMENTS[name];
    if (measurement === undefined) continue;
    out(`# ${measurement.title} (budget: ${measurement.budget}; ${load()})`);
    try {
      if (!(await measurement.measure(out, asked))) missed.push(name);
    } catch (error) {
      out(`could not be measured: ${error instanceof Error ? error.message : String(error)}`);
      unmeasured.push(name);
    }
  }
  if (unmeasured.length > 0) err(`Not measured: ${unmeasured.join(', ')}.`);
  if (missed.length > 0) err(`Not within the budget: ${missed.join(', ')}.`);
  if (missed.length > 0) return 1;
  return unmeasured.length > 0 ? 3 : 0;
}
