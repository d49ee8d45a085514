// Layouts beyond those recorded: what each says of level and time, and that the cause in its stack trace is found.
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import { createLogScan } from '../../../src/logs/scan.ts';

const PASSWORD = 'FATAL: password authentication failed for user "np"';
const TRACE = [
  'org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection',
  '\tat org.x.Y.z(Y.java:1)',
  `Caused by: org.postgresql.util.PSQLException: ${PASSWORD}`,
  '\tat a.B.c(B.java:2)',
  '\t... 12 more',
].join('\n');

/** Level and time of the first record, and what the log of node-persistence is found to say. */
function read(
  log: string,
  service: Service = 'node-persistence',
): { readonly first: string; readonly found: readonly string[] } {
  const records: string[] = [];
  const scan = createLogScan({
    services: [service],
    onRecord: ({ gravity, read: readRecord }) => {
      const time = readRecord()?.time;
      records.push(`${gravity} ${time === undefined ? '' : new Date(time).toISOString()}`);
    },
  });
  scan.push(Buffer.from(log.endsWith('\n') ? log : `${log}\n`));
  const { findings } = scan.end();
  return {
    first: (records[0] ?? '').trim(),
    found: findings.map(({ id, deepest }) => `${id} ${deepest?.fault ?? ''}`.trim()),
  };
}

const AT = '2026-11-28T04:28:00';
const json = (fields: object): string => JSON.stringify(fields);
const text = `boom\n${TRACE}`;

describe('an error', () => {
  it.each<[string, string, string]>([
    ['seconds since the epoch', `1795840080 [main] ERROR c.x.Y - ${text}`, `error ${AT}.000Z`],
    ['milliseconds since the epoch', `1795840080123 [main] ERROR c.x.Y - ${text}`, `error ${AT}.123Z`],
    ['nanoseconds since the epoch', `1795840080123456789 [main] ERROR c.x.Y - ${text}`, `error ${AT}.123Z`],
    ['a date without separators', `20261128T042800,123 ERROR [main] c.x.Y - ${text}`, 'error'],
    ['a date and time in one', `20261128042800123 ERROR main ${text}`, 'error'],
    ['a time of day without parts of a second', `04:28:00 ERROR [main] c.x.Y: ${text}`, 'error'],
    ['the first letter of the level', json({ ts: `${AT}Z`, lvl: 'E', msg: text }), `error ${AT}.000Z`],
    ['the level first', `ERROR ${AT},123 [main] c.x.Y - ${text}`, 'error'],
    ['the level in brackets first', `[ERROR] ${AT.replace('T', ' ')}.123 [main] c.x.Y - ${text}`, 'error'],
    ['bars', `${AT.replace('T', ' ')}.123|ERROR|main|c.x.Y|${text}`, `error ${AT}.123Z`],
    ['the context before the level', `${AT}.123 [trace=INFO, user=] [nio-1] ERROR c.x.Y - ${text}`, `error ${AT}.123Z`],
    [
      'the context after the level',
      `${AT}.123 ERROR [app,65f1c2,ab12] 1 --- [nio-1] c.x.Y : ${text}`,
      `error ${AT}.123Z`,
    ],
    ['microseconds', `${AT.replace('T', ' ')}.123456 ERROR [main] ${text}`, `error ${AT}.123Z`],
    ['a zone', `${AT}.123+01:00 ERROR 1 --- [main] c.x.Y : ${text}`, 'error 2026-11-28T03:28:00.123Z'],
    ['a day with words', `28 Nov 2026 04:28:00,123 ERROR [main] c.x.Y - ${text}`, 'error'],
    ['Tomcat in French', `28-nov.-2026 04:28:00.123 GRAVE [main] c.x.Y.m ${text}`, 'error'],
    ['java.util.logging in German', `Nov. 28, 2026 4:28:00 AM c.x.Y m\nSCHWERWIEGEND: ${text}`, 'error'],
    ['java.util.logging in French', `nov. 28, 2026 4:28:00 AM c.x.Y m\nGRAVE: ${text}`, 'error'],
    ['java.util.logging in Japanese', `11月 28, 2026 4:28:00 午前 c.x.Y m\n重大: ${text}`, 'error'],
    ['java.util.logging in Chinese', `十一月 28, 2026 4:28:00 上午 c.x.Y m\n严重: ${text}`, 'error'],
    ['WildFly', `04:28:00,123 ERROR [c.x.Y] (default task-1) ${text}`, 'error'],
    ['Windows line ends', `${AT}.123Z ERROR 1 --- [a] [b] c : ${text}`.replace(/\n/g, '\r\n'), `error ${AT}.123Z`],
    ['colours of 256', `\u001b[38;5;196mERROR\u001b[39m ${AT} ${text}`, 'error'],
    ['Google Cloud', json({ severity: 'ERROR', time: `${AT}Z`, message: text }), `error ${AT}.000Z`],
    [
      'Google Cloud, a time in parts',
      json({ severity: 'ERROR', timestamp: { seconds: 1795840080, nanos: 1 }, message: text }),
      `error ${AT}.000Z`,
    ],
    [
      'Google Cloud, seconds',
      json({ severity: 'ERROR', timestampSeconds: 1795840080, message: text }),
      `error ${AT}.000Z`,
    ],
    [
      'OpenTelemetry',
      json({
        Timestamp: '1795840080123456789',
        SeverityNumber: 17,
        Body: 'boom',
        Attributes: { 'exception.stacktrace': TRACE },
      }),
      `error ${AT}.123Z`,
    ],
    [
      'OpenTelemetry, as its collector has it',
      json({ timeUnixNano: '1795840080123456789', severityNumber: 20, body: { stringValue: text } }),
      `error ${AT}.123Z`,
    ],
    ['nanoseconds as a number', json({ lvl: 'ERROR', ts: 1795840080123000000, msg: text }), `error ${AT}.123Z`],
    ['seconds with a fraction', json({ lvl: 'ERROR', ts: 1795840080.123, msg: text }), `error ${AT}.123Z`],
    [
      'everything within `log`',
      json({ log: { level: 'ERROR', message: text }, '@timestamp': `${AT}Z` }),
      `error ${AT}.000Z`,
    ],
    [
      'everything within `fields`',
      json({ fields: { level: 'error', message: text }, timestamp: `${AT}Z` }),
      `error ${AT}.000Z`,
    ],
    ['a number in words', json({ time: `${AT}Z`, level: '50', msg: text }), `error ${AT}.000Z`],
    ['Datadog', json({ timestamp: `${AT}Z`, status: 'error', message: text }), `error ${AT}.000Z`],
    ['names of its own', json({ level: 'ERROR', time: `${AT}Z`, what: { happened: [text] } }), `error ${AT}.000Z`],
  ])('in a layout with %s', (_, log, first) => {
    expect(read(log)).toEqual({ first, found: ['REC-NP-002 DatabaseAuthenticationFailed'] });
  });
});

