// Our S3 client against the emulator: what each trouble is called, that deadlines hold, and that nothing is written.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { ambientAccess, cancelledAfter, ownAccess, PATIENT, withAmbient, within } from './aws-access.ts';
import { closedPort } from './listener.ts';

let aws: Aws;
let s3: ReturnType<typeof createS3Client>;

beforeAll(async () => {
  aws = await startAws();
  aws.s3.create({ name: 'circuits' });
  aws.s3.create({ name: 'abroad', region: 'eu-west-1' });
});
afterAll(async () => aws.stop());
beforeEach(() => {
  s3 = createS3Client({ dial: createDial() });
});
afterEach(() => {
  s3.destroy();
  aws.clearFaults();
  aws.clearCalls();
  aws.setClockOffset(0);
});

const root = () => ownAccess(aws, aws.principals.root);
const nobody = () => aws.principals.add({ name: 'nobody' });

describe('a bucket that is there', () => {
  it('is reached, with its region and the date of the other side', async () => {
    const seen = await s3.head(root(), 'circuits', true, PATIENT);
    expect(seen).toMatchObject({ ok: true, value: { region: 'us-east-1' } });
    expect(seen.ok && Date.parse(seen.value.date ?? '')).toBeGreaterThan(0);
  });

  it('is listed by one object at most, without a write', async () => {
    aws.s3.put('circuits', 'a', 'x');
    aws.s3.put('circuits', 'b', 'x');
    expect(await s3.list(root(), 'circuits', true, PATIENT)).toEqual({ ok: true, value: { objects: 1 } });
    expect(aws.calls.filter((call) => call.write)).toEqual([]);
  });

  it('takes credentials around which a file left blanks, as the AWS SDK for Java trims both', async () => {
    const { accessKeyId, secretAccessKey } = aws.principals.root;
    const blanks = {
      ...aws.principals.root,
      accessKeyId: ` ${accessKeyId}\n`,
      secretAccessKey: `\t${secretAccessKey} \n`,
    };
    expect(await s3.list(ownAccess(aws, blanks), 'circuits', true, PATIENT)).toMatchObject({ ok: true });
  });

  it('is asked once: a failed call is not tried again', async () => {
    aws.inject({ service: 's3', reset: true });
    await s3.head(root(), 'circuits', true, PATIENT);
    expect(aws.calls.map((call) => call.operation)).toEqual(['HeadBucket']);
  });
});

describe('a bucket without anything to sign with', () => {
  const unread = { code: 'SecretNotRead', detail: literal('Secret x is not read') } as const;
  const unsigned = (): AwsAccess => ({ ...root(), credentials: { source: 'none', unread } });

  it('is asked by a request that nobody signed, and a refusal proves an answer and no more', async () => {
    const seen = await s3.head(unsigned(), 'circuits', true, PATIENT);
    expect(seen).toMatchObject({ ok: false, fault: { code: 'SecretNotRead' } });
    expect(!seen.ok && seen.fault.detail).toContain('answers a request that nobody signed');
  });

  it('is told apart from an endpoint that is not there', async () => {
    const seen = await s3.head({ ...unsigned(), endpoint: 'http://127.0.0.1:1' }, 'circuits', true, PATIENT);
    expect(seen).toMatchObject({ ok: false, fault: { code: 'BucketUnreachable' } });
  });
});

describe('what is wrong with a bucket', () => {
  const cases: readonly (readonly [string, string, () => ReturnType<typeof s3.head>])[] = [
    ['no such bucket', 'BucketMissing', () => s3.head(root(), 'no-such-bucket', true, PATIENT)],
    ['another region', 'BucketWrongRegion', () => s3.head(root(), 'abroad', true, PATIENT)],
    [
      'own credentials without permission',
      'BucketAccessDenied',
      () => s3.head(ownAccess(aws, nobody()), 'circuits', true, PATIENT),
    ],
    [
      'an unknown access key',
      'BucketCredentialsInvalid',
      () =>
        s3.head(
          ownAccess(aws, { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'nothing' }),
          'circuits',
          true,
          PATIENT,
        ),
    ],
    [
      'a bad secret',
      'BucketCredentialsInvalid',
      () => s3.head(ownAccess(aws, { ...aws.principals.root, secretAccessKey: 'wrong' }), 'circuits', true, PATIENT),
    ],
    [
      'an expired token',
      'BucketCredentialsInvalid',
      () => {
        const session = { name: 'session', allow: ['*'], sessionToken: 'token-of-yesterday', expiresAt: new Date(0) };
        return s3.head(ownAccess(aws, aws.principals.add(session)), 'circuits', true, PATIENT);
      },
    ],
    [
      'the operator without credentials',
      'CheckerNotAuthorized',
      () => withAmbient(undefined, () => s3.head(ambientAccess(aws), 'circuits', true, PATIENT)),
    ],
    [
      'the operator without permission',
      'CheckerNotAuthorized',
      () => withAmbient(nobody(), () => s3.head(ambientAccess(aws), 'circuits', true, PATIENT)),
    ],
    [
      'an endpoint where nobody listens',
      'BucketUnreachable',
      async () => {
        const gone = { url: `http://127.0.0.1:${await closedPort()}` };
        return s3.head(ownAccess(gone, aws.principals.root), 'circuits', true, PATIENT);
      },
    ],
    [
      'a name that does not resolve',
      'BucketAddressUnresolved',
      () => s3.head(ownAccess({ url: 'http://s3.invalid:9000' }, aws.principals.root), 'circuits', true, PATIENT),
    ],
    [
      'the cloud metadata address',
      'AddressForbidden',
      () => s3.head(ownAccess({ url: 'http://169.254.169.254' }, aws.principals.root), 'circuits', true, PATIENT),
    ],
  ];

  it.each(cases)('%s is %s', async (_, code, ask) => {
    expect(await ask()).toMatchObject({ ok: false, fault: { code } });
  });

  it('a clock that is 20 minutes off is ours, each time it is asked', async () => {
    aws.setClockOffset(20 * 60_000);
    for (let run = 0; run < 3; run += 1) {
      const seen = await s3.head(root(), 'circuits', true, PATIENT);
      expect(seen).toMatchObject({ ok: false, fault: { code: 'CheckerClockSkewed' } });
    }
  });

  it('names the region that the bucket is in', async () => {
    const seen = await s3.head(root(), 'abroad', true, PATIENT);
    expect(!seen.ok && seen.fault.detail).toContain('eu-west-1');
  });

  it('repeats no secret and no access key', async () => {
    const seen = await s3.head(
      ownAccess(aws, { ...aws.principals.root, secretAccessKey: 'hunter2-hunter2' }),
      'circuits',
      true,
      PATIENT,
    );
    expect(JSON.stringify(seen)).not.toMatch(new RegExp(`hunter2|${aws.principals.root.accessKeyId}`));
  });
});

