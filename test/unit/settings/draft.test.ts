// The report that `init` drafts: valid, commented, without a value of a Secret, and complete or with what is left to do.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { validateReport } from '../../../src/api/validate.ts';
import type { Service } from '../../../src/api/components.ts';
import { TOPOLOGIES, type TopologyName } from '../../../src/product/index.ts';
import { backendsOf, differences, draftReport, type Draft, type Settings } from '../../../src/settings/index.ts';
import { env, fixture, settings, settingsIn, type OneTemplate } from './templates.ts';

function draft(all: ReadonlyMap<Service, Settings>, topology: TopologyName): Draft {
  const request = { name: 'prod', namespace: 'recognize', backends: backendsOf(all), settings: all };
  return draftReport({ ...request, topology: TOPOLOGIES[topology] });
}

const one = (template: OneTemplate, service: Service = 'metrics-collector'): Draft =>
  draft(new Map([[service, settings(template)]]), 'Consolidated');

const specIn = ({ text }: Draft): unknown => {
  const report: unknown = parse(text);
  expect(validateReport(report)).toMatchObject({ ok: true });
  return (report as { spec: unknown }).spec;
};

describe('the draft of an installation', () => {
  test('Consolidated: complete', () => {
    const drafted = draft(settingsIn(fixture('consolidated')), 'Consolidated');
    expect(drafted.todos).toEqual([]);
    expect(specIn(drafted)).toEqual({
      databases: [
        { name: 'circuit-storage', urlSecretRef: { name: 'cs-db', key: 'jdbc-url' }, usedBy: ['core-daemon'] },
        {
          name: 'node-persistence',
          host: 'np-db.recognize.svc',
          port: 5432,
          database: 'persistence',
          tls: { mode: 'Require' },
          credentialsSecretRef: { name: 'np-db', usernameKey: 'username', passwordKey: 'password' },
          usedBy: ['core-daemon'],
        },
        {
          name: 'metrics-collector',
          host: 'bi-db',
          port: 5432,
          database: 'bi',
          credentialsSecretRef: { name: 'bi-db', usernameKey: 'username', passwordKey: 'password' },
          schema: 'metricscollector',
          poolSize: 6,
          usedBy: ['metrics-collector'],
        },
        {
          name: 'admin-dashboard',
          host: 'np-db.recognize.svc',
          port: 5432,
          database: 'sdkcustomerdashboard',
          tls: { mode: 'VerifyFull' },
          credentialsSecretRef: { name: 'dashboard-db', usernameKey: 'username', passwordKey: 'password' },
          usedBy: ['admin-dashboard'],
        },
      ],
      buckets: [{ name: 'circuits', bucket: 'acme-circuits', region: 'eu-central-1', usedBy: ['core-daemon'] }],
      keys: [
        {
          name: 'signing',
          keyPair: { secretRef: { name: 'keypair' }, publicKey: 'tls.crt', privateKey: 'tls.key' },
          usedBy: ['core-daemon'],
        },
      ],
    });
    expect(drafted.text).toContain('# Deployment core-daemon, env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon\n');
    expect(drafted.text).toContain('# No credentials are configured: its pods ask as ServiceAccount default.');
    expect(drafted.text).toContain(
      '# {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket","s3:GetEncryptionConfiguration","s3:GetBucketVersioning"],"Resource":"arn:aws:s3:::acme-circuits"}]}\n',
    );
    expect(drafted.text).not.toContain('waive');
  });

  test('Split: shared database, bucket with keys, KMS', () => {
    const drafted = draft(settingsIn(fixture('split')), 'Split');
    expect(drafted.todos).toEqual([]);
    expect(specIn(drafted)).toMatchObject({
      databases: [{ name: 'node-persistence', usedBy: ['node-persistence', 'circuit-storage'] }],
      buckets: [
        {
          endpoint: 'https://s3.example:9000',
          credentialsSecretRef: { name: 's3', accessKeyIdKey: 'accessKeyId', secretAccessKeyKey: 'secretAccessKey' },
        },
      ],
      keys: [{ kms: { keyId: expect.stringContaining('arn:aws:kms') as string, region: 'eu-west-1' } }],
    });
    expect(drafted.text).toContain('ServiceAccount auth-vault');
  });

  test('Umbrella: several hosts are left to a person', () => {
    const drafted = draft(settingsIn(fixture('umbrella')), 'Umbrella');
    expect(drafted.todos).toEqual([expect.stringContaining('names 2 servers')]);
    expect(drafted.text).toContain('# TODO circuit-storage: its URL names 2 servers');
    expect(specIn(drafted)).toMatchObject({ databases: [{ host: 'db-1.example' }] });
  });
});

