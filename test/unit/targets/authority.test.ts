// An authority that is none is said with its place: TLS would take it without a word, and blame the server.
import { expect, test } from 'vitest';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { Target } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { installation, namespaceObjects, resolve, spec } from './objects.ts';

const KEYSTORE = 'hunter2, which is no certificate';
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const ca = { caSecretRef: { name: 'ca', key: 'tls.crt' } };
const endpoint = { region: 'x-1', endpoint: 'https://aws.example', credentialsSecretRef: { name: 'login' }, ...ca };
const INPUT = {
  discovery: 'None',
  databases: [{ name: 'np', host: 'db', database: 'np', credentialsSecretRef: { name: 'login' }, tls: ca }],
  buckets: [{ name: 'circuits', bucket: 'circuits', ...endpoint }],
  keys: [{ name: 'signing', kms: { keyId: 'alias/jwt', ...endpoint } }],
  services: [{ name: 'core-daemon', url: 'https://core.example', tls: ca }],
};
const LOGIN: Readonly<Record<string, string>> = {
  username: 'app',
  password: 'pw',
  accessKeyId: 'AKIAEXAMPLE000000000',
  secretAccessKey: 'k',
};

function placeOf(target: Target): Outcome<unknown> | undefined {
  switch (target.kind) {
    case 'database':
      return target.connection;
    case 'bucket':
      return target.access;
    case 'key':
      return target.source.kind === 'kms' ? target.source.access : undefined;
    case 'service':
      return target.addresses;
    case 'cluster':
      return undefined;
  }
}

async function placesWith(authority: string): Promise<readonly (readonly [string, string])[]> {
  const { targets } = await resolve({
    objects: namespaceObjects(installation()),
    spec: spec(INPUT),
    secrets: {
      read: (name, key) => {
        const value = name === 'ca' ? authority : LOGIN[key];
        return Promise.resolve(
          value === undefined ? failed('SecretKeyMissing', literal('no such key')) : ok(secret(value)),
        );
      },
    },
  });
  return targets.flatMap((target) => {
    const place = placeOf(target);
    if (place === undefined) return [];
    return [[target.kind, place.ok ? 'well' : `${place.fault.code}: ${place.fault.detail}`] as const];
  });
}

test('is said of services, databases, buckets and keys, and not shown', async () => {
  const why = 'TargetInvalid: key tls.crt of Secret ca holds no certificate in PEM';
  expect(await placesWith(KEYSTORE)).toEqual([
    ['service', why],
    ['database', why],
    ['bucket', why],
    ['key', why],
  ]);
});

test('is not said of one', async () => {
  expect(new Set((await placesWith(PEM)).map(([, place]) => place))).toEqual(new Set(['well']));
});
