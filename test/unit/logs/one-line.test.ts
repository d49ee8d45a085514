// An error whose whole trace stands in one line, as relays and layouts make it: level and cause are read all the same.
import { describe, expect, it } from 'vitest';
import { createLogScan } from '../../../src/logs/scan.ts';

const PASSWORD = 'FATAL: password authentication failed for user "np"';
const CHAIN = [
  'org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection',
  '\tat org.springframework.jdbc.datasource.DataSourceUtils.getConnection(DataSourceUtils.java:84)',
  '\tat org.springframework.jdbc.core.JdbcTemplate.execute(JdbcTemplate.java:390)',
  `Caused by: org.postgresql.util.PSQLException: ${PASSWORD}`,
  '\tat org.postgresql.core.v3.ConnectionFactoryImpl.doAuthentication(ConnectionFactoryImpl.java:772)',
  '\t... 12 more',
];
const HEAD = '2026-11-28T04:28:00.123Z ERROR 1 --- [nio-8080-exec-1] c.x.Y : boom ';
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
const at = '2026-11-28T04:28:00.123Z';

describe('an error whose trace stands in one line', () => {
  it.each<readonly [string, string]>([
    ['joined by bars', HEAD + CHAIN.join(' | ')],
    ['joined by bars without spaces', HEAD + CHAIN.join('|')],
    ['joined by the escape of a shipper', HEAD + CHAIN.join(String.raw`\n`)],
    ['joined by rsyslog', HEAD + CHAIN.join('#012').replaceAll('\t', '#011')],
    ['joined by the separator of Unicode', HEAD + CHAIN.join('\u2028')],
    ['joined by a carriage return', HEAD + CHAIN.join('\r')],
    ['joined by spaces', HEAD + CHAIN.map((line) => line.trim()).join(' ')],
    ['joined by semicolons', HEAD + CHAIN.map((line) => line.trim()).join('; ')],
    ['joined by breaks of HTML', HEAD + CHAIN.join('<br>')],
    ['joined by arrows of tabs', HEAD + CHAIN.map((line) => line.trim()).join('\t')],
    ['in logfmt', `ts=${at} level=error msg=boom stacktrace="${escaped(CHAIN.join('\n'))}"`],
    [
      'in logfmt, time and severity',
      `time="${at}" severity=ERROR message="boom" exception="${escaped(CHAIN.join('\n'))}"`,
    ],
    [
      'in JSON inside of JSON',
      JSON.stringify({
        log: `${JSON.stringify({ timestamp: at, level: 'ERROR', message: 'boom', stack_trace: CHAIN.join('\n') })}\n`,
        stream: 'stdout',
      }),
    ],
    ['in a list of frames', JSON.stringify({ timestamp: at, level: 'ERROR', message: 'boom', stack_trace: CHAIN })],
    [
      'of ECS',
      JSON.stringify({
        '@timestamp': at,
        'log.level': 'ERROR',
        message: 'boom',
        'error.type': 'org.springframework.jdbc.CannotGetJdbcConnectionException',
        'error.stack_trace': CHAIN.join('\n'),
      }),
    ],
    [
      'of nested ECS',
      JSON.stringify({
        '@timestamp': at,
        log: { level: 'ERROR' },
        message: 'boom',
        error: { stack_trace: CHAIN.join('\n') },
      }),
    ],
    [
      'of GELF',
      JSON.stringify({
        version: '1.1',
        short_message: 'boom',
        full_message: `boom\n${CHAIN.join('\n')}`,
        timestamp: 1795840080.123,
        level: 3,
      }),
    ],
    [
      'of OpenTelemetry',
      JSON.stringify({
        timeUnixNano: '1795840080123000000',
        severityNumber: 17,
        severityText: 'ERROR',
        body: { stringValue: 'boom' },
        attributes: [{ key: 'exception.stacktrace', value: { stringValue: CHAIN.join('\n') } }],
      }),
    ],
    [
      'of Google',
      JSON.stringify({
        severity: 'ERROR',
        time: at,
        message: `boom\n${CHAIN.join('\n')}`,
        'logging.googleapis.com/trace': 'x',
      }),
    ],
    ['of syslog', `<11>1 ${at} pod-1 app 1 - - boom ${CHAIN.join('#012').replaceAll('\t', '#011')}`],
    ['of CRI, joined by bars', `2026-11-28T04:28:00.123456789Z stdout F ${HEAD}${CHAIN.join(' | ')}`],
  ])('%s, is understood', (_, line) => {
    const records: string[] = [];
    const scan = createLogScan({ services: ['node-persistence'], onRecord: ({ gravity }) => records.push(gravity) });
    scan.push(Buffer.from(`${line}\n2026-11-28T04:28:01.000Z  INFO 1 --- [main] c.x.Y : next\n`));
    const { findings } = scan.end();
    expect([records[0], findings.map(({ id, deepest }) => `${id} ${deepest?.fault ?? ''}`)]).toEqual([
      'error',
      ['REC-NP-002 DatabaseAuthenticationFailed'],
    ]);
  });
});
