// `npm run bench [-- NAME…]`: measures what has a budget.
import { bench } from './command.ts';

process.exitCode = await bench(
  process.argv.slice(2),
  (line) => console.log(line),
  (line) => console.error(line),
);
