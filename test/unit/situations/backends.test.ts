// The gate over databases, buckets, keys and logs that are none of the stack's: what is broken, what is ours alone, and
// what only the log of a service can tell. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { INSTALLED, edit, json, look, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const refusal = (code: FaultCode): Extract<ReturnType<typeof failed>, { ok: false }> =>
  failed(code, literal('said so'));
const lost = (code: FaultCode): Pick<Situation, 'connect'> => ({ connect: refusal(code) });
const bucket = (code: FaultCode): NonNullable<Situation['s3']> => ({ head: () => Promise.resolve(refusal(code)) });
const key = (code: FaultCode): NonNullable<Situation['kms']> => ({ describe: () => Promise.resolve(refusal(code)) });
const state = (name: string): Situation => ({
  kms: {
    describe: () =>
      Promise.resolve(
        ok({ state: name, usage: 'SIGN_VERIFY', spec: 'ECC_SECG_P256K1', signingAlgorithms: ['ECDSA_SHA_256'] }),
      ),
  },
});
/** Health of every Spring Boot service, or of those at a host. */
const health = (status: number, body: unknown, host = '127.'): Pick<Situation, 'http'> => ({
  http: ({ pathname, hostname }) =>
    hostname.startsWith(host) && pathname === '/actuator/health' ? json(status, body) : undefined,
});
const HIDDEN = health(200, { status: 'UP' });

const AT = '2026-11-23T09:59:50.000Z';
const logged = (service: string, times: number, ...lines: readonly string[]): Situation => ({
  logs: { [service]: Array.from({ length: times }, () => lines).flat() },
});
/** An exception below a message, so many times in the log of a service. */
const thrown = (service: string, times: number, message: string, exception: string): Situation =>
  logged(service, times, `${AT} ERROR 1 --- [main] k.c.S : ${message}`, exception);
const s3 = (said: string, times = 3): Situation =>
  thrown(
    'circuit-storage',
    times,
    'Persisting circuit on S3 failed',
    `software.amazon.awssdk.services.s3.model.S3Exception: ${said}, Request ID: X)`,
  );
const kms = (said: string): Situation =>
  thrown(
    'auth-vault',
    3,
    'Failed JWT token sign',
    `software.amazon.awssdk.services.kms.model.KmsException: ${said} (Service: Kms, Status Code: 400, Request ID: X)`,
  );
const psql = (said: string, times = 3): Situation =>
  thrown('node-persistence', times, 'boom', `org.postgresql.util.PSQLException: ${said}`);
const signature = (line: string): Situation => logged('auth-vault', 1, line);

const limits = (row: object): Situation => ({
  sql: { superuser_reserved_connections: ok([{ max: 100, reserved: 3, used: 7, pid: 7, ...row }]) },
});
const writable = (row: object): Situation => ({
  sql: { default_transaction_read_only: ok([{ in_recovery: false, read_only: false, writers: 1, ...row }]) },
});
const schema = (rows: readonly object[]): Situation => ({
  spec: { databases: [{ name: 'main', urlSecretRef: { name: 'database', key: 'url' }, schema: 'keylessd' }] },
  sql: { named_schema: ok(rows as readonly Record<string, unknown>[]) },
});
const certificate = (end: string): Situation => ({
  spec: {
    buckets: [
      {
        name: 'circuits',
        bucket: 'circuits',
        region: 'eu-west-1',
        endpoint: 'https://minio.example:9000',
        credentialsSecretRef: { name: 'aws' },
      },
    ],
  },
  s3: { head: () => Promise.resolve(ok({ region: 'eu-west-1', certificateNotAfter: end })) },
});

/** Pods that the kubelet asks for their health. */
const probed = edit('Deployment', undefined, (object) => {
  const { template } = object['spec'] as { template: { spec: { containers: Record<string, unknown>[] } } };
  const [container] = template.spec.containers;
  if (container === undefined) return;
  const path = String(container['name']).includes('agent') ? '/health-check' : '/actuator/health/readiness';
  container['readinessProbe'] = { httpGet: { path, port: 'http' } };
});
type Trouble = 'broken' | 'timeout' | 'refused';
const cut = (trouble: (host: string) => Trouble | undefined): Situation => ({
  objects: probed,
  http: ({ hostname }) => {
    const kind = trouble(hostname);
    return kind === undefined ? undefined : { ok: false, fault: { kind, detail: `${hostname} does not answer` } };
  },
});
const cutOff = INSTALLED.map((service) => `${service}/health CheckerCutOff`);

