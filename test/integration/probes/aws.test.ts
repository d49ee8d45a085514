// The probes of buckets and keys, with our real clients against the emulator, and the checks on what they bring back:
// from a trouble at the other side to the fault in the report. Also that nothing is written and nothing is signed.
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketList } from '../../../src/checks/bucket/list.ts';
import { bucketReach } from '../../../src/checks/bucket/reach.ts';
import { bucketRegion } from '../../../src/checks/bucket/region.ts';
import { keyPair } from '../../../src/checks/key/key-pair.ts';
import { keyPublicKey } from '../../../src/checks/key/public-key.ts';
import { keySign } from '../../../src/checks/key/sign.ts';
import { keyState } from '../../../src/checks/key/state.ts';
import { keyUsage } from '../../../src/checks/key/usage.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { AwsAccess, BucketTarget, KeyTarget } from '../../../src/facts/target.ts';
import { bucketProbe } from '../../../src/probes/bucket.ts';
import { keyProbe } from '../../../src/probes/key.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import type { Fault } from '../../stack/aws/faults.ts';
import type { NewPrincipal } from '../../stack/aws/principals.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { createAuthority } from '../../stack/certificates.ts';
import {
  ambientAccess,
  cancelledAfter,
  ownAccess,
  PATIENT,
  soonAfter,
  withAmbient,
  within,
} from '../clients/aws-access.ts';
import { askCheck, BUCKET, kmsTarget, PAIR_TARGET, verdict } from '../../unit/checks/targets.ts';

let aws: Aws;
let s3: ReturnType<typeof createS3Client>;
let kms: ReturnType<typeof createKmsClient>;

beforeAll(async () => {
  aws = await startAws();
  aws.s3.create({ name: 'circuits' });
  aws.s3.create({ name: 'abroad', region: 'eu-west-1' });
});
afterAll(async () => aws.stop());
beforeEach(() => {
  const dial = createDial();
  s3 = createS3Client({ dial });
  kms = createKmsClient({ dial });
});
afterEach(() => {
  // Read only, whatever was wrong in the test: no write, and no Sign that is not a dry run.
  expect(aws.calls.filter((call) => call.write)).toEqual([]);
  expect(aws.calls.filter((call) => call.operation === 'Sign' && !call.dryRun)).toEqual([]);
  s3.destroy();
  kms.destroy();
  aws.clearFaults();
  aws.clearCalls();
  aws.setClockOffset(0);
});

const clients = (): Clients => ({ s3, kms }) as unknown as Clients;
const root = () => ownAccess(aws, aws.principals.root);
const principal = (allow: NewPrincipal['allow'] = []) => aws.principals.add({ name: 'someone', allow });

/** What the three checks say of a bucket after a visit. */
async function visitBucket(more: Partial<BucketTarget> = {}, signal: AbortSignal = PATIENT) {
  const target: BucketTarget = { ...BUCKET, access: ok(root()), ...more };
  const observed = await bucketProbe.observe(target, clients(), signal);
  return [bucketReach, bucketList, bucketRegion].map((check) => verdict(askCheck(check, target, observed)));
}

const UNREACHED = ['NotAsked', 'NotAsked'];

