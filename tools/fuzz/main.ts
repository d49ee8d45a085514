// `npm run fuzz [-- TIMES]`: the properties of the suite with many times as many cases (50 unless told), other ones each
// time. A failure prints the seed and the smallest input that was found.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { propertyFiles } from './files.ts';

const times = Number(process.argv[2] ?? 50);
if (!Number.isInteger(times) || times < 1) {
  process.stderr.write('how many times as many cases? a whole number\n');
  process.exit(2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', ...propertyFiles(root)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_TIMES: String(times) },
});
process.exit(status ?? 1);
