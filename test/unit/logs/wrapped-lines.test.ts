// Lines to which a collector, a supervisor or a script added something at their beginning: an error is counted once, with
// its own level and the cause in its trace. What is not understood stays a record of its own without a level.
import { describe, expect, it } from 'vitest';
import { createLogScan } from '../../../src/logs/scan.ts';

const INNER = 'org.postgresql.util.PSQLException: FATAL: password authentication failed for user "np"';
const TRACE = [
  'org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection',
  '\tat org.x.Y.z(Y.java:1)',
  `Caused by: ${INNER}`,
  '\t... 12 more',
];

/** How grave the records are, and what the log of node-persistence is found to say. */
function read(lines: readonly string[]): { readonly levels: readonly string[]; readonly found: readonly string[] } {
  const levels: string[] = [];
  const scan = createLogScan({ services: ['node-persistence'], onRecord: ({ gravity }) => levels.push(gravity) });
  for (const line of lines) scan.push(Buffer.from(`${line}\n`));
  const { findings } = scan.end();
  return { levels, found: findings.map(({ id, deepest, count }) => `${id} ${deepest?.fault ?? ''} ${count}`) };
}

const POD = 'node-persistence-7d9f8c6b5d-x2k4z';
const CYAN = '\u001b[36m';
const RESET = '\u001b[0m';

const BEFORE: Readonly<Record<string, string>> = {
  journald: 'Nov 23 12:00:00 node-1 java[123]: ',
  'journald, a day of one digit': 'Nov  3 12:00:00 node-1 java[123]: ',
  'journald, microseconds': 'Nov 23 12:00:00.123456 node-1 java[123]: ',
  'journald, ISO': '2026-11-23T12:00:00+0000 node-1 java[123]: ',
  'journald, ISO with microseconds': '2026-11-23T12:00:00.123456+00:00 node-1 java[123]: ',
  'journald, in full': 'Mon 2026-11-23 12:00:00 UTC node-1 java[123]: ',
  'journald without a process': 'Nov 23 12:00:00 node-1 np: ',
  stern: `${POD} node-persistence `,
  'stern with colours': `${CYAN}${POD}${RESET} ${CYAN}node-persistence${RESET} `,
  'stern, a StatefulSet': 'node-persistence-0 node-persistence ',
  'stern with times': `${POD} node-persistence 2026-11-23T12:00:00.123456789Z `,
  kubetail: `[${POD} node-persistence] `,
  'Docker Compose': 'node-persistence-1  | ',
  'Docker Compose of old': 'node_persistence_1     | ',
  'Docker Compose with colours': `${CYAN}node-persistence-1  |${RESET} `,
  'Docker Compose with times': 'node-persistence-1  | 2026-11-23T12:00:00.123456789Z ',
  foreman: '12:00:00 np.1        | ',
  'RFC 5424, as a notice': '<14>1 2026-11-23T12:00:00.123456Z node-1 np 123 - - ',
  'RFC 5424, as an error': '<11>1 2026-11-23T12:00:00.123456Z node-1 np 123 ID47 [x@1 a="b"] ',
  'RFC 3164': '<30>Nov 23 12:00:00 node-1 np[123]: ',
  "Docker's syslog": '<27>Nov 23 12:00:00 np[123]: ',
  'supervisor-stdout': 'node-persistence stdout | ',
  's6 with TAI64N': '@400000006561a1c80759f4e4 ',
  's6 with times': '2026-11-23 12:00:00.123456789  ',
  svlogd: '2026-11-23_12:00:00.12345 ',
  'a script': '[node-persistence] ',
  'a script with colours': `${CYAN}[node-persistence]${RESET} `,
  'a script with times': '[2026-11-23 12:00:00] ',
  ts: 'Nov 23 12:00:00 ',
  concurrently: '[0] ',
};

const head = '[main] c.x.Y - ';
const WRITTEN: Readonly<Record<string, (level: string, message: string, trace: readonly string[]) => string[]>> = {
  'Spring Boot 3': (level, message, trace) => [
    `2026-11-23T12:00:00.123Z ${level.padStart(5)} 1 --- [np] [main] c.x.Y : ${message}`,
    ...trace,
  ],
  'Spring Boot 2': (level, message, trace) => [
    `2026-11-23 12:00:00.123 ${level.padStart(5)} 1 --- [main] c.x.Y : ${message}`,
    ...trace,
  ],
  'a time of day': (level, message, trace) => [`12:00:00.123 [main] ${level} c.x.Y - ${message}`, ...trace],
  'the level first': (level, message, trace) => [`[${level}] 2026-11-23 12:00:00.123 ${head}${message}`, ...trace],
  JSON: (level, message, trace) => [
    JSON.stringify({ '@timestamp': '2026-11-23T12:00:00.123Z', message, level, stack_trace: trace.join('\n') }),
  ],
};

describe.each(Object.entries(BEFORE))('behind what %s adds', (_, before) => {
  const wrapped = (lines: readonly string[]): readonly string[] => lines.map((line) => before + line);

  it.each(Object.entries(WRITTEN))('%s is read as it was written', (_layout, written) => {
    const started = written('INFO', 'Started in 8.0 seconds', []);
    expect(read(wrapped([...started, ...written('ERROR', 'boom', TRACE), ...started]))).toEqual({
      levels: ['below-warning', 'error', 'below-warning'],
      found: ['REC-NP-002 DatabaseAuthenticationFailed 1'],
    });
    const retried = [...written('INFO', 'Retried', TRACE), ...written('INFO', `ERROR seen: ${INNER}`, [])];
    expect(read(wrapped([...started, ...retried, ...written('WARN', 'slow', [])]))).toEqual({
      levels: ['below-warning', 'below-warning', 'below-warning', 'warning'],
      found: [],
    });
  });
});

describe('what only looks like an addition', () => {
  const error = '2026-11-23 12:00:00.123 ERROR ';
  it.each<[string, readonly string[], readonly string[]]>([
    ['a logger before an exception', [`${error}c.x.Y: ${INNER}`], ['error']],
    ['a level and a logger after a date', [`Nov 23 12:00:00 ERROR Y: ${INNER}`], ['error']],
    ['a thread in brackets', [`[main] ERROR c.x.Y - ${INNER}`, `[main]  INFO c.x.Y - x`], ['error', 'below-warning']],
    [
      'a time within a message',
      [`${error}x`, 'attempt-1 at 2026-11-23T10:00:00Z', 'not 2026-11-23 10:00 ERROR'],
      ['error'],
    ],
    ['a table within a message', [`${error}x`, 'id | name', '1 | ERROR', '[x] | y'], ['error']],
  ])('%s is none', (_, lines, levels) => {
    expect(read(lines).levels).toEqual(levels);
  });

  it.each([
    ['text of no known layout', 'boom'],
    ['a document', '{"foo":1}'],
  ])('%s behind a time, a host and a process is a record whose level nobody can read', (_, text) => {
    expect(read([`${error}x`, `Nov 23 12:00:00 node-1 java[123]: ${text}`]).levels).toEqual(['error', 'unknown']);
  });

  it('a text of no known layout has the level that syslog gives it', () => {
    expect(read(['<11>1 2026-11-23T12:00:00.123456Z node-1 np 123 - - boom']).levels).toEqual(['error']);
  });
});
