// `explain` from nothing to its answer, in turns with a Node that does nothing.
import { spawnSync } from 'node:child_process';
import { BUNDLE, buildWhenNeeded } from '../../test/stack/operator-process.ts';
import { median, pairs } from './measure.ts';
import { load } from './process-use.ts';

const RUNS = 15;
const BUDGET_MS = 150;

export const title = 'explain, cold';
export const budget = `at most ${BUDGET_MS} ms`;

function run(...args: readonly string[]): Promise<void> {
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`node ${args.join(' ')} failed: ${done.stderr}`);
  return Promise.resolve();
}

export async function measure(print: (line: string) => void): Promise<boolean> {
  buildWhenNeeded();
  const all = await pairs(
    RUNS,
    () => run(BUNDLE, 'explain', 'REC-AV-003'),
    () => run('-e', '0'),
  );
  const ours = median(all.map((pair) => pair.ours));
  const node = median(all.map((pair) => pair.theirs));
  const best = Math.min(...all.map((pair) => pair.ours));
  const nodeBest = Math.min(...all.map((pair) => pair.theirs));
  print(
    `${best.toFixed(0)} ms at best, ${ours.toFixed(0)} in the median; node itself takes ${nodeBest.toFixed(0)} and ` +
      `${node.toFixed(0)} of it (${median(all.map((pair) => pair.ours / pair.theirs)).toFixed(1)}×); ${RUNS} pairs; ${load()}`,
  );
  // Whoever else uses the machine only adds to a wall time: the best run is nearest to what the program takes.
  return best <= BUDGET_MS;
}
