// What the bench's API server was asked since a moment, by kind of call.
import type { BenchApiServer } from './api-server.ts';

export interface Calls {
  readonly total: number;
  /** The most frequent ones, with how many of them there are for each of `runs`. */
  readonly text: string;
  /** How many there were of a resource. */
  readonly of: (resource: string) => number;
}

/** Counts from now on. */
export async function callsSince({ calls }: Pick<BenchApiServer, 'calls'>): Promise<(runs: number) => Promise<Calls>> {
  const before = await calls();
  return async (runs) => {
    const counts = [...(await calls())]
      .map(([call, many]) => [call, many - (before.get(call) ?? 0)] as const)
      .filter(([, many]) => many > 0);
    const often = counts.sort(([, a], [, b]) => b - a).slice(0, 6);
    return {
      total: sum(counts),
      text: often.map(([call, many]) => `${call} ${(many / runs).toFixed(2)}`).join(', '),
      of: (resource) => sum(counts.filter(([call]) => call.split(/[ /]/)[1] === resource)),
    };
  };
}

const sum = (counts: readonly (readonly [string, number])[]): number =>
  counts.reduce((total, [, many]) => total + many, 0);
