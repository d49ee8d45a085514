import { createHash, createPublicKey, constants, verify, type KeyObject } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  ListAliasesCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  VerifyCommand,
  type KMSClient,
  type MessageType,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeySpec } from '../../stack/aws/kms/keys.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { errorOf, kmsClient } from './clients.ts';

const MESSAGE = Buffer.from('recognize-health');

describe('the KMS emulator, seen through the SDK', () => {
  let aws: Aws;
  let kms: KMSClient;
  let clock: Date | undefined;

  beforeAll(async () => {
    aws = await startAws({ clock: { now: () => clock ?? new Date() } });
    kms = kmsClient(aws);
  });
  afterAll(async () => {
    kms.destroy();
    await aws.stop();
  });
  beforeEach(() => {
    clock = undefined;
    aws.clearFaults();
    aws.clearCalls();
  });

  const sign = (KeyId: string, more: Partial<{ DryRun: boolean; SigningAlgorithm: SigningAlgorithmSpec }> = {}) =>
    kms.send(new SignCommand({ KeyId, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256', ...more }));
  const state = async (KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  async function publicKey(KeyId: string): Promise<KeyObject> {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  }

  describe('signatures verify with the public key outside of KMS', () => {
    const cases: [KeySpec, SigningAlgorithmSpec, string, 'pss' | undefined][] = [
      ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256', undefined],
      ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256', undefined],
      ['ECC_NIST_P384', 'ECDSA_SHA_384', 'sha384', undefined],
      ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256', undefined],
      ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512', 'sha512', undefined],
      ['RSA_2048', 'RSASSA_PSS_SHA_256', 'sha256', 'pss'],
      ['RSA_2048', 'RSASSA_PSS_SHA_512', 'sha512', 'pss'],
    ];
    const types: MessageType[] = ['RAW', 'DIGEST'];
    it.each(cases.flatMap((row) => types.map((type) => [...row, type] as const)))(
      '%s %s (%s %s, %s)',
      async (spec, SigningAlgorithm, hash, scheme, MessageType) => {
        const { id: KeyId } = aws.kms.create({ spec });
        const Message = MessageType === 'RAW' ? MESSAGE : createHash(hash).update(MESSAGE).digest();
        const { Signature } = await kms.send(new SignCommand({ KeyId, Message, MessageType, SigningAlgorithm }));
        const signature = Buffer.from(Signature ?? []);
        const key = await publicKey(KeyId);
        const padding =
          scheme === 'pss'
            ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
            : {};
        expect(verify(hash, MESSAGE, { key, ...padding }, signature)).toBe(true);

        const check = (Signature: Uint8Array) =>
          kms.send(new VerifyCommand({ KeyId, Message, MessageType, SigningAlgorithm, Signature }));
        expect((await check(signature)).SignatureValid).toBe(true);
        const last = signature.length - 1;
        signature.writeUInt8(signature.readUInt8(last) ^ 1, last);
        expect((await errorOf(check(signature))).name).toBe('KMSInvalidSignatureException');
      },
    );
    it('of one key do not verify with another', async () => {
      const [one, other] = [aws.kms.create(), aws.kms.create()];
      const { Signature } = await sign(one.id);
      const check = new VerifyCommand({
        KeyId: other.id,
        Message: MESSAGE,
        SigningAlgorithm: 'ECDSA_SHA_256',
        Signature,
      });
      expect((await errorOf(kms.send(check))).name).toBe('KMSInvalidSignatureException');
    });
  });

  describe('DescribeKey and GetPublicKey', () => {
    it('tell spec, usage, state, origin and algorithms', async () => {
      const key = aws.kms.create({ spec: 'ECC_SECG_P256K1', description: 'jwt' });
      expect((await kms.send(new DescribeKeyCommand({ KeyId: key.id }))).KeyMetadata).toMatchObject({
        KeyId: key.id,
        Arn: key.arn,
        Enabled: true,
        KeyState: 'Enabled',
        KeySpec: 'ECC_SECG_P256K1',
        KeyUsage: 'SIGN_VERIFY',
        Origin: 'AWS_KMS',
        SigningAlgorithms: ['ECDSA_SHA_256'],
        Description: 'jwt',
      });
      expect(await kms.send(new GetPublicKeyCommand({ KeyId: key.id }))).toMatchObject({
        KeyId: key.arn,
        KeySpec: 'ECC_SECG_P256K1',
        KeyUsage: 'SIGN_VERIFY',
      });
    });
    it('find a key by id, ARN, alias and alias ARN', async () => {
      const key = aws.kms.create({ alias: 'jwt-signing' });
      const aliasArn = `arn:aws:kms:us-east-1:111122223333:alias/jwt-signing`;
      for (const KeyId of [key.id, key.arn, 'alias/jwt-signing', aliasArn]) {
        expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn).toBe(key.arn);
      }
    });
    it('give other material when an alias was pointed to another key', async () => {
      const [before, after] = [aws.kms.create({ alias: 'rotated' }), aws.kms.create()];
      const first = await publicKey('alias/rotated');
      aws.kms.pointAlias('rotated', after.id);
      expect((await publicKey('alias/rotated')).equals(first)).toBe(false);
      expect((await publicKey(before.id)).equals(first)).toBe(true);
    });
    it('list aliases, all or those of a key', async () => {
      const key = aws.kms.create({ alias: 'listed' });
      const own = await kms.send(new ListAliasesCommand({ KeyId: key.id }));
      expect(own.Aliases).toMatchObject([{ AliasName: 'alias/listed', TargetKeyId: key.id }]);
      expect((await kms.send(new ListAliasesCommand({}))).Aliases?.length).toBeGreaterThan(1);
    });
    it('do not find a key of another region', async () => {
      const key = aws.kms.create({ region: 'eu-west-1' });
      expect(await errorOf(state(key.id))).toMatchObject({ name: 'NotFoundException' });
      expect(await errorOf(state(key.arn))).toMatchObject({
        name: 'NotFoundException',
        message: 'Invalid arn eu-west-1',
      });
    });
  });

  describe('the states of a key', () => {
    it('Disabled: described, not used, not exported; enabled again it signs', async () => {
      const { id: KeyId, arn } = aws.kms.create();
      await kms.send(new DisableKeyCommand({ KeyId }));
      expect(await state(KeyId)).toBe('Disabled');
      expect(await errorOf(sign(KeyId))).toMatchObject({ name: 'DisabledException', message: `${arn} is disabled.` });
      expect((await errorOf(publicKey(KeyId))).name).toBe('DisabledException');
      await kms.send(new EnableKeyCommand({ KeyId }));
      expect((await sign(KeyId)).Signature).toBeDefined();
    });
    it('PendingDeletion: has a date, cannot be used; cancelled it is Disabled', async () => {
      const { id: KeyId, arn } = aws.kms.create();
      const scheduled = await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      const described = await kms.send(new DescribeKeyCommand({ KeyId }));
      expect(described.KeyMetadata).toMatchObject({
        KeyState: 'PendingDeletion',
        Enabled: false,
        DeletionDate: scheduled.DeletionDate,
      });
      expect(await errorOf(sign(KeyId))).toMatchObject({
        name: 'KMSInvalidStateException',
        message: `${arn} is pending deletion.`,
      });
      expect((await errorOf(kms.send(new EnableKeyCommand({ KeyId })))).name).toBe('KMSInvalidStateException');
      await kms.send(new CancelKeyDeletionCommand({ KeyId }));
      expect(await state(KeyId)).toBe('Disabled');
      expect((await errorOf(kms.send(new CancelKeyDeletionCommand({ KeyId })))).message).toContain(
        'not pending deletion',
      );
    });
    it('EXTERNAL material: tells when it ends, and is PendingImport from then on', async () => {
      const key = aws.kms.create({ origin: 'EXTERNAL', validTo: new Date(Date.now() + 60_000) });
      const before = (await kms.send(new DescribeKeyCommand({ KeyId: key.id }))).KeyMetadata;
      expect(before).toMatchObject({ KeyState: 'Enabled', ExpirationModel: 'KEY_MATERIAL_EXPIRES' });
      expect(before?.ValidTo).toBeInstanceOf(Date);
      clock = new Date(Date.now() + 61_000);
      expect(await state(key.id)).toBe('PendingImport');
      expect((await errorOf(sign(key.id))).message).toBe(`${key.arn} is pending import.`);
    });
    it('Unavailable: cannot be used', async () => {
      const key = aws.kms.create();
      aws.kms.setState(key.id, 'Unavailable');
      expect((await errorOf(sign(key.id))).message).toBe(`${key.arn} is unavailable.`);
    });
    it('removed: not found', async () => {
      const key = aws.kms.create();
      aws.kms.remove(key.id);
      expect(await errorOf(state(key.id))).toMatchObject({
        name: 'NotFoundException',
        message: `Key '${key.arn}' does not exist`,
      });
    });
  });

  describe('wrong use', () => {
    it('refuses to sign with an encryption key', async () => {
      const key = aws.kms.create({ spec: 'SYMMETRIC_DEFAULT' });
      expect((await errorOf(sign(key.id))).name).toBe('InvalidKeyUsageException');
      expect((await errorOf(publicKey(key.id))).name).toBe('UnsupportedOperationException');
    });
    it('refuses an RSA key that is for encryption', async () => {
      const key = aws.kms.create({ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' });
      const failed = await errorOf(sign(key.id, { SigningAlgorithm: 'RSASSA_PSS_SHA_256' }));
      expect(failed).toMatchObject({ name: 'InvalidKeyUsageException' });
    });
    it('refuses an algorithm of another key spec', async () => {
      const key = aws.kms.create();
      const failed = await errorOf(sign(key.id, { SigningAlgorithm: 'RSASSA_PSS_SHA_256' }));
      expect(failed).toMatchObject({
        name: 'InvalidKeyUsageException',
        message: 'Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_SECG_P256K1.',
      });
    });
    it('refuses a digest of the wrong length and a message above 4096 bytes', async () => {
      const { id: KeyId } = aws.kms.create();
      const send = (Message: Uint8Array, MessageType: MessageType) =>
        errorOf(kms.send(new SignCommand({ KeyId, Message, MessageType, SigningAlgorithm: 'ECDSA_SHA_256' })));
      expect((await send(Buffer.alloc(31), 'DIGEST')).name).toBe('ValidationException');
      expect((await send(Buffer.alloc(4097), 'RAW')).name).toBe('ValidationException');
    });
  });

  describe('DryRun', () => {
    it('says that a signature would have been made, and makes none', async () => {
      const key = aws.kms.create();
      expect((await errorOf(sign(key.id, { DryRun: true }))).name).toBe('DryRunOperationException');
      expect(aws.calls).toMatchObject([{ operation: 'Sign', dryRun: true, code: 'DryRunOperationException' }]);
    });
    it('says what would have stood in the way: permission, state, usage', async () => {
      const key = aws.kms.create();
      const reader = kmsClient(aws, { as: aws.principals.add({ name: 'reader', allow: ['kms:Describe*'] }) });
      const dryRun = { KeyId: key.id, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256', DryRun: true } as const;
      expect((await errorOf(reader.send(new SignCommand(dryRun)))).name).toBe('AccessDeniedException');
      aws.kms.setState(key.id, 'Disabled');
      expect((await errorOf(kms.send(new SignCommand(dryRun)))).name).toBe('DisabledException');
      reader.destroy();
    });
  });

  describe('permission', () => {
    it('is per action', async () => {
      const key = aws.kms.create();
      const principal = aws.principals.add({ name: 'auth-vault', allow: ['kms:*'], deny: ['kms:Sign'] });
      const client = kmsClient(aws, { as: principal });
      await client.send(new DescribeKeyCommand({ KeyId: key.id }));
      const denied = await errorOf(
        client.send(new SignCommand({ KeyId: key.id, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' })),
      );
      expect(denied).toMatchObject({
        name: 'AccessDeniedException',
        message: `User: ${principal.arn} is not authorized to perform: kms:Sign on resource: ${key.arn} with an explicit deny in an identity-based policy`,
      });
      client.destroy();
    });
    it('needs the key policy to agree when the key has one of its own', async () => {
      const key = aws.kms.create();
      aws.kms.setPolicy(key.id, {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:DescribeKey', Resource: '*' }],
      });
      expect(await state(key.id)).toBe('Enabled');
      expect((await errorOf(sign(key.id))).message).toContain(
        'because no resource-based policy allows the kms:Sign action',
      );
    });
  });

  describe('administration through the API', () => {
    it('creates a key with an alias that signs', async () => {
      const made = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
      const TargetKeyId = made.KeyMetadata?.KeyId ?? '';
      await kms.send(new CreateAliasCommand({ AliasName: 'alias/by-api', TargetKeyId }));
      expect((await sign('alias/by-api')).KeyId).toBe(made.KeyMetadata?.Arn);
      const again = kms.send(new CreateAliasCommand({ AliasName: 'alias/by-api', TargetKeyId }));
      expect((await errorOf(again)).name).toBe('AlreadyExistsException');
    });
    it('asks for the usage of an asymmetric key', async () => {
      expect((await errorOf(kms.send(new CreateKeyCommand({ KeySpec: 'RSA_2048' })))).name).toBe('ValidationException');
    });
  });

  describe('the clock', () => {
    it('stands for five minutes of difference and no more, either way', async () => {
      const key = aws.kms.create();
      const at = async (offsetMs: number): Promise<unknown> => {
        const fresh = kmsClient(aws);
        aws.setClockOffset(offsetMs);
        return fresh.send(new DescribeKeyCommand({ KeyId: key.id })).finally(() => {
          aws.setClockOffset(0);
          fresh.destroy();
        });
      };
      await at(4 * 60_000);
      await at(-4 * 60_000);
      expect((await errorOf(at(6 * 60_000))).message).toMatch(
        /^Signature expired: \w+ is now earlier than \w+ \(\w+ - 5 min\.\)$/,
      );
      expect((await errorOf(at(-6 * 60_000))).message).toMatch(/^Signature not yet current/);
    });
  });
});
