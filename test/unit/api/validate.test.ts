import { describe, expect, test } from 'vitest';
import { problemLines, validateReport } from '../../../src/api/validate.ts';

const report = (spec: unknown, rest: object = {}): object => ({
  apiVersion: 'recognize.health/v1alpha1',
  kind: 'HealthReport',
  metadata: { name: 'production', namespace: 'recognize' },
  spec,
  ...rest,
});

const lines = (object: unknown): string[] => {
  const result = validateReport(object);
  return result.ok ? [] : problemLines(result.problems);
};

const database = (fields: object): object =>
  report({ databases: [{ name: 'np', host: 'db', database: 'keylessd', ...fields }] });

test('an empty spec is valid and gets every default', () => {
  const result = validateReport(report({}));
  expect(result.ok && result.spec).toMatchObject({
    interval: '1m',
    timeout: '10s',
    discovery: 'Auto',
    thresholds: { failure: 3, success: 2 },
  });
});

test('a report without a spec is a report with an empty one', () => {
  expect(validateReport({ ...report({}), spec: undefined }).ok).toBe(true);
});

describe('a key whose value is sent as it is', () => {
  const bucket = (fields: object): object =>
    report({ buckets: [{ name: 'c', bucket: 'circuits', credentialsSecretRef: { name: 's', ...fields } }] });
  const login = (usernameKey: string): object => database({ credentialsSecretRef: { name: 's', usernameKey } });

  test.each([
    ...[
      'username',
      'user',
      'DB_USER',
      'POSTGRES_USER',
      'rootUser',
      'login',
      'role',
      'keylessUser',
      'KEYLESS_DB_USER',
    ].map(login),
    ...['accessKeyId', 'AWS_ACCESS_KEY_ID', 'access-key', 'accesskey', 'rootUser', 'aws_access_key_id'].map((key) =>
      bucket({ accessKeyIdKey: key }),
    ),
    ...['sessionToken', 'AWS_SESSION_TOKEN', 'session-token'].map((key) => bucket({ sessionTokenKey: key })),
  ])('may say what it holds: %j', (object) => {
    expect(lines(object)).toEqual([]);
  });

  test.each([
    ...[
      'password',
      'tls.key',
      'token',
      'user-password',
      'USER_SECRET',
      'user.key',
      'USER_API_KEY',
      'user-key-2',
      'url',
      'data',
      'ca.crt',
      'default_user.conf',
      'userlist.txt',
      'user.creds',
      'users.acl',
      'DB_USER_PW',
      'usernames',
      'user\u200bname',
      'superuser-pw',
    ].map(login),
    ...[
      'secretAccessKey',
      'AWS_SECRET_ACCESS_KEY',
      'password',
      'token',
      'tls.key',
      'user-token',
      'SharedAccessKey',
      'storageAccountAccessKey',
    ].map((key) => bucket({ accessKeyIdKey: key })),
    ...['token', 'password', 'secretAccessKey', 'tls.key', 'SESSION_TOKEN_SECRET'].map((key) =>
      bucket({ sessionTokenKey: key }),
    ),
  ])('may not be any other, or a report could send every value of a Secret anywhere: %j', (object) => {
    expect(lines(object)).toEqual([
      expect.stringMatching(/: \w+Key must be a usual name of a key with an? .* because its value is sent as it is$/),
    ]);
  });
});

