import { request as httpRequest, type IncomingMessage } from 'node:http';
import { HeadBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../stack/certificates.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { errorOf, kmsClient, s3Client } from './clients.ts';

const LIST = new ListObjectsV2Command({ Bucket: 'circuits', MaxKeys: 1 });

describe('a fault to order', () => {
  let aws: Aws;
  let s3: S3Client;
  let kms: KMSClient;

  beforeEach(async () => {
    aws = await startAws();
    aws.s3.create({ name: 'circuits' });
    s3 = s3Client(aws);
    kms = kmsClient(aws);
  });
  afterEach(async () => {
    s3.destroy();
    kms.destroy();
    await aws.stop();
  });

  /** A request whose answer is looked at byte by byte; the emulator sees it as an anonymous HeadBucket's GET. */
  function get(): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      httpRequest(`${aws.url}/circuits?list-type=2`, resolve).on('error', reject).end();
    });
  }

  it('meets the operation it names and no other', async () => {
    aws.inject({ service: 's3', operation: 'ListObjectsV2', status: 503, code: 'SlowDown' });
    await s3.send(new HeadBucketCommand({ Bucket: 'circuits' }));
    expect((await errorOf(s3.send(LIST))).name).toBe('SlowDown');
  });

  it('meets as many requests as it says, then they are answered again', async () => {
    aws.inject({ status: 500, times: 2 });
    expect((await errorOf(s3.send(LIST))).name).toBe('InternalError');
    expect((await errorOf(s3.send(LIST))).name).toBe('InternalError');
    expect((await s3.send(LIST)).KeyCount).toBe(0);
  });

  it('is healed by the retry of the SDK when it is met once', async () => {
    aws.inject({ status: 503, code: 'SlowDown', times: 1 });
    const patient = s3Client(aws, { maxAttempts: 2 });
    expect((await patient.send(LIST)).$metadata.attempts).toBe(2);
    expect(aws.calls.map((call) => call.status)).toEqual([503, 200]);
    patient.destroy();
  });

  it('ends when it is cleared', async () => {
    aws.inject({ reset: true });
    aws.clearFaults();
    expect((await s3.send(LIST)).KeyCount).toBe(0);
  });

  it('latency: the answer comes, late', async () => {
    aws.inject({ latencyMs: 150 });
    const before = performance.now();
    await s3.send(LIST);
    expect(performance.now() - before).toBeGreaterThanOrEqual(145);
  });

  it('hang: nothing comes until the caller gives up', async () => {
    aws.inject({ hang: true });
    const giveUp = new AbortController();
    const held = errorOf(s3.send(LIST, { abortSignal: giveUp.signal }));
    await expect.poll(() => aws.calls.length).toBe(1);
    giveUp.abort();
    expect((await held).name).toBe('AbortError');
    expect(aws.calls).toMatchObject([{ operation: 'ListObjectsV2', status: undefined }]);
  });

  it('hang in the body: headers and half of it come', async () => {
    aws.inject({ hangInBody: true });
    const response = await get();
    const received: Buffer[] = [];
    response.on('data', (chunk: Buffer) => received.push(chunk)).on('error', () => undefined);
    await new Promise((resolve) => response.once('data', resolve));
    const length = Number(response.headers['content-length']);
    expect(Buffer.concat(received)).toHaveLength(Math.floor(length / 2));
    expect(response.complete).toBe(false);
    response.destroy();
  });

  it('drip: the body comes in single bytes', async () => {
    aws.inject({ drip: true });
    const response = await get();
    const first = await new Promise((resolve) => response.once('data', resolve));
    expect(first).toHaveLength(1);
    expect(response.complete).toBe(false);
    response.destroy();
  });

  it('endless body: more comes than any answer has', async () => {
    aws.inject({ endlessBody: true });
    const response = await get();
    let received = 0;
    for await (const chunk of response) {
      received += (chunk as Buffer).length;
      if (received > 1_000_000) break;
    }
    expect(received).toBeGreaterThan(1_000_000);
  });

  it('reset: the connection ends with RST', async () => {
    aws.inject({ reset: true });
    expect((await errorOf(kms.send(new DescribeKeyCommand({ KeyId: 'x' })))).code).toBe('ECONNRESET');
  });

  it("a proxy's page with status 200 is taken for an empty success by the SDK's S3 client", async () => {
    aws.inject({ html: true, status: 200 });
    const got = await s3.send(LIST);
    expect(got.KeyCount).toBeUndefined();
    expect(got.$metadata.requestId).toBeUndefined();
  });

  it('is ended by stop, together with every connection that is held', async () => {
    aws.inject({ hang: true });
    const held = errorOf(s3.send(LIST));
    await expect.poll(() => aws.calls.length).toBe(1);
    await aws.stop();
    expect((await held).code).toBe('ECONNRESET');
  });
});

describe('a clock that differs', () => {
  it('is seen once by a client: its SDK reads the Date header and corrects itself', async () => {
    const aws = await startAws();
    aws.s3.create({ name: 'circuits' });
    aws.setClockOffset(60 * 60_000);
    const s3 = s3Client(aws);
    expect((await errorOf(s3.send(LIST))).name).toBe('RequestTimeTooSkewed');
    expect((await s3.send(LIST)).KeyCount).toBe(0);
    s3.destroy();
    await aws.stop();
  });
});

describe('over TLS', () => {
  it('signatures and streams are the same, and a stranger’s certificate is refused', async () => {
    const authority = createAuthority();
    const tls = authority.issue({ commonName: 'aws', hosts: ['127.0.0.1'] });
    const aws = await startAws({ tls });
    aws.s3.create({ name: 'circuits' });
    const { accessKeyId, secretAccessKey } = aws.principals.root;
    const shared = {
      endpoint: aws.url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    };
    const trusting = { requestHandler: { httpsAgent: new Agent({ ca: authority.caPem }) } };

    const s3 = new S3Client({ ...shared, ...trusting, forcePathStyle: true });
    const body = Buffer.alloc(100_000, 'circuit');
    await s3.send(
      new PutObjectCommand({ Bucket: 'circuits', Key: 'a', Body: Readable.from([body]), ContentLength: body.length }),
    );
    expect(aws.s3.content('circuits', 'a')?.equals(body)).toBe(true);
    await s3.send(new PutObjectCommand({ Bucket: 'circuits', Key: 'b', Body: 'text' }));
    expect(aws.s3.content('circuits', 'b')?.toString()).toBe('text');

    const kms = new KMSClient({ ...shared, ...trusting });
    const key = aws.kms.create();
    expect((await kms.send(new DescribeKeyCommand({ KeyId: key.id }))).KeyMetadata?.Enabled).toBe(true);

    const wary = new S3Client({ ...shared, forcePathStyle: true });
    expect((await errorOf(wary.send(LIST))).code).toMatch(
      /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)$/,
    );
    for (const client of [s3, kms, wary]) client.destroy();
    await aws.stop();
  });
});
