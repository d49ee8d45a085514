// Structured logs on stderr: one JSON line for each thing that happens, constant message, values in fields.
import { pino, destination, stdTimeFunctions } from 'pino';
import type { Log } from './ports.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where the lines go, each with its line break. */
export interface LogTarget {
  write(line: string): void;
}

/** The operator's log, to stderr unless told. Synchronous, so that the last line before an exit is not lost. */
export function createLog(level: LogLevel, target: LogTarget = destination({ fd: 2, sync: true })): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
}
