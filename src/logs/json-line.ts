// A JSON log line of whatever layout: logstash, ECS flat and nested, Datadog, log4j 2, Rust's tracing, pino, Docker's
// json-file, and those that only say `severity` or `msg`. The vendor documents no field names, so all are accepted.
import { thrownIn } from './json-thrown.ts';
import { isLevelName, levelOfLetter, levelOfNumber } from './level.ts';
import { parseTime } from './line.ts';
import { isRecord } from '../runtime/is-record.ts';

export interface JsonLine {
  readonly level?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly time?: number | undefined;
  /** Message, exception and stack trace, each from a line of its own. */
  readonly text: string;
  /** The service or application that it names, as written. */
  readonly origin?: string | undefined;
  /** The text is a line as it was written, and the rest what a collector says of it. */
  readonly isLine?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

// A flat key may hold dots (`log.level`) and a nested one is reached with them: one list serves both.
const LEVELS = [
  'level',
  '_level_name',
  'log.level',
  'level.name',
  'level.standardLevel',
  'standardLevel',
  'severity',
  'lvl',
  'loglevel',
  'log_level',
  'levelname',
  'severity_text',
  'severityText',
  'SeverityText',
  'Level',
  '@l',
];
/** OpenTelemetry's numbers, 1 to 24. */
const OTEL_LEVELS = ['severity_number', 'severityNumber', 'SeverityNumber'];
/** Log4j's numbers: 100 is FATAL, 600 is TRACE. */
const LOG4J_LEVELS = ['intLevel', 'level.intLevel'];
const LEVELS_MAYBE = ['status', 'level_value', 'type', 'fields.level', 'PRIORITY'];
const MESSAGES = [
  'message',
  'msg',
  'short_message',
  '@message',
  '@m',
  '@mt',
  'fields.message',
  'log.message',
  'body',
  'body.stringValue',
  'Body',
  'textPayload',
  'event',
  'log',
  'Message',
  'MESSAGE',
  '_entry',
];
/** Under these a collector puts the whole line as it was written: what that says of its level is more than what it adds. */
const LINES = ['log', 'MESSAGE', '_entry', 'textPayload'];
/** GELF: the whole text, with or without the short message before it. */
const WHOLE_MESSAGE = 'full_message';
const TIMES = [
  '@timestamp',
  'timestamp',
  'time',
  'ts',
  'date',
  'datetime',
  '@t',
  'instant.epochSecond',
  'timeMillis',
  'timestamp_ms',
  'Timestamp',
  'timestamp.seconds',
  'timestampSeconds',
  'time.seconds',
  'timeUnixNano',
  'observedTimeUnixNano',
  '__REALTIME_TIMESTAMP',
];
const ORIGINS = [
  'service.name',
  'service',
  'application',
  'app',
  'appname',
  'app_name',
  'container',
  'dd.service',
  'host',
  'source_host',
];

/**
 * The parts of a JSON log line.
 *
 * @param line without prefixes
 * @returns undefined when it is no JSON object
 */
export function parseJsonLine(line: string): JsonLine | undefined {
  // Half an object is told without an exception, which is dear.
  if (!/\}\s{0,8}$/.test(line.slice(-9))) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed)) return undefined;
  const fields = parsed;
  const level = levelIn(fields);
  const time = firstOf(TIMES, fields, timeOf);
  const origin = firstOf(ORIGINS, fields, textOf);
  const message = firstOf(MESSAGES, fields, textOf);
  const whole = textOf(at(fields, WHOLE_MESSAGE));
  const isLine = message !== undefined && LINES.some((key) => fields[key] === message);
  const inner =
    (level === undefined || isLine) && message?.startsWith('{') === true ? parseJsonLine(message.trimEnd()) : undefined;
  // A relay wrapped the line of the service: what that says itself is more.
  if (inner?.level !== undefined)
    return { ...inner, isLine: false, time: inner.time ?? time, origin: inner.origin ?? origin };
  const messages = [message, whole].filter((text) => text !== undefined);
  const text = message !== undefined && whole?.startsWith(message) === true ? [whole] : messages;
  const said = [...text, ...thrownIn(fields)];
  return {
    text: (said.length === 0 ? textsIn(fields, 0) : said).join('\n'),
    level,
    time,
    origin,
    isLine,
  };
}

/** How deep a layout with names of its own is looked through. */
const DEEPEST = 8;

/** Every text of a layout in which no message was found. */
function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (depth >= DEEPEST || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1));
}

function levelIn(fields: Fields): string | undefined {
  const spelled = (value: unknown): string | undefined => {
    if (typeof value === 'number') return levelOfNumber(value);
    if (typeof value !== 'string' || value.trim() === '') return undefined;
    return /^\d+$/.test(value) ? levelOfNumber(Number(value)) : value;
  };
  const word = (value: unknown): string | undefined => {
    const found = spelled(value);
    return found?.length === 1 ? levelOfLetter(found) : found;
  };
  // A letter in a field that may hold other things is no level.
  const maybe = (value: unknown): string | undefined => {
    const found = spelled(value);
    return found !== undefined && isLevelName(found) ? found : undefined;
  };
  return (
    firstOf(LEVELS, fields, word) ??
    firstOf(OTEL_LEVELS, fields, otelLevel) ??
    firstOf(LOG4J_LEVELS, fields, log4jLevel) ??
    firstOf(LEVELS_MAYBE, fields, maybe)
  );
}

/** Four numbers for each of TRACE, DEBUG, INFO, WARN, ERROR, FATAL (OpenTelemetry, logs data model). */
function otelLevel(value: unknown): string | undefined {
  const number = typeof value === 'string' && /^\d{1,2}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 1) || number > 24) return undefined;
  return ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'][Math.floor((number - 1) / 4)];
}

function log4jLevel(value: unknown): string | undefined {
  return typeof value === 'number'
    ? ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'][Math.ceil(value / 100) - 1]
    : undefined;
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return /^\d{9,19}(?:\.\d+)?$/.test(value) ? timeOf(Number(value)) : parseTime(value);
  if (typeof value !== 'number' || !(value > 0) || value > 8.64e18) return undefined;
  // Seconds reach the first number in the year 5138, milliseconds had it in 1973; so on with micro- and nanoseconds.
  return Math.trunc(value < 1e11 ? value * 1000 : value < 1e14 ? value : value < 1e17 ? value / 1e3 : value / 1e6);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function firstOf<T>(keys: readonly string[], fields: Fields, read: (value: unknown) => T | undefined): T | undefined {
  for (const key of keys) {
    const found = read(at(fields, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function at(fields: Fields, key: string): unknown {
  if (Object.hasOwn(fields, key)) return fields[key];
  const dot = key.indexOf('.');
  if (dot === -1) return undefined;
  const inner = Object.hasOwn(fields, key.slice(0, dot)) ? fields[key.slice(0, dot)] : undefined;
  return isRecord(inner) ? at(inner, key.slice(dot + 1)) : undefined;
}
