// What was thrown, in every shape in which JSON layouts write it; and the level of a line that a collector wrapped.
import { describe, expect, it } from 'vitest';
import { createLogScan } from '../../../src/logs/scan.ts';

const AT = '2026-11-28T04:28:00.123Z';
const PASSWORD = 'FATAL: password authentication failed for user "np"';
const OUTER = 'org.springframework.jdbc.CannotGetJdbcConnectionException';
const INNER = 'org.postgresql.util.PSQLException';
const CHAIN = [
  `${OUTER}: Failed to obtain JDBC Connection`,
  '\tat org.x.Y.z(Y.java:1)',
  `Caused by: ${INNER}: ${PASSWORD}`,
  '\t... 12 more',
];
const FRAME = { class: 'a.B', method: 'c', line: 2 };
const CAUSE = { type: INNER, message: PASSWORD };

/** How grave the records are, and what the log of node-persistence is found to say. */
function read(...lines: readonly object[]): { readonly levels: readonly string[]; readonly found: readonly string[] } {
  const levels: string[] = [];
  const scan = createLogScan({ services: ['node-persistence'], onRecord: ({ gravity }) => levels.push(gravity) });
  for (const line of lines) scan.push(Buffer.from(`${JSON.stringify(line)}\n`));
  const { findings } = scan.end();
  return { levels, found: findings.map(({ id, deepest, count }) => `${id} ${deepest?.fault ?? ''} ${count}`) };
}

const FOUND = ['REC-NP-002 DatabaseAuthenticationFailed 1'];

const SHAPES: readonly (readonly [string, object])[] = [
  ...['exception', 'error', 'throwable', 'thrown', 'err'].flatMap((key): (readonly [string, object])[] => [
    [`${key}, a list of lines`, { [key]: CHAIN }],
    [`${key}, a list of throwables`, { [key]: [{ type: OUTER, message: 'x' }, CAUSE] }],
    [`${key} with a list of lines`, { [key]: { class: OUTER, message: 'x', stackTrace: CHAIN } }],
    [`${key} with frames and a cause`, { [key]: { className: OUTER, stackTrace: [FRAME], cause: CAUSE } }],
  ]),
  ...['cause', 'causes', 'causedBy', 'caused_by', 'rootCause', 'innerException', 'suppressed'].flatMap(
    (key): (readonly [string, object])[] => [
      [`exception.${key}`, { exception: { type: OUTER, message: 'x', [key]: CAUSE } }],
      [`exception.${key}, a list`, { exception: { type: OUTER, message: 'x', [key]: [CAUSE] } }],
      [`exception.${key}, a text`, { exception: { type: OUTER, message: 'x', [key]: `${INNER}: ${PASSWORD}` } }],
    ],
  ),
  [
    'Quarkus, detailed',
    {
      exception: {
        refId: 1,
        exceptionType: OUTER,
        message: 'x',
        frames: [FRAME],
        causedBy: { exception: { refId: 2, exceptionType: INNER, message: PASSWORD, frames: [FRAME] } },
      },
    },
  ],
  [
    'the encoder of Logback',
    {
      throwable: {
        className: OUTER,
        message: 'x',
        stepArray: [FRAME],
        cause: { className: INNER, message: PASSWORD, commonFrames: 3 },
      },
    },
  ],
  [
    'exception.values',
    {
      exception: {
        values: [
          { type: OUTER, value: 'x' },
          { type: INNER, value: PASSWORD },
        ],
      },
    },
  ],
  ['the root first', { stack_trace: `${INNER}: ${PASSWORD}\n\tat a.B.c(B.java:2)\nWrapped by: ${OUTER}: x` }],
  ['class and message of the root', { throwable_root_cause_class: INNER, throwable_root_cause_message: PASSWORD }],
  ['ECS, a list of lines', { 'error.type': OUTER, 'error.message': 'x', 'error.stack_trace': CHAIN }],
  ['ECS without a trace', { 'error.type': INNER, 'error.message': PASSWORD }],
  ['GELF without a trace', { _error_type: INNER, _error_message: PASSWORD }],
  ['Datadog without a trace', { error: { kind: INNER, message: PASSWORD } }],
  ['Serilog', { '@x': CHAIN.join('\n') }],
  ['winston', { meta: { error: { name: INNER, message: PASSWORD } } }],
];

describe.each(SHAPES)('what was thrown, as %s', (_, thrown) => {
  it.each([
    ['ERROR', 'error', FOUND],
    ['INFO', 'below-warning', []],
  ])('is found at %s alone', (level, gravity, found) => {
    expect(read({ '@timestamp': AT, level, message: 'boom', ...thrown })).toEqual({ levels: [gravity], found });
  });
});

it('a thousand causes are followed for a while', () => {
  const deep = (depth: number): object => (depth === 0 ? CAUSE : { causes: [deep(depth - 1), deep(depth - 1)] });
  expect(read({ '@timestamp': AT, level: 'ERROR', message: 'boom', exception: deep(10) }).levels).toEqual(['error']);
});

describe('the level', () => {
  it.each([
    [100, 'error'],
    [200, 'error'],
    [300, 'warning'],
    [400, 'below-warning'],
    [600, 'below-warning'],
    [0, 'unknown'],
  ])("%i of log4j's numbers is %s", (intLevel, gravity) => {
    expect(read({ timeMillis: 1795840080123, intLevel, message: 'x' }).levels).toEqual([gravity]);
  });

  const plain = (level: string): string => `${AT} ${level} 1 --- [main] c.x.Y : boom ${INNER}: ${PASSWORD}`;
  const json = (level: string): string =>
    JSON.stringify({ '@timestamp': AT, level, message: 'boom', stack_trace: CHAIN.join('\n') });

  it.each<[string, object, string]>([
    ['a plain error that journald has as a notice', { PRIORITY: '6', MESSAGE: plain('ERROR') }, 'error'],
    ['a plain notice that journald has as an error', { PRIORITY: '3', MESSAGE: plain('INFO') }, 'below-warning'],
    ['an error in JSON that journald has as a notice', { PRIORITY: '6', MESSAGE: json('ERROR') }, 'error'],
    ['a notice in JSON that a relay has as an error', { level: 'error', log: json('INFO') }, 'below-warning'],
    ['an error in JSON that a relay has as a notice', { level: 'info', log: json('ERROR') }, 'error'],
    ['an error that Promtail packed', { _entry: json('ERROR'), pod: 'x' }, 'error'],
    ['what says no level itself', { PRIORITY: '3', MESSAGE: `${INNER}: ${PASSWORD}` }, 'error'],
  ])('of %s is what the line says of itself', (_, line, gravity) => {
    const found = gravity === 'error' ? FOUND : [];
    expect(read({ __REALTIME_TIMESTAMP: '1795840080123456', ...line })).toEqual({ levels: [gravity], found });
  });

  it('of a record is not what its message quotes', () => {
    expect(read({ '@timestamp': AT, level: 'INFO', message: plain('ERROR') })).toEqual({
      levels: ['below-warning'],
      found: [],
    });
  });
});
