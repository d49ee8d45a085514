import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readItems, UnreadableList } from '../../../src/kube/list-items.ts';
import { cases } from '../../support/cases.ts';

/** Reads a text in chunks of so many bytes. */
function read(text: string, chunkBytes: number): { items: unknown[]; frame: unknown } {
  const items: unknown[] = [];
  const reader = readItems((item) => items.push(item));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  return { items, frame: reader.end() };
}

/** Objects whose texts and names are those that could confuse a reader of brackets. */
const awkward = fc.constantFrom('items', '"items":[', '\\', '\\"', '}', ']', '{', '[', ',', 'é\u2028\u{1f600}', '');
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    awkward,
    fc.integer(),
    fc.constant(null),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(awkward, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('a list that is read item by item', () => {
  test('is what JSON.parse makes of it, however it is cut and written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(awkward, value, { maxKeys: 4 }), { maxLength: 6 }),
        fc.dictionary(
          awkward.filter((name) => name !== 'items'),
          value,
          { maxKeys: 3 },
        ),
        fc.dictionary(
          awkward.filter((name) => name !== 'items'),
          value,
          { maxKeys: 3 },
        ),
        fc.constantFrom(undefined, 2),
        fc.integer({ min: 1, max: 40 }),
        (items, before, after, indent, chunkBytes) => {
          const list = { ...before, items, ...after };
          const found = read(JSON.stringify(list, undefined, indent), chunkBytes);
          expect(found).toEqual({ items, frame: { ...list, items: [] } });
        },
      ),
      cases(500),
    );
  });

  test.each([
    ['no items at all', '{"kind":"PodList","metadata":{"resourceVersion":"7"}}', []],
    ['no items for null', '{"items":null}', []],
    ['only the outermost items', '{"metadata":{"items":[1]},"items":[{"items":[2]}]}', [{ items: [2] }]],
    ['no items of a key that ends so', '{"my\\"items":[1],"items":[{}]}', [{}]],
  ])('has %s', (_, text, items) => {
    expect(read(text, 5).items).toEqual(items);
  });

  test.each([
    ['a page of a proxy', '<html>[{"items":1}]</html>', SyntaxError],
    ['a list that ends early', '{"items":[{"a":1},{"b"', SyntaxError],
    ['an item that is broken', '{"items":[{"a":1,},{}]}', SyntaxError],
    ['an item without an end', `{"items":[{"a":"${'x'.repeat(9 * 1024 * 1024)}`, UnreadableList],
    ['a frame without an end', `{"metadata":{"a":"${'x'.repeat(2 * 1024 * 1024)}`, UnreadableList],
  ])('cannot be %s', (_, text, error) => {
    expect(() => read(text, 64 * 1024)).toThrow(error);
  });

  test('holds one item at a time', () => {
    const one = Buffer.from(`{"data":"${'x'.repeat(250 * 1024)}"}`);
    let count = 0;
    const reader = readItems(() => (count += 1));
    reader.push(Buffer.from('{"items":['));
    for (let n = 0; n < 300; n += 1) {
      reader.push(one);
      reader.push(Buffer.from(n === 299 ? ']}' : ','));
      expect(count).toBe(n + 1);
    }
    expect(reader.end()).toEqual({ items: [] });
  });
});
