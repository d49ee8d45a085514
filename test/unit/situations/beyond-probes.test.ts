// The gate where a probe asks something else than what is wrong: the kubelet's own probes and what they tell of the whole,
// and logs of what no probe of ours asks. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import { NOW } from '../targets/objects.ts';
import { AT, type Change } from './changes.ts';
import { at, json, look, template, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const NONE = json(404, '');
const DOWN = json(503, { status: 'DOWN' });
const UP = json(200, { status: 'UP' });
const readiness = (probe: object): Change =>
  template('core-daemon', (container) => {
    container['readinessProbe'] = probe;
  });
const asks = (path: string): Change => readiness({ httpGet: { path, port: 'http' } });
const answers = (paths: Readonly<Record<string, ReturnType<typeof json>>>): Pick<Situation, 'http'> =>
  at('127.0.1', ({ pathname }) => paths[pathname] ?? NONE);
const UNKNOWN_AUTHORITY: ReturnType<NonNullable<Situation['http']>> = {
  ok: false,
  fault: { kind: 'tls', detail: '127.0.1.1:8080 has a self-signed certificate', because: 'unknown-authority' },
};
const OTHER_PROTOCOL: ReturnType<NonNullable<Situation['http']>> = {
  ok: false,
  fault: { kind: 'broken', detail: '127.0.1.1:8080 does not answer in HTTP', because: 'not-http' },
};
const sql = (times: number, said: string): Situation => ({
  logs: {
    'node-persistence': Array.from({ length: times }, () => [
      `${AT} ERROR 1 --- [main] k.n.P : boom`,
      `org.postgresql.util.PSQLException: ${said}`,
    ]).flat(),
  },
});
/** A record of so many seconds from now, by the kubelet's time. */
const timed = (seconds: number, record: readonly string[]): readonly string[] => {
  const time = new Date(NOW.getTime() + seconds * 1000).toISOString().replace('Z', '000000Z');
  return record.map((line) => `${time} ${line}`);
};
const READ_ONLY = [
  `${AT} ERROR 1 --- [main] k.n.P : boom`,
  'org.postgresql.util.PSQLException: ERROR: cannot execute INSERT in a read-only transaction',
];
const UNSIGNED = [
  `${AT} ERROR 1 --- [main] k.a.S : Failed JWT token sign`,
  'software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: connect timed out',
];
const uncalled = (service: string): readonly string[] => [
  `${AT} ERROR 1 --- [main] k.c.R : boom`,
  `org.springframework.web.client.ResourceAccessException: I/O error on POST request for "http://${service}:8080/v1": Connect timed out`,
];
const UNSAVED = [`${AT} ERROR 1 --- [main] k.c.S : Persisting circuit on S3 failed. [circuitId=1]`];
const HIDDEN = at('127.0.3', ({ pathname }) => (pathname === '/actuator/health' ? UP : undefined));
const LOGGED = ['node-persistence/logs DatabaseErrorLogged'];
const UNREACHED = [
  `${AT} ERROR 1 --- [main] k.n.P : boom`,
  'org.postgresql.util.PSQLException: The connection attempt failed.',
  'Caused by: java.net.SocketTimeoutException: Connect timed out',
];
const STALE = [
  `${AT}  WARN 1 --- [main] com.zaxxer.hikari.pool.PoolBase : HikariPool-1 - Failed to validate connection org.postgresql.jdbc.PgConnection@1 (This connection has been closed.). Possibly consider using a shorter maxLifetime value.`,
];
const UNTABLED = [
  `${AT} ERROR 1 --- [main] k.n.P : boom`,
  'org.postgresql.util.PSQLException: ERROR: relation "node" does not exist',
];
const FAILING = ['node-persistence/logs StatementsFail'];
const REFUSED = ['node-persistence/logs DatabaseRefusesService'];

describe.each<readonly [string, readonly Row[]]>([
  [
    'a probe of the kubelet',
    [
      [
        'on a path of its own says UP, the whole DOWN',
        { objects: asks('/readyz'), ...answers({ '/readyz': UP, '/actuator/health': DOWN }) },
        3,
        ['core-daemon/health HealthDown'],
      ],
      [
        'on a path that may be anything, the whole DOWN',
        { objects: asks('/ping'), ...answers({ '/ping': UP, '/actuator/health': DOWN }) },
        3,
        ['core-daemon/health HealthDown'],
      ],
      ['on a path of its own is all that there is', { objects: asks('/readyz'), ...answers({ '/readyz': UP }) }, 0, []],
      ...[
        ['true'],
        ['/bin/sh', '-c', 'exit 0'],
        ['sh', '-c', 'sleep 5; echo ready'],
        ['bash', '-ec', 'curl -sf http://localhost:8080/actuator/health || true'],
        ['sh', '-c', 'wget -qO- localhost:8080/ping; exit 0'],
      ].map((command): Row => [
        `is a command that ends well in any case: ${command.join(' ')}`,
        { objects: readiness({ exec: { command } }), ...answers({}) },
        5,
        ['core-daemon/health HealthNotReadable'],
      ]),
      ...[['cat', '/tmp/ready'], ['sh', '-c', 'test -f /tmp/ready && exit 0 || exit 1'], ['/app/healthcheck.sh']].map(
        (command): Row => [
          `is a command that may end badly: ${command.join(' ')}`,
          { objects: readiness({ exec: { command } }), ...answers({}) },
          0,
          [],
        ],
      ),
      [
        'connects to another host',
        { objects: readiness({ tcpSocket: { host: 'db.example', port: 5432 } }), ...answers({}) },
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
      [
        'asks another host',
        { objects: readiness({ httpGet: { host: 'status.example', path: '/up', port: 80 } }), ...answers({}) },
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
      [
        'is a command without a scheme',
        {
          objects: readiness({ exec: { command: ['sh', '-c', 'wget -qO- localhost:9090/actuator/health/readiness'] } }),
          ...at('127.0.1', (url) => (url.port === '9090' && url.pathname === '/actuator/health' ? DOWN : NONE)),
        },
        3,
        ['core-daemon/health HealthDown'],
      ],
      [
        'trusts a certificate of which we do not know the authority',
        { objects: asks('/actuator/health'), ...at('127.0.1', () => UNKNOWN_AUTHORITY) },
        0,
        [],
      ],
      [
        'is not there, with such a certificate',
        at('127.0.1', () => UNKNOWN_AUTHORITY),
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
      [
        'speaks gRPC, as the port does',
        { objects: readiness({ grpc: { port: 8080 } }), ...at('127.0.1', () => OTHER_PROTOCOL) },
        0,
        [],
      ],
      [
        'is not there, and the port does not speak HTTP',
        at('127.0.1', () => OTHER_PROTOCOL),
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
    ],
  ],
  [
    'a log, of what no probe asks',
    [
      ['writes', sql(3, 'ERROR: cannot execute INSERT in a read-only transaction'), 3, REFUSED],
      [
        'writes, minutes ago: a failover is over',
        { logs: { 'node-persistence': [-270, -269, -268].flatMap((ago) => timed(ago, READ_ONLY)) } },
        0,
        ['node-persistence/logs DatabaseErrorLogged'],
      ],
      [
        'the way to a database that no health shows, for two minutes',
        { ...HIDDEN, logs: { 'node-persistence': [-150, -80, -20].flatMap((ago) => timed(ago, UNREACHED)) } },
        3,
        REFUSED,
      ],
      [
        'the way to a database that no health shows, for a moment',
        { ...HIDDEN, logs: { 'node-persistence': [-22, -21, -20].flatMap((ago) => timed(ago, UNREACHED)) } },
        0,
        LOGGED,
      ],
      [
        'connections that a firewall closed, in a pool that makes others',
        { ...HIDDEN, logs: { 'node-persistence': [-150, -80, -20].flatMap((ago) => timed(ago, STALE)) } },
        0,
        LOGGED,
      ],
      [
        'the way to a database that health shows UP: a pool that mends itself',
        { logs: { 'node-persistence': [-150, -80, -20].flatMap((ago) => timed(ago, UNREACHED)) } },
        0,
        LOGGED,
      ],
      ['tables in another schema', sql(3, 'ERROR: relation "node" does not exist'), 3, FAILING],
      ['tables in another schema, twice', sql(2, 'ERROR: relation "node" does not exist'), 0, []],
      [
        'tables in another schema, minutes ago',
        { logs: { 'node-persistence': [-270, -269, -268].flatMap((ago) => timed(ago, UNTABLED)) } },
        0,
        ['node-persistence/logs StatementErrorLogged'],
      ],
      ['a column that no migration made', sql(3, 'ERROR: column n1_0.version does not exist'), 3, FAILING],
      ['tables without a right to them', sql(3, 'ERROR: permission denied for table node'), 3, FAILING],
      ['statements that a pooler lost', sql(3, 'ERROR: prepared statement "S_1" does not exist'), 3, FAILING],
      ['pages that are broken', sql(3, 'ERROR: invalid page in block 3 of relation base/1/2'), 3, FAILING],
      ['rows that are there already', sql(3, 'ERROR: duplicate key value violates unique constraint "x"'), 0, []],
      ['rows that two want at once', sql(3, 'ERROR: deadlock detected'), 0, []],
      [
        'the way to KMS, for two minutes',
        { logs: { 'auth-vault': [-150, -80, -20].flatMap((ago) => timed(ago, UNSIGNED)) } },
        3,
        ['auth-vault/logs KeyRefusesService'],
      ],
      [
        'the way to KMS, for a moment',
        { logs: { 'auth-vault': [-22, -21, -20].flatMap((ago) => timed(ago, UNSIGNED)) } },
        0,
        ['auth-vault/logs TokenSignFailed'],
      ],
      [
        'a way between two services, for two minutes: a NetworkPolicy stands in it, and not in ours',
        { logs: { 'core-daemon': [-150, -80, -20].flatMap((ago) => timed(ago, uncalled('auth-vault'))) } },
        3,
        ['core-daemon/logs CallsToServiceFail'],
      ],
      [
        'a way between two services, for a moment',
        { logs: { 'core-daemon': [-22, -21, -20].flatMap((ago) => timed(ago, uncalled('auth-vault'))) } },
        0,
        ['core-daemon/logs InternalConnectionError'],
      ],
      [
        'a way between two services, until the other one was back',
        { logs: { 'core-daemon': [-250, -180, -80].flatMap((ago) => timed(ago, uncalled('auth-vault'))) } },
        0,
        ['core-daemon/logs InternalConnectionError'],
      ],
      [
        'a way to a host of the internet is none of ours',
        { logs: { 'core-daemon': [-150, -80, -20].flatMap((ago) => timed(ago, uncalled('api.example.com'))) } },
        0,
        [],
      ],
      [
        'a way to a service that is down itself',
        {
          logs: { 'core-daemon': [-150, -80, -20].flatMap((ago) => timed(ago, uncalled('auth-vault'))) },
          ...at('127.0.5', (url) => ({ ok: false, fault: { kind: 'refused', detail: `${url.host} refuses` } })),
        },
        3,
        ['auth-vault/health ServiceRefused', 'core-daemon/logs CallsToServiceFail'],
      ],
      [
        'objects that cannot be put, for two minutes and without a word why',
        { logs: { 'circuit-storage': [-150, -80, -20].flatMap((ago) => timed(ago, UNSAVED)) } },
        3,
        ['circuit-storage/logs StorageRefusesService'],
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
