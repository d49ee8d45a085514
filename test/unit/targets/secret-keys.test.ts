// Which keys of a Secret are read, where the spec names others than the usual ones; and what the spec says of alerts.
import { describe, expect, test } from 'vitest';
import { ok } from '../../../src/facts/outcome.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { resolve, spec } from './objects.ts';

/** A reader in which every key is there, and the list of what was read. */
function reading(): { readonly secrets: SecretReader; readonly keys: string[] } {
  const keys: string[] = [];
  const read: SecretReader['read'] = (name, key) => {
    keys.push(`${name}/${key}`);
    return Promise.resolve(ok(secret('AKIAIOSFODNN7EXAMPLE')));
  };
  return { secrets: { read }, keys };
}

const keysRead = async (input: object): Promise<readonly string[]> => {
  const { secrets, keys } = reading();
  await resolve({ objects: undefined, spec: spec(input), secrets });
  return keys;
};

const named = { name: 'aws', accessKeyIdKey: 'accessKeyID', secretAccessKeyKey: 'theSecretKey' };

describe('the keys of a Secret that the spec names', () => {
  test.each<[string, object, readonly string[]]>([
    [
      'a bucket',
      { buckets: [{ name: 'b', bucket: 'circuits', region: 'eu-west-1', credentialsSecretRef: named }] },
      ['aws/accessKeyID', 'aws/theSecretKey'],
    ],
    [
      'a key',
      { keys: [{ name: 'k', kms: { keyId: 'alias/jwt', region: 'eu-west-1', credentialsSecretRef: named } }] },
      ['aws/accessKeyID', 'aws/theSecretKey'],
    ],
    [
      'the client certificate of a database',
      {
        databases: [
          {
            name: 'd',
            urlSecretRef: { name: 'db', key: 'url' },
            tls: {
              clientCertificateSecretRef: { name: 'client', certificateKey: 'own.crt', privateKeyKey: 'own.key' },
            },
          },
        ],
      },
      ['client/own.crt', 'client/own.key'],
    ],
  ])('of %s are read instead of the usual ones', async (_, input, expected) => {
    const keys = await keysRead(input);
    expect(keys).toEqual(expect.arrayContaining([...expected]));
    expect(keys.filter((key) => /AWS_|aws_|tls\./.test(key))).toEqual([]);
  });
});

test.each([
  [
    { errorThreshold: 7, window: '10m' },
    { threshold: 7, windowMs: 600_000 },
  ],
  [{}, { threshold: 20, windowMs: 300_000 }],
])('with logs %j of the spec the alert of a service is %j', async (logs, expected) => {
  const { targets } = await resolve({ spec: spec({ logs }) });
  const alerts = targets
    .filter(({ kind }) => kind === 'service')
    .map((target) => (target as { errorAlert?: unknown }).errorAlert);
  expect(alerts.length).toBeGreaterThan(0);
  expect(alerts).toEqual(alerts.map(() => expected));
});
