// The `data` of Secrets and ConfigMaps: what is a text under a key of the object itself; of bytes their keys alone.
import { BINARY } from '../facts/binary-keys.ts';
import { isRecord } from '../runtime/is-record.ts';

/** The texts of a record, by key; none where there is no record. Its prototype holds nothing. */
export function textsIn(data: unknown): Readonly<Record<string, string>> {
  const entries = isRecord(data) ? Object.entries(data) : [];
  const texts = Object.create(null) as Record<string, string>;
  for (const [key, value] of entries) if (typeof value === 'string') texts[key] = value;
  return texts;
}

/** The texts of a ConfigMap; keys that hold bytes are there as `binaryData/<key>`, without them. */
export function textsOfConfigMap(map: {
  readonly data?: unknown;
  readonly binaryData?: unknown;
}): ReturnType<typeof textsIn> {
  const binary = isRecord(map.binaryData) ? Object.keys(map.binaryData) : [];
  return Object.assign(textsIn(map.data), Object.fromEntries(binary.map((key) => [BINARY + key, ''])));
}
