// Nothing written by hand, for every fault: on each topology an empty spec and the one that a person would write give the
// same checks, words, citations, verdict and exit code. What `init` drafts is that spec.
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { healthReportSpec } from '../../../src/api/health-report.ts';
import { DATABASE_FAULTS } from '../../../src/api/faults/database.ts';
import { KEY_FAULTS } from '../../../src/api/faults/key-management.ts';
import { BUCKET_FAULTS } from '../../../src/api/faults/object-storage.ts';
import { QUESTION_FAULTS } from '../../../src/questions/database/question-faults.ts';
import { CHECKS } from '../../../src/checks/index.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { compareText } from '../../../src/runtime/compare-text.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import type { WorkloadTrouble } from '../../stack/recognize/workload-trouble.ts';
import type { TopologyName } from '../../stack/recognize/topology.ts';
import { digest, installed, type Installed, lookAs, workloadsOf } from './forms.ts';
import { json, look, type SessionAnswers, type Situation, template } from './world.ts';

const TOPOLOGIES = ['Umbrella', 'Split', 'Consolidated'] as const;

/** Name and what happens on a topology. */
type Row = readonly [string, (topology: TopologyName) => Situation];

const refusal = (code: FaultCode): Extract<ReturnType<typeof failed>, { ok: false }> =>
  failed(code, literal('said so'));

/** The faults that a question can be answered with. */
function faultsOf(id: string): readonly FaultCode[] {
  const check = CHECKS.find(({ about, question }) => `${about} ${question}` === id);
  if (check === undefined) throw new Error(`There is no check ${id}.`);
  return check.faults;
}
const each = (id: string, situation: (code: FaultCode) => Situation): Row[] =>
  faultsOf(id).map((code) => [`${id}: ${code}`, () => situation(code)]);

/** The server of node-persistence's database answers so; in Consolidated all databases are on it. */
const atDatabase = (answer: Partial<SessionAnswers>): Situation => ({
  session: ({ port }) => (port === 5432 ? answer : {}),
});
const rows = (name: string, sql: string, row: object): Row => [
  `database: ${name}`,
  () => atDatabase({ sql: { [sql]: ok([row as Readonly<Record<string, unknown>>]) } }),
];
const LIMITS = { max: 100, reserved: 3, used: 7, pid: 7 };
const QUIET = { may: true, transaction: 0, idle: 0, waiting: 0, waited: 0 };
const WRITES = { in_recovery: false, read_only: false, writers: 1, read_only_role: null };
const STANDBYS = { may: true, in_recovery: false, standbys: 1, gone: 0, lag: 0, bytes: 0 };
const HOUR = 3_600_000;
const SOON = '2026-12-10T22:00:00Z';

const DATABASE: readonly Row[] = [
  ...each('database connect', (code) => atDatabase({ refusal: refusal(code) })),
  ...QUESTION_FAULTS.map((code): Row => [
    `every question: ${code}`,
    () => atDatabase({ sql: { SELECT: refusal(code) } }),
  ]),
  rows('a standby', 'default_transaction_read_only', { ...WRITES, in_recovery: true }),
  rows('a role that may not write', 'default_transaction_read_only', { ...WRITES, read_only_role: 'app' }),
  rows('no connection left', 'superuser_reserved_connections', { ...LIMITS, used: 97 }),
  rows('few connections left', 'superuser_reserved_connections', { ...LIMITS, used: 85 }),
  rows('fewer than the pools may ask for', 'superuser_reserved_connections', { ...LIMITS, max: 6, used: 0 }),
  rows('a long transaction', "wait_event_type = 'Lock'", { ...QUIET, transaction: 9 * HOUR }),
  rows('an idle transaction', "wait_event_type = 'Lock'", { ...QUIET, idle: 9 * HOUR }),
  rows('waits for locks', "wait_event_type = 'Lock'", { ...QUIET, waiting: 3, waited: HOUR }),
  rows('no right to see others', "wait_event_type = 'Lock'", { may: false, role: 'app' }),
  rows('a standby that is behind', 'pg_stat_replication', { ...STANDBYS, lag: HOUR, bytes: 2 ** 40 }),
  rows('transaction ids near their end', 'datfrozenxid', {
    database: 'x',
    age: 1_900_000_000,
    freeze_max_age: 200_000_000,
  }),
  rows('an old server', 'server_version_num', { number: 90_624, text: '9.6.24' }),
  rows('a password that ends', 'rolvaliduntil', { role: 'app', until: Date.parse(SOON) }),
  rows('a migration under way', 'pg_locks', { held: 1 }),
  rows('an answer of another shape', 'superuser_reserved_connections', { max: 'many' }),
  ['database: a migration that failed', () => atDatabase({ sql: { ...TABLE, last_failed: FAILED_MIGRATION } })],
  ['database: no such schema', () => atDatabase({ sql: { named_schema: ok([]) } })],
  ['database: a certificate that ends', () => atDatabase({ certificateNotAfter: SOON })],
  ['database: a certificate that ends today', () => atDatabase({ certificateNotAfter: '2026-11-23T22:00:00Z' })],
];
const TABLE = {
  pg_attribute: ok([{ schema: 'keylessd', table: 'flyway_schema_history', usable: true, readable: true, role: 'app' }]),
};
const FAILED_MIGRATION = ok([{ failed: 1, last_failed: '7 more', version: '6' }]);

