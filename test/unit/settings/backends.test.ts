// Backends out of the configuration of the services: three installations that were written by hand, each configured in
// other ways.
import { describe, expect, test } from 'vitest';
import { backendsOf } from '../../../src/settings/index.ts';
import { backends, env, fixture, settingsIn } from './templates.ts';

const inFixture = (name: string) => backendsOf(settingsIn(fixture(name)));
const secretCredential = (name: string, key: string) =>
  expect.objectContaining({ kind: 'secret', ref: { name, key } }) as object;

describe('the backends of an installation', () => {
  test('Consolidated: two databases of one service, a collector, a dashboard, a bucket and a key pair', () => {
    const { found, unresolved, warnings } = inFixture('consolidated');
    expect(unresolved).toEqual([]);
    expect(warnings).toEqual([]);
    expect(found).toMatchObject([
      {
        kind: 'database',
        name: 'circuit-storage',
        usedBy: ['core-daemon'],
        place: { kind: 'secret', ref: { name: 'cs-db', key: 'jdbc-url' } },
      },
      {
        kind: 'database',
        name: 'node-persistence',
        usedBy: ['core-daemon'],
        place: { hosts: [{ host: 'np-db.recognize.svc', port: 5432 }], database: 'persistence', tls: 'Require' },
        username: secretCredential('np-db', 'username'),
        password: secretCredential('np-db', 'password'),
        origins: ['Deployment core-daemon, env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon'],
      },
      { kind: 'bucket', bucket: 'acme-circuits', access: { region: 'eu-central-1' } },
      { kind: 'keyPair', secret: 'keypair', publicKey: 'tls.crt', privateKey: 'tls.key' },
      {
        kind: 'database',
        name: 'metrics-collector',
        place: { hosts: [{ host: 'bi-db', port: 5432 }], database: 'bi' },
        username: secretCredential('bi-db', 'username'),
        password: secretCredential('bi-db', 'password'),
        schema: 'metricscollector',
        poolSize: 6,
        origins: [
          'Deployment metrics-collector, spring.datasource.url in /app/config/application.yml, ConfigMap metrics-collector, key application.yml; env DB_HOST',
        ],
      },
      {
        kind: 'database',
        name: 'admin-dashboard',
        place: {
          hosts: [{ host: 'np-db.recognize.svc', port: 5432 }],
          database: 'sdkcustomerdashboard',
          tls: 'VerifyFull',
        },
        username: secretCredential('dashboard-db', 'username'),
      },
    ]);
    expect(found).toHaveLength(6);
  });

  test('Split: services that share a server and a database become one', () => {
    const { found, unresolved } = inFixture('split');
    expect(unresolved).toEqual([]);
    expect(found).toMatchObject([
      {
        kind: 'database',
        name: 'node-persistence',
        usedBy: ['node-persistence', 'circuit-storage'],
        place: { hosts: [{ host: 'db.example', port: 5433 }], database: 'recognize' },
        username: secretCredential('recognize-db', 'DB_USER'),
        password: secretCredential('recognize-db', 'DB_PASSWORD'),
        origins: [
          'Deployment node-persistence, argument --spring.datasource.url',
          'Deployment circuit-storage, springDatasourceUrl in SPRING_APPLICATION_JSON, env SPRING_APPLICATION_JSON, ConfigMap circuit-storage, key settings.json',
        ],
      },
      {
        kind: 'bucket',
        bucket: 'acme-circuits',
        usedBy: ['circuit-storage'],
        access: {
          region: 'eu-west-1',
          endpoint: 'https://s3.example:9000',
          accessKeyId: secretCredential('s3', 'accessKeyId'),
          secretAccessKey: secretCredential('s3', 'secretAccessKey'),
        },
      },
      {
        kind: 'kms',
        keyId: 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555',
        access: { region: 'eu-west-1' },
        usedBy: ['auth-vault'],
        origins: ['StatefulSet auth-vault, env AV_SIGNATURE_KEY, ConfigMap auth-vault'],
      },
    ]);
    expect(found).toHaveLength(3);
  });

  test('Umbrella: the profile stands over the base, several hosts, a tree of files', () => {
    const { found, unresolved } = inFixture('umbrella');
    expect(unresolved).toEqual([]);
    expect(found).toMatchObject([
      {
        kind: 'database',
        place: {
          hosts: [
            { host: 'db-1.example', port: 5432 },
            { host: 'db-2.example', port: 5433 },
          ],
          database: 'circuits',
        },
        username: secretCredential('circuits-db', 'user'),
        password: secretCredential('circuits-db', 'pass'),
        overrules: expect.stringContaining('/config/application.properties') as string,
      },
      {
        kind: 'bucket',
        bucket: 'circuits-site',
        access: { region: 'us-east-1', endpoint: 'http://minio.storage.svc:9000' },
      },
    ]);
    expect(found).toHaveLength(2);
  });
});

