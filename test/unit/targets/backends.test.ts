import { describe, expect, test } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { leftUnder } from '../../../src/facts/left-behind.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { Target } from '../../../src/facts/target.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { resolve, spec } from './objects.ts';

const secretsOf = (values: Readonly<Record<string, string>>): SecretReader => ({
  read: (name, key) => {
    const value = values[`${name}/${key}`];
    return Promise.resolve(
      value === undefined ? failed('SecretMissing', redact(`there is no Secret ${name}`)) : ok(secret(value)),
    );
  },
  keys: (name) =>
    Promise.resolve(
      ok(Object.keys(values).flatMap((at) => (at.startsWith(`${name}/`) ? [at.slice(name.length + 1)] : []))),
    ),
});

const one = async (input: object, values: Readonly<Record<string, string>>, kind: Target['kind']): Promise<unknown> => {
  const { targets } = await resolve({ objects: undefined, spec: spec(input), secrets: secretsOf(values) });
  return targets.find((target) => target.kind === kind);
};

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('a database', () => {
  const byUrl = (tls?: object): object => ({
    databases: [{ name: 'np', urlSecretRef: { name: 'db', key: 'url' }, ...(tls === undefined ? {} : { tls }) }],
  });
  test.each([
    [
      'jdbc:postgresql://db:5433/keylessd?user=u&password=p&sslmode=verify-full',
      { host: 'db', port: 5433, database: 'keylessd', username: 'u', tls: { mode: 'VerifyFull' } },
    ],
    ['postgres://u:p%40@db/keylessd', { host: 'db', port: 5432, username: 'u', tls: { mode: 'Prefer' } }],
    ['postgresql://u@[::1]:5432/x?sslmode=disable', { host: '::1', tls: { mode: 'Disable' } }],
    ['postgresql://u@a:1,b:2/x', { host: 'a', port: 1 }],
  ])('reads %s', async (url, expected) => {
    expect(await one(byUrl(), { 'db/url': url }, 'database')).toMatchObject({
      id: 'database/np',
      connection: { value: expected },
    });
  });

  test.each([
    ['jdbc:oracle:thin:@db:1521/x', 'OracleNotProbed'],
    ['mysql://u:hunter2@db/x', 'TargetInvalid'],
    ['postgres://', 'DatabaseUrlNotHonoured'],
    ['postgres://db/x', 'TargetInvalid'],
  ])('does not take %s and repeats nothing of it', async (url, code) => {
    const target = await one(byUrl(), { 'db/url': url }, 'database');
    expect(target).toMatchObject({ connection: { ok: false, fault: { code } } });
    expect(JSON.stringify(target)).not.toContain('hunter2');
  });

  test('uses host, database and credentials of the spec, and its TLS mode before that of the URL', async () => {
    const values = {
      'db/url': 'postgres://u:p@db/x?sslmode=disable',
      'own/username': 'monitor',
      'own/password': 'q',
      'ca/pem': PEM,
    };
    const input = {
      databases: [
        {
          name: 'np',
          urlSecretRef: { name: 'db', key: 'url' },
          credentialsSecretRef: { name: 'own' },
          tls: { caSecretRef: { name: 'ca', key: 'pem' } },
        },
      ],
    };
    const target = await one(input, values, 'database');
    expect(target).toMatchObject({
      connection: { value: { username: 'monitor', tls: { mode: 'VerifyFull', ca: PEM } } },
    });
    expect(
      (target as { connection: { value: { password: { reveal(): string } } } }).connection.value.password.reveal(),
    ).toBe('q');
  });

  test('has the strongest TLS that its Secret asks for at that server, whichever URL says it', async () => {
    const values = {
      'own/username': 'u',
      'own/password': 'q',
      'own/url': 'jdbc:postgresql://db:5432/x?sslmode=disable',
      'own/uri': 'postgresql://db:5432/x?sslmode=verify-full',
      'own/jdbc-url': 'jdbc:postgresql://db:5432/x?sslmode=require',
      'own/jdbc-uri': 'jdbc:postgresql://other:5432/x?sslmode=disable',
    };
    const database = { host: 'db', database: 'x', credentialsSecretRef: { name: 'own' }, tls: { mode: 'Disable' } };
    expect(await one({ databases: [{ name: 'np', ...database }] }, values, 'database')).toMatchObject({
      connection: { value: { namedBySecret: true, tls: { mode: 'VerifyFull' } } },
    });
  });

  test.each([
    ['own', undefined, true],
    ['own', 'own', true],
    ['own', 'pair', false],
    ['ca', undefined, false],
  ])('has an authority of its own in Secret %s, beside a client certificate of %s: %s', async (ca, pair, isOwn) => {
    const values = {
      'own/username': 'u',
      'own/password': 'q',
      ...Object.fromEntries(['own', 'ca'].map((name) => [`${name}/ca.crt`, PEM])),
      ...Object.fromEntries(
        ['own', 'pair'].flatMap((name) => ['crt', 'key'].map((end) => [`${name}/tls.${end}`, PEM])),
      ),
    };
    const tls = {
      caSecretRef: { name: ca, key: 'ca.crt' },
      ...(pair === undefined ? {} : { clientCertificateSecretRef: { name: pair } }),
    };
    const database = { name: 'np', host: 'db', database: 'x', credentialsSecretRef: { name: 'own' }, tls };
    const { connection } = (await one({ databases: [database] }, values, 'database')) as {
      connection: { value: { tls: object } };
    };
    expect('ownAuthority' in connection.value.tls).toBe(isOwn);
  });

  test.each<[string, object, Readonly<Record<string, string>>, boolean]>([
    ['a URL with its password', { urlSecretRef: { name: 'db', key: 'url' } }, {}, true],
    [
      'a URL and credentials of one Secret',
      { urlSecretRef: { name: 'db', key: 'url' }, credentialsSecretRef: { name: 'db' } },
      {},
      true,
    ],
    [
      'credentials of another Secret than the URL',
      { urlSecretRef: { name: 'db', key: 'url' }, credentialsSecretRef: { name: 'own' } },
      {},
      false,
    ],
    [
      'a port of the spec that is not the one of the Secret',
      { host: 'db', port: 6000, database: 'x', credentialsSecretRef: { name: 'own' } },
      { 'own/host': 'db' },
      false,
    ],
    [
      'a port that the Secret names',
      { host: 'db', port: 6000, database: 'x', credentialsSecretRef: { name: 'own' } },
      { 'own/host': 'db', 'own/port': '6000' },
      true,
    ],
    [
      'a server that a URL in the Secret names',
      { host: 'db', port: 6000, database: 'x', credentialsSecretRef: { name: 'own' } },
      { 'own/jdbc-uri': 'jdbc:postgresql://db:6000/x' },
      true,
    ],
    ['a host of the spec', { host: 'db', database: 'x', credentialsSecretRef: { name: 'own' } }, {}, false],
    [
      'a host of the spec that the Secret names too',
      { host: 'DB', database: 'x', credentialsSecretRef: { name: 'own' } },
      { 'own/host': 'db\n' },
      true,
    ],
    [
      'a host of the spec while the Secret names another',
      { host: 'db.elsewhere.example', database: 'x', credentialsSecretRef: { name: 'own' } },
      { 'own/host': 'db' },
      false,
    ],
  ])('knows of %s whether the Secret names the server', async (_, database, more, namedBySecret) => {
    const values = {
      'db/url': 'postgres://u:p@db/x',
      'db/username': 'u',
      'db/password': 'p',
      'own/username': 'u',
      'own/password': 'q',
      ...more,
    };
    expect(await one({ databases: [{ name: 'np', ...database }] }, values, 'database')).toMatchObject({
      connection: { value: { namedBySecret } },
    });
  });

  test.each([
    ['sslmode=verify-full', { mode: 'VerifyCA' }, 'VerifyFull'],
    ['sslmode=verify-full', { mode: 'Disable' }, 'VerifyFull'],
    ['sslmode=require', { mode: 'Disable' }, 'Require'],
    ['sslmode=require', { mode: 'VerifyFull' }, 'VerifyFull'],
    ['sslmode=disable', { mode: 'Require' }, 'Require'],
  ])('asked for %s is not weakened by the spec', async (parameter, tls, mode) => {
    const values = { 'db/url': `jdbc:postgresql://db/x?user=u&password=p&${parameter}` };
    expect(await one(byUrl(tls), values, 'database')).toMatchObject({ connection: { value: { tls: { mode } } } });
  });

  test('asked for verified TLS by a URL in the Secret is not weakened by leaving that URL aside', async () => {
    const input = {
      host: 'db',
      database: 'x',
      credentialsSecretRef: { name: 'own' },
      tls: { mode: 'Disable' },
    };
    const values = {
      'own/username': 'u',
      'own/password': 'q',
      'own/uri': 'postgresql://u:q@db:5432/x?sslmode=verify-full',
    };
    expect(await one({ databases: [{ name: 'np', ...input }] }, values, 'database')).toMatchObject({
      connection: { value: { namedBySecret: true, tls: { mode: 'VerifyFull' } } },
    });
  });

  test('has a user name as its Secret writes it, or none', async () => {
    const input = { host: 'db', database: 'x', credentialsSecretRef: { name: 'own' } };
    const values = { 'own/username': 'u\n', 'own/password': 'q' };
    expect(await one({ databases: [{ name: 'np', ...input }] }, values, 'database')).toMatchObject({
      connection: { fault: { code: 'TargetInvalid' } },
    });
  });

  test('without its Secret stays a target, and the report says what was not examined', async () => {
    const { targets, notExamined } = await resolve({ objects: undefined, spec: spec(byUrl()), secrets: secretsOf({}) });
    expect(targets[0]).toMatchObject({ connection: { fault: { code: 'SecretMissing' } } });
    expect(notExamined).toEqual(['there is no Secret db']);
  });
});

