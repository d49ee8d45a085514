// How long the texts are that are kept of an object: an author may write a megabyte into each.
import { expect, test } from 'vitest';
import { createKeeper, KEPT } from '../../../src/kube/kept.ts';

test('a text of a megabyte is kept as far as anything of it is read, and counted so', () => {
  const object = {
    metadata: { name: 'p', annotations: { long: 'x'.repeat(1_000_000), short: 'y' } },
    status: { message: 'm'.repeat(1_000_000) },
  };
  const { value, bytes } = createKeeper()(object, KEPT.pod);
  expect(JSON.stringify(value).length).toBeLessThan(10 * 1024);
  expect(bytes).toBeLessThan(20 * 1024);
  expect(value).toMatchObject({ metadata: { annotations: { short: 'y' } } });
});
