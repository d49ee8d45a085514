// A server that asks for later: throttling only when it passes, an outage when it lasts. Each case is served by a small
// server of its own and asked for through our clients.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { secret } from '../../../src/runtime/secret.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

interface Refusal {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

const xml = (status: number, code: string, message: string): Refusal => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
const json = (status: number, type: string): Refusal => ({
  status,
  type: 'application/x-amz-json-1.1',
  body: JSON.stringify({ __type: type, message: 'Service unavailable, please try again.' }),
});

/** Refuses so many requests, HEAD without a body as HTTP has it, and is well from then on. */
async function refusing(times: number, refusal: Refusal, well: string): Promise<AwsAccess> {
  let left = times;
  const server = createServer((request, response) => {
    left -= 1;
    const isHead = request.method === 'HEAD';
    request.resume();
    if (left >= 0) {
      response.writeHead(refusal.status, { 'content-type': refusal.type ?? 'application/xml' });
      response.end(isHead ? '' : refusal.body);
    } else {
      response.writeHead(200, { 'content-type': refusal.type ?? 'application/xml' });
      response.end(isHead ? '' : well);
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { source: 'own', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret('s3cr3t-s3cr3t') } as const;
  return { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
}

const LISTING =
  '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>circuits</Name><KeyCount>0</KeyCount></ListBucketResult>';
const KEY = JSON.stringify({ KeyMetadata: { KeyId: 'jwt', KeyState: 'Enabled', KeyUsage: 'SIGN_VERIFY' } });
const UNREADABLE = 'Resource requested is unreadable, please reduce your request rate';
const ALWAYS = Number.POSITIVE_INFINITY;

async function bucket(times: number, refusal: Refusal): Promise<string> {
  const access = await refusing(times, refusal, LISTING);
  const s3 = createS3Client({ dial: createDial(), againMs: 1 });
  try {
    const signal = new AbortController().signal;
    const asked = [await s3.head(access, 'circuits', true, signal), await s3.list(access, 'circuits', true, signal)];
    return [...new Set(asked.map((one) => (one.ok ? 'well' : one.fault.code)))].join(', ');
  } finally {
    s3.destroy();
  }
}

async function key(times: number, refusal: Refusal): Promise<string> {
  const access = await refusing(times, refusal, KEY);
  const kms = createKmsClient({ dial: createDial(), againMs: 1 });
  try {
    const asked = await kms.describe(access, 'alias/jwt', new AbortController().signal);
    return asked.ok ? 'well' : asked.fault.code;
  } finally {
    kms.destroy();
  }
}

describe.each<readonly [string, Refusal, string]>([
  ['AWS, ServiceUnavailable', xml(503, 'ServiceUnavailable', 'Reduce your request rate.'), 'BucketServerError'],
  ['AWS, 503 SlowDown', xml(503, 'SlowDown', 'Please reduce your request rate.'), 'BucketThrottled'],
  ['MinIO without its read quorum', xml(503, 'SlowDownRead', UNREADABLE), 'BucketServerError'],
  [
    'MinIO without its write quorum',
    xml(503, 'SlowDownWrite', 'Resource requested is unwritable, please reduce your request rate'),
    'BucketServerError',
  ],
  ['an older MinIO without its read quorum', xml(503, 'SlowDown', UNREADABLE), 'BucketServerError'],
  [
    'MinIO that is starting',
    xml(503, 'XMinioServerNotInitialized', 'Server not initialized yet, please try again.'),
    'BucketServerError',
  ],
  ['Wasabi, at its limit', xml(503, 'SlowDown', 'Please reduce your request rate'), 'BucketThrottled'],
  [
    'a proxy without a server behind it',
    { status: 503, type: 'text/html', body: '<html>503</html>' },
    'BucketServerError',
  ],
])('a bucket: %s', (_, refusal, lasting) => {
  it('that lasts is told', async () => {
    expect(await bucket(ALWAYS, refusal)).toBe(lasting);
  });

  it('that passes within a question is nothing', async () => {
    expect(await bucket(2, refusal)).toBe('well');
  });
});

describe.each<readonly [string, Refusal, string]>([
  ['DependencyTimeoutException', json(503, 'DependencyTimeoutException'), 'KmsServerError'],
  ['ServiceUnavailableException', json(503, 'ServiceUnavailableException'), 'KmsServerError'],
  ['ThrottlingException', json(400, 'ThrottlingException'), 'KmsThrottled'],
])('a key: %s', (_, refusal, lasting) => {
  it('that lasts is told', async () => {
    expect(await key(ALWAYS, refusal)).toBe(lasting);
  });

  it('that passes within a question is nothing', async () => {
    expect(await key(1, refusal)).toBe('well');
  });
});
