import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { errorOf, s3Client } from './clients.ts';

describe('the S3 emulator, seen through the SDK', () => {
  let aws: Aws;
  let s3: S3Client;
  let bucket: string;
  let count = 0;

  beforeAll(async () => {
    aws = await startAws();
    s3 = s3Client(aws);
  });
  afterAll(async () => {
    s3.destroy();
    await aws.stop();
  });
  beforeEach(() => {
    aws.clearFaults();
    aws.clearCalls();
    bucket = `circuits-${(count += 1)}`;
    aws.s3.create({ name: bucket });
  });

  async function text(key: string, versionId?: string): Promise<string | undefined> {
    const got = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) }),
    );
    return got.Body?.transformToString();
  }

  describe('buckets', () => {
    it('answers HeadBucket with the region', async () => {
      expect((await s3.send(new HeadBucketCommand({ Bucket: bucket }))).BucketRegion).toBe('us-east-1');
    });
    it('lists the buckets of the account', async () => {
      const names = (await s3.send(new ListBucketsCommand({}))).Buckets?.map((listed) => listed.Name);
      expect(names).toContain(bucket);
    });
    it('creates a bucket in the region that the constraint names', async () => {
      const name = `${bucket}-eu`;
      await s3.send(
        new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
      );
      const eu = s3Client(aws, { region: 'eu-west-1' });
      expect((await eu.send(new GetBucketLocationCommand({ Bucket: name }))).LocationConstraint).toBe('eu-west-1');
      eu.destroy();
    });
    it('gives no constraint for us-east-1', async () => {
      expect((await s3.send(new GetBucketLocationCommand({ Bucket: bucket }))).LocationConstraint).toBeUndefined();
    });
    it('encrypts with AES256 until told otherwise, as AWS does since January 2023', async () => {
      const got = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
      const rule = got.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
      expect(rule?.SSEAlgorithm).toBe('AES256');
    });
    it('keeps aws:kms with its key', async () => {
      await s3.send(
        new PutBucketEncryptionCommand({
          Bucket: bucket,
          ServerSideEncryptionConfiguration: {
            Rules: [
              { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'alias/circuits' } },
            ],
          },
        }),
      );
      const got = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }));
      expect(got.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({
        SSEAlgorithm: 'aws:kms',
        KMSMasterKeyID: 'alias/circuits',
      });
    });
    it('blocks public access of a new bucket', async () => {
      const got = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }));
      expect(Object.values(got.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    });
    it('says nothing of versioning until it was set once', async () => {
      expect((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBeUndefined();
    });
    it('refuses what it does not implement, loudly', async () => {
      const { GetBucketTaggingCommand } = await import('@aws-sdk/client-s3');
      expect(await errorOf(s3.send(new GetBucketTaggingCommand({ Bucket: bucket })))).toMatchObject({
        name: 'NotImplemented',
        $metadata: { httpStatusCode: 501 },
      });
    });
  });

  describe('objects', () => {
    it.each(['blob', "a b+c/ü~(1)!*'", 'with?question&amp', 'deep/er/est'])('puts and gets the key %s', async (key) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'payload' }));
      expect(await text(key)).toBe('payload');
      expect(aws.s3.keys(bucket)).toEqual([key]);
    });
    it('answers a put with the MD5 as ETag and the checksum that was sent', async () => {
      const put = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'payload' }));
      expect(put.ETag).toBe(`"${createHash('md5').update('payload').digest('hex')}"`);
      expect(put.ChecksumCRC32).toMatch(/^[\w+/]{6}==$/);
    });
    it('takes the aws-chunked framing off a stream', async () => {
      const body = Buffer.alloc(200_000, 'circuit ');
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: 's', Body: Readable.from([body]), ContentLength: body.length }),
      );
      expect(aws.s3.content(bucket, 's')?.equals(body)).toBe(true);
    });
    it('lets the SDK verify the checksum on the way back', async () => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'payload', ChecksumAlgorithm: 'SHA256' }));
      const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a', ChecksumMode: 'ENABLED' }));
      expect(got.ChecksumSHA256).toBe(createHash('sha256').update('payload').digest('base64'));
      expect(await got.Body?.transformToString()).toBe('payload');
    });
    it('refuses a payload whose checksum is wrong and stores nothing', async () => {
      const put = new PutObjectCommand({ Bucket: bucket, Key: 'bad', Body: 'payload', ChecksumCRC32: 'AAAAAA==' });
      expect(await errorOf(s3.send(put))).toMatchObject({ name: 'BadDigest' });
      expect(aws.s3.keys(bucket)).toEqual([]);
    });
    it('heads an object', async () => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'payload', ContentType: 'text/plain' }));
      expect(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'a' }))).toMatchObject({
        ContentLength: 7,
        ContentType: 'text/plain',
        ServerSideEncryption: 'AES256',
      });
    });
    it('deletes an object, and says the same when it is gone already', async () => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: '1' }));
      for (let round = 0; round < 2; round += 1) {
        const done = await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a' }));
        expect(done.$metadata.httpStatusCode).toBe(204);
      }
      expect(aws.s3.keys(bucket)).toEqual([]);
    });
    it('deletes many at once', async () => {
      for (const key of ['a', 'b', '<c>']) aws.s3.put(bucket, key, 'x');
      const done = await s3.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: 'a' }, { Key: '<c>' }] } }),
      );
      expect(done.Deleted?.map((deleted) => deleted.Key)).toEqual(['a', '<c>']);
      expect(aws.s3.keys(bucket)).toEqual(['b']);
    });
    it('does not tell who may not list that a key is missing', async () => {
      const reader = s3Client(aws, { as: aws.principals.add({ name: 'reader', allow: ['s3:GetObject'] }) });
      const get = new GetObjectCommand({ Bucket: bucket, Key: 'missing' });
      expect((await errorOf(reader.send(get))).name).toBe('AccessDenied');
      expect((await errorOf(s3.send(get))).name).toBe('NoSuchKey');
      reader.destroy();
    });
  });

  describe('listing', () => {
    it('filters by prefix, folds at the delimiter and counts both', async () => {
      for (const key of ['a/1', 'a/2', 'b/1', 'c']) aws.s3.put(bucket, key, 'x');
      const all = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Delimiter: '/' }));
      expect(all.CommonPrefixes?.map((common) => common.Prefix)).toEqual(['a/', 'b/']);
      expect(all.Contents?.map((object) => object.Key)).toEqual(['c']);
      expect(all.KeyCount).toBe(3);
      const some = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'a/' }));
      expect(some.Contents?.map((object) => object.Key)).toEqual(['a/1', 'a/2']);
    });
    it('gives every key exactly once over its pages', async () => {
      const keys = Array.from({ length: 25 }, (_, index) => `k${String(index).padStart(2, '0')}`);
      for (const key of keys) aws.s3.put(bucket, key, 'x');
      const seen: (string | undefined)[] = [];
      for await (const page of paginateListObjectsV2({ client: s3, pageSize: 10 }, { Bucket: bucket })) {
        seen.push(...(page.Contents ?? []).map((object) => object.Key));
      }
      expect(seen).toEqual(keys);
    });
    it('says of an empty bucket that it has no keys', async () => {
      const got = await s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }));
      expect(got).toMatchObject({ KeyCount: 0, IsTruncated: false });
    });
  });

  describe('versioning', () => {
    it('keeps every version and hides the object behind a delete marker', async () => {
      await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } }));
      expect((await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status).toBe('Enabled');
      const first = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'one' }));
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'two' }));
      expect(await text('a')).toBe('two');
      expect(await text('a', first.VersionId)).toBe('one');

      const marker = await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a' }));
      expect(marker.DeleteMarker).toBe(true);
      expect((await errorOf(text('a'))).name).toBe('NoSuchKey');
      const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      expect(listed.Versions).toHaveLength(2);
      expect(listed.DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }]);

      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a', VersionId: marker.VersionId }));
      expect(await text('a')).toBe('two');
    });
  });

  describe('policies', () => {
    it('lets a Deny of the bucket policy win over an allow of the principal', async () => {
      const user = s3Client(aws, { as: aws.principals.add({ name: 'core-daemon', allow: ['s3:*'] }) });
      await s3.send(
        new PutBucketPolicyCommand({
          Bucket: bucket,
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Deny',
                Principal: { AWS: 'arn:aws:iam::111122223333:user/core-daemon' },
                Action: 's3:PutObject',
                Resource: `arn:aws:s3:::${bucket}/*`,
              },
            ],
          }),
        }),
      );
      expect((await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy).toContain('Deny');
      const denied = await errorOf(user.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'x' })));
      expect(denied.name).toBe('AccessDenied');
      expect(denied.message).toContain('with an explicit deny in a resource-based policy');
      expect((await user.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
      user.destroy();
    });
    it('allows by the bucket policy what no identity policy allows', async () => {
      const stranger = s3Client(aws, { as: aws.principals.add({ name: 'stranger' }) });
      expect((await errorOf(stranger.send(new ListObjectsV2Command({ Bucket: bucket })))).name).toBe('AccessDenied');
      const arn = `arn:aws:s3:::${bucket}`;
      aws.s3.setPolicy(bucket, {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:List*', Resource: arn }],
      });
      expect((await stranger.send(new ListObjectsV2Command({ Bucket: bucket }))).KeyCount).toBe(0);
      stranger.destroy();
    });
    it('limits an allow to the resource it names', async () => {
      const allow = [{ action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/canary/*` }];
      const writer = s3Client(aws, { as: aws.principals.add({ name: 'writer', allow }) });
      await writer.send(new PutObjectCommand({ Bucket: bucket, Key: 'canary/1', Body: 'x' }));
      const denied = await errorOf(writer.send(new PutObjectCommand({ Bucket: bucket, Key: 'circuits/1', Body: 'x' })));
      expect(denied.message).toContain('because no identity-based policy allows the s3:PutObject action');
      writer.destroy();
    });
  });

  describe('regions', () => {
    it('redirects without a body on HEAD, with the region in a header, and the SDK can follow it', async () => {
      aws.s3.create({ name: `${bucket}-eu`, region: 'eu-west-1' });
      const head = new HeadBucketCommand({ Bucket: `${bucket}-eu` });
      const error = await errorOf(s3.send(head));
      expect(error.$metadata?.httpStatusCode).toBe(301);
      expect(error.$response?.headers['x-amz-bucket-region']).toBe('eu-west-1');
      const following = s3Client(aws, { followRegionRedirects: true });
      expect((await following.send(head)).BucketRegion).toBe('eu-west-1');
      following.destroy();
    });
  });

  describe('a bucket that is encrypted with a KMS key', () => {
    it('cannot be written while the key is disabled', async () => {
      const key = aws.kms.create({ spec: 'SYMMETRIC_DEFAULT' });
      aws.s3.setEncryption(bucket, { algorithm: 'aws:kms', keyId: key.arn });
      const put = (): Promise<unknown> => s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'x' }));
      await put();
      aws.kms.setState(key.id, 'Disabled');
      expect(await errorOf(put())).toMatchObject({
        name: 'KMS.DisabledException',
        $metadata: { httpStatusCode: 400 },
      });
    });
  });

  describe('signatures', () => {
    it('are over the body: one changed byte on the way is seen', async () => {
      const tampered = s3Client(aws);
      tampered.middlewareStack.add(
        (next) => (args) => {
          (args.request as { body: string }).body = 'tampered';
          return next(args);
        },
        { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
      );
      const put = new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'original' });
      expect((await errorOf(tampered.send(put))).name).toBe('XAmzContentSHA256Mismatch');
      expect(aws.s3.keys(bucket)).toEqual([]);
      tampered.destroy();
    });
    it('are asked for: a request without one is anonymous and denied', async () => {
      const status = await new Promise((resolve, reject) => {
        httpRequest(`${aws.url}/${bucket}`, { method: 'HEAD' }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect(status).toBe(403);
    });
    it('stand for fifteen minutes of difference between the clocks and no second more', async () => {
      const frozen = await startAws({ clock: { now: () => new Date(Math.floor(Date.now() / 1000) * 1000) } });
      frozen.s3.create({ name: 'b' });
      const list = async (offsetMs: number): Promise<unknown> => {
        frozen.setClockOffset(offsetMs);
        const fresh = s3Client(frozen);
        return fresh.send(new ListObjectsV2Command({ Bucket: 'b' })).finally(() => fresh.destroy());
      };
      await list(14 * 60_000);
      await list(-14 * 60_000);
      expect((await errorOf(list(16 * 60_000))).name).toBe('RequestTimeTooSkewed');
      expect((await errorOf(list(-16 * 60_000))).name).toBe('RequestTimeTooSkewed');
      await frozen.stop();
    });
  });

  describe('the record of calls', () => {
    it('tells who asked what of which resource, and whether it wrote', async () => {
      const checker = aws.principals.add({ name: 'checker', allow: ['s3:ListBucket'] });
      const client = s3Client(aws, { as: checker });
      await client.send(new HeadBucketCommand({ Bucket: bucket }));
      await errorOf(client.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: 'x' })));
      expect(aws.calls).toMatchObject([
        { service: 's3', operation: 'HeadBucket', principal: 'checker', resource: bucket, write: false, status: 200 },
        { operation: 'PutObject', resource: `${bucket}/x`, write: true, status: 403, code: 'AccessDenied' },
      ]);
      client.destroy();
    });
  });
});
