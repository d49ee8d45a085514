// What is said of a signing key, from each thing that can be seen of it.
import { describe, expect, it } from 'vitest';
import { keyPair } from '../../../src/checks/key/key-pair.ts';
import { keyPublicKey } from '../../../src/checks/key/public-key.ts';
import { keySign } from '../../../src/checks/key/sign.ts';
import { KEY_TROUBLES, keyState } from '../../../src/checks/key/state.ts';
import { keyUsage } from '../../../src/checks/key/usage.ts';
import type { KeyDescription, KeyObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { askCheck, DESCRIPTION, kmsTarget, PAIR_TARGET, trouble, verdict } from './targets.ts';

const FINGERPRINT = 'ab'.repeat(32);
const ANOTHER = 'cd'.repeat(32);
const WELL: KeyObserved = {
  state: ok(DESCRIPTION),
  publicKey: ok({ fingerprint: FINGERPRINT }),
  sign: ok({ algorithm: 'ECDSA_SHA_256' }),
  pair: trouble('NotAsked'),
};
const described = (more: Partial<KeyDescription>): KeyObserved => ({ ...WELL, state: ok({ ...DESCRIPTION, ...more }) });

describe('which questions a key gets', () => {
  const checks = [keyState, keyUsage, keyPublicKey, keySign, keyPair];
  const asked = (target: Parameters<NonNullable<typeof keyState.applies>>[0]) =>
    checks.filter((check) => check.applies?.(target) ?? true).map(({ question }) => question);

  it('a key in KMS', () => expect(asked(kmsTarget())).toEqual(['state', 'usage', 'public-key', 'sign']));
  it('a key in KMS that may not be asked to sign', () =>
    expect(asked(kmsTarget({ signTest: 'Never' }))).toEqual(['state', 'usage', 'public-key']));
  it('a key pair', () => expect(asked(PAIR_TARGET)).toEqual(['key-pair']));
});

describe('state', () => {
  it.each([
    ['Enabled', 'pass'],
    ['Disabled', 'KmsKeyDisabled'],
    ['PendingDeletion', 'KmsKeyPendingDeletion'],
    ['PendingReplicaDeletion', 'KmsKeyPendingDeletion'],
    ['PendingImport', 'KmsKeyUnusable'],
    ['Unavailable', 'KmsKeyUnusable'],
    ['Creating', 'KmsKeyUnusable'],
    ['Updating', 'pass'],
    ['SomethingNew', 'KmsKeyUnusable'],
  ])('%s is %s', (state, code) => {
    expect(verdict(askCheck(keyState, kmsTarget(), described({ state })))).toBe(code);
  });

  it('names the day of the deletion', () => {
    const observed = described({ state: 'PendingDeletion', deletionDate: '2026-12-01T08:30:00.000Z' });
    expect(askCheck(keyState, kmsTarget(), observed)).toMatchObject({
      fault: { detail: 'the key will be deleted on 2026-12-01 08:30 UTC' },
      evidence: 'KeyState: PendingDeletion',
    });
  });

  it.each(KEY_TROUBLES)('%s is told', (code) => {
    expect(verdict(askCheck(keyState, kmsTarget(), { ...WELL, state: trouble(code) }))).toBe(code);
  });
});

describe('usage', () => {
  it.each([
    ['SIGN_VERIFY', 'ECC_SECG_P256K1', 'pass'],
    ['SIGN_VERIFY', 'ECC_NIST_P256', 'pass'],
    ['SIGN_VERIFY', 'RSA_2048', 'pass'],
    ['ENCRYPT_DECRYPT', 'RSA_2048', 'KmsKeyUsageWrong'],
    ['KEY_AGREEMENT', 'ECC_NIST_P256', 'KmsKeyUsageWrong'],
    ['ENCRYPT_DECRYPT', 'SYMMETRIC_DEFAULT', 'KmsKeyUsageWrong'],
    ['GENERATE_VERIFY_MAC', 'HMAC_256', 'KmsKeyUsageWrong'],
    ['SIGN_VERIFY', 'SM2', 'KmsKeyUsageWrong'],
    ['', '', 'KmsKeyUsageWrong'],
  ])('%s with %s is %s', (usage, spec, code) => {
    expect(verdict(askCheck(keyUsage, kmsTarget(), described({ usage, spec })))).toBe(code);
  });

  it('notes a key of another kind than the one that is expected', () => {
    const answer = askCheck(keyUsage, kmsTarget(), described({ spec: 'RSA_2048' }));
    expect(answer).toMatchObject({ kind: 'pass', note: expect.stringContaining('ECC_SECG_P256K1') as string });
  });

  it('is not asked of a key that could not be described', () => {
    const observed = { ...WELL, state: trouble('KmsTimeout') };
    expect(verdict(askCheck(keyUsage, kmsTarget(), observed))).toBe('NotAsked');
  });
});

describe('public-key', () => {
  const ask = (observed: KeyObserved, baseline?: string, expectedFingerprint?: string) =>
    askCheck(
      keyPublicKey,
      kmsTarget(expectedFingerprint === undefined ? {} : { expectedFingerprint }),
      observed,
      baseline,
    );

  it('remembers the first fingerprint that it sees', () => {
    expect(ask(WELL)).toMatchObject({ kind: 'pass', baseline: FINGERPRINT });
  });

  it('warns when the key is another one than the first, and goes on remembering the first', () => {
    expect(ask(WELL, ANOTHER)).toMatchObject({ fault: { code: 'KeyFingerprintChanged' }, baseline: ANOTHER });
  });

  it.each([FINGERPRINT, `sha256:${FINGERPRINT}`, FINGERPRINT.toUpperCase()])('takes %s as the same key', (same) => {
    expect(verdict(ask(WELL, undefined, same))).toBe('pass');
    expect(verdict(ask(WELL, same))).toBe('pass');
  });

  it('fails when the key is not the one of the spec, whatever was seen first', () => {
    expect(verdict(ask(WELL, FINGERPRINT, ANOTHER))).toBe('KeyFingerprintMismatch');
  });

  it('passes a key that was changed on purpose: the spec was changed with it', () => {
    expect(ask(WELL, ANOTHER, FINGERPRINT)).toMatchObject({ kind: 'pass', baseline: FINGERPRINT });
  });

  it('keeps what was seen first while the key cannot be read', () => {
    expect(ask({ ...WELL, publicKey: trouble('KmsTimeout') }, FINGERPRINT)).toMatchObject({ baseline: FINGERPRINT });
  });

  describe("when the target's credentials may not read it", () => {
    const denied = { ...WELL, publicKey: trouble('KmsAccessDenied') };

    it('does not matter where they may sign', () => expect(verdict(ask(denied))).toBe('NotAsked'));
    it('fails where the spec asks for a comparison', () =>
      expect(verdict(ask(denied, undefined, FINGERPRINT))).toBe('KmsAccessDenied'));
    it('fails where they may not sign either', () =>
      expect(verdict(ask({ ...denied, sign: trouble('KmsAccessDenied') }))).toBe('KmsAccessDenied'));
    it('fails where nobody asked whether they may sign', () =>
      expect(verdict(ask({ ...denied, sign: trouble('NotAsked') }))).toBe('KmsAccessDenied'));
  });
});

describe('sign', () => {
  it('passes when a dry run is permitted', () => {
    expect(askCheck(keySign, kmsTarget(), WELL)).toMatchObject({
      kind: 'pass',
      note: "a signature with ECDSA_SHA_256 would be allowed (the operator's own identity was asked, not the services')",
    });
  });

  it.each([...KEY_TROUBLES, 'KmsSignNotPermitted'] as const)('%s is told', (code) => {
    expect(verdict(askCheck(keySign, kmsTarget(), { ...WELL, sign: trouble(code) }))).toBe(code);
  });
});

describe('key-pair', () => {
  const pairOf = (more: Partial<{ matches: boolean; curve: string }> = {}): KeyObserved => ({
    ...WELL,
    pair: ok({ matches: true, curve: 'secp256k1', fingerprint: FINGERPRINT, ...more }),
  });

  it('passes a pair that matches', () => {
    expect(askCheck(keyPair, PAIR_TARGET, pairOf())).toMatchObject({ kind: 'pass', baseline: FINGERPRINT });
  });

  it('notes another curve', () => {
    const answer = askCheck(keyPair, PAIR_TARGET, pairOf({ curve: 'prime256v1' }));
    expect(answer).toMatchObject({ kind: 'pass', note: expect.stringContaining('prime256v1') as string });
  });

  it('fails a private key of another pair', () => {
    expect(verdict(askCheck(keyPair, PAIR_TARGET, pairOf({ matches: false })))).toBe('KeyPairMismatch');
  });

  it('warns when the pair is another one than the first', () => {
    expect(verdict(askCheck(keyPair, PAIR_TARGET, pairOf(), ANOTHER))).toBe('KeyFingerprintChanged');
  });

  it.each(['KeyPairInvalid', 'SecretMissing', 'SecretKeyMissing'] as const)('%s is told', (code) => {
    expect(verdict(askCheck(keyPair, PAIR_TARGET, { ...WELL, pair: trouble(code) }))).toBe(code);
  });
});
