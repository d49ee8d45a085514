// A name in a few characters, for a baseline: names of pods are long, and a baseline has 128 bytes.

/** FNV-1a of 32 bits in base 36: at most seven characters, the same in every process. */
export function shortName(name: string): string {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36);
}
