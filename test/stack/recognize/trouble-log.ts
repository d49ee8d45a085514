// The log lines that a trouble leaves behind: read from the written-out fixtures, given the present time, and laid
// out as the service is set to write, as plain text or as logstash JSON.
import { readFileSync } from 'node:fs';

/** Each trouble's fixture below test/fixtures/logs. */
const FIXTURES = {
  start: 'service/start',
  'error-burst': 'service/error-burst',
  'service-run-failed': 'service/run-failed',
  'internal-service-error': 'core-daemon/internal-service-error',
  'connection-error': 'core-daemon/connection-error',
  'unknown-host': 'core-daemon/unknown-host',
  'bad-date': 'core-daemon/bad-date',
  'client-gone': 'core-daemon/client-gone',
  'pool-initialization': 'node-persistence/pool-initialization',
  'run-failed': 'node-persistence/run-failed',
  'connection-not-available': 'node-persistence/connection-not-available',
  'batch-duplicate-key': 'circuit-storage/batch-duplicate-key',
  's3-persist-failed': 'circuit-storage/s3-persist-failed',
  'delete-failed': 'circuit-storage/delete-failed',
  'node-persistence-status': 'auth-vault/node-persistence-status',
  'node-persistence-exception': 'auth-vault/node-persistence-exception',
  'jwt-sign-failed': 'auth-vault/jwt-sign-failed',
  'signature-invalid': 'auth-vault/signature-invalid',
  'agent-start': 'enrollment-agent/start',
  'invalid-image': 'enrollment-agent/invalid-image',
  'image-rejected': 'enrollment-agent/image-rejected',
  'agent-internal-error': 'enrollment-agent/internal-error',
  'dashboard-start': 'admin-dashboard/start',
  'dashboard-database-lost': 'admin-dashboard/database-lost',
} as const;

export type Trouble = keyof typeof FIXTURES;

export const TROUBLES = Object.keys(FIXTURES) as Trouble[];

export type Layout = 'plain' | 'json';

/** One log event. `rest` holds the lines after the first: the message's own and the stack trace. */
interface LogRecord {
  style: 'spring' | 'agent' | 'nest';
  level: string;
  /** Spring Boot's fields; undefined for a service that is no Spring Boot application. */
  spring: { thread: string; logger: string } | undefined;
  message: string;
  rest: string[];
}

const SPRING = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z +([A-Z]+) \d+ --- \[([^\]]+)\] (\S+) *: (.*)$/;
const AGENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z +([A-Z]+) (.*)$/;
const NEST = /^\[Nest\] .*?M +([A-Z]+) (.*)$/;

/** The text of a trouble as it was written out. */
export function troubleText(trouble: Trouble): string {
  return readFileSync(new URL(`../../fixtures/logs/${FIXTURES[trouble]}.txt`, import.meta.url), 'utf8');
}

/** What a service logs in this trouble: one string per event, and its level in lower case for the counters. */
export function troubleEvents(
  trouble: Trouble,
  { layout, at, replace = {} }: { layout: Layout; at: Date; replace?: Readonly<Record<string, string>> },
): { level: string; text: string }[] {
  let text = troubleText(trouble);
  for (const [from, to] of Object.entries(replace)) text = text.replaceAll(from, to);
  return records(text).map((record) => ({
    level: record.level === 'LOG' ? 'info' : record.level.toLowerCase(),
    text: layout === 'json' ? asJson(record, at) : asPlain(record, at),
  }));
}

function records(text: string): LogRecord[] {
  const found: LogRecord[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const spring = SPRING.exec(line);
    const nest = NEST.exec(line);
    const other = nest ?? AGENT.exec(line);
    if (spring) {
      const [, level = '', thread = '', logger = '', message = ''] = spring;
      found.push({ style: 'spring', level, spring: { thread, logger }, message, rest: [] });
    } else if (other) {
      const [, level = '', message = ''] = other;
      found.push({ style: nest ? 'nest' : 'agent', level, spring: undefined, message, rest: [] });
    } else {
      found.at(-1)?.rest.push(line);
    }
  }
  return found;
}

function asPlain({ style, level, spring, message, rest }: LogRecord, at: Date): string {
  const time = at.toISOString();
  const head = spring
    ? `${time} ${level.padStart(5)} 1 --- [${spring.thread}] ${spring.logger.padEnd(40)} : ${message}`
    : style === 'nest'
      ? `[Nest] 1  - ${at.toLocaleString('en-US', { timeZone: 'UTC' })} ${level.padStart(7)} ${message}`
      : `${time.replace('Z', '000Z')} ${level.padStart(5)} ${message}`;
  return [head, ...rest].join('\n');
}

/** Field names of logstash-logback-encoder; the vendor documents none. */
function asJson({ level, spring, message, rest }: LogRecord, at: Date): string {
  const [first, ...more] = rest;
  // A blank line parts a stack trace from the message; other lines belong to the message.
  const hasTrace = first === '';
  const base = { '@timestamp': at.toISOString(), '@version': '1' };
  const origin = spring ? { logger_name: spring.logger, thread_name: spring.thread.trim() } : {};
  return JSON.stringify({
    ...base,
    message: hasTrace ? message : [message, ...rest].join('\n'),
    ...origin,
    level,
    ...(hasTrace ? { stack_trace: `${more.join('\n')}\n` } : {}),
  });
}
