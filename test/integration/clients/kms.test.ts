// Our KMS client against the emulator: what each trouble is called, and that no signature is ever made.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import type { Outcome } from '../../../src/facts/outcome.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { ambientAccess, cancelledAfter, ownAccess, PATIENT, withAmbient, within } from './aws-access.ts';

const ALGORITHM = 'ECDSA_SHA_256';
let aws: Aws;
let kms: ReturnType<typeof createKmsClient>;

beforeAll(async () => {
  aws = await startAws();
});
afterAll(async () => aws.stop());
beforeEach(() => {
  kms = createKmsClient({ dial: createDial() });
});
afterEach(() => {
  kms.destroy();
  aws.clearFaults();
  aws.clearCalls();
  aws.setClockOffset(0);
});

const root = () => ownAccess(aws, aws.principals.root);

it('a key without anything to sign with: a refusal proves an answer and no more', async () => {
  const unread = { code: 'SecretNotRead', detail: literal('Secret x is not read') } as const;
  const seen = await kms.describe({ ...root(), credentials: { source: 'none', unread } }, aws.kms.create().id, PATIENT);
  expect(seen).toMatchObject({ ok: false, fault: { code: 'SecretNotRead' } });
});

describe('a key that is well', () => {
  it('is described', async () => {
    const key = aws.kms.create();
    expect(await kms.describe(root(), key.id, PATIENT)).toEqual({
      ok: true,
      value: {
        state: 'Enabled',
        usage: 'SIGN_VERIFY',
        spec: 'ECC_SECG_P256K1',
        signingAlgorithms: [ALGORITHM],
      },
    });
  });

  it('is described with the day of its deletion', async () => {
    const key = aws.kms.create();
    const date = aws.kms.scheduleDeletion(key.id, 7);
    const seen = await kms.describe(root(), key.id, PATIENT);
    expect(seen.ok && seen.value.state).toBe('PendingDeletion');
    expect(seen.ok && Math.abs(Date.parse(seen.value.deletionDate ?? '') - date.getTime())).toBeLessThan(1_000);
  });

  it('has the fingerprint of its SubjectPublicKeyInfo', async () => {
    const key = aws.kms.create();
    const spki = key.pair()!.publicKey.export({ type: 'spki', format: 'der' });
    const fingerprint = createHash('sha256').update(spki).digest('hex');
    expect(await kms.publicKey(root(), key.id, PATIENT)).toEqual({ ok: true, value: { fingerprint } });
  });

  it('may sign, and signs nothing', async () => {
    const key = aws.kms.create();
    expect(await kms.dryRunSign(root(), key.id, ALGORITHM, PATIENT)).toEqual({
      ok: true,
      value: { algorithm: ALGORITHM },
    });
    expect(aws.calls.map(({ operation, dryRun, write }) => ({ operation, dryRun, write }))).toEqual([
      { operation: 'Sign', dryRun: true, write: false },
    ]);
  });
});

