// `npm run soak [-- --minutes N --seed N]`: ten minutes of troubles at random; exit code 1 when something was wrong.
import { parseArgs } from 'node:util';
import { tell } from './gauges.ts';
import { INTERVAL_S, soak } from './soak.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 10);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run soak [-- --minutes N --seed N]');
  process.exit(2);
}
console.log(`${minutes} minutes of troubles, seed ${seed}.`);
const { rounds, problems, before, after, slowestMs } = await soak({
  minutes,
  seed,
  truthWithinMs: 2 * INTERVAL_S * 1_000,
  say: (line) => console.log(line),
});
console.log(`${rounds} rounds; the slowest truth took ${(slowestMs / 1_000).toFixed(1)} s.`);
console.log(`before: ${tell(before)}`);
console.log(`after:  ${tell(after)}`);
for (const problem of problems) console.error(`Problem: ${problem}`);
if (problems.length > 0) {
  console.error(`To see it again: npm run soak -- --minutes ${minutes} --seed ${seed}`);
  process.exitCode = 1;
}
