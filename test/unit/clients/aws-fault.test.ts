// The reading of AWS's answers against the fixture of error shapes: each row is served by a small server of its own
// and asked for through our clients, so that the SDK's parsing is part of what is tested.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import { awsFault, type AwsQuestion } from '../../../src/clients/aws-fault.ts';
import type { Outcome } from '../../../src/facts/outcome.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { secret } from '../../../src/runtime/secret.ts';

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Row {
  readonly id: string;
  readonly operation: string;
  readonly response: Response;
}

const ROWS = (
  JSON.parse(readFileSync(new URL('../../fixtures/aws/error-shapes.json', import.meta.url), 'utf8')) as {
    rows: readonly Row[];
  }
).rows;

/** What each row is to us. Rows of requests that we never send are left out by name. */
const EXPECTED: Readonly<Record<string, FaultCode | 'permitted'>> = {
  'head-missing-bucket': 'BucketMissing',
  'head-access-denied': 'BucketAccessDenied',
  'head-unknown-access-key': 'BucketCredentialsInvalid',
  'head-wrong-secret': 'BucketCredentialsInvalid',
  'head-clock-skew': 'CheckerClockSkewed',
  'head-expired-token': 'BucketCredentialsInvalid',
  'head-other-region': 'BucketWrongRegion',
  'head-wrong-scope': 'BucketWrongRegion',
  'head-slow-down': 'BucketThrottled',
  'list-missing-bucket': 'BucketMissing',
  'list-access-denied': 'BucketAccessDenied',
  'list-explicit-deny': 'BucketAccessDenied',
  'list-access-denied-plain': 'BucketAccessDenied',
  'list-unknown-access-key': 'BucketCredentialsInvalid',
  'list-wrong-secret': 'BucketCredentialsInvalid',
  'list-clock-skew': 'CheckerClockSkewed',
  'list-expired-token': 'BucketCredentialsInvalid',
  'list-invalid-token': 'BucketCredentialsInvalid',
  'list-other-region': 'BucketWrongRegion',
  'list-wrong-scope': 'BucketWrongRegion',
  'list-slow-down': 'BucketThrottled',
  'list-service-unavailable': 'BucketServerError',
  'list-internal-error': 'BucketServerError',
  'list-html': 'BucketServerError',
  'describe-missing-key': 'KmsKeyMissing',
  'describe-missing-alias': 'KmsKeyMissing',
  'describe-other-region': 'KmsKeyMissing',
  'describe-access-denied': 'KmsAccessDenied',
  'sign-access-denied': 'KmsAccessDenied',
  'sign-explicit-deny': 'KmsAccessDenied',
  'describe-unknown-access-key': 'KmsCredentialsInvalid',
  'describe-wrong-secret': 'KmsCredentialsInvalid',
  'describe-clock-behind': 'CheckerClockSkewed',
  'describe-clock-ahead': 'CheckerClockSkewed',
  'describe-wrong-scope': 'TargetInvalid',
  'describe-expired-token': 'KmsCredentialsInvalid',
  'describe-throttled': 'KmsThrottled',
  'describe-internal': 'KmsServerError',
  'describe-dependency-timeout': 'KmsServerError',
  'sign-key-unavailable': 'KmsKeyUnusable',
  'sign-disabled': 'KmsKeyDisabled',
  'sign-disabled-409': 'KmsKeyDisabled',
  'sign-pending-deletion': 'KmsKeyPendingDeletion',
  'sign-pending-deletion-disabled': 'KmsKeyPendingDeletion',
  'sign-pending-import': 'KmsKeyUnusable',
  'sign-unavailable': 'KmsKeyUnusable',
  'public-key-disabled': 'KmsKeyDisabled',
  'public-key-symmetric': 'KmsKeyUsageWrong',
  'sign-wrong-usage': 'KmsKeyUsageWrong',
  'sign-wrong-algorithm': 'KmsKeyUsageWrong',
  'sign-dry-run': 'permitted',
  'sign-dry-run-412': 'permitted',
  'sign-dry-run-denied': 'KmsAccessDenied',
  'describe-missing-key-namespaced': 'KmsKeyMissing',
  'describe-html': 'KmsServerError',
};

const NEVER_SENT = new Set(['GetObject', 'PutObject', 'Verify']);

let server: Server | undefined;
afterEach(async () => {
  await new Promise<void>((resolve) => {
    if (server === undefined) resolve();
    else server.close(() => resolve());
    server?.closeAllConnections();
  });
  server = undefined;
});

