// How a bucket keeps objects, the write test, and what each question needs of IAM: with exactly what docs/permissions.md
// lists everything is answered, with one action less the question names it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketClock } from '../../../src/checks/bucket/clock.ts';
import { bucketEncryption } from '../../../src/checks/bucket/encryption.ts';
import { bucketVersioning } from '../../../src/checks/bucket/versioning.ts';
import { bucketWrite } from '../../../src/checks/bucket/write.ts';
import { keyExpiry } from '../../../src/checks/key/expiry.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { Check } from '../../../src/facts/answer.ts';
import { leftUnder } from '../../../src/facts/left-behind.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { BucketTarget } from '../../../src/facts/target.ts';
import { bucketProbe } from '../../../src/probes/bucket.ts';
import { keyProbe } from '../../../src/probes/key.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { BUCKET, kmsTarget } from '../../unit/checks/targets.ts';
import { ambientAccess, ownAccess, PATIENT, soonAfter, withAmbient } from '../clients/aws-access.ts';

let aws: Aws;
let s3: ReturnType<typeof createS3Client>;
let kms: ReturnType<typeof createKmsClient>;

beforeAll(async () => {
  aws = await startAws();
});
afterAll(async () => aws.stop());
beforeEach(() => {
  aws.s3.create({ name: 'circuits', versioning: 'Enabled' });
  const dial = createDial();
  s3 = createS3Client({ dial });
  kms = createKmsClient({ dial });
});
afterEach(() => {
  s3.destroy();
  kms.destroy();
  aws.clearFaults();
  aws.clearCalls();
  aws.setClockOffset(0);
  aws.s3.remove('circuits');
});

const READS = ['s3:ListBucket', 's3:GetEncryptionConfiguration', 's3:GetBucketVersioning'];
const WRITES = ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:DeleteObjectVersion'];
const allowed = (allow: readonly string[]) => aws.principals.add({ name: 'someone', allow });

const targetAs = (allow: readonly string[], writeTest = true): BucketTarget => ({
  ...BUCKET,
  writeTest,
  access: ok(ownAccess(aws, allowed(allow))),
});

const visit = (target: BucketTarget, signal = PATIENT) =>
  bucketProbe.observe(target, { s3 } as unknown as Clients, signal);

async function ask(check: Check<'bucket'>, target = targetAs(['s3:*']), signal = PATIENT): Promise<string> {
  const observed = await visit(target, signal);
  const answer = check.ask({ target, observed, all: { visits: [] }, now: new Date() });
  return answer.kind === 'pass' ? 'pass' : `${answer.fault.code}: ${answer.fault.detail}`;
}

/** Objects and delete markers that are in the bucket. */
const left = (): string[] =>
  [...(aws.s3.get('circuits')?.objects ?? new Map<string, unknown[]>())].flatMap(([key, versions]) =>
    versions.length > 0 ? [key] : [],
  );

