import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lines, LineTooLong } from '../../../src/kube/lines.ts';

// eslint-disable-next-line @typescript-eslint/require-await
async function* chunked(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < at.length; i += 1) yield bytes.subarray(at[i - 1], at[i]);
}

async function collect(chunks: AsyncIterable<Buffer>, max?: number): Promise<string[]> {
  const out: string[] = [];
  for await (const line of lines(chunks, max)) out.push(line);
  return out;
}

test('where the chunks are cut does not matter, not even inside a character', async () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\n\ud800-\udfff]/g, 'é'));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(), { maxLength: 8 }), async (written, cuts) => {
      expect(await collect(chunked(written.join('\n'), cuts))).toEqual(written.filter((text) => text !== ''));
    }),
  );
});

test.each([
  ['in one chunk', []],
  ['over many chunks', [2, 4, 6, 8]],
])('a line above the limit ends the stream (%s)', async (_, cuts) => {
  await expect(collect(chunked('ok\n0123456789\n', cuts), 8)).rejects.toBeInstanceOf(LineTooLong);
});

test('a line that comes byte by byte takes the memory of its bytes alone', async () => {
  const bytes = 1_000_000;
  const one = Buffer.from('x');
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* slowly(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < bytes; sent += 1) yield one;
    most = process.memoryUsage().heapUsed;
  }
  let most = 0;
  const before = process.memoryUsage().heapUsed;
  expect(await collect(slowly())).toEqual(['x'.repeat(bytes)]);
  expect(most - before).toBeLessThan(64 * 1024 * 1024);
});

test('a line at the limit is given', async () => {
  expect(await collect(chunked('01234567\nx', [3]), 8)).toEqual(['01234567', 'x']);
});
