// A value that must not be shown. Whatever prints it by accident prints "[redacted]".
import { inspect } from 'node:util';

/** A secret text. Only `reveal` gives it out; call it as late as possible, at the client that sends it. */
export interface Secret {
  reveal(): string;
  /** "[redacted]", so that a template literal shows nothing. */
  toString(): string;
}

const REDACTED = '[redacted]';

/** Wraps `text`. The closure keeps it out of every enumeration: spread, JSON, inspect, string conversion. */
export function secret(text: string): Secret {
  return {
    reveal: () => text,
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  } as Secret;
}
