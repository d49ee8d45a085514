// What commander calls for the values of options that several verbs have.
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../runtime/duration.ts';

/** A value out of a fixed list. */
export function oneOf(values: readonly string[]): (value: string) => string {
  return (value) => {
    if (!values.includes(value)) throw new InvalidArgumentError(`It is one of ${values.join(', ')}.`);
    return value;
  };
}

/** For `--fail-on`. */
export function failOnOption(value: string): string {
  if (value !== 'fail' && value !== 'warn') throw new InvalidArgumentError('It is fail or warn.');
  return value;
}

/** Milliseconds of a duration such as `30s`, `5m` or `1h30m`, at most a day. */
export function durationOption(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined || ms > 86_400_000)
    throw new InvalidArgumentError('It is a duration of at most a day, for example 30s, 5m or 1h30m.');
  return ms;
}
