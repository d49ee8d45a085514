// What measurements share: pairs of runs, one after the other, so that both meet the same machine; medians and ratios.

export interface Pair {
  /** Milliseconds, or what the measurement counts. */
  readonly ours: number;
  readonly theirs: number;
}

/**
 * Runs both sides in turn, each answering what it took, after one run of each that does not count. Every other pair
 * begins with the other side.
 */
export async function pairsOf(
  runs: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<readonly Pair[]> {
  const all: Pair[] = [];
  await ours();
  await theirs();
  for (let run = 0; run < runs; run += 1) {
    const first = run % 2 === 0;
    const a = await (first ? ours : theirs)();
    const b = await (first ? theirs : ours)();
    all.push(first ? { ours: a, theirs: b } : { ours: b, theirs: a });
  }
  return all;
}

/** Pairs of wall times. */
export function pairs(
  runs: number,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<readonly Pair[]> {
  return pairsOf(
    runs,
    () => elapsed(ours),
    () => elapsed(theirs),
  );
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