describe('buckets and keys', () => {
  test('ask with their own credentials, or with the ambient identity', async () => {
    const bucket = { name: 'circuits', bucket: 'circuits' };
    const own = { ...bucket, credentialsSecretRef: { name: 's3' } };
    const values = { 's3/accessKeyId': 'AKID\n', 's3/secretAccessKey': 'SECRET' };
    expect(await one({ buckets: [own] }, values, 'bucket')).toMatchObject({
      access: { value: { credentials: { source: 'own', accessKeyId: 'AKID' } } },
    });
    expect(await one({ buckets: [bucket] }, {}, 'bucket')).toMatchObject({
      access: { value: { credentials: { source: 'ambient' } } },
    });
    expect(await one({ buckets: [own] }, {}, 'bucket')).toMatchObject({ access: { fault: { code: 'SecretMissing' } } });
  });

  test('what a write test left behind is remembered until the spec of the bucket changes', async () => {
    const bucket = { name: 'circuits', bucket: 'circuits', writeTest: true };
    const resolved = async (changes: object, checks: readonly object[]): Promise<unknown> => {
      const previous = { checks } as unknown as HealthReportStatus;
      const { targets } = await resolve({
        objects: undefined,
        previous,
        spec: spec({ buckets: [{ ...bucket, ...changes }] }),
        secrets: secretsOf({}),
      });
      return targets[0];
    };
    const { specId } = (await resolved({}, [])) as { specId: string };
    const message = 'left .recognize-health/1 in bucket circuits; nothing more is written until the spec changes';
    const check = { id: 'object-storage/circuits/write', fault: 'BucketAccessDenied', message };
    const after = [{ ...check, baseline: leftUnder(specId) }];
    expect(await resolved({}, after)).toMatchObject({ left: { code: 'BucketAccessDenied', detail: message } });
    // Another trouble came between: what stayed is still there.
    expect(await resolved({}, [{ ...after[0], fault: 'SecretMissing', message: 'no Secret' }])).toMatchObject({
      left: { code: 'BucketLeftBehind', detail: expect.stringMatching(/^left /) as string },
    });
    for (const [changes, checks] of [
      [{ forcePathStyle: false }, after],
      [{ writeTest: false }, after],
      [{}, [check]],
      [{}, [{ ...check, baseline: 'nothing left' }]],
    ] as const)
      expect(await resolved(changes, checks)).toMatchObject({ left: undefined });
  });

  const ENDPOINT = 'https://minio.storage:9000';
  test.each<[string, Record<string, string>, string | undefined, boolean]>([
    ['names no endpoint', {}, ENDPOINT, true],
    ['names this one', { endpoint: 'https://minio.storage:9000/' }, ENDPOINT, true],
    ['names this one without its scheme', { AWS_ENDPOINT_URL_S3: 'MinIO.storage:9000' }, ENDPOINT, true],
    ['names its host', { BUCKET_HOST: 'minio.storage' }, ENDPOINT, true],
    ['names another host', { endpoint: 'https://minio.storage:9000' }, 'https://attacker.example:9000', false],
    ['names another port', { endpoint: 'https://minio.storage:9000' }, 'https://minio.storage:9443', false],
    ['names this one with TLS', { endpoint: 'https://minio.storage:9000' }, 'http://minio.storage:9000', false],
    ['names this one without TLS', { endpoint: 'http://minio.storage:9000' }, ENDPOINT, true],
    ['names the usual port', { endpoint: 'https://minio.storage' }, ENDPOINT, false],
    ['names the usual port', { endpoint: 'https://minio.storage' }, 'https://minio.storage:443', true],
    ['names its host and port', { BUCKET_HOST: 'minio.storage', BUCKET_PORT: '9000' }, ENDPOINT, true],
    ['names another port', { BUCKET_HOST: 'minio.storage', BUCKET_PORT: '443' }, ENDPOINT, false],
    ['names another host in another spelling', { S3_ENDPOINT_URL: 'https://s3.example' }, ENDPOINT, false],
    ['names another host in another spelling', { awsEndpointUrlS3: 'https://s3.example' }, ENDPOINT, false],
    ['names another host in another spelling', { 'Minio.Endpoint': 's3.example' }, ENDPOINT, false],
    ['names another host beside a login', { endpoint: 'https://key:word@s3.example/' }, ENDPOINT, false],
    ['names another one, and is asked for at AWS', { endpoint: ENDPOINT }, undefined, true],
    ['holds something else there', { endpoint: '<none given>' }, ENDPOINT, true],
  ])('a Secret that %s (%j) is used at %s: %s', async (_, more, endpoint, used) => {
    const values: Record<string, string> = { 's3/accessKeyId': 'AKID', 's3/secretAccessKey': 'SECRET' };
    for (const [key, value] of Object.entries(more)) values[`s3/${key}`] = value;
    const credentials = { credentialsSecretRef: { name: 's3' }, ...(endpoint === undefined ? {} : { endpoint }) };
    const expected = used
      ? { value: { credentials: { source: 'own' } } }
      : { fault: { code: 'TargetInvalid', detail: expect.stringContaining('names another endpoint') as string } };
    const bucket = { name: 'circuits', bucket: 'circuits', ...credentials };
    expect(await one({ buckets: [bucket] }, values, 'bucket')).toMatchObject({ access: expected });
    const key = { name: 'k', kms: { keyId: 'alias/x', ...credentials } };
    expect(await one({ keys: [key] }, values, 'key')).toMatchObject({ source: { access: expected } });
  });

  test('a pair is read from its Secret, a fingerprint without its prefix', async () => {
    const pair = { keys: [{ name: 'k', keyPair: { secretRef: { name: 'keypair' } } }] };
    expect(await one(pair, { 'keypair/tls.crt': 'PUBLIC', 'keypair/tls.key': 'PRIVATE' }, 'key')).toMatchObject({
      source: { pair: { value: { publicPem: 'PUBLIC' } } },
    });
    const fingerprint = 'a'.repeat(64);
    const kms = { keys: [{ name: 'k', kms: { keyId: 'alias/x', expectedFingerprint: `sha256:${fingerprint}` } }] };
    expect(await one(kms, {}, 'key')).toMatchObject({ source: { kind: 'kms', expectedFingerprint: fingerprint } });
  });
});
