// The first key that stands twice in a map of a YAML document. The parser's own search compares each key with all before
// it, and needs a quarter of an hour for what a set does in a second: a file of 4 MiB may hold half a million keys.
import { isScalar, visit, type Document } from 'yaml';

/** Where it is repeated, in characters from the beginning of the text; undefined where no key is. */
export function repeatedKey(document: Document): number | undefined {
  let repeated: number | undefined;
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        // As the keys of an object: 1 and "1" are one.
        const name = String(key.value);
        if (keys.has(name)) repeated = Math.min(repeated ?? Number.POSITIVE_INFINITY, key.range?.[0] ?? 0);
        keys.add(name);
      }
    },
  });
  return repeated;
}