describe('what stands between', () => {
  const cases = [
    ['SlowDown', { status: 503, code: 'SlowDown' }, 'BucketThrottled'],
    ['a server error', { status: 500, code: 'InternalError' }, 'BucketServerError'],
    ["a proxy's page that says 503", { html: true, status: 503 }, 'BucketServerError'],
    ["a proxy's page that says 403", { html: true, status: 403 }, 'BucketAnswerInvalid'],
    ["a web server's page that says 404", { html: true, status: 404 }, 'BucketAnswerInvalid'],
    ['a reset connection', { reset: true }, 'BucketUnreachable'],
  ] as const;

  it.each(cases)('%s is told by head', async (_, fault, code) => {
    aws.inject({ service: 's3', ...fault });
    expect(await s3.head(root(), 'circuits', true, PATIENT)).toMatchObject({ ok: false, fault: { code } });
  });

  it.each([...cases, ['a web server that answers 200', { html: true, status: 200 }, 'BucketAnswerInvalid'] as const])(
    '%s is told by list',
    async (_, fault, code) => {
      aws.inject({ service: 's3', ...fault });
      expect(await s3.list(root(), 'circuits', true, PATIENT)).toMatchObject({ ok: false, fault: { code } });
    },
  );
});

describe('time', () => {
  const slow = [
    ['says nothing', { hang: true }],
    ['stops within the body', { hangInBody: true }],
    ['drips', { drip: true }],
  ] as const;

  it.each(slow)('a server that %s is a timeout when the deadline passes', async (_, fault) => {
    aws.inject({ service: 's3', ...fault });
    const seen = await s3.list(root(), 'circuits', true, within(150));
    expect(seen).toMatchObject({ ok: false, fault: { code: 'BucketTimeout' } });
  });

  it.each(slow)('a server that %s does not hold a cancelled run', async (_, fault) => {
    aws.inject({ service: 's3', ...fault });
    await expect(s3.list(root(), 'circuits', true, cancelledAfter(100))).rejects.toBeInstanceOf(Stop);
  });

  it('a body without end is cut off and is no answer of S3', async () => {
    aws.inject({ service: 's3', endlessBody: true });
    const seen = await s3.list(root(), 'circuits', true, within(20_000));
    expect(seen).toMatchObject({ ok: false, fault: { code: 'BucketAnswerInvalid' } });
  });

  it('a cancelled run asks nothing', async () => {
    const signal = AbortSignal.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    await expect(s3.head(root(), 'circuits', true, signal)).rejects.toBeInstanceOf(Stop);
    expect(aws.calls).toEqual([]);
  });
});

describe('clients of the SDK', () => {
  it('one serves all calls of an identity at an endpoint', async () => {
    for (let run = 0; run < 3; run += 1) await s3.head(root(), 'circuits', true, PATIENT);
    expect(s3.size).toBe(1);
  });

  it('another secret gets another client', async () => {
    await s3.head(root(), 'circuits', true, PATIENT);
    await s3.head(ownAccess(aws, nobody()), 'circuits', true, PATIENT);
    expect(s3.size).toBe(2);
  });

  it('the one that was not used for longest goes first', async () => {
    const small = createS3Client({ dial: createDial(), keep: 2 });
    for (let run = 0; run < 4; run += 1) await small.head(ownAccess(aws, nobody()), 'circuits', true, PATIENT);
    expect(small.size).toBe(2);
    small.destroy();
    expect(small.size).toBe(0);
  });

  it('one whose identity was refused is not kept', async () => {
    const access = ownAccess(aws, { ...aws.principals.root, secretAccessKey: 'wrong' });
    await s3.head(access, 'circuits', true, PATIENT);
    expect(s3.size).toBe(0);
  });
});