/** Lets requests that nobody waits for arrive. */
async function eventually(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

describe('with the actions that the documentation asks for', () => {
  it('everything is answered, and nothing stays in the bucket', async () => {
    const observed = await visit(targetAs([...READS, ...WRITES]));
    // No certificate was seen: the storage is asked in plain HTTP.
    const { certificateNotAfter: _, ...answers } = observed;
    expect(Object.entries(answers).filter(([, outcome]) => !outcome.ok)).toEqual([]);
    expect(left()).toEqual([]);
  });

  it.each([
    ['s3:GetEncryptionConfiguration', bucketEncryption],
    ['s3:GetBucketVersioning', bucketVersioning],
  ])('but %s the question is skipped and names it', async (action, check) => {
    const target = targetAs([...READS, ...WRITES].filter((one) => one !== action));
    expect(await ask(check, target)).toBe(`BucketQuestionNotPermitted: not asked: ${action} is not granted`);
  });

  it.each(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'])(
    "but %s the write test fails under the target's own credentials",
    async (action) => {
      const target = targetAs([...READS, ...WRITES].filter((one) => !one.startsWith(action)));
      expect(await ask(bucketWrite, target)).toMatch(/^BucketAccessDenied: /);
    },
  );

  it.each(['s3:PutObject', 's3:GetObject'])('but %s it is skipped under the ambient identity', async (action) => {
    const allow = [...READS, ...WRITES].filter((one) => one !== action);
    await withAmbient(allowed(allow), async () => {
      const target = { ...BUCKET, writeTest: true, access: ok(ambientAccess(aws)) };
      expect(await ask(bucketWrite, target)).toBe(`BucketQuestionNotPermitted: not asked: ${action} is not granted`);
    });
    expect(left()).toEqual([]);
  });
});

describe('the write test', () => {
  it('is not made without writeTest', async () => {
    await visit(targetAs(['s3:*'], false));
    expect(aws.calls.filter(({ write }) => write)).toEqual([]);
  });

  it('passes, under its own prefix, and leaves neither object nor delete marker', async () => {
    expect(await ask(bucketWrite)).toBe('pass');
    const written = aws.calls.filter(({ write }) => write).map(({ operation }) => operation);
    expect(written).toEqual(['PutObject', 'DeleteObject']);
    expect(left()).toEqual([]);
  });

  it('passes in a bucket without versions', async () => {
    aws.s3.setVersioning('circuits', undefined);
    expect(await ask(bucketWrite)).toBe('pass');
    expect(left()).toEqual([]);
  });

  it.each([
    ['that is known to be suspended', READS],
    ['of which nobody may ask', READS.filter((one) => one !== 's3:GetBucketVersioning')],
  ])('leaves nothing with versioning %s', async (_, reads) => {
    aws.s3.setVersioning('circuits', 'Suspended');
    expect(await ask(bucketWrite, targetAs([...reads, ...WRITES]))).toBe('pass');
    expect(left()).toEqual([]);
  });

  it('leaves nothing in a bucket without versions of which nobody may ask', async () => {
    aws.s3.setVersioning('circuits', undefined);
    const target = targetAs([...READS, ...WRITES].filter((one) => one !== 's3:GetBucketVersioning'));
    expect(await ask(bucketWrite, target)).toBe('pass');
    expect(left()).toEqual([]);
  });

  it('says so where it can delete an object but no version of it', async () => {
    aws.s3.setVersioning('circuits', 'Suspended');
    const target = targetAs([...READS, ...WRITES].filter((one) => one !== 's3:DeleteObjectVersion'));
    expect(await ask(bucketWrite, target)).toMatch(
      /^BucketLeftBehind: left a delete marker of \.recognize-health\/\S+ in bucket circuits: .*s3:DeleteObjectVersion/,
    );
  });

  it('that may not delete says what it left, and nothing is written again under that spec', async () => {
    const target = { ...targetAs([...READS, 's3:PutObject', 's3:GetObject']), specId: 'x1' };
    const observed = await visit(target);
    const answer = bucketWrite.ask({ target, observed, all: { visits: [] }, now: new Date() });
    expect(answer).toMatchObject({
      fault: { code: 'BucketAccessDenied', detail: expect.stringMatching(/^left \.recognize-health\//) as string },
      baseline: leftUnder('x1'),
    });
    expect(left()).toHaveLength(1);
    aws.clearCalls();
    const fault = answer.kind === 'fault' ? answer.fault : undefined;
    for (const held of [target, { ...target, access: ok(ownAccess(aws, allowed([]))) }]) {
      const seen = await visit({ ...held, ...(fault === undefined ? {} : { left: fault }) });
      expect(seen.write).toEqual({ ok: false, fault });
    }
    expect(aws.calls.filter(({ write }) => write)).toEqual([]);
  });

  it('that cannot read back what it wrote cleans up', async () => {
    aws.inject({ service: 's3', operation: 'GetObject', status: 404, code: 'NoSuchKey' });
    expect(await ask(bucketWrite)).toBe(
      'BucketObjectDiffers: bucket circuits: an object was written, and is not there',
    );
    await eventually(() => left().length === 0);
  });

  it('that reads something else cleans up', async () => {
    aws.inject({ service: 's3', operation: 'GetObject', html: true, status: 200 });
    expect(await ask(bucketWrite)).toMatch(/^BucketObjectDiffers: .* another one was read back$/);
    await eventually(() => left().length === 0);
  });

  it('that runs into its deadline half-way cleans up', async () => {
    aws.inject({ service: 's3', operation: 'GetObject', hang: true });
    expect(await ask(bucketWrite, undefined, soonAfter(aws, 'GetObject'))).toMatch(/^BucketTimeout: /);
    await eventually(() => left().length === 0);
  });

  it('that is cancelled half-way cleans up', async () => {
    aws.inject({ service: 's3', operation: 'GetObject', hang: true });
    const controller = new AbortController();
    const visiting = visit(targetAs(['s3:*']), controller.signal);
    await eventually(() => aws.calls.some(({ operation }) => operation === 'GetObject'));
    expect(left()).toHaveLength(1);
    controller.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    await expect(visiting).rejects.toThrow('shutdown');
    await eventually(() => left().length === 0);
  });
});

describe('how it keeps objects', () => {
  it('is seen to change and to be mended', async () => {
    expect(await ask(bucketVersioning)).toBe('pass');
    aws.s3.setVersioning('circuits', 'Suspended');
    expect(await ask(bucketVersioning)).toBe('BucketVersioningSuspended: versioning was suspended');
    aws.s3.setVersioning('circuits', 'Enabled');
    expect(await ask(bucketVersioning)).toBe('pass');
  });

  it('without encryption, as servers other than AWS can be', async () => {
    expect(await ask(bucketEncryption)).toBe('pass');
    const code = 'ServerSideEncryptionConfigurationNotFoundError';
    aws.inject({ service: 's3', operation: 'GetBucketEncryption', status: 404, code });
    expect(await ask(bucketEncryption)).toBe('BucketNotEncrypted: new objects are not encrypted by default');
  });

  it('is not asked of a server that does not know the question', async () => {
    aws.inject({ service: 's3', operation: 'GetBucketEncryption', status: 501, code: 'NotImplemented' });
    expect(await ask(bucketEncryption)).toMatch(/^NotAsked: /);
  });
});

describe('the clock', () => {
  it('is told to be wrong, though S3 still takes our requests', async () => {
    expect(await ask(bucketClock)).toBe('pass');
    aws.setClockOffset(8 * 60_000);
    expect(await ask(bucketClock)).toMatch(
      /^CheckerClockSkewed: the operator's clock is [78]m.* behind the storage's$/,
    );
  });
});

describe('imported key material', () => {
  it('that ends soon is told, and mended by a later end', async () => {
    const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);
    const key = aws.kms.create({ origin: 'EXTERNAL', validTo: inDays(10) });
    const target = kmsTarget({
      keyId: key.id,
      access: ok(ownAccess(aws, allowed(['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign']))),
    });
    const expiry = async (): Promise<string> => {
      const observed = await keyProbe.observe(target, { kms } as unknown as Clients, PATIENT);
      const answer = keyExpiry.ask({ target, observed, all: { visits: [] }, now: new Date() });
      return answer.kind === 'pass' ? 'pass' : answer.fault.code;
    };
    expect(await expiry()).toBe('KmsMaterialExpiring');
    aws.kms.setValidTo(key.id, inDays(60));
    expect(await expiry()).toBe('pass');
  });
});