describe('a level', () => {
  it.each([
    [1, 'below-warning'],
    [9, 'below-warning'],
    [12, 'below-warning'],
    [13, 'warning'],
    [17, 'error'],
    [24, 'error'],
    [25, 'unknown'],
  ])('%i of OpenTelemetry is %s', (number, gravity) => {
    expect(read(json({ Timestamp: '1795840080000000000', SeverityNumber: number, Body: 'x' })).first).toBe(
      `${gravity} ${AT}.000Z`,
    );
  });

  it('that a message quotes is not that of its line', () => {
    expect(read(`${AT}.123Z  INFO 1 --- [main] c.x.Y : ERROR seen: ${text}`)).toEqual({
      first: `below-warning ${AT}.123Z`,
      found: [],
    });
  });
});

describe('a line that the container runtime cut', () => {
  const cri = (tag: string, part: string): string => `${AT}.123456789Z stdout ${tag} ${part}\n`;
  const plain = `${AT}.123Z ERROR 1 --- [main] c.x.Y : boom PSQLException: ${PASSWORD}`;
  const error = json({ '@timestamp': `${AT}Z`, level: 'ERROR', message: 'boom', stack_trace: TRACE });
  const expected = (first: string): unknown => ({ first, found: ['REC-NP-002 DatabaseAuthenticationFailed'] });

  it.each([30, 70, 100])('at byte %i goes on in the next', (cut) => {
    const time = `error ${AT}.123Z`;
    expect(read(cri('P', plain.slice(0, cut)) + cri('F', plain.slice(cut)))).toEqual(expected(time));
    expect(read(cri('P', error.slice(0, cut)) + cri('F', error.slice(cut)))).toEqual(expected(time));
  });

  it('often is one line', () => {
    const parts = error.match(/.{1,40}/gs) ?? [];
    const log = parts.map((part, index) => cri(index === parts.length - 1 ? 'F' : 'P', part)).join('');
    expect(read(log)).toEqual(expected(`error ${AT}.123Z`));
    expect(read(log + cri('F', plain))).toMatchObject({ found: [expect.stringContaining('REC-NP-002')] });
  });

  it('and never ends is none of the work', () => {
    const lines = 20_000;
    const records: unknown[] = [];
    const scan = createLogScan({ services: ['node-persistence'], onRecord: ({ gravity }) => records.push(gravity) });
    scan.push(Buffer.from(cri('P', '{"level":"ERROR","message":"PSQLException: FATAL').repeat(lines)));
    expect(scan.end().counters.lines).toBe(lines);
  });
});

