// Our clients and probes on object stores and key services that others wrote. The same table is held against our own
// emulator, which the quick suite uses: where the two differ this is red.
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clients } from '../../src/clients/clients.ts';
import { createDial } from '../../src/clients/dial.ts';
import { createKmsClient } from '../../src/clients/kms.ts';
import { createS3Client } from '../../src/clients/s3.ts';
import type { BucketObserved, KeyObserved } from '../../src/facts/observed.ts';
import { ok, type Outcome } from '../../src/facts/outcome.ts';
import type { AwsAccess, BucketTarget } from '../../src/facts/target.ts';
import { bucketProbe } from '../../src/probes/bucket.ts';
import { keyProbe } from '../../src/probes/key.ts';
import { secret } from '../../src/runtime/secret.ts';
import { startAws } from '../stack/aws/server.ts';
import { BUCKET, kmsTarget } from '../unit/checks/targets.ts';
import { startMinio } from './parts/minio.ts';
import { startMoto } from './parts/moto.ts';
import { startGofakes3, startVersitygw, type ObjectStore } from './parts/object-stores.ts';

const PATIENCE_MS = 20_000;

/** Our own emulator, as one of them. */
async function startEmulator(): Promise<ObjectStore> {
  const aws = await startAws();
  const { accessKeyId, secretAccessKey } = aws.principals.root;
  return {
    version: 'our own emulator',
    url: aws.url,
    region: 'us-east-1',
    root: { accessKeyId, secretAccessKey },
    stop: () => aws.stop(),
  };
}

const said = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.fault.code);

interface Held {
  readonly start: () => Promise<ObjectStore>;
  readonly name: string;
  /** What becomes of a secret, a key id, a region that are wrong: 'ok' where the server does not look. */
  readonly wrongSecret: string;
  readonly wrongKeyId: string;
  readonly wrongRegion: string;
}

const STRICT = { wrongSecret: 'BucketCredentialsInvalid', wrongKeyId: 'BucketCredentialsInvalid' };
const LENIENT = { wrongSecret: 'ok', wrongKeyId: 'ok', wrongRegion: 'ok' };
const MINIO: Held = { name: 'MinIO', start: () => startMinio(), ...STRICT, wrongRegion: 'BucketWrongRegion' };
const STORES: readonly Held[] = [
  { name: 'versitygw', start: () => startVersitygw('eu-west-1'), ...STRICT, wrongRegion: 'BucketWrongRegion' },
  { name: 'our own emulator', start: startEmulator, ...STRICT, wrongRegion: 'BucketWrongRegion' },
  { name: 'gofakes3', start: startGofakes3, ...LENIENT },
  // Its IAM is off unless it is asked for.
  { name: 'moto', start: startMoto, ...LENIENT },
  ...(process.env['RECOGNIZE_HEALTH_MINIO'] === '1' ? [MINIO] : []),
];

