// What real S3 and KMS servers answered, answered again to our probes: each recorded case and what it amounts to.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.ts';
import { ask } from '../../../src/checks/ask.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import type { Visit } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { bucketProbe } from '../../../src/probes/bucket.ts';
import { keyProbe } from '../../../src/probes/key.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { BUCKET, kmsTarget } from '../checks/targets.ts';

interface Recorded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
interface BucketCase {
  readonly server: string;
  readonly case: string;
  readonly bucket: string;
  readonly region: string;
  readonly writeTest: boolean;
  readonly answers: Readonly<Record<string, Recorded>>;
}
interface KeyCase {
  readonly server: string;
  readonly case: string;
  readonly keyId: string;
  readonly answers: Readonly<Record<string, Recorded>>;
}

const rowsOf = (name: string): readonly unknown[] =>
  readFileSync(new URL(`../../fixtures/real/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

/** By case: what each check says; `pass` where a check is not named. */
const EXPECTED = JSON.parse(
  readFileSync(new URL('../../fixtures/real/object-storage-outcomes.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

const NO_LOCK: Recorded = {
  status: 404,
  headers: {},
  body: '<Error><Code>ObjectLockConfigurationNotFoundError</Code><Message>none</Message></Error>',
};
/** The question did not exist when these were recorded; this is AWS's documented answer for such a bucket. */
const LOCK: Recorded = {
  status: 200,
  headers: {},
  body: '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
};

let server: Server | undefined;
afterEach(async () => {
  await new Promise<void>((resolve) => {
    if (server === undefined) resolve();
    else server.close(() => resolve());
    server?.closeAllConnections();
  });
  server = undefined;
});

/** Serves what `answer` gives for a request; `written` is the body of the last PUT, given back where none was recorded. */
async function serve(answer: (request: IncomingMessage) => Recorded | undefined): Promise<AwsAccess> {
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
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const { port } = started.address() as AddressInfo;
  const credentials = {
    source: 'own',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: secret('a-secret'),
  } as const;
  return { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
}

function verdicts(visit: Visit): Readonly<Record<string, string>> {
  const findings = ask({ checks: CHECKS, visits: [visit], baselines: new Map(), now: new Date() });
  return Object.fromEntries(
    findings.flatMap(({ id, answer }) =>
      answer.kind === 'pass' ? [] : [[id.split('/').at(-1) ?? id, answer.fault.code] as const],
    ),
  );
}

const clientsWith = (clients: Partial<Clients>): Clients => clients as Clients;
const UNBOUNDED = new AbortController().signal;

function questionOf({ method = '', url = '' }: IncomingMessage): string {
  const query = url.split('?')[1] ?? '';
  if (method !== 'GET') return method;
  return ['list', 'encryption', 'versioning', 'object-lock'].find((name) => query.startsWith(name)) ?? 'GET';
}

/** Where the listing was denied nothing was written when these were recorded: what the servers do with such a write. */
function unrecorded(question: string, situation: string): Recorded {
  if (!/^objects only/.test(situation))
    return {
      status: 403,
      headers: {},
      body: '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>',
    };
  return { status: question === 'DELETE' ? 204 : 200, headers: {}, body: '' };
}

/** Clocks of the recordings are hours away from ours; what a header of a date says is tested with the check. */
const CLOCK = 'clock';

describe('a bucket of a real server', () => {
  const cases = (rowsOf('s3') as readonly BucketCase[]).map((row) => {
    return [`s3 ${row.server}: ${row.case}${row.writeTest ? ', written to' : ''}`, row] as const;
  });

  it.each(cases)('%s', async (name, { answers, bucket, region, writeTest, case: situation }) => {
    const access = await serve((request) => {
      const question = questionOf(request);
      if (question === 'object-lock') return /object lock COMPLIANCE/.test(situation) ? LOCK : NO_LOCK;
      return answers[question] ?? unrecorded(question, situation);
    });
    const s3 = createS3Client({ dial: createDial(), againMs: 1 });
    const forcePathStyle = !/^virtual host/.test(situation);
    // The host name of a bucket does not resolve here: `localhost` names every one of them.
    const endpoint = forcePathStyle ? access.endpoint : access.endpoint?.replace('127.0.0.1', 'localhost');
    const named = endpoint === undefined ? access : { ...access, endpoint };
    const target = { ...BUCKET, bucket, writeTest, forcePathStyle, access: ok({ ...named, region }) };
    const observed = await bucketProbe.observe(target, clientsWith({ s3 }), UNBOUNDED);
    s3.destroy();
    const { [CLOCK]: _clock, ...said } = verdicts({ kind: 'bucket', target, observed });
    expect(said).toEqual(EXPECTED[name]);
  });
});

describe('a key of a real server', () => {
  const cases = (rowsOf('kms') as readonly KeyCase[]).map((row) => [`kms ${row.server}: ${row.case}`, row] as const);

  it.each(cases)('%s', async (name, { answers, keyId, case: situation }) => {
    const access = await serve(({ headers }) => answers[String(headers['x-amz-target']).split('.')[1] ?? '']);
    const kms = createKmsClient({ dial: createDial(), againMs: 1 });
    const signTest = situation === 'signTest Never' ? 'Never' : 'DryRun';
    const target = kmsTarget({ keyId, access: ok(access), signTest });
    const observed = await keyProbe.observe(target, clientsWith({ kms }), UNBOUNDED);
    kms.destroy();
    const said = verdicts({ kind: 'key', target, observed });
    expect(said).toEqual(EXPECTED[name]);
  });
});