describe('a bucket', () => {
  it('that is well passes, by four requests', async () => {
    expect(await visitBucket()).toEqual(['pass', 'pass', 'pass']);
    expect(aws.calls.map((call) => call.operation).toSorted()).toEqual([
      'GetBucketEncryption',
      'GetBucketVersioning',
      'HeadBucket',
      'ListObjectsV2',
    ]);
  });

  it('that is missing', async () => {
    expect(await visitBucket({ bucket: 'nowhere' })).toEqual(['BucketMissing', ...UNREACHED]);
  });

  it('in another region is reached, and region tells', async () => {
    expect(await visitBucket({ bucket: 'abroad' })).toEqual(['pass', 'NotAsked', 'BucketWrongRegion']);
  });

  it("that the target's own credentials may not use", async () => {
    const denied = aws.principals.add({ name: 'someone', allow: ['s3:*'], deny: ['s3:*'] });
    expect(await visitBucket({ access: ok(ownAccess(aws, denied)) })).toEqual(['BucketAccessDenied', ...UNREACHED]);
  });

  it("that the target's own credentials may not list, and nobody knows of objects", async () => {
    expect(await visitBucket({ access: ok(ownAccess(aws, principal())) })).toEqual([
      'BucketQuestionNotPermitted',
      ...UNREACHED,
    ]);
  });

  it("that the operator's own identity may not use", async () => {
    await withAmbient(principal(), async () => {
      expect(await visitBucket({ access: ok(ambientAccess(aws)) })).toEqual(['CheckerNotAuthorized', ...UNREACHED]);
    });
  });

  it("that the operator's own identity may use", async () => {
    await withAmbient(aws.principals.root, async () => {
      expect(await visitBucket({ access: ok(ambientAccess(aws)) })).toEqual(['pass', 'pass', 'pass']);
    });
  });

  it('whose Secret is gone is not visited', async () => {
    const access = failed('SecretMissing', literal('the Secret is not there'));
    expect(await visitBucket({ access })).toEqual(['SecretMissing', ...UNREACHED]);
    expect(aws.calls).toEqual([]);
  });

  it('behind a web server that answers everything is not reached', async () => {
    aws.inject({ service: 's3', html: true, status: 200 });
    expect(await visitBucket()).toEqual(['BucketAnswerInvalid', ...UNREACHED]);
  });

  it('that answers HEAD and hangs on the listing is reached', async () => {
    aws.inject({ service: 's3', operation: 'ListObjectsV2', hang: true });
    expect(await visitBucket({}, soonAfter(aws, 'ListObjectsV2'))).toEqual(['pass', 'BucketTimeout', 'pass']);
  });

  it.each<readonly [string, Fault, string]>([
    ['throttled', { status: 503, code: 'SlowDown' }, 'BucketThrottled'],
    ['silent', { hang: true }, 'BucketTimeout'],
    ['broken', { status: 500, code: 'InternalError' }, 'BucketServerError'],
  ])('that is %s', async (_, fault, code) => {
    aws.inject({ service: 's3', ...fault });
    const signal = fault.hang === true ? within(500) : PATIENT;
    expect(await visitBucket({}, signal)).toEqual([code, ...UNREACHED]);
  });

  it.each([
    ['drips', { drip: true }, 'BucketTimeout'],
    ['stops within the body', { hangInBody: true }, 'BucketTimeout'],
  ] as const)('whose listing %s', async (_, fault, code) => {
    aws.inject({ service: 's3', operation: 'ListObjectsV2', ...fault });
    expect(await visitBucket({}, soonAfter(aws, 'ListObjectsV2'))).toEqual(['pass', code, 'pass']);
  });

  it('whose listing never ends', async () => {
    aws.inject({ service: 's3', operation: 'ListObjectsV2', endlessBody: true });
    expect(await visitBucket({}, within(20_000))).toEqual(['BucketAnswerInvalid', ...UNREACHED]);
  });

  it('of a cancelled run has no result', async () => {
    aws.inject({ service: 's3', operation: 'ListObjectsV2', hang: true });
    await expect(visitBucket({}, cancelledAfter(200))).rejects.toBeInstanceOf(Stop);
  });

  describe('over TLS', () => {
    const authority = createAuthority();
    let secured: Aws;
    beforeAll(async () => {
      secured = await startAws({ tls: authority.issue({ commonName: 's3', hosts: ['127.0.0.1'] }) });
      secured.s3.create({ name: 'circuits' });
    });
    afterAll(async () => secured.stop());
    const access = (more: Partial<AwsAccess>) => ({ access: ok(ownAccess(secured, secured.principals.root, more)) });

    it('is reached with its own authority', async () => {
      expect(await visitBucket(access({ ca: authority.caPem }))).toEqual(['pass', 'pass', 'pass']);
    });

    it('is not reached without', async () => {
      expect(await visitBucket(access({}))).toEqual(['BucketTlsFailed', ...UNREACHED]);
    });
  });
});