describe('a chain of causes', () => {
  const error = (trace: string): readonly string[] =>
    read(`${AT}.123Z ERROR 1 --- [app] [nio] o.C : boom\n${trace}`).found;

  it.each([
    [
      'with the root first',
      `org.postgresql.util.PSQLException: ${PASSWORD}\n\tat a.B.c(B.java:2)\nWrapped by: org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection\n\tat x.y.Z(Z.java:1)`,
      'REC-NP-002 DatabaseAuthenticationFailed',
    ],
    [
      'with a suppressed exception',
      `org.x.FooException: foo\n\tat a.B.c(B.java:2)\n\tSuppressed: org.postgresql.util.PSQLException: ${PASSWORD}\n\t\tat x.y.Z(Z.java:1)`,
      'REC-NP-002 DatabaseAuthenticationFailed',
    ],
    [
      'of coroutines and R2DBC',
      `org.springframework.dao.DataAccessResourceFailureException: Failed to obtain R2DBC Connection\n\tat org.x.Y.z(Y.java:1)\n\t(Coroutine boundary)\n\tat org.x.Y$f$1.invokeSuspend(Y.kt:1)\nCaused by: io.r2dbc.postgresql.ExceptionFactory$PostgresqlAuthenticationFailure: [28P01] password authentication failed for user "np"`,
      'REC-NP-002 DatabaseAuthenticationFailed',
    ],
    [
      'that was cut before its end',
      `org.springframework.transaction.CannotCreateTransactionException: Could not open JPA EntityManager\n\tat a.B.c(B.java:2)\nCaused by: org.hibernate.exception.JDBCConnectionException: unable to obtain isolated JDBC connection [HikariPool-1 - Connection is not available, request timed out after 30000ms (total=0, active=0, idle=0, waiting=0)]\n\tat x`,
      'REC-NP-002',
    ],
  ])('%s', (_, trace, found) => {
    expect(error(trace)).toEqual([found]);
  });
});

describe('what a library says without a cause below it', () => {
  it.each<[Service, string, readonly string[]]>([
    [
      'circuit-storage',
      'software.amazon.awssdk.core.exception.ApiCallTimeoutException: Client execution did not complete before the specified timeout configuration: 5000 millis',
      ['REC-CS-002 BucketTimeout'],
    ],
    [
      'auth-vault',
      'software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException: HTTP request execution did not complete before the specified timeout configuration: 2000 millis',
      ['REC-AV-003 KmsTimeout'],
    ],
    [
      'core-daemon',
      'io.netty.util.internal.OutOfDirectMemoryError: failed to allocate 16777216 byte(s) of direct memory',
      ['OPS-041 JvmOutOfMemory'],
    ],
    [
      'circuit-storage',
      'software.amazon.awssdk.services.s3.model.NoSuchKeyException: (Service: S3, Status Code: 404)',
      [],
    ],
    ['node-persistence', 'org.postgresql.util.PSQLException: ERROR: canceling statement due to lock timeout', []],
  ])('%s: %s', (service, line, found) => {
    const log = `${AT}.123Z ERROR 1 --- [main] c.x.Y : boom\n${line}\n\tat a.B.c(D.java:1)`;
    expect(read(log, service).found).toEqual(found);
  });
});
