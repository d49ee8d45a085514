// Values that are kept for long and looked at seldom, as compressed JSON outside of the heap: a status of 18 KB takes
// 60 KB as objects and 3 KB so.
import { deflateRawSync, inflateRawSync } from 'node:zlib';

export interface Packed<T> {
  /** A new copy each time. */
  unpack(): T;
  /** What it takes. */
  readonly bytes: number;
}

/** What was unpacked, or packed, and has not changed since: it need not be packed again. */
const known = new WeakMap<object, Packed<unknown>>();

/** Fast and not small: a status becomes a sixth at either level. */
const LEVEL = 1;

/** Packs a value of JSON. It must not be changed afterwards. */
export function pack<T extends object>(value: T): Packed<T> {
  const before = known.get(value);
  if (before !== undefined) return before as Packed<T>;
  // A copy of its own length: zlib hands out a part of a larger buffer, which would be kept whole.
  const deflated = deflateRawSync(JSON.stringify(value), { level: LEVEL });
  const buffer = Buffer.allocUnsafeSlow(deflated.length);
  deflated.copy(buffer);
  const packed: Packed<T> = {
    bytes: buffer.length,
    unpack: () => {
      const copy = JSON.parse(inflateRawSync(buffer).toString('utf8')) as T;
      known.set(copy, packed);
      return copy;
    },
  };
  known.set(value, packed);
  return packed;
}
