// Structured logs on stderr: one JSON line for each thing that happens, constant message, values in fields.
import { pino, destination, stdTimeFunctions } from 'pino';
import { redact } from '../runtime/safe-text.ts';
import type { Log } from './ports.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What each level is for; the documentation of `--log-level`. */
export const LEVEL_MEANINGS: Readonly<Record<LogLevel, string>> = {
  debug: 'each start of a list or a watch, a run that came to nothing, a status that says the same again',
  info: 'one line for each status that says something new, leadership, start and end',
  warn: 'what passes by itself: an interrupted watch, a refused write, a lost Event',
  error: 'what somebody must mend: a missing or old definition, a run that broke',
};

/** A stack trace is the longest thing that is logged. In bytes. */
const FIELD_BYTES = 4096;

/** Where the lines go, each with its line break. */
export interface LogTarget {
  write(line: string): void;
}

/**
 * The operator's log, to stderr unless told. Synchronous, so that the last line before an exit is not lost. Every text
 * in a field goes through `redact`: stack traces and errors of libraries repeat what they were given.
 */
export function createLog(level: LogLevel, target: LogTarget = destination({ fd: 2, sync: true })): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redacted },
    },
    target,
  );
}

function redacted(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(value)]));
}

/** Texts redacted, numbers and flags as they are; whatever else somebody logs by mistake is named by its type alone. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return redact(value, [], FIELD_BYTES);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map(shown) : `(${value === null ? 'null' : typeof value})`;
}
