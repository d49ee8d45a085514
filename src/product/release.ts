// Releases of the product by number. Which one runs is not known: neither image tags nor chart versions tell, and the
// vendor publishes no table that would. So releases are only compared with the one that the spec says is wanted.

/** True when `release` is `since` or a later one. A pre-release of `since` has its changes already. */
export function isAtLeast(release: string, since: string): boolean {
  const [left, right] = [numbersOf(release), numbersOf(since)];
  for (const [index, wanted] of right.entries()) {
    const given = left[index] ?? 0;
    if (given !== wanted) return given > wanted;
  }
  return true;
}

/** `[1, 3, 0]` of `1.3.0-rc.1`. */
function numbersOf(release: string): readonly number[] {
  return (/^[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}/.exec(release)?.[0] ?? '').split('.').map(Number);
}
