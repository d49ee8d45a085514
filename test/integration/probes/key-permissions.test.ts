// docs/permissions.md, held to the emulator's policies: with exactly these actions every question about a key is
// answered; with one less the answer names the one that is missing.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyPublicKey } from '../../../src/checks/key/public-key.ts';
import { keySign } from '../../../src/checks/key/sign.ts';
import { keyState } from '../../../src/checks/key/state.ts';
import { keyUsage } from '../../../src/checks/key/usage.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createKmsClient } from '../../../src/clients/kms.ts';
import { createS3Client } from '../../../src/clients/s3.ts';
import type { Answer } from '../../../src/facts/answer.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { keyProbe } from '../../../src/probes/key.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { askCheck, kmsTarget } from '../../unit/checks/targets.ts';
import { ownAccess, PATIENT } from '../clients/aws-access.ts';

const ACTIONS = ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign'] as const;

let aws: Aws;
let kms: ReturnType<typeof createKmsClient>;
let s3: ReturnType<typeof createS3Client>;

beforeAll(async () => {
  aws = await startAws();
});
afterAll(async () => aws.stop());
beforeEach(() => {
  kms = createKmsClient({ dial: createDial() });
  s3 = createS3Client({ dial: createDial() });
});
afterEach(() => {
  kms.destroy();
  s3.destroy();
});

/** The answers about a fresh key, asked with these actions and no other. */
async function answersWith(actions: readonly (typeof ACTIONS)[number][]): Promise<readonly Answer[]> {
  const key = aws.kms.create();
  const principal = aws.principals.add({
    name: 'checker',
    allow: actions.map((action) => ({ action, resource: key.arn })),
  });
  // A fingerprint that must be known, so that a denied public key is a finding and not a shrug.
  const fingerprint = await kms.publicKey(ownAccess(aws, aws.principals.root), key.id, PATIENT);
  if (!fingerprint.ok) throw new Error(fingerprint.fault.detail);
  const target = kmsTarget({
    keyId: key.id,
    access: ok(ownAccess(aws, principal)),
    expectedFingerprint: fingerprint.value.fingerprint,
  });
  const observed = await keyProbe.observe(target, { kms } as unknown as Clients, PATIENT);
  return [keyState, keyUsage, keyPublicKey, keySign].map((check) => askCheck(check, target, observed));
}

const said = (answers: readonly Answer[]): string =>
  answers.map((answer) => (answer.kind === 'fault' ? answer.fault.detail : '')).join('\n');

describe('a key', () => {
  it('is examined whole with the actions that the documentation names', async () => {
    expect((await answersWith(ACTIONS)).map(({ kind }) => kind)).toEqual(['pass', 'pass', 'pass', 'pass']);
  });

  it('says that kms:DescribeKey is missing, which no service needs to sign', async () => {
    const answers = await answersWith(ACTIONS.filter((action) => action !== 'kms:DescribeKey'));
    expect(said(answers)).toContain('kms:DescribeKey is not granted');
    const codes = answers.flatMap((answer) => (answer.kind === 'pass' ? [] : [answer.fault.code]));
    expect(new Set(codes)).toEqual(new Set(['KmsQuestionNotPermitted', 'NotAsked']));
  });

  it.each(ACTIONS.slice(1))('says that %s is missing', async (missing) => {
    const answers = await answersWith(ACTIONS.filter((action) => action !== missing));
    expect(said(answers)).toContain(`may not ${missing}`);
    expect(answers.some((answer) => answer.kind === 'fault' && answer.fault.code === 'KmsAccessDenied')).toBe(true);
  });
});

describe('a bucket', () => {
  it('says that s3:ListBucket is missing', async () => {
    const bucket = aws.s3.create({ name: 'circuits' });
    const access = ownAccess(aws, aws.principals.add({ name: 'nobody', allow: [] }));
    const listed = await s3.list(access, bucket.name, true, PATIENT);
    expect(listed.ok ? '' : listed.fault.detail).toContain('may not s3:ListBucket');
  });
});