describe('what is wrong with a key', () => {
  type Ask = () => Promise<Outcome<unknown>>;
  const cases: readonly (readonly [string, string, Ask])[] = [
    ['no such key', 'KmsKeyMissing', () => kms.describe(root(), 'alias/none', PATIENT)],
    [
      'own credentials without permission to describe',
      'KmsAccessDenied',
      () => kms.describe(ownAccess(aws, aws.principals.add({ name: 'nobody' })), aws.kms.create().id, PATIENT),
    ],
    [
      'own credentials without permission to sign',
      'KmsAccessDenied',
      () => {
        const reader = aws.principals.add({ name: 'reader', allow: ['kms:DescribeKey'] });
        return kms.dryRunSign(ownAccess(aws, reader), aws.kms.create().id, ALGORITHM, PATIENT);
      },
    ],
    [
      'the operator without permission to describe',
      'CheckerNotAuthorized',
      () =>
        withAmbient(aws.principals.add({ name: 'nobody' }), () =>
          kms.describe(ambientAccess(aws), aws.kms.create().id, PATIENT),
        ),
    ],
    [
      'the operator without permission to sign',
      'KmsSignNotPermitted',
      () =>
        withAmbient(aws.principals.add({ name: 'nobody' }), () =>
          kms.dryRunSign(ambientAccess(aws), aws.kms.create().id, ALGORITHM, PATIENT),
        ),
    ],
    [
      'the operator without credentials',
      'CheckerNotAuthorized',
      () => withAmbient(undefined, () => kms.dryRunSign(ambientAccess(aws), aws.kms.create().id, ALGORITHM, PATIENT)),
    ],
    [
      'an unknown access key',
      'KmsCredentialsInvalid',
      () =>
        kms.describe(
          ownAccess(aws, { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'nothing' }),
          'alias/x',
          PATIENT,
        ),
    ],
    [
      'a bad secret',
      'KmsCredentialsInvalid',
      () => kms.describe(ownAccess(aws, { ...aws.principals.root, secretAccessKey: 'wrong' }), 'alias/x', PATIENT),
    ],
    [
      'an expired token',
      'KmsCredentialsInvalid',
      () => {
        const session = { name: 'session', allow: ['*'], sessionToken: 'token-of-yesterday', expiresAt: new Date(0) };
        return kms.describe(ownAccess(aws, aws.principals.add(session)), 'alias/x', PATIENT);
      },
    ],
    [
      'a signature with a disabled key',
      'KmsKeyDisabled',
      () => {
        const key = aws.kms.create();
        aws.kms.setState(key.id, 'Disabled');
        return kms.dryRunSign(root(), key.id, ALGORITHM, PATIENT);
      },
    ],
    [
      'a signature with a key that waits for its deletion',
      'KmsKeyPendingDeletion',
      () => {
        const key = aws.kms.create();
        aws.kms.scheduleDeletion(key.id, 7);
        return kms.dryRunSign(root(), key.id, ALGORITHM, PATIENT);
      },
    ],
    [
      'the public key of a symmetric key',
      'KmsKeyUsageWrong',
      () => kms.publicKey(root(), aws.kms.create({ spec: 'SYMMETRIC_DEFAULT' }).id, PATIENT),
    ],
  ];

  it.each(cases)('%s is %s', async (_, code, ask) => {
    expect(await ask()).toMatchObject({ ok: false, fault: { code } });
  });

  it.each([20, -20])('a clock that is %i minutes off is ours, each time it is asked', async (minutes) => {
    const key = aws.kms.create();
    aws.setClockOffset(minutes * 60_000);
    for (let run = 0; run < 3; run += 1) {
      const seen = await kms.describe(root(), key.id, PATIENT);
      expect(seen).toMatchObject({ ok: false, fault: { code: 'CheckerClockSkewed' } });
    }
  });
});

describe('what stands between', () => {
  it.each([
    ['throttling', { status: 400, code: 'ThrottlingException' }, 'KmsThrottled'],
    ['a server error', { status: 500, code: 'KMSInternalException' }, 'KmsServerError'],
    ["a proxy's page that says 503", { html: true, status: 503 }, 'KmsServerError'],
    ["a proxy's page that says 403", { html: true, status: 403 }, 'KmsAnswerInvalid'],
    ['a web server that answers 200', { html: true, status: 200 }, 'KmsAnswerInvalid'],
    ['a reset connection', { reset: true }, 'KmsUnreachable'],
    ['a body without end', { endlessBody: true }, 'KmsAnswerInvalid'],
    ['silence', { hang: true }, 'KmsTimeout'],
    ['a dripping body', { drip: true }, 'KmsTimeout'],
  ] as const)('%s is %s', async (_, fault, code) => {
    const key = aws.kms.create();
    aws.inject({ service: 'kms', ...fault });
    const patience = code === 'KmsTimeout' ? within(150) : within(20_000);
    expect(await kms.describe(root(), key.id, patience)).toMatchObject({ ok: false, fault: { code } });
  });

  it('a cancelled run ends', async () => {
    aws.inject({ service: 'kms', hang: true });
    await expect(kms.describe(root(), 'alias/x', cancelledAfter(100))).rejects.toBeInstanceOf(Stop);
  });
});