const s3 = (some: NonNullable<Situation['s3']>): Situation => ({ s3: some });
const BUCKET: readonly Row[] = [
  ...each('bucket reach', (code) => s3({ head: () => Promise.resolve(refusal(code)) })),
  ['bucket: no right to list', () => s3({ list: () => Promise.resolve(refusal('BucketAccessDenied')) })],
  ['bucket: in another region', () => s3({ head: () => Promise.resolve(refusal('BucketWrongRegion')) })],
  [
    'bucket: no right to look at its settings',
    () =>
      s3({
        encryption: () => Promise.resolve(refusal('BucketQuestionNotPermitted')),
        versioning: () => Promise.resolve(refusal('BucketQuestionNotPermitted')),
      }),
  ],
  ['bucket: no encryption', () => s3({ encryption: () => Promise.resolve(ok({ algorithm: 'none' })) })],
  [
    'bucket: versioning that was suspended',
    () => s3({ versioning: () => Promise.resolve(ok({ status: 'Suspended' as const })) }),
  ],
  [
    'bucket: a certificate that ends',
    () => s3({ head: () => Promise.resolve(ok({ region: 'eu-west-1', certificateNotAfter: SOON })) }),
  ],
];

const kms = (some: NonNullable<Situation['kms']>): Situation => ({ kms: some });
const described = (some: object): Situation => kms({ describe: () => Promise.resolve(ok({ ...KEY, ...some })) });
const KEY = {
  state: 'Enabled',
  usage: 'SIGN_VERIFY',
  spec: 'ECC_SECG_P256K1',
  signingAlgorithms: ['ECDSA_SHA_256'],
} as const;
const KEYS: readonly Row[] = [
  ...each('key state', (code) => kms({ describe: () => Promise.resolve(refusal(code)) })),
  ...(['KmsSignNotPermitted', 'KmsDryRunIgnored', 'KmsAccessDenied'] as const).map((code): Row => [
    `key sign: ${code}`,
    () => kms({ dryRunSign: () => Promise.resolve(refusal(code)) }),
  ]),
  ['key: no right to its public key', () => kms({ publicKey: () => Promise.resolve(refusal('KmsAccessDenied')) })],
  [
    'key: another one than in the run before',
    () => kms({ publicKey: () => Promise.resolve(ok({ fingerprint: 'cd'.repeat(32) })) }),
  ],
  ...['Disabled', 'PendingDeletion', 'PendingImport', 'Frozen'].map((state): Row => [
    `key: ${state}`,
    () => described({ state }),
  ]),
  ['key: for another use', () => described({ usage: 'ENCRYPT_DECRYPT', spec: 'SYMMETRIC_DEFAULT' })],
  ['key: material that ends', () => described({ validTo: SOON })],
  ['key: a certificate that ends', () => described({ certificateNotAfter: SOON })],
];

/** Troubles of core-daemon, which every topology has. */
const troubled = (kind: WorkloadTrouble['kind']): Row => [
  `workload: ${kind}`,
  (topology) => ({
    made: { topology, workloads: workloadsOf(topology, { 'core-daemon': { trouble: { kind }, replicas: 2 } }) },
  }),
];
const WORKLOADS: readonly Row[] = (
  [
    'CrashLoopBackOff',
    'OOMKilled',
    'ImagePullBackOff',
    'NotReady',
    'Unschedulable',
    'MissingSecret',
    'UnmountedVolume',
    'Gated',
    'Restarting',
    'NodeLost',
    'ScaledToZero',
    'RolloutInProgress',
    'RolloutStuck',
    'FirstRollout',
    'RolloutCrashing',
    'QuotaExceeded',
    'Paused',
    'ImageSkew',
    'TagMoved',
    'EvictionBlocked',
  ] as const
).map(troubled);

/** What core-daemon answers when it is asked for its health, and what it logs. */
const answers = (name: string, http: NonNullable<Situation['http']>): Row => [`health: ${name}`, () => ({ http })];
const logs = (name: string, ...lines: readonly string[]): Row => [
  `log: ${name}`,
  () => ({ logs: { 'core-daemon': [...lines, ...lines, ...lines] } }),
];
const AT = '2026-11-23T09:59:50.000Z ERROR 1 --- [main] k.c.S :';
const healthOnly = (answer: ReturnType<typeof json>): NonNullable<Situation['http']> => {
  return ({ pathname }) => (pathname.startsWith('/actuator/health') ? answer : undefined);
};
const SERVICES: readonly Row[] = [
  answers('DOWN', healthOnly(json(503, { status: 'DOWN' }))),
  answers('its database is DOWN', healthOnly(json(503, { status: 'DOWN', components: { db: { status: 'DOWN' } } }))),
  answers('no words', healthOnly(json(200, { status: 'UP' }))),
  answers('broken JSON', healthOnly(json(200, '{"status":'))),
  answers('HTML', healthOnly(json(404, '<html>'))),
  answers('refused', () => ({ ok: false, fault: { kind: 'refused', detail: 'refused' } })),
  answers('silence', () => ({ ok: false, fault: { kind: 'timeout', detail: 'silent' } })),
  logs('a password', `${AT} boom`, 'org.postgresql.util.PSQLException: FATAL: password authentication failed'),
  logs(
    'a denial',
    `${AT} boom`,
    'software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Status Code: 403)',
  ),
  logs('a signature', `${AT} isSignatureValid: false`),
  logs('a pool', `${AT} HikariPool-1 - Connection is not available, request timed out after 30000ms.`),
];

