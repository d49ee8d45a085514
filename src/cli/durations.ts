// Durations as options: `30s`, `5m`, `1h30m`.
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../runtime/duration.ts';

/** For commander: milliseconds of an option's value, at most a day. */
export function durationOption(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined || ms > 86_400_000)
    throw new InvalidArgumentError('It is a duration of at most a day, for example 30s, 5m or 1h30m.');
  return ms;
}
