// The bound on nesting that keeps a parser from running out of stack.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { nestingOf } from '../../../src/runtime/nesting.ts';

describe('the nesting of a text', () => {
  it.each([
    ['', 0],
    ['a: 1\nb: 2\n', 1],
    ['a:\n  b:\n    c: 1\nd: 1', 3],
    ['- - - a', 3],
    ['[[[]]]', 3],
    ['a: [{b: 1}]\nc: 1', 4],
    ['a: [\n{\nb: 1 }\n]\n', 3],
  ])('%j is %d', (text, expected) => {
    expect(nestingOf(text)).toBe(expected);
  });

  it('is never told too low, however it is written', () => {
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 12, withCrossShrink: true },
        fc.constantFrom('x', 1, null),
        fc.array(tie('tree'), { minLength: 1, maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('tree'), { minKeys: 1, maxKeys: 2 }),
      ),
    }));
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(tree, (value) => {
        for (const text of [stringify(value), JSON.stringify(value), JSON.stringify(value, null, 2)])
          expect(nestingOf(text)).toBeGreaterThanOrEqual(depth(value));
      }),
    );
  });
});