describe('a wrong field is named with its path and what it must be', () => {
  test.each([
    [database({ port: 70000 }), 'spec.databases[0].port: must be between 1 and 65535'],
    [database({ port: 'x' }), 'spec.databases[0].port: must be a whole number'],
    [database({ port: 5.5 }), 'spec.databases[0].port: must be a whole number'],
    [database({ host: undefined }), 'spec.databases[0]: give either urlSecretRef, or host and database'],
    [database({ name: undefined }), 'spec.databases[0].name: must be given'],
    [database({ name: 'Upper' }), 'spec.databases[0].name: must consist of lower-case letters, digits and hyphens'],
    [
      database({ tls: { mode: 'Off' } }),
      'spec.databases[0].tls.mode: must be one of Disable, Require, VerifyCA, VerifyFull',
    ],
    [report({ interval: 'soon' }), 'spec.interval: must be a duration such as 30s, 5m or 1h30m'],
    [report({ interval: '1s' }), 'spec.interval: must be between 10s and 24h'],
    [report({ databases: {} }), 'spec.databases: must be a list'],
    [report({ suspend: 'no' }), 'spec.suspend: must be true or false'],
    [
      report({ services: [{ name: 'gateway' }] }),
      'spec.services[0].name: must be one of core-daemon, operations-service, node-persistence, circuit-storage, auth-vault, enrollment-agent, metrics-collector, admin-dashboard',
    ],
    [
      report({ services: [{ name: 'auth-vault' }, { name: 'auth-vault' }] }),
      'spec.services: names must differ: two entries have the same name',
    ],
    [
      report({ mutes: [{ fault: 'X', until: 'tomorrow', reason: 'r', by: 'b' }] }),
      'spec.mutes[0].until: must be a time as RFC 3339 writes it, for example 2030-01-31T12:00:00Z',
    ],
    [report({ keys: [{ name: 'k' }] }), 'spec.keys[0]: give exactly one of kms and keyPair'],
    [report({}, { apiVersion: 'v1' }), 'apiVersion: must be recognize.health/v1alpha1'],
    [report({}, { kind: 'HealthRaport' }), 'kind: must be HealthReport'],
    [report({}, { metadata: {} }), 'metadata.name: must be given'],
    ['text', 'must be an object'],
  ])('%#', (object, line) => {
    expect(lines(object)).toContain(line);
  });
});

describe('an unknown field is named with the nearest known one', () => {
  test.each([
    [report({ databses: [] }), 'spec.databses: is not a field; did you mean databases?'],
    [database({ urlsecretref: {} }), 'spec.databases[0].urlsecretref: is not a field; did you mean urlSecretRef?'],
    [report({ thresholds: { failures: 1 } }), 'spec.thresholds.failures: is not a field; did you mean failure?'],
    [report({ capacity: { zzz: 1 } }), 'spec.capacity.zzz: is not a field; known are maxPodsPerService'],
    [report({}, { sepc: {} }), 'sepc: is not a field; did you mean spec?'],
  ])('%#', (object, line) => {
    expect(lines(object)).toEqual([line]);
  });
});

describe('a credential is refused and never repeated', () => {
  const planted = 'hunter2-very-secret';
  test.each<[string, object, string]>([
    ['a password', database({ password: planted }), 'spec.databases[0]: password must not be written here'],
    [
      'a secret access key',
      report({ buckets: [{ name: 'b', bucket: 'circuits', secretAccessKey: planted }] }),
      'secretAccessKey must not be written here',
    ],
    [
      'userinfo in a URL',
      report({ services: [{ name: 'auth-vault', url: `https://u:${planted}@h/` }] }),
      'must not carry credentials',
    ],
    ...[
      'https:///u:P@h/',
      'https:/u:P@h/',
      'https://\\u:P@h/',
      'https:\\\\u:P@h/',
      'u:P@h',
      'https://u:P@',
      'http://u:1/P@h',
      'http://u:P/x@h',
      'https://h/x?password=P',
      'https://h/#P',
      'http://u：P＠h/',
    ].map((url): [string, object, string] => [
      `userinfo in ${url}`,
      report({ services: [{ name: 'auth-vault', url: url.replace('P', planted) }] }),
      'spec.services[0]: url must',
    ]),
    [
      'a password for the name of its key',
      database({ credentialsSecretRef: { name: 's', passwordKey: `${planted}!` } }),
      'passwordKey must be a key of a Secret',
    ],
    [
      'a token in a path',
      report({ services: [{ name: 'auth-vault', healthPath: `/health?token=${planted}` }] }),
      'healthPath must be a path',
    ],
    ['a URL for a database', database({ host: 'h', database: `postgres://u:${planted}@h` }), 'database must be a name'],
    [
      'a URL for a bucket',
      report({ buckets: [{ name: 'b', bucket: `s3://u:${planted}@b` }] }),
      'bucket must be the name',
    ],
    [
      'a URL for a key',
      report({ keys: [{ name: 'k', kms: { keyId: `https://u:${planted}@k` } }] }),
      'keyId must be a name',
    ],
    [
      'a host in a path',
      report({ services: [{ name: 'auth-vault', healthPath: `//u:${planted}@h/` }] }),
      'healthPath must',
    ],
    ['a credential in a host name', database({ host: `u:${planted}@db` }), 'must be a host name or address'],
    ['a password where a list belongs', report({ databases: planted }), 'must be a list'],
  ])('%s', (_, object, expected) => {
    const text = lines(object).join('\n');
    expect(text).toContain(expected);
    expect(text).not.toContain(planted);
  });
});