describe.each(STORES)('a bucket of $name', ({ name, start, wrongSecret, wrongKeyId, wrongRegion }) => {
  let store: ObjectStore;
  let admin: S3Client;
  const s3 = createS3Client({ dial: createDial() });
  beforeAll(async () => {
    store = await start();
    expect(store.version).toContain(name);
    admin = new S3Client({ endpoint: store.url, region: store.region, credentials: store.root, forcePathStyle: true });
    await admin.send(new CreateBucketCommand({ Bucket: 'circuits' }));
  });
  afterAll(async () => {
    s3.destroy();
    admin.destroy();
    await store.stop();
  });

  const observe = (changes: Partial<BucketTarget> = {}, access: Partial<AwsAccess> = {}): Promise<BucketObserved> =>
    bucketProbe.observe(
      { ...BUCKET, writeTest: true, access: ok({ ...own(store), ...access }), ...changes },
      { s3 } as unknown as Clients,
      AbortSignal.timeout(PATIENCE_MS),
    );
  /** Everything of ours that is still there: objects, versions, delete markers. */
  async function left(): Promise<string[]> {
    const { Versions = [], DeleteMarkers = [] } = await admin.send(
      new ListObjectVersionsCommand({ Bucket: 'circuits' }),
    );
    return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
  }
  const setVersioning = (Status: 'Enabled' | 'Suspended'): Promise<unknown> =>
    admin.send(new PutBucketVersioningCommand({ Bucket: 'circuits', VersioningConfiguration: { Status } }));

  it('is reached, listed and written to, and nothing is left in it', async () => {
    const seen = await observe();
    expect([said(seen.reach), said(seen.list), said(seen.write)]).toEqual(['ok', 'ok', 'ok']);
    expect(await left()).toEqual([]);
  });

  it('is missing by its own code', async () => {
    expect(said((await observe({ bucket: 'absent' })).reach)).toBe('BucketMissing');
  });

  it(`answers a wrong secret with ${wrongSecret}, an unknown key id with ${wrongKeyId}`, async () => {
    const { accessKeyId } = store.root;
    const wrong = { source: 'own', accessKeyId, secretAccessKey: secret('not-the-secret') } as const;
    expect(said((await observe({}, { credentials: wrong })).reach)).toBe(wrongSecret);
    const unknown = { ...wrong, accessKeyId: 'AKIANOBODY' };
    expect(said((await observe({}, { credentials: unknown })).reach)).toBe(wrongKeyId);
  });

  it(`answers another region with ${wrongRegion}`, async () => {
    const seen = await observe({}, { region: 'ap-south-2' });
    expect([said(seen.reach), said(seen.region)]).toContain(wrongRegion);
  });

  it('is written to with versioning on, and no version is left', async () => {
    await setVersioning('Enabled');
    const seen = await observe();
    expect(seen.versioning).toEqual({ ok: true, value: { status: 'Enabled' } });
    expect(said(seen.write)).toBe('ok');
    expect(await left()).toEqual([]);
  });
});

/** The store's root as a target's own credentials. */
function own({ region, url, root }: ObjectStore): AwsAccess {
  const { accessKeyId, secretAccessKey } = root;
  return {
    region,
    endpoint: url,
    credentials: { source: 'own', accessKeyId, secretAccessKey: secret(secretAccessKey) },
  };
}

describe.each([
  { name: 'moto', start: startMoto },
  { name: 'our own emulator', start: startEmulator },
])('a key of $name', ({ name, start }) => {
  let store: ObjectStore;
  let admin: KMSClient;
  let keyId: string;
  const kms = createKmsClient({ dial: createDial() });
  beforeAll(async () => {
    store = await start();
    expect(store.version).toContain(name);
    admin = new KMSClient({ endpoint: store.url, region: store.region, credentials: store.root });
    const made = await admin.send(new CreateKeyCommand({ KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' }));
    keyId = made.KeyMetadata?.KeyId ?? '';
  });
  afterAll(async () => {
    kms.destroy();
    admin.destroy();
    await store.stop();
  });
  const observe = (id: string): Promise<KeyObserved> =>
    keyProbe.observe(
      kmsTarget({ keyId: id, access: ok(own(store)), signTest: 'Never' }),
      { kms } as unknown as Clients,
      AbortSignal.timeout(PATIENCE_MS),
    );

  it('is described, and its public half is read', async () => {
    const seen = await observe(keyId);
    expect(seen.state).toMatchObject({ ok: true, value: { state: 'Enabled', usage: 'SIGN_VERIFY' } });
    expect(seen.publicKey).toMatchObject({ ok: true });
  });

  it('is missing by its own code', async () => {
    expect(said((await observe('00000000-0000-4000-8000-000000000000')).state)).toBe('KmsKeyMissing');
  });

  it('is seen to be disabled', async () => {
    await admin.send(new DisableKeyCommand({ KeyId: keyId }));
    expect((await observe(keyId)).state).toMatchObject({ ok: true, value: { state: 'Disabled' } });
  });
});
