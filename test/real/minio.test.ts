// Our bucket probe on MinIO: what a policy refuses, what a session may, a private authority, a quota that is used up.
// `npm run test:real -- --minio`
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketReach } from '../../src/checks/bucket/reach.ts';
import { bucketWrite } from '../../src/checks/bucket/write.ts';
import type { Clients } from '../../src/clients/clients.ts';
import { createDial } from '../../src/clients/dial.ts';
import { createS3Client } from '../../src/clients/s3.ts';
import type { Answer } from '../../src/facts/answer.ts';
import { ok } from '../../src/facts/outcome.ts';
import type { AwsAccess, BucketTarget } from '../../src/facts/target.ts';
import { bucketProbe } from '../../src/probes/bucket.ts';
import { secret } from '../../src/runtime/secret.ts';
import { createAuthority } from '../stack/certificates.ts';
import { BUCKET } from '../unit/checks/targets.ts';
import { startMinio, type Minio, type Session } from './parts/minio.ts';
import type { ObjectStore } from './parts/object-stores.ts';

const PATIENCE_MS = 20_000;
const s3 = createS3Client({ dial: createDial() });
afterAll(() => s3.destroy());

const said = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;

/** What the checks say of being there and of taking a write. */
async function asked(
  { region, url, root }: ObjectStore,
  changes: Partial<BucketTarget> = {},
  { sessionToken, ...who }: Partial<Session> = {},
  access: Partial<AwsAccess> = {},
): Promise<{ reach: string; write: string }> {
  const { accessKeyId, secretAccessKey } = { ...root, ...who };
  const credentials = {
    source: 'own',
    accessKeyId,
    secretAccessKey: secret(secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken: secret(sessionToken) }),
  } as const;
  const target: BucketTarget = {
    ...BUCKET,
    writeTest: true,
    access: ok({ region, endpoint: url, credentials, ...access }),
    ...changes,
  };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const observed = await bucketProbe.observe(target, { s3 } as unknown as Clients, signal);
  const seen = { target, observed, now: new Date(), all: { visits: [] } };
  return { reach: said(bucketReach.ask(seen)), write: said(bucketWrite.ask(seen)) };
}

const allow = (action: string | readonly string[], resource: string): object => ({
  Effect: 'Allow',
  Action: action,
  Resource: [`arn:aws:s3:::${resource}`],
});
const LISTING = allow('s3:ListBucket', 'circuits');
const OBJECTS = allow(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], 'circuits/*');
/** The fault's name, or `pass`. */
const named = ({ reach, write }: { reach: string; write: string }): string[] =>
  [reach, write].map((of) => of.split(':')[0]!);

describe('MinIO', () => {
  let store: Minio;
  beforeAll(async () => {
    store = await startMinio();
    const { url, region, root } = store;
    const admin = new S3Client({ endpoint: url, region, credentials: root, forcePathStyle: true });
    for (const Bucket of ['circuits', 'full', 'versioned']) await admin.send(new CreateBucketCommand({ Bucket }));
    const on = { Status: 'Enabled' } as const;
    await admin.send(new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: on }));
    await store.setQuota('full', 1);
    admin.destroy();
  });
  afterAll(() => store.stop());

  it('lets a session of STS with the rights of the product do all that it has to', async () => {
    const session = await store.assumeRole(LISTING, OBJECTS);
    expect(named(await asked(store, {}, session))).toEqual(['pass', 'pass']);
  });

  it('lets one with rights to objects alone do what the product does', async () => {
    const session = await store.assumeRole(OBJECTS);
    const seen = await asked(store, {}, session);
    expect(named(seen)).toEqual(['pass', 'pass']);
  });

  it('refuses a write that no policy allows, by its own code', async () => {
    const session = await store.assumeRole(LISTING);
    expect(named(await asked(store, {}, session))).toEqual(['pass', 'BucketAccessDenied']);
  });

  it('refuses a session for another bucket', async () => {
    const session = await store.assumeRole(allow('s3:*', 'other'), allow('s3:*', 'other/*'));
    expect(named(await asked(store, {}, session))[0]).toBe('BucketAccessDenied');
  });

  it.each<[string, (session: Session) => Partial<Session>]>([
    ['without its token', ({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey })],
    ['with a broken token', (session) => ({ ...session, sessionToken: `${session.sessionToken.slice(0, -4)}AAAA` })],
    ['of nobody', ({ sessionToken }) => ({ sessionToken })],
  ])('takes a session %s for credentials that are wrong, not for a right that is missing', async (_, broken) => {
    const session = await store.assumeRole(LISTING, OBJECTS);
    expect(named(await asked(store, {}, broken(session)))[0]).toBe('BucketCredentialsInvalid');
  });

  it('refuses every write beyond a quota, and the quota is named', async () => {
    const { reach, write } = await asked(store, { bucket: 'full' });
    expect(reach).toMatch(/^pass/);
    expect(write).toMatch(/^BucketFull: .*quota .*XMinioAdminBucketQuotaExceeded/);
  });

  it('is written to where versions are kept by one who may not delete them, once, and what is left is told', async () => {
    const session = await store.assumeRole(
      allow('s3:ListBucket', 'versioned'),
      allow(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], 'versioned/*'),
    );
    const { reach, write } = await asked(store, { bucket: 'versioned' }, session);
    expect(reach).toBe('pass: the bucket answers');
    expect(write).toMatch(/^BucketAccessDenied: left \S+ version \S+ in bucket versioned; nothing more is written/);
  });
});

describe('MinIO over TLS', () => {
  const authority = createAuthority();
  const stranger = createAuthority();
  let store: Minio;
  beforeAll(async () => {
    store = await startMinio(authority.issue({ commonName: 'minio', hosts: ['127.0.0.1'] }));
  });
  afterAll(() => store.stop());

  it('is met with its authority, and with no other', async () => {
    const met = await asked(store, { bucket: 'absent' }, {}, { ca: authority.caPem });
    expect(named(met)[0]).toBe('BucketMissing');
    expect(named(await asked(store, {}, {}, { ca: stranger.caPem }))[0]).toBe('BucketTlsFailed');
    expect(named(await asked(store))[0]).toBe('BucketTlsFailed');
  });

  it('is no plain HTTP, and says so', async () => {
    const endpoint = store.url.replace('https', 'http');
    const { reach } = await asked(store, {}, {}, { endpoint });
    expect(reach).toMatch(/^BucketAnswerInvalid: .* seems to speak TLS: write https:/);
  });
});
