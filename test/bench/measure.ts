// What measurements share: pairs of runs, one after the other, so that both meet the same machine; medians and ratios.

export interface Pair {
  /** Milliseconds. */
  readonly ours: number;
  readonly theirs: number;
}

/** Runs both sides in turn, after one run of each that does not count. Every other pair begins with the other side. */
export async function pairs(
  runs: number,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<readonly Pair[]> {
  const all: Pair[] = [];
  await ours();
  await theirs();
  for (let run = 0; run < runs; run += 1) {
    const first = run % 2 === 0;
    const a = await elapsed(first ? ours : theirs);
    const b = await elapsed(first ? theirs : ours);
    all.push(first ? { ours: a, theirs: b } : { ours: b, theirs: a });
  }
  return all;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

async function elapsed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