/** Faults of backends that no empty spec leads to, and why. */
const NOT_FOUND: Readonly<Partial<Record<FaultCode, string>>> = {
  BucketObjectDiffers: 'of the write test, which is written into a report',
  BucketFull: 'of the write test',
  BucketKeyUnusable: 'of the write test',
  BucketObjectLocked: 'of the write test',
  BucketWriteRefused: 'of the write test',
  BucketLeftBehind: 'of the write test',
  KeyFingerprintMismatch: 'of a fingerprint that is written into a report',
  KeyPairMismatch: 'of key pairs: below',
  KeyPairInvalid: 'of key pairs: below',
  DatabaseStatementsAtRisk: 'of a pooler that is asked over two connections: test/real',
};

const ALL: readonly Row[] = [...DATABASE, ...BUCKET, ...KEYS, ...WORKLOADS, ...SERVICES];
const told = new Set<string>();

/** A spec with its defaults; entries of its lists by name. */
function inOrder(input: object): object {
  const spec = healthReportSpec.parse(input);
  return { ...spec, databases: spec.databases?.toSorted((a, b) => compareText(a.name, b.name)) };
}

async function both(all: Installed, trouble: Situation): Promise<readonly [object, object]> {
  const [written, empty] = await Promise.all([lookAs('written', all, trouble), lookAs('empty', all, trouble)]);
  for (const { fault } of written.status.checks ?? []) if (fault !== undefined) told.add(fault);
  return [digest(written), digest(empty)];
}

describe.each(TOPOLOGIES)('a %s installation', (topology) => {
  let all: Installed;
  beforeAll(async () => {
    all = await installed(topology);
  });

  it('is drafted by init as a person would write it', () => {
    expect(inOrder(all.specs.drafted)).toEqual(inOrder(all.specs.written));
  });

  it('passes when all is well', () => {
    const [written, empty] = [digest(all.well.written), digest(all.well.empty)];
    expect(written).toMatchObject({ verdict: 'Healthy', exitCode: 0 });
    expect(empty).toEqual(written);
  });

  it.each(ALL)('%s', async (_, trouble) => {
    const [written, empty] = await both(all, trouble(topology));
    expect(empty).toEqual(written);
  });
});

describe('a key pair that is mounted into the pods', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'secp256k1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const other = generateKeyPairSync('ec', {
    namedCurve: 'secp256k1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const objects = template('auth-vault', (container, pod) => {
    container['env'] = [
      { name: 'KEYS_FILE_SYSTEM_PUBLIC_PATH', value: '/keys/tls.crt' },
      { name: 'KEYS_FILE_SYSTEM_PRIVATE_PATH', value: '/keys/tls.key' },
    ];
    container['envFrom'] = [];
    container['volumeMounts'] = [{ name: 'keys', mountPath: '/keys' }];
    pod['volumes'] = [{ name: 'keys', secret: { secretName: 'keypair' } }];
  });
  const keyPair = { secretRef: { name: 'keypair' }, publicKey: 'tls.crt', privateKey: 'tls.key' };

  it.each<[string, string, string | undefined]>([
    ['that fits', publicKey, undefined],
    ['of two', other.publicKey, 'KeyPairMismatch'],
    ['whose public half is a certificate', '-----BEGIN CERTIFICATE-----', 'KeyPairInvalid'],
  ])('%s', async (_, pem, fault) => {
    const all = await installed('Split');
    const secrets = { ...all.situation.secrets, 'keypair/tls.crt': pem, 'keypair/tls.key': privateKey };
    const situation = { ...all.situation, objects, secrets };
    const written = { ...all.specs.written, keys: [{ name: 'signing', keyPair, usedBy: ['auth-vault'] }] };
    const [hand, empty] = [
      await look({ ...situation, spec: written }),
      await look({ ...situation, spec: all.specs.empty }),
    ];
    expect(digest(empty)).toEqual(digest(hand));
    expect(empty.status.checks?.find(({ id }) => id === 'key-management/signing/key-pair')?.fault).toBe(fault);
  });
});

it('has every fault of databases, buckets and keys among them', () => {
  const known = Object.keys({ ...DATABASE_FAULTS, ...BUCKET_FAULTS, ...KEY_FAULTS });
  expect(known.filter((code) => !told.has(code) && !(code in NOT_FOUND))).toEqual([]);
  expect(Object.keys(NOT_FOUND).filter((code) => told.has(code))).toEqual([]);
});
