// What a run computes as a formula: a part for each run, each check, each pod and each KiB of log, fitted to runs of many
// sizes; a run reads what was logged since the last one. For administrators, who know these numbers of their installations.
import { leastSquares } from './least-squares.ts';
import { load } from './process-use.ts';
import { type RunSize, withTimedRuns } from './time-a-run.ts';

const WORST = 0.25;
const SIZES: readonly RunSize[] = [
  { topology: 'Umbrella', pods: 1, lines: 20 },
  { topology: 'Umbrella', pods: 10, lines: 20 },
  { topology: 'Umbrella', pods: 10, lines: 80 },
  { topology: 'Consolidated', pods: 4, lines: 20 },
  { topology: 'Consolidated', pods: 20, lines: 20 },
  { topology: 'Consolidated', pods: 20, lines: 60 },
  { topology: 'Split', pods: 10, lines: 1 },
  { topology: 'Split', pods: 10, lines: 20 },
  { topology: 'Split', pods: 10, lines: 80 },
  { topology: 'Split', pods: 40, lines: 1 },
  { topology: 'Split', pods: 40, lines: 20 },
];

export const title = 'what a run computes, as a formula of its checks, pods and logs';
export const budget = `each measured run within ${100 * WORST} % of the formula`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  return withTimedRuns(async (time) => {
    const examples: { readonly x: readonly number[]; readonly y: number }[] = [];
    for (const size of SIZES) {
      const { cpuMs, checks, logBytes } = await time(size);
      const kib = logBytes / 1_024;
      print(`${checks} checks, ${size.pods} pods, ${kib.toFixed(0)} KiB of log: ${cpuMs.toFixed(1)} ms`);
      examples.push({ x: [1, checks, size.pods ?? 0, kib], y: cpuMs });
    }
    const { constants, worst } = leastSquares(examples);
    const [run = 0, check = 0, pod = 0, kib = 0] = constants;
    print(
      `ms of CPU = ${run.toFixed(2)} + checks × ${check.toFixed(3)} + pods × ${pod.toFixed(3)} + KiB of log × ` +
        `${kib.toFixed(3)}; at worst ${(100 * worst).toFixed(0)} % beside a measured run; ${load()}`,
    );
    return worst <= WORST;
  });
}
