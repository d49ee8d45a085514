// Kubernetes quantities, in the forms that people write.
import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../../src/runtime/quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['1', 1],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1800m', 1.8],
    ['2Gi', 2_147_483_648],
    ['2000Mi', 2_097_152_000],
    ['2G', 2_000_000_000],
    ['128974848', 128_974_848],
    ['129e6', 129_000_000],
    ['1E3', 1_000],
    ['1E', 1e18],
    ['0', 0],
  ])('reads %s', (text, value) => expect(parseQuantity(text)).toBeCloseTo(value, 9));

  it.each(['', 'x', '2GiB', '2 Gi', '1.2.3', 'Gi', '1K', '0x10', '1'.repeat(100)])('refuses %j', (text) =>
    expect(parseQuantity(text)).toBeUndefined(),
  );
});
