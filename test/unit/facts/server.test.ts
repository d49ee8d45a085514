// Targets of one server are told by one rule, whoever asks: root causes and the sum of the connection pools.
import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { serverOf } from '../../../src/facts/server.ts';
import type { BucketTarget, KeyTarget } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { database } from '../checks/seen.ts';

const at = (host: string, port = 5432): string | undefined => {
  const target = database();
  return target.connection.ok
    ? serverOf({ ...target, connection: ok({ ...target.connection.value, host, port }) })
    : undefined;
};

const unresolved = failed('SecretMissing', literal('there is no Secret'));

const bucket: BucketTarget = {
  kind: 'bucket',
  id: 'object-storage/media',
  component: 'object-storage',
  name: 'media',
  required: true,
  bucket: 'media',
  forcePathStyle: false,
  writeTest: false,
  access: ok({ region: 'eu-west-1', credentials: { source: 'ambient' } }),
  usedBy: [],
};

const key: KeyTarget = {
  kind: 'key',
  id: 'key-management/jwt',
  component: 'key-management',
  name: 'jwt',
  required: true,
  source: { kind: 'kms', keyId: 'alias/jwt', access: bucket.access, signTest: 'Never' },
  usedBy: [],
};

describe('the server of a target', () => {
  it('is the same however its host is written', () => {
    expect(at('DB.Example')).toBe('db.example:5432');
    expect(at('DB.Example')).toBe(at('db.example'));
  });

  it('is another one at another port', () => {
    expect(at('db.example', 6432)).not.toBe(at('db.example'));
  });

  it('is not known where the target could not be resolved', () => {
    expect(serverOf(database({ connection: unresolved }))).toBeUndefined();
    expect(serverOf({ ...bucket, access: unresolved })).toBeUndefined();
  });

  it('of a bucket and of a key are two, in one region too', () => {
    expect(serverOf(bucket)).toBe('s3 eu-west-1');
    expect(serverOf(key)).toBe('kms eu-west-1');
  });

  it('is none for a pair of keys in a Secret', () => {
    expect(serverOf({ ...key, source: { kind: 'keyPair', pair: unresolved } })).toBeUndefined();
  });
});
