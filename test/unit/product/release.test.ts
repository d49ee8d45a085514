import { expect, it } from 'vitest';
import { isAtLeast } from '../../../src/product/index.ts';

it.each([
  ['1.3.0', '1.3.0', true],
  ['1.3.1', '1.3.0', true],
  ['1.10.0', '1.3.0', true],
  ['2.0.0', '1.3.0', true],
  ['1.3.0-rc.1', '1.3.0', true],
  ['1.3.0+build.7', '1.3.0', true],
  ['1.2.99', '1.3.0', false],
  ['0.10.0', '1.3.0', false],
  ['1.2.5-1.4.0', '1.3.0', false],
])('%s is at least %s: %j', (release, since, expected) => {
  expect(isAtLeast(release, since)).toBe(expected);
});
