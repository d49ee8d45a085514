// Secrets planted wherever an operator or a command reads: none leaves, whole or in pieces, in any form, by any way out.
import { createECDH, createHash, createPrivateKey, randomBytes, type JsonWebKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { startOperatorProcess, type OperatorProcess } from '../../stack/operator-process.ts';
import { secretObject } from '../../stack/secret-object.ts';
import { startStack, type Stack } from '../../stack/stack.ts';
import { command } from '../gate/command.ts';
import { startGossips, type Gossips } from './gossips.ts';
import { leaksOf } from './leaks.ts';

/** Bytes like random ones, and the same in every run: what nobody told us is known by its looks, which are not certain. */
const bytes = (of: string, count: number): Buffer => createHash('sha512').update(of).digest().subarray(0, count);
/** Letters, digits and what encodings change. */
const plant = (name: string): string => `${name}+${bytes(name, 15).toString('base64')}/$é&'`;

const PLANTED = {
  database: plant('Db'),
  storage: plant('S3'),
  query: `Qu${bytes('query', 12).toString('hex')}`,
  subject: `Subject ${bytes('subject', 12).toString('hex')}`,
  logPassword: `Lp${bytes('password', 12).toString('hex')}`,
  logBearer: `Lb${bytes('bearer', 12).toString('hex')}`,
  logUrl: `Lu${bytes('url', 12).toString('hex')}`,
  logToken: `eyJhbGciOiJIUzI1NiJ9.${bytes('claims', 30).toString('base64url')}.${bytes('token', 20).toString('base64url')}`,
  logSecretKey: bytes('secret key', 30).toString('base64'),
  logKeyId: 'AKIAQ7ZP3XK2M5WJ4TRB',
} as const;

const ecdh = createECDH('secp256k1');
ecdh.setPrivateKey(bytes('private key', 32));
const point = ecdh.getPublicKey();
const [d, x, y] = [ecdh.getPrivateKey(), point.subarray(1, 33), point.subarray(33)].map((part) =>
  part.toString('base64url'),
);
/** A private key: each of its lines alone gives it away. */
const PRIVATE_KEY = createPrivateKey({ key: { kty: 'EC', crv: 'secp256k1', d, x, y } as JsonWebKey, format: 'jwk' })
  .export({ type: 'pkcs8', format: 'pem' })
  .toString();
const KEY_BODY = PRIVATE_KEY.split('\n')[1] ?? '';

const LOG_LINES = [
  `Failed JWT token sign password=${PLANTED.logPassword} Authorization: Bearer ${PLANTED.logBearer}`,
  `Failed JWT token sign jdbc:postgresql://db/x?user=app&password=${PLANTED.logUrl}&ssl=true`,
  `Failed JWT token sign ${PLANTED.logToken}`,
  `Failed JWT token sign ${PLANTED.logSecretKey} of ${PLANTED.logKeyId}`,
  `Failed JWT token sign ${KEY_BODY}`,
  `Failed JWT token sign ${PRIVATE_KEY.replaceAll('\n', ' ')}`,
];

describe('planted secrets', () => {
  let stack: Stack;
  let operator: OperatorProcess;
  let gossips: Gossips;
  let folder: string;
  let everything: readonly string[];

  const named = (name: string) => ({
    apiVersion: 'recognize.health/v1alpha1',
    kind: 'HealthReport',
    metadata: { name, namespace: stack.namespace },
  });

  /** Asks for a run and waits for the status that answers it. */
  async function runOf(name: string): Promise<HealthReportStatus> {
    const token = randomBytes(8).toString('hex');
    await stack.admin.patch(named(name), { metadata: { annotations: { 'recognize.health/requested-at': token } } });
    for (const end = Date.now() + 90_000; ;) {
      const status = (await stack.admin.get(named(name)))?.['status'] as HealthReportStatus | undefined;
      if (status?.lastHandledRequest === token) return status;
      if (Date.now() > end) throw new Error(`${name} was not run:\n${operator.log().slice(-2000)}`);
      await sleep(100);
    }
  }

  /** Everything that can fail, at servers that repeat what they know. */
  function gossipSpec(): Record<string, unknown> {
    const access = { endpoint: `http://127.0.0.1:${gossips.aws}`, credentialsSecretRef: { name: 'gossip-aws' } };
    const database = (name: string, changes: object): object => ({ name, tls: { mode: 'Disable' }, ...changes });
    return {
      interval: '1h',
      timeout: '1m',
      thresholds: { failure: 1, success: 1 },
      services: [
        { name: 'core-daemon', url: `http://127.0.0.1:${gossips.health}/api` },
        { name: 'operations-service', url: `https://127.0.0.1:${gossips.tls}` },
        {
          name: 'circuit-storage',
          url: `http://127.0.0.1:${gossips.health}`,
          healthPath: `/health;token=${PLANTED.query}`,
        },
      ],
      databases: [
        database('by-url', { urlSecretRef: { name: 'gossip-database', key: 'url' } }),
        database('by-host', {
          host: '127.0.0.1',
          port: gossips.postgres,
          database: 'x',
          credentialsSecretRef: { name: 'gossip-database' },
        }),
        database('no-url', { urlSecretRef: { name: 'gossip-database', key: 'password' } }),
      ],
      buckets: [{ name: 'circuits', bucket: 'circuits', ...access }],
      keys: [
        { name: 'signing', kms: { keyId: 'alias/x', ...access } },
        { name: 'pair', keyPair: { secretRef: { name: 'gossip-pair' } } },
      ],
    };
  }

  /** What the commands say: of the cluster, of a file, of a log. */
  async function said(): Promise<string[]> {
    const { adminFile } = stack.kubeconfig;
    const reach = ['--kubeconfig', adminFile];
    const file = join(folder, 'report.yaml');
    const log = join(folder, 'service.log');
    const secrets = [
      secretObject(stack.namespace, 'gossip-database', databaseSecret()),
      secretObject(stack.namespace, 'gossip-aws', { accessKeyId: 'AKIAGOSSIP', secretAccessKey: PLANTED.storage }),
      secretObject(stack.namespace, 'gossip-pair', { 'tls.crt': 'no key', 'tls.key': PRIVATE_KEY }),
    ];
    const documents = [{ ...named('gossip'), spec: gossipSpec() }, ...secrets];
    await writeFile(file, documents.map((document) => JSON.stringify(document)).join('\n---\n'));
    const told: string[] = [];
    const tell = async (...argv: string[]): Promise<void> => {
      const { out, err } = await command(...argv);
      expect(out + err, argv.join(' ')).not.toBe('');
      told.push(out, err);
    };
    const here = ['-n', stack.namespace];
    for (const format of ['table', 'json', 'yaml', 'junit', 'markdown']) {
      await tell('check', '-f', file, '--offline', '-o', format, ...(format === 'table' ? ['--all'] : []));
      await tell('gate', 'gossip', ...here, '--no-refresh', '--max-age', '1h', '-o', format, ...reach);
    }
    for (const format of ['table', 'json', 'yaml']) await tell('status', 'gossip', ...here, '-o', format, ...reach);
    await tell('status', 'recognize', '--all', ...here, ...reach);
    // One by one: a finding shows the first of its lines.
    for (const line of LOG_LINES) {
      await writeFile(log, logged(line));
      await tell('diagnose', log);
      await tell('diagnose', '-o', 'json', '--service', 'auth-vault', log);
      await tell('explain', line);
    }
    return told;
  }

  const databaseSecret = (): Record<string, string> => ({
    url: `postgres://app:${encodeURIComponent(PLANTED.database)}@127.0.0.1:${gossips.postgres}/x`,
    username: 'app',
    password: PLANTED.database,
  });
  const logged = (line: string): string =>
    `${new Date().toISOString()} ERROR 1 --- [main] i.k.authvault.JwtService : ${line}`;

  beforeAll(async () => {
    stack = await startStack();
    folder = await mkdtemp(join(tmpdir(), 'recognize-health-secrets-'));
    const certificate = createAuthority().issue({
      commonName: PLANTED.subject,
      hosts: [`${PLANTED.query}.example.com`],
    });
    gossips = await startGossips({ postgres: PLANTED.database, aws: PLANTED.storage }, certificate);
    const file = /token: (\S+)/.exec(stack.kubeconfig.operator)?.[1] ?? '';
    everything = [...Object.values(PLANTED), KEY_BODY, file, ...stack.planted];
    await stack.put([
      secretObject(stack.namespace, 'gossip-database', databaseSecret()),
      secretObject(stack.namespace, 'gossip-aws', { accessKeyId: 'AKIAGOSSIP', secretAccessKey: PLANTED.storage }),
      secretObject(stack.namespace, 'gossip-pair', { 'tls.crt': 'no key', 'tls.key': PRIVATE_KEY }),
    ]);
    // A password in a setting, as people do.
    const setting = `bucket:\n  name: ${PLANTED.logPassword}\n${PLANTED.logBearer}: x\n`;
    const configMap = { 'application.yaml': setting, [`KEY_${PLANTED.query}`]: 'x' };
    await stack.service('circuit-storage').configure({ configMap, variables: { SETTING: PLANTED.logPassword } });
    await stack.admin.create(stack.report());
    await stack.admin.create({ ...named('gossip'), spec: gossipSpec() });
    const watched = stack.watched.flatMap((namespace) => ['--namespace', namespace]);
    const options = [...watched, '--log-level', 'debug'];
    operator = await startOperatorProcess(stack.kubeconfig.operatorFile, stack.ambient, { options });
  });
  afterAll(async () => {
    await operator.stop();
    await gossips.close();
    await stack.stop();
    await rm(folder, { recursive: true });
  });

  // Three runs, and forty commands.
  it('are not shown by report, Events, log at debug, metrics, /gate or any command', { timeout: 400_000 }, async () => {
    for (const line of LOG_LINES) stack.service('auth-vault').running.writeLog(logged(line));
    const warned = await runOf('recognize');
    // The settings were read, and by the bundle.
    expect(JSON.stringify(warned)).toContain('UpgradeKeysOutdated');
    const mend = await stack.database.stop();
    const failing = await runOf('recognize');
    await mend();
    const gossip = await runOf('gossip');

    // Every one of them was met, and is told of.
    expect(warned.checks?.find(({ id }) => id === 'auth-vault/logs')?.evidence).toContain('Failed JWT token sign');
    expect(failing.verdict).toBe('Failing');
    const faults = (gossip.checks ?? []).filter(({ result }) => result === 'fail' || result === 'error');
    expect(new Set(faults.map(({ fault }) => fault))).toEqual(
      new Set([
        'HealthDatabaseDown',
        'ServiceTlsFailed',
        'DatabaseAuthenticationFailed',
        'TargetInvalid',
        'BucketAccessDenied',
        'KmsAccessDenied',
        'KeyPairInvalid',
      ]),
    );

    const port = /"port":(\d+)/.exec(operator.log())?.[1] ?? '';
    const fetched = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const shown: Readonly<Record<string, string>> = {
      reports: JSON.stringify([warned, await stack.admin.list({ ...named('x'), namespace: stack.namespace })]).replace(
        // The spec is its author's: what a URL carries there is theirs to see.
        /"spec":\{.*?\},"status"/g,
        '"status"',
      ),
      events: JSON.stringify(
        await stack.admin.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: stack.namespace }),
      ),
      log: operator.log(),
      metrics: await fetched('/metrics'),
      gate: await fetched(`/gate/${stack.namespace}/gossip`),
      commands: (await said()).join('\n').replace(/token=Qu[0-9a-f]+"?/g, ''),
    };
    for (const [way, text] of Object.entries(shown)) {
      expect(text.length, way).toBeGreaterThan(100);
      expect(
        everything.flatMap((secret) => leaksOf(secret, text)),
        way,
      ).toEqual([]);
    }
  });

  it.each<[string, (ref: object) => object, object]>([
    [
      'as a user name',
      (credentialsSecretRef) => ({ databases: [{ name: 'd', host: 'h', database: 'x', credentialsSecretRef }] }),
      { usernameKey: 'password' },
    ],
    [
      'as an access key id',
      (credentialsSecretRef) => ({ buckets: [{ name: 'b', bucket: 'circuits', credentialsSecretRef }] }),
      { accessKeyIdKey: 'secretAccessKey' },
    ],
    [
      'as a session token',
      (credentialsSecretRef) => ({ keys: [{ name: 'k', kms: { keyId: 'x', credentialsSecretRef } }] }),
      { sessionTokenKey: 'token' },
    ],
  ])('cannot be sent %s, which goes out as it is: the API server refuses the report', async (_, of, keys) => {
    await expect(
      stack.admin.create({ ...named('sending'), spec: of({ name: 'gossip-database', ...keys }) }),
    ).rejects.toThrow(/must be a usual name of a key with an? /);
  });

  const planted = PLANTED.query;
  const service = (fields: object): object => ({ services: [{ name: 'core-daemon', ...fields }] });
  const database = (fields: object): object => ({
    databases: [{ name: 'd', host: 'h', database: 'x', ...fields }],
  });
  const bucket = (fields: object): object => ({ buckets: [{ name: 'b', bucket: 'circuits', ...fields }] });
  const key = (fields: object): object => ({ keys: [{ name: 'k', kms: { keyId: 'x', ...fields } }] });
  const FORBIDDEN: readonly (readonly [string, object])[] = [
    ...['password', 'token'].map((name) => [`services[].${name}`, service({ [name]: planted })] as const),
    ...['password', 'secretAccessKey'].map((name) => [`databases[].${name}`, database({ [name]: planted })] as const),
    ...['accessKeyId', 'secretAccessKey', 'sessionToken', 'password'].flatMap((name) => [
      [`buckets[].${name}`, bucket({ [name]: planted })] as const,
      [`keys[].kms.${name}`, key({ [name]: planted })] as const,
    ]),
    ...['password', 'privateKey', 'secretAccessKey'].map(
      (name) => [`keys[].${name}`, { keys: [{ name: 'k', kms: { keyId: 'x' }, [name]: planted }] }] as const,
    ),
    ...[
      `https://u:${planted}@h/`,
      `https:///u:${planted}@h/`,
      `https:/u:${planted}@h/`,
      `https:\\\\u:${planted}@h/`,
      `ftp://u:${planted}@h/`,
      `u:${planted}@h`,
      `https://u:${planted} x@h/`,
      `http://u:1/${planted}@h`,
      `http://u:${planted}/x@h`,
      `https://h/x?password=${planted}`,
      `https://h/#${planted}`,
    ].flatMap((url) => [
      [`services[].url of ${url}`, service({ url })] as const,
      [`buckets[].endpoint of ${url}`, bucket({ endpoint: url })] as const,
      [`keys[].kms.endpoint of ${url}`, key({ endpoint: url })] as const,
    ]),
    ['databases[].host', database({ host: `u:${planted}@h` })],
    ['databases[].database', database({ database: `postgres://u:${planted}@h` })],
    ['databases[].schema', database({ schema: `u:${planted}@h` })],
    ['buckets[].bucket', bucket({ bucket: `s3://u:${planted}@b` })],
    ['buckets[].region', bucket({ region: `u:${planted}` })],
    ['keys[].kms.keyId', key({ keyId: `https://u:${planted}@kms` })],
    ['keys[].kms.region', key({ region: `u:${planted}` })],
    ['services[].healthPath of another host', service({ healthPath: `//u:${planted}@h/` })],
    ['services[].healthPath', service({ healthPath: `/health?token=${planted}` })],
    ['the name of a Secret', database({ credentialsSecretRef: { name: planted } })],
    ['the key of a password', database({ credentialsSecretRef: { name: 's', passwordKey: `${planted}!` } })],
    ['the key of a user name', database({ credentialsSecretRef: { name: 's', usernameKey: planted } })],
    ['the key of an access key id', bucket({ credentialsSecretRef: { name: 's', accessKeyIdKey: planted } })],
  ];
  it.each(FORBIDDEN)('are not repeated by the API server when it refuses %#', async (what, spec) => {
    const refused = await stack.admin.create({ ...named('inline'), spec }).then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );
    expect(refused, what).toMatch(/Invalid value: \w+ must/);
    expect(leaksOf(planted, refused), what).toEqual([]);
  });
});

describe('the search for leaks', () => {
  const secret = 'S3cr3t+Pa55word/xyz';
  it.each([
    ['the value', `a ${secret} b`],
    ['a piece of it', `a ${secret.slice(4, 13)} b`],
    ['percent-encoding', `a ${encodeURIComponent(secret)} b`],
    ['hexadecimal of a piece', `a ${Buffer.from(secret.slice(4, 13)).toString('hex')} b`],
    ['base64 in the middle of something', Buffer.from(`user:${secret} and`).toString('base64')],
    ['a line break in it', `a ${secret.slice(0, 9)}\n  ${secret.slice(9)} b`],
  ])('finds %s', (_, text) => {
    expect(leaksOf(secret, text)).not.toEqual([]);
  });

  it('finds nothing where nothing is, or as little as is there by chance', () => {
    expect(leaksOf(secret, 'password=[redacted] is wrong')).toEqual([]);
    expect(leaksOf(secret, Buffer.from(secret.slice(4, 9)).toString('hex'))).toEqual([]);
  });
});