describe('what is left to do', () => {
  const secretKey = (name: string, secret: string, key: string) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  const url = env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/x' });

  test.each([
    [
      'a password in the open',
      env({ SPRING_DATASOURCE_USERNAME: 'app', SPRING_DATASOURCE_PASSWORD: 'Sesame-1' }),
      /password in the open/,
    ],
    [
      'two Secrets',
      [
        secretKey('SPRING_DATASOURCE_USERNAME', 'a', 'username'),
        secretKey('SPRING_DATASOURCE_PASSWORD', 'b', 'password'),
      ],
      /in one Secret/,
    ],
    ['no user at all', [], /user name not found/],
    [
      'a key name that could be anything',
      [secretKey('SPRING_DATASOURCE_USERNAME', 'a', 'token'), secretKey('SPRING_DATASOURCE_PASSWORD', 'a', 'password')],
      /must be a usual name of a key with a user name/,
    ],
  ])('%s', (_, variables, expected) => {
    const drafted = one({ container: { env: [...url, ...variables] } });
    expect(drafted.todos).toEqual([expect.stringMatching(expected)]);
    expect(specIn(drafted)).toEqual({
      databases: [{ name: 'metrics-collector', host: 'db', port: 5432, database: 'x', usedBy: ['metrics-collector'] }],
    });
    expect(drafted.text).not.toContain('Sesame');
  });

  test('a service whose settings name no database says which Secret may', () => {
    const drafted = one({ container: { envFrom: [{ secretRef: { name: 'collector' } }] } });
    expect(drafted.todos).toEqual([
      'Deployment core-daemon uses a database, and its settings name none; it may be in Secret collector (envFrom), which is not read. Write an entry with usedBy: [metrics-collector].',
    ]);
    expect(specIn(drafted)).toEqual({});
  });

  test('what the schema refuses is not written', () => {
    const drafted = one({
      container: { env: env({ SPRING_DATASOURCE_URL: `jdbc:postgresql://db/${'x'.repeat(80)}` }) },
    });
    expect(drafted.todos).toEqual(expect.arrayContaining([expect.stringContaining('spec.databases[0].database')]));
    expect(specIn(drafted)).toEqual({});
  });
});

test('no name that others chose becomes a line of YAML', () => {
  const drafted = one({
    container: { envFrom: [{ configMapRef: { name: 'm' } }], env: [] },
    maps: { m: { 'A_JDBC_URL\nspec: {x: y}\n#': 'jdbc:postgresql://db/x\nwaive: [Databases]' } },
  });
  expect(drafted.text).not.toMatch(/^\s*(?:spec: \{x|waive)/m);
  specIn(drafted);
});

test('beside a report: what either has alone, whatever it is called', () => {
  const { spec } = draft(settingsIn(fixture('consolidated')), 'Consolidated');
  const [first, , ...others] = spec.databases;
  const written = {
    ...spec,
    databases: [{ ...first, name: 'else' }, { name: 'old', host: 'gone', database: 'x' }, ...others],
  };
  expect(differences(spec, written)).toEqual([
    '+ databases: node-persistence (np-db.recognize.svc 5432 persistence)',
    '- databases: old (gone 5432 x)',
  ]);
  expect(differences(spec, spec)).toEqual([]);
});
