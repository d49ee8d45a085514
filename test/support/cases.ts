// How many cases a property looks at, and which: the suite looks at the same ones each time, so that a commit that passed
// passes again. `npm run fuzz` looks at other ones, and at more.
import fc from 'fast-check';

/** How many times as many cases; undefined in the suite. */
const times = process.env['FUZZ_TIMES'] === undefined ? undefined : Number(process.env['FUZZ_TIMES']);

/** For the last argument of `fc.assert`: `count` cases in the suite. Without it a property looks at a hundred. */
export function cases(count: number): { readonly numRuns: number } {
  return { numRuns: count * (times ?? 1) };
}

// This file is loaded before each file of tests.
fc.configureGlobal({ ...cases(100), ...(times === undefined ? { seed: 20_261_128 } : {}) });
