// The gate over what a health may answer: words under the wrong status, pages, parts that contradict the whole, and nothing
// at all. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import { agent, down, health, type Got } from './changes.ts';
import { json, look, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const body = (document: unknown, host?: string): Pick<Situation, 'http'> => health(json(200, document), host);
const typed = (contentType: string, text: string, status = 200): Got => ({
  ok: true,
  value: { status, contentType, body: text, truncated: false },
});

describe.each<readonly [string, readonly Row[]]>([
  [
    'health',
    [
      ['DOWN under 200', body({ status: 'DOWN' }), 3, ['core-daemon/health HealthDown']],
      ['OUT_OF_SERVICE', health(json(503, { status: 'OUT_OF_SERVICE' })), 3, ['core-daemon/health HealthDown']],
      [
        'of Boot 2.1, its database DOWN under UP',
        body({ status: 'UP', details: { db: { status: 'DOWN' } } }),
        3,
        ['core-daemon/health HealthDatabaseDown'],
      ],
      [
        'with one of two data sources DOWN under UP',
        body({
          status: 'UP',
          components: { db: { status: 'UP', components: { a: { status: 'UP' }, b: { status: 'DOWN' } } } },
        }),
        3,
        ['core-daemon/health HealthDatabaseDown'],
      ],
      [
        'with its bucket of a word that says nothing',
        body({ status: 'UP', components: { s3: { status: 'DEGRADED' } } }, '127.0.4'),
        5,
        ['circuit-storage/health HealthStatusUnrecognized'],
      ],
      [
        'with its parts as a list, the database DOWN under UP',
        body({ status: 'UP', components: [{ name: 'db', status: 'DOWN' }] }, '127.0.3'),
        3,
        ['node-persistence/health HealthDatabaseDown'],
      ],
      ['empty', health(typed('application/json', '')), 5, ['core-daemon/health HealthBodyInvalid']],
      ['204', health(typed('', '', 204)), 5, ['core-daemon/health HealthBodyInvalid']],
      ['a list', health(json(200, '[]')), 5, ['core-daemon/health HealthBodyInvalid']],
      ['a word', health(typed('text/plain', 'OK')), 5, ['core-daemon/health HealthBodyInvalid']],
      ['UP as text/plain', health(typed('text/plain', '{"status":"UP"}')), 0, []],
      ['UP in lower case', body({ status: 'up' }), 0, []],
      ['UP behind a mark of byte order', health(typed('application/json', '\uFEFF{"status":"UP"}')), 0, []],
      ['behind a password', health(json(401, '')), 5, ['core-daemon/health HealthNotReadable']],
      ['limited by a gateway', health(json(429, '')), 5, ['core-daemon/health HealthNotReadable']],
      ['a bad gateway', health(typed('text/html', '<html>502</html>', 502)), 3, ['core-daemon/health HealthDown']],
      [
        'with its own disk full',
        health(json(503, { status: 'DOWN', components: { diskSpace: { status: 'DOWN' }, db: { status: 'UP' } } })),
        3,
        ['core-daemon/health HealthDiskFull'],
      ],
      ['with a status of their own', body({ status: 'DEGRADED' }), 5, ['core-daemon/health HealthStatusUnrecognized']],
      [
        'of one pod refuses, of two',
        { made: { workloads: { 'core-daemon': { replicas: 2 } } }, ...down('refused', '127.0.1.2') },
        3,
        ['core-daemon/health ServiceRefused'],
      ],
    ],
  ],
  [
    'an agent',
    [
      [
        'that says error under 200',
        agent(json(200, { version: '3.4.0', status: 'error' })),
        5,
        ['enrollment-agent/health HealthStatusUnrecognized'],
      ],
      [
        'that says error under 503',
        agent(json(503, { status: 'error', error: { camera: {} } })),
        3,
        ['enrollment-agent/health HealthDown'],
      ],
      [
        'that shuts down',
        agent(json(200, { version: '3.4.0', status: 'shutting_down' })),
        5,
        ['enrollment-agent/health HealthStatusUnrecognized'],
      ],
      [
        'that shows a page',
        agent(typed('text/html', '<html>Sign in</html>')),
        5,
        ['enrollment-agent/health HealthNotReadable'],
      ],
      [
        'of which the answer says nothing of status',
        agent(json(200, { version: '3.4.0' })),
        5,
        ['enrollment-agent/health HealthBodyInvalid'],
      ],
    ],
  ],
])('%s', (_group, situations) => {
  it.each(situations)('%s', async (_row, situation, exit, faults) => {
    const { gate, told } = await look(situation);
    const said = told.filter((one) => !one.startsWith('capacity/'));
    expect([gate.exitCode, said.toSorted()]).toEqual([exit, faults.toSorted()]);
  });
});
