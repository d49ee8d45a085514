import { expect, test } from 'vitest';
import { oncePerKey } from '../../../src/runtime/once-per-key.ts';

test('the first answer for a key is everybody’s, undefined too, and another key is asked for itself', () => {
  const asked: string[] = [];
  const ask = oncePerKey((key, suffix: string) => {
    asked.push(key + suffix);
    return key === 'none' ? undefined : key + suffix;
  });
  expect([ask('a', '1'), ask('a', '2'), ask('b', '3'), ask('none', '4'), ask('none', '5')]).toEqual([
    'a1',
    'a1',
    'b3',
    undefined,
    undefined,
  ]);
  expect(asked).toEqual(['a1', 'b3', 'none4']);
});

test('what threw is asked again', () => {
  let times = 0;
  const ask = oncePerKey(() => {
    times += 1;
    if (times === 1) throw new Error('not yet');
    return times;
  });
  expect(() => ask('a')).toThrow('not yet');
  expect(ask('a')).toBe(2);
});
