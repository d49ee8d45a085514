// Durations as people write them in a spec: `30s`, `5m`, `1h30m`, `250ms`.

/** The form that the CRD accepts, checked before any arithmetic on it. */
export const DURATION_PATTERN = '^([0-9]{1,6}(ms|s|m|h))+$';

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration, or undefined when the text is not one. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 32 || !new RegExp(DURATION_PATTERN).test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
    total += Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  }
  return total;
}

/** A duration for people: the two largest units that are not zero (`2d 3h`, `5m`, `12s`, `250ms`). */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const seconds = Math.floor(ms / 1_000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  return parts
    .filter(([amount]) => amount > 0)
    .slice(0, 2)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

/** How long ago, in the largest unit alone, as kubectl's columns have it: `3d`, `5m`, `42s`. */
export function shortAge(ms: number): string {
  return (
    formatDuration(Math.max(Math.floor(ms / 1_000), 0) * 1_000)
      .split(' ')[0]
      ?.replace(/^0ms$/, '0s') ?? '0s'
  );
}