describe('what cannot be written down is said in a sentence', () => {
  const whyOf = (variables: Record<string, string>): string[] =>
    backends({ container: { env: env(variables) } }).unresolved.map(({ why }) => why);

  test.each([
    ['a circle', { SPRING_DATASOURCE_URL: '${A}', A: '${b}', B: '${a}' }, /circle: SPRING_DATASOURCE_URL → A → B → A/],
    [
      'nothing sets it',
      { SPRING_DATASOURCE_URL: 'jdbc:postgresql://${DB_HOST}/x' },
      /nothing that can be read sets DB_HOST/,
    ],
    ['Oracle', { SPRING_DATASOURCE_URL: 'jdbc:oracle:thin:@//ora:1521/x' }, /Oracle database, which is not probed/],
    ['no database', { SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/' }, /names no database/],
    ['no URL', { SPRING_DATASOURCE_URL: 'db.example' }, /holds no PostgreSQL URL/],
    ['a bucket that is none', { BUCKET_NAME: 'Not A Bucket' }, /is no name of a bucket/],
    ['a key pair without a mount', { KEYS_FILE_SYSTEM_PUBLIC_PATH: '/etc/x/tls.crt' }, /no Secret is mounted/],
  ])('%s', (_, variables, expected) => {
    expect(whyOf(variables)).toEqual([expect.stringMatching(expected)]);
  });

  test('a password in the open is warned of, and is nowhere in what comes out', () => {
    const all = backends({
      container: { env: env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/x?user=app&password=Sesame-1' }) },
    });
    expect(all.warnings).toEqual([
      'the password of database core-daemon stands in the open (Deployment core-daemon, env SPRING_DATASOURCE_URL): put it into a Secret and change it',
    ]);
    expect(JSON.stringify(all)).not.toContain('Sesame');
  });

  test('a password from a Secret within the URL is a reference; a host from one is not guessed', () => {
    const reference = (name: string) => ({
      name,
      valueFrom: { secretKeyRef: { name: 'db', key: name.toLowerCase() } },
    });
    const url = (value: string) => ({ name: 'SPRING_DATASOURCE_URL', value });
    const within = (value: string) =>
      backends({ container: { env: [reference('PW'), reference('HOST'), url(value)] } });
    expect(within('jdbc:postgresql://db/x?user=app&password=$(PW)').found).toMatchObject([
      { username: { kind: 'open' }, password: { kind: 'secret', ref: { name: 'db', key: 'pw' } } },
    ]);
    expect(within('jdbc:postgresql://$(HOST):5432/x').unresolved.map(({ why }) => why)).toEqual([
      'host, port or database of SPRING_DATASOURCE_URL are put together from Secrets, which are not read',
    ]);
    expect(within('jdbc:postgresql://db:$(HOST)/x').unresolved).toHaveLength(1);
  });
});

test.each([
  ['an alias', { AWS_KMS_KEY_ID: 'alias/signing' }, ['alias/signing']],
  [
    'an id',
    { 'cloud.aws.kms.keyId': '11111111-2222-3333-4444-555555555555' },
    ['11111111-2222-3333-4444-555555555555'],
  ],
  ['no key', { KMS_ACCESS_KEY: 'alias/signing', KMS_KEY_ID: 'some words' }, []],
])('KMS keys: %s', (_, variables, expected) => {
  const { found } = backends({ container: { env: env(variables) } }, 'auth-vault');
  expect(found.map((one) => (one.kind === 'kms' ? one.keyId : one.kind))).toEqual(expected);
});

test('a second database of the same name gets a name of its own', () => {
  const { found } = backends({
    container: { env: env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://a/x', DATABASE_URL: 'postgres://b/y' }) },
  });
  expect(found.map(({ name }) => name)).toEqual(['core-daemon', 'core-daemon-2']);
});