describe.each<readonly [string, readonly Row[]]>([
  [
    'a database that cannot be reached from here',
    [
      [
        'is shown UP by all who use it',
        lost('DatabaseUnreachable'),
        0,
        ['database/main/connect UnreachableFromChecker'],
      ],
      [
        'is hidden by them',
        { ...lost('DatabaseUnreachable'), ...HIDDEN },
        3,
        ['database/main/connect DatabaseUnreachable'],
      ],
      [
        'is hidden by one of them',
        { ...lost('DatabaseTimeout'), ...health(200, { status: 'UP' }, '127.0.3') },
        3,
        ['database/main/connect DatabaseTimeout'],
      ],
      [
        'is of a status that says nothing',
        { ...lost('DatabaseUnreachable'), ...health(200, { status: 'UP', components: { db: { status: 'UNKNOWN' } } }) },
        3,
        ['database/main/connect DatabaseUnreachable'],
      ],
      [
        'is shown UP while a pool waits',
        {
          ...lost('DatabaseTimeout'),
          ...logged(
            'node-persistence',
            1,
            `${AT} ERROR 1 --- [main] c.z.h.p.HikariPool : HikariPool-1 - Connection is not available, request timed out after 30000ms.`,
          ),
        },
        3,
        ['node-persistence/logs PoolConnectionTimeout', 'database/main/connect DatabaseTimeout'],
      ],
    ],
  ],
  [
    'a database that refuses us',
    [
      ...(
        [
          'DatabaseAuthenticationFailed',
          'DatabaseAccessRejected',
          'DatabaseCertificateDemanded',
          'DatabaseConnectionRefused',
        ] as const
      ).map((code): Row => [
        `${code}, while all who use it show it UP`,
        lost(code),
        5,
        ['database/main/connect DatabaseMonitorRefused'],
      ]),
      [
        'while nobody shows it',
        { ...lost('DatabaseAuthenticationFailed'), ...HIDDEN },
        3,
        ['database/main/connect DatabaseAuthenticationFailed'],
      ],
      [
        'for want of slots that all share',
        lost('DatabaseSlotsExhausted'),
        3,
        ['database/main/connect DatabaseSlotsExhausted'],
      ],
    ],
  ],
  [
    'a database that lets us in',
    [
      [
        'and has no slot left for a role',
        limits({ role: 'app', role_limit: 10, role_used: 10 }),
        3,
        [
          'database/main/connections DatabaseConnectionsExhausted',
          'upgrade/database/main/headroom UpgradeHeadroomMissing',
        ],
      ],
      [
        'and few for itself',
        limits({ max: 1000, database_limit: 10, database_used: 9 }),
        3,
        ['database/main/connections DatabaseConnectionsHigh', 'upgrade/database/main/headroom UpgradeHeadroomMissing'],
      ],
      [
        'and takes no writes of a role',
        writable({ read_only_role: 'app' }),
        3,
        ['database/main/writable DatabaseReadOnly'],
      ],
      ['and is a standby', writable({ in_recovery: true }), 3, ['database/main/writable DatabaseReadOnly']],
      ['and lacks the schema', schema([]), 3, ['database/main/migrations DatabaseSchemaMissing']],
      ['and has an empty schema', schema([{ filled: false }]), 3, ['database/main/migrations DatabaseSchemaMissing']],
    ],
  ],
  [
    'what only the log tells',
    [
      [
        'a denial',
        s3('Access Denied (Service: S3, Status Code: 403'),
        3,
        ['circuit-storage/logs StorageRefusesService'],
      ],
      [
        'a policy',
        s3('User: arn:x is not authorized to perform: s3:PutObject on resource: y (Service: S3, Status Code: 403'),
        3,
        ['circuit-storage/logs StorageRefusesService'],
      ],
      [
        'a quota',
        s3('Bucket quota exceeded (Service: S3, Status Code: 400'),
        3,
        ['circuit-storage/logs StorageRefusesService'],
      ],
      [
        'object lock',
        s3('Object is WORM protected and cannot be overwritten (Service: S3, Status Code: 400'),
        3,
        ['circuit-storage/logs StorageRefusesService'],
      ],
      [
        "the bucket's key",
        s3('arn:aws:kms:eu-west-1:1:key/1 is disabled. (Service: S3, Status Code: 400'),
        3,
        ['circuit-storage/logs StorageRefusesService'],
      ],
      [
        'a denial once',
        s3('Access Denied (Service: S3, Status Code: 403', 1),
        0,
        ['circuit-storage/logs StorageErrorLogged'],
      ],
      [
        'no right to sign',
        kms('User: x is not authorized to perform: kms:Sign on resource: y'),
        3,
        ['auth-vault/logs KeyRefusesService'],
      ],
      [
        'another key, which is disabled',
        kms('arn:aws:kms:eu-west-1:1:key/2 is disabled.'),
        3,
        ['auth-vault/logs KeyRefusesService'],
      ],
      [
        'a password of the service, which hides its database',
        { ...psql('FATAL: password authentication failed for user "np"'), ...HIDDEN },
        3,
        ['node-persistence/logs DatabaseRefusesService'],
      ],
      [
        'another server, which takes no writes',
        { ...psql('ERROR: cannot execute INSERT in a read-only transaction'), ...HIDDEN },
        3,
        ['node-persistence/logs DatabaseRefusesService'],
      ],
      [
        'a password of the service, which shows its database UP',
        psql('FATAL: password authentication failed for user "np"'),
        0,
        ['node-persistence/logs DatabaseErrorLogged'],
      ],
      [
        'a full disk, once',
        psql('ERROR: could not extend file "base/1/2": No space left on device', 1),
        3,
        ['node-persistence/logs DatabaseDiskFull'],
      ],
    ],
  ],
  [
    'a signature',
    [
      [
        'that failed',
        signature(`${AT} ERROR 1 --- [main] k.a.V : isSignatureValid: false`),
        3,
        ['alerts/auth-vault/signature SignatureInvalid'],
      ],
      [
        'that failed, in GELF',
        signature(JSON.stringify({ version: '1.1', short_message: 'isSignatureValid failed', level: 3, host: 'x' })),
        3,
        ['alerts/auth-vault/signature SignatureInvalid'],
      ],
      ['that is valid', signature(`${AT}  INFO 1 --- [main] k.a.V : isSignatureValid: true`), 0, []],
      [
        'that is valid, at WARN',
        signature(JSON.stringify({ '@timestamp': AT, level: 'WARN', message: 'isSignatureValid=true slow' })),
        0,
        [],
      ],
      ['that took long', signature(`${AT}  WARN 1 --- [main] k.a.V : isSignatureValid took 1534 ms`), 0, []],
    ],
  ],
  [
    'a certificate of the storage',
    [
      [
        'that ends within hours',
        certificate('2026-11-23T22:00:00Z'),
        3,
        [
          'object-storage/circuits/certificate BucketCertificateExpiring',
          'upgrade/object-storage/circuits/certificate UpgradeCertificateEnding',
        ],
      ],
      [
        'that ends within weeks',
        certificate('2026-12-10T22:00:00Z'),
        0,
        [
          'object-storage/circuits/certificate BucketCertificateExpiring',
          'upgrade/object-storage/circuits/certificate BucketCertificateExpiring',
        ],
      ],
    ],
  ],
  [
    'a key',
    [
      ['that is being updated signs', state('Updating'), 0, []],
      ['that is disabled', state('Disabled'), 3, ['key-management/jwt/state KmsKeyDisabled']],
      ['that is being made', state('Creating'), 3, ['key-management/jwt/state KmsKeyUnusable']],
      ['that waits for its end', state('PendingDeletion'), 3, ['key-management/jwt/state KmsKeyPendingDeletion']],
      ['of a state that nobody knows', state('Frozen'), 3, ['key-management/jwt/state KmsKeyUnusable']],
      [
        'that may sign and not be described',
        { kms: key('KmsAccessDenied') },
        0,
        ['key-management/jwt/state KmsQuestionNotPermitted'],
      ],
    ],
  ],
  [
    'our own vantage',
    [
      ['a mesh that resets us everywhere', cut(() => 'broken'), 5, cutOff],
      ['a policy that lets us wait everywhere', cut(() => 'timeout'), 5, cutOff],
      ['both', cut((host) => (host.startsWith('127.0.1') ? 'broken' : 'timeout')), 5, cutOff],
      [
        'one service alone is the service',
        cut((host) => (host.startsWith('127.0.1') ? 'broken' : undefined)),
        3,
        ['core-daemon/health ServiceUnreachable'],
      ],
      [
        'everywhere, and the kubelet asks nothing',
        { http: ({ hostname }) => ({ ok: false, fault: { kind: 'broken', detail: `${hostname} resets` } }) },
        3,
        INSTALLED.map((service) => `${service}/health ServiceUnreachable`),
      ],
      [
        'a proxy that answers in their place',
        { objects: probed, http: () => json(503, 'no healthy upstream') },
        5,
        cutOff,
      ],
      [
        'no name resolves, while the services are UP',
        {
          ...lost('DatabaseAddressUnresolved'),
          s3: bucket('BucketAddressUnresolved'),
          kms: key('KmsAddressUnresolved'),
        },
        5,
        [
          'database/main/connect CheckerNameResolution',
          'object-storage/circuits/reach CheckerNameResolution',
          'key-management/jwt/state CheckerNameResolution',
        ],
      ],
      [
        'no name resolves, and nobody says more',
        {
          ...lost('DatabaseAddressUnresolved'),
          s3: bucket('BucketAddressUnresolved'),
          kms: key('KmsAddressUnresolved'),
          ...HIDDEN,
        },
        3,
        [
          'database/main/connect DatabaseAddressUnresolved',
          'object-storage/circuits/reach BucketAddressUnresolved',
          'key-management/jwt/state KmsAddressUnresolved',
        ],
      ],
      [
        'a call that is throttled',
        { s3: bucket('BucketThrottled') },
        5,
        ['object-storage/circuits/reach BucketThrottled'],
      ],
    ],
  ],
])('%s', (_group, rows) => {
  it.each(rows)('%s', async (_row, situation, exit, faults) => {
    const { gate, told } = await look(situation);
    expect([gate.exitCode, told.filter((one) => !one.startsWith('capacity/'))]).toEqual([exit, faults]);
  });
});