/** What the four checks say of a KMS key after a visit. */
async function visitKey(
  keyId: string,
  more: Partial<Extract<KeyTarget['source'], { kind: 'kms' }>> = {},
  { signal = PATIENT, baseline }: { signal?: AbortSignal; baseline?: string } = {},
) {
  const target = kmsTarget({ keyId, access: ok(root()), ...more });
  const observed = await keyProbe.observe(target, clients(), signal);
  return [keyState, keyUsage, keyPublicKey, keySign].map((check) =>
    verdict(askCheck(check, target, observed, baseline)),
  );
}

async function fingerprintOf(keyId: string): Promise<string> {
  const seen = await kms.publicKey(root(), keyId, PATIENT);
  if (!seen.ok) throw new Error(seen.fault.detail);
  return seen.value.fingerprint;
}

const READ = ['kms:DescribeKey', 'kms:GetPublicKey'];
const UNDESCRIBED = ['NotAsked', 'NotAsked', 'NotAsked'];

describe('a key in KMS', () => {
  it.each(['ECC_SECG_P256K1', 'ECC_NIST_P256', 'RSA_2048'] as const)('that is well passes: %s', async (spec) => {
    expect(await visitKey(aws.kms.create({ spec }).id)).toEqual(['pass', 'pass', 'pass', 'pass']);
    expect(aws.calls.map((call) => call.operation).sort()).toEqual(['DescribeKey', 'GetPublicKey', 'Sign']);
  });

  it('is not asked to sign when the spec says Never', async () => {
    await visitKey(aws.kms.create().id, { signTest: 'Never' });
    expect(aws.calls.map((call) => call.operation).sort()).toEqual(['DescribeKey', 'GetPublicKey']);
  });

  it('that is disabled: the other questions are not asked', async () => {
    const key = aws.kms.create();
    aws.kms.setState(key.id, 'Disabled');
    expect(await visitKey(key.id)).toEqual(['KmsKeyDisabled', 'pass', 'NotAsked', 'NotAsked']);
    expect(aws.calls.map((call) => call.operation)).toEqual(['DescribeKey']);
  });

  it('that waits for its deletion', async () => {
    const key = aws.kms.create();
    aws.kms.scheduleDeletion(key.id, 7);
    expect(await visitKey(key.id)).toEqual(['KmsKeyPendingDeletion', 'pass', 'NotAsked', 'NotAsked']);
  });

  it('whose imported material has ended', async () => {
    const key = aws.kms.create({ origin: 'EXTERNAL', validTo: new Date(0) });
    expect(await visitKey(key.id)).toEqual(['KmsKeyUnusable', 'pass', 'NotAsked', 'NotAsked']);
  });

  it.each([[{ spec: 'SYMMETRIC_DEFAULT' }], [{ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' }]] as const)(
    'of another use: %j',
    async (wanted) => {
      expect(await visitKey(aws.kms.create(wanted).id)).toEqual(['pass', 'KmsKeyUsageWrong', 'NotAsked', 'NotAsked']);
    },
  );

  it('that is missing', async () => {
    expect(await visitKey('alias/nowhere')).toEqual(['KmsKeyMissing', ...UNDESCRIBED]);
  });

  it('that own credentials may not describe', async () => {
    const access = ok(ownAccess(aws, principal()));
    expect(await visitKey(aws.kms.create().id, { access })).toEqual(['KmsAccessDenied', ...UNDESCRIBED]);
  });

  it('that own credentials may read and not sign with', async () => {
    const access = ok(ownAccess(aws, principal(READ)));
    expect(await visitKey(aws.kms.create().id, { access })).toEqual(['pass', 'pass', 'pass', 'KmsAccessDenied']);
  });

  it('that own credentials may sign with, but whose public key they may not read', async () => {
    const access = ok(ownAccess(aws, principal(['kms:DescribeKey', 'kms:Sign'])));
    expect(await visitKey(aws.kms.create().id, { access })).toEqual(['pass', 'pass', 'NotAsked', 'pass']);
  });

  it("that the operator's own identity may read and not sign with", async () => {
    await withAmbient(principal(READ), async () => {
      const access = ok(ambientAccess(aws));
      expect(await visitKey(aws.kms.create().id, { access })).toEqual(['pass', 'pass', 'pass', 'KmsSignNotPermitted']);
    });
  });

  it('behind an alias that was pointed to another key', async () => {
    const first = aws.kms.create({ alias: 'tokens' });
    const baseline = await fingerprintOf(first.id);
    expect(await visitKey('alias/tokens', {}, { baseline })).toEqual(['pass', 'pass', 'pass', 'pass']);
    aws.kms.pointAlias('tokens', aws.kms.create().id);
    expect(await visitKey('alias/tokens', {}, { baseline })).toEqual(['pass', 'pass', 'KeyFingerprintChanged', 'pass']);
  });

  it('that is not the one of the spec', async () => {
    const expectedFingerprint = await fingerprintOf(aws.kms.create().id);
    expect(await visitKey(aws.kms.create().id, { expectedFingerprint })).toEqual([
      'pass',
      'pass',
      'KeyFingerprintMismatch',
      'pass',
    ]);
  });

  it('asked with a clock that is off', async () => {
    const key = aws.kms.create();
    aws.setClockOffset(20 * 60_000);
    expect(await visitKey(key.id)).toEqual(['CheckerClockSkewed', ...UNDESCRIBED]);
  });

  it.each<readonly [string, Fault, string]>([
    ['is throttled', { status: 400, code: 'ThrottlingException' }, 'KmsThrottled'],
    ['says nothing', { hang: true }, 'KmsTimeout'],
    ['drips', { drip: true }, 'KmsTimeout'],
  ])('in a KMS that %s', async (_, fault, code) => {
    aws.inject({ service: 'kms', ...fault });
    const seen = await visitKey(aws.kms.create().id, {}, fault.status === undefined ? { signal: within(500) } : {});
    expect(seen).toEqual([code, ...UNDESCRIBED]);
  });

  it('where one question hangs, the answered ones stand', async () => {
    aws.inject({ service: 'kms', operation: 'GetPublicKey', hang: true });
    const deadline = new AbortController();
    const client = kms;
    const dryRunSign: typeof client.dryRunSign = async (...question) => {
      const signed = await client.dryRunSign(...question);
      // The deadline comes once this is answered and the other one was asked.
      while (!aws.calls.some(({ operation }) => operation === 'GetPublicKey')) await sleep(5);
      deadline.abort(new Stop({ kind: 'Deadline', ms: 1_000 }));
      return signed;
    };
    kms = { ...client, dryRunSign };
    const seen = await visitKey(aws.kms.create().id, {}, { signal: deadline.signal });
    expect(seen).toEqual(['pass', 'pass', 'KmsTimeout', 'pass']);
  });

  it('of a cancelled run has no result', async () => {
    aws.inject({ service: 'kms', operation: 'Sign', hang: true });
    const visit = visitKey(aws.kms.create().id, {}, { signal: cancelledAfter(200) });
    await expect(visit).rejects.toBeInstanceOf(Stop);
  });
});

describe('a key pair off AWS', () => {
  const pem = (curve: string) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
    return {
      publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
      privatePem: secret(privateKey.export({ type: 'sec1', format: 'pem' }) as string),
    };
  };
  const visitPair = async (pair: ReturnType<typeof pem>) => {
    const target: KeyTarget = { ...PAIR_TARGET, source: { kind: 'keyPair', pair: ok(pair) } };
    return verdict(askCheck(keyPair, target, await keyProbe.observe(target, clients(), PATIENT)));
  };

  it('that matches passes, and KMS is not asked', async () => {
    expect(await visitPair(pem('secp256k1'))).toBe('pass');
    expect(aws.calls).toEqual([]);
  });

  it('that does not match', async () => {
    const pair = { ...pem('secp256k1'), privatePem: pem('secp256k1').privatePem };
    expect(await visitPair(pair)).toBe('KeyPairMismatch');
  });

  it('that is none', async () => {
    expect(await visitPair({ ...pem('secp256k1'), publicPem: 'tls.crt' })).toBe('KeyPairInvalid');
  });
});
