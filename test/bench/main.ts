// `npm run bench [-- NAME…]`: measures what has a budget, one file a measurement, and says which budgets are not kept.
import * as logMatching from './log-matching.ts';

interface Measurement {
  readonly title: string;
  /** Prints its figures; answers whether they are within the budget. */
  readonly measure: (print: (line: string) => void) => Promise<boolean>;
}

const MEASUREMENTS: Readonly<Record<string, Measurement>> = { 'log-matching': logMatching };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0) {
  console.error(`No such measurement: ${unknown.join(', ')}. There are: ${Object.keys(MEASUREMENTS).join(', ')}.`);
  process.exitCode = 2;
} else {
  const missed: string[] = [];
  for (const [name, { title, measure }] of Object.entries(MEASUREMENTS)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    console.log(`# ${title}`);
    if (!(await measure((line) => console.log(line)))) missed.push(name);
  }
  if (missed.length > 0) {
    console.error(`Not within the budget: ${missed.join(', ')}.`);
    process.exitCode = 1;
  }
}