it('names the host of a database and the service that cannot use it, once', async () => {
  const down = health(503, { status: 'DOWN', components: { db: { status: 'DOWN' } } }, '127.0.3');
  const { status } = await look({ ...lost('DatabaseUnreachable'), ...down });
  expect(status.rootCauses?.map(({ check, affects }) => [check, affects])).toEqual([
    ['database/main/connect', ['node-persistence/health']],
  ]);
});

it('says on the report that a log is in a layout of which no level can be read', async () => {
  const { status } = await look(logged('node-persistence', 30, '## boom happened in module'));
  expect(status.conditions.find(({ type }) => type === 'AlertsQuiet')).toMatchObject({
    status: 'Unknown',
    reason: 'LogsNotUnderstood',
  });
});

describe('what the run before remembers', () => {
  const LATER = new Date('2026-11-23T10:01:00Z');

  it('is the key: another one under the same alias opens no gate until somebody confirms it', async () => {
    const { status: previous } = await look();
    const other = { publicKey: () => Promise.resolve(ok({ fingerprint: 'cd'.repeat(32) })) };
    const { gate } = await look({ previous, now: LATER, kms: other });
    expect(gate.exitCode).not.toBe(0);
    const expected = { keyId: 'alias/jwt', region: 'eu-west-1', expectedFingerprint: 'cd'.repeat(32) };
    const confirmed = { keys: [{ name: 'jwt', kms: { ...expected, credentialsSecretRef: { name: 'aws' } } }] };
    expect((await look({ previous, now: LATER, kms: other, spec: confirmed })).gate.exitCode).toBe(0);
  });

  it('is a service: one that is gone is no installation without it', async () => {
    const { status: previous } = await look({ made: { topology: 'Consolidated' } });
    const { gate, told } = await look({
      previous,
      now: LATER,
      made: { topology: 'Consolidated', without: ['metrics-collector'] },
    });
    expect([gate.exitCode, told]).toEqual([3, ['metrics-collector/workload ServiceMissing']]);
  });

  it('is no restart: a pod that was restarted a while ago and has run since is well', async () => {
    const made = { workloads: { 'auth-vault': { trouble: { kind: 'Restarting', restarts: 41 } } } } as const;
    const { status: previous, gate } = await look({ made });
    expect(gate.exitCode).toBe(3);
    const { gate: after } = await look({ previous, now: LATER, made: {} });
    expect(after.exitCode).toBe(0);
  });
});
