// A server that gives the answers of S3 and KMS that a test names, and what our checks say of a visit to it.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { CHECKS } from '../../../src/checks/index.ts';
import { ask } from '../../../src/checks/ask.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import type { Visit } from '../../../src/facts/observed.ts';
import type { AwsAccess, BucketTarget, KeyTarget } from '../../../src/facts/target.ts';
import { bucketProbe } from '../../../src/probes/bucket.ts';
import { keyProbe } from '../../../src/probes/key.ts';
import { secret } from '../../../src/runtime/secret.ts';

export interface Recorded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer without more. */
export function answered(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Recorded {
  return { status, headers, body };
}

/** What a bucket in which nothing is wrong says to each question. */
export const WELL: Readonly<Record<string, Recorded>> = {
  HEAD: answered(200),
  list: answered(200, '<ListBucketResult><Name>circuits</Name><KeyCount>0</KeyCount></ListBucketResult>'),
  encryption: answered(
    200,
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  ),
  versioning: answered(200, '<VersioningConfiguration/>'),
  'object-lock': answered(404, '<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>'),
  PUT: answered(200),
  GET: answered(200),
  DELETE: answered(204),
};

/** What is said of a target: code and sentence by check; a check that passes is left out. */
export type Said = Readonly<Record<string, { readonly code: string; readonly detail: string }>>;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Serves what `answer` gives for a request; `written` is the body of the last PUT, given back where none was recorded. */
export async function serve(answer: (request: IncomingMessage) => Recorded | undefined): Promise<AwsAccess> {
  let written = Buffer.alloc(0);
  const started = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'PUT') written = Buffer.concat(chunks);
      const { status, headers, body } = answer(request) ?? { status: 501, headers: {}, body: '' };
      const object = request.method === 'GET' && request.url?.includes('GetObject') === true && status === 200;
      response.writeHead(status, headers);
      response.end(object ? written : body);
    });
  });
  ends.push(
    () =>
      new Promise((resolve) => {
        started.close(() => resolve());
        started.closeAllConnections();
      }),
  );
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  const credentials = {
    source: 'own',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: secret('a-secret'),
  } as const;
  return { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
}

/** Which question of S3 a request is. */
export function questionOf({ method = '', url = '' }: IncomingMessage): string {
  const query = url.split('?')[1] ?? '';
  if (method !== 'GET') return method;
  return ['list', 'encryption', 'versioning', 'object-lock'].find((name) => query.startsWith(name)) ?? 'GET';
}

/** Which question of KMS a request is. */
export function operationOf({ headers }: IncomingMessage): string {
  return String(headers['x-amz-target']).split('.')[1] ?? '';
}

const clientsWith = (clients: Partial<Clients>): Clients => clients as Clients;
const UNBOUNDED = new AbortController().signal;

/** Visits a bucket. Its clock is left out: recordings are hours away from ours. */
export async function saidOfBucket(target: BucketTarget): Promise<Said> {
  const s3 = createS3Client({ dial: createDial(), againMs: 1 });
  const observed = await bucketProbe.observe(target, clientsWith({ s3 }), UNBOUNDED);
  s3.destroy();
  const { clock: _clock, ...said } = saidOf({ kind: 'bucket', target, observed });
  return said;
}

/** Visits a key of KMS. */
export async function saidOfKey(target: KeyTarget): Promise<Said> {
  const kms = createKmsClient({ dial: createDial(), againMs: 1 });
  const observed = await keyProbe.observe(target, clientsWith({ kms }), UNBOUNDED);
  kms.destroy();
  return saidOf({ kind: 'key', target, observed });
}

function saidOf(visit: Visit): Said {
  const findings = ask({ checks: CHECKS, visits: [visit], baselines: new Map(), now: new Date() });
  return Object.fromEntries(
    findings.flatMap(({ id, answer }) =>
      answer.kind === 'pass' ? [] : [[id.split('/').at(-1) ?? id, answer.fault] as const],
    ),
  );
}

/** The codes alone. */
export function codesOf(said: Said): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(said).map(([check, { code }]) => [check, code]));
}