/** Answers HEAD with one response and everything else with the other; gives the access to it. */
async function serve(head: Response, other: Response): Promise<AwsAccess> {
  const started = createServer((request, response) => {
    const { status, headers, body } = request.method === 'HEAD' ? head : other;
    request.resume();
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const credentials = { source: 'own', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret('not-a-real-one') } as const;
  const { port } = started.address() as AddressInfo;
  return { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials };
}

/** The access that the row is about: in one row the request was signed for another region. */
async function served(row: Row, other: Response): Promise<AwsAccess> {
  const access = await serve(row.response, other);
  return row.id === 'head-wrong-scope' ? { ...access, region: 'eu-central-1' } : access;
}

async function askFor(row: Row): Promise<Outcome<unknown>> {
  const signal = new AbortController().signal;
  const partner = ROWS.find(({ id }) => id === row.id.replace(/^head-/, 'list-')) ?? row;
  const access = await served(row, row.operation === 'HeadBucket' ? partner.response : row.response);
  const options = { dial: createDial() };
  const [s3, kms] = [createS3Client(options), createKmsClient(options)];
  try {
    switch (row.operation) {
      case 'HeadBucket':
        return await s3.head(access, 'circuits', true, signal);
      case 'ListObjectsV2':
        return await s3.list(access, 'circuits', true, signal);
      case 'DescribeKey':
        return await kms.describe(access, 'alias/jwt-signing', signal);
      case 'GetPublicKey':
        return await kms.publicKey(access, 'alias/jwt-signing', signal);
      case 'Sign':
      case 'SignDryRun':
        return await kms.dryRunSign(access, 'alias/jwt-signing', 'ECDSA_SHA_256', signal);
      default:
        throw new Error(`no call of ours sends ${row.operation}`);
    }
  } finally {
    s3.destroy();
    kms.destroy();
  }
}

describe('a shape of AWS', () => {
  const sent = ROWS.filter(({ operation }) => !NEVER_SENT.has(operation));

  it('has an expectation here, each one', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(sent.map(({ id }) => id).sort());
  });

  it.each(sent.map((row) => [row.id, row] as const))('%s', async (id, row) => {
    const outcome = await askFor(row);
    expect(outcome.ok ? 'permitted' : outcome.fault.code).toBe(EXPECTED[id]);
  });

  it.each(sent.filter(({ operation }) => operation === 'HeadBucket').map((row) => [row.id, row] as const))(
    '%s, where the server gives no body to the second question either',
    async (id, row) => {
      const access = await served(row, { ...row.response, body: '' });
      const s3 = createS3Client({ dial: createDial() });
      const outcome = await s3.head(access, 'circuits', true, new AbortController().signal);
      s3.destroy();
      // A bare 403 is a denial: no more can be known. A bare 400 is no answer of S3.
      const bare: Readonly<Record<string, FaultCode>> = {
        'head-unknown-access-key': 'BucketAccessDenied',
        'head-wrong-secret': 'BucketAccessDenied',
        'head-clock-skew': 'BucketAccessDenied',
        'head-expired-token': 'BucketAnswerInvalid',
        // Whether a bare 503 passes is told by the next run.
        'head-slow-down': 'BucketServerError',
      };
      expect(!outcome.ok && outcome.fault.code).toBe(bare[id] ?? EXPECTED[id]);
    },
  );
});

describe('whose identity asked', () => {
  const question: AwsQuestion = {
    action: 's3:ListBucket',
    service: 's3',
    subject: 'bucket circuits at s3.example.com',
    region: 'us-east-1',
    source: 'own',
    secrets: ['hunter2-hunter2'],
  };
  const answer = (code: string, status: number, message = '') =>
    ({ kind: 'answer', status, code, message, headers: {}, region: undefined, excerpt: 'x' }) as const;

  it.each([
    ['AccessDenied', 403, 's3', 'BucketAccessDenied'],
    ['InvalidAccessKeyId', 403, 's3', 'BucketCredentialsInvalid'],
    ['AccessDeniedException', 400, 'kms', 'KmsAccessDenied'],
    ['UnrecognizedClientException', 400, 'kms', 'KmsCredentialsInvalid'],
  ] as const)(
    "%s is the target's own fault under its own credentials, and ours otherwise",
    (code, status, service, own) => {
      expect(awsFault(answer(code, status), { ...question, service }).code).toBe(own);
      expect(awsFault(answer(code, status), { ...question, service, source: 'ambient' }).code).toBe(
        'CheckerNotAuthorized',
      );
    },
  );

  it.each([
    ['SlowDown', 503, 'BucketThrottled'],
    ['RequestLimitExceeded', 400, 'BucketThrottled'],
    ['SomethingNew', 429, 'BucketThrottled'],
    ['SomethingNew', 500, 'BucketServerError'],
    ['SomethingNew', 400, 'Unclassified'],
    ['AuthorizationHeaderMalformed', 400, 'BucketCredentialsInvalid'],
  ] as const)('%s with HTTP %i is %s', (code, status, fault) => {
    expect(awsFault(answer(code, status), question).code).toBe(fault);
  });

  it('a secret that the other side repeats is masked in detail and evidence', () => {
    const fault = awsFault(answer('AccessDenied', 403, 'the secret hunter2-hunter2 is wrong'), question);
    expect(JSON.stringify(fault)).not.toContain('hunter2');
    expect(fault.evidence).toContain('AccessDenied: the secret [redacted]');
  });

  it.each([
    ['dns', 'BucketAddressUnresolved'],
    ['refused', 'BucketUnreachable'],
    ['broken', 'BucketUnreachable'],
    ['timeout', 'BucketTimeout'],
    ['tls', 'BucketTlsFailed'],
    ['forbidden-address', 'AddressForbidden'],
  ] as const)('a way that is broken by %s is %s', (kind, code) => {
    expect(awsFault({ kind: 'transport', fault: { kind, detail: 'x' } }, question).code).toBe(code);
  });
});
