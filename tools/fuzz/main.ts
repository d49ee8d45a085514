// `npm run fuzz [-- CASES]`: the properties of the suite with many more cases (5,000 unless told). A failure prints the seed
// and the smallest input that was found.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FUZZED } from './files.ts';

const cases = Number(process.argv[2] ?? 5_000);
if (!Number.isInteger(cases) || cases < 1) {
  process.stderr.write('how many cases? a whole number\n');
  process.exit(2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', ...FUZZED], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_CASES: String(cases) },
});
process.exit(status ?? 1);
