// Visits a signing key: in KMS by three questions that change nothing, off AWS by reading the pair.
import type { KmsClient } from '../clients/clients.ts';
import type { AwsAccess } from '../facts/target.ts';
import type { KeyDescription, KeyObserved } from '../facts/observed.ts';
import { failed, named, type Fault, type Outcome } from '../facts/outcome.ts';
import { EXPECTED_KEY_SPEC, isSigningKey } from '../product/signing-key.ts';
import { literal, type SafeText } from '../runtime/safe-text.ts';
import { readKeyPair } from './key-pair.ts';
import type { Probe } from './probe.ts';
import { shortOf } from './short-of-evidence.ts';

/** What the product's keys sign with: ECC_SECG_P256K1 has no other. */
const PRODUCT_ALGORITHM = 'ECDSA_SHA_256';

/** Key states in which AWS KMS signs. */
const SIGNS: ReadonlySet<string> = new Set(['Enabled', 'Updating']);

export const keyProbe: Probe<'key'> = {
  kind: 'key',
  async observe({ source, origin }, { kms }, signal) {
    if (source.kind === 'keyPair') {
      const pair = source.pair.ok ? readKeyPair(source.pair.value) : source.pair;
      const none = notAsked(literal('not asked, because this is a key pair and not a key in KMS'));
      return { state: none, publicKey: none, sign: none, pair };
    }
    const { access, keyId, signTest } = source;
    if (!access.ok) return undescribed(access.fault);
    const state = await kms.describe(access.value, keyId, signal);
    const short = shortOf(access.value, state, origin);
    if (short !== undefined) return undescribed(short);
    if (!state.ok) {
      if (state.fault.code !== 'KmsAccessDenied' || signTest === 'Never') return undescribed(state.fault);
      return permittedOrDenied(state.fault, kms, access.value, keyId, signal);
    }
    const { value: key } = state;
    const rest = { pair: noPair(), ...shownBy(state) };
    const algorithm = algorithmOf(key);
    if (!SIGNS.has(key.state) || !isSigningKey(key) || algorithm === undefined) {
      const none = notAsked(literal('not asked, because the key cannot sign as it is'));
      return { state, publicKey: none, sign: none, ...rest };
    }
    const [publicKey, sign] = await Promise.all([
      kms.publicKey(access.value, keyId, signal),
      signTest === 'Never'
        ? notAsked(literal('not asked, because the spec says signTest: Never'))
        : kms.dryRunSign(access.value, keyId, algorithm, signal),
    ]);
    return { state, publicKey, sign, ...rest };
  },
};

/** What to ask about; servers that stand for KMS may leave out what a key signs with. */
function algorithmOf({ signingAlgorithms, spec }: KeyDescription): string | undefined {
  const named = signingAlgorithms.find((name) => name.endsWith('SHA_256')) ?? signingAlgorithms[0];
  return named ?? (spec === EXPECTED_KEY_SPEC ? PRODUCT_ALGORITHM : undefined);
}

/** Services need kms:Sign alone. Who may sign, and may not describe the key, has what the product needs. */
async function permittedOrDenied(
  denied: Fault,
  kms: KmsClient,
  access: AwsAccess,
  keyId: string,
  signal: AbortSignal,
): Promise<KeyObserved> {
  const [publicKey, sign] = await Promise.all([
    kms.publicKey(access, keyId, signal),
    kms.dryRunSign(access, keyId, PRODUCT_ALGORITHM, signal),
  ]);
  if (!sign.ok && sign.fault.code !== 'KmsDryRunIgnored') return undescribed(denied);
  const state = named(
    failed('KmsQuestionNotPermitted', literal('not asked: kms:DescribeKey is not granted, and signing is')),
    { action: 'kms:DescribeKey' },
  );
  return { state, publicKey, sign, pair: noPair(), ...shownBy(sign) };
}

function undescribed(fault: Fault): KeyObserved {
  const none = notAsked(literal('not asked, because the key could not be described'));
  return { state: { ok: false, fault }, publicKey: none, sign: none, pair: noPair() };
}

/** What an answer shows of the server's certificate. */
function shownBy(
  outcome: Outcome<{ readonly certificateNotAfter?: string | undefined }>,
): Pick<KeyObserved, 'certificateNotAfter'> {
  const end = outcome.ok ? outcome.value.certificateNotAfter : undefined;
  return end === undefined ? {} : { certificateNotAfter: end };
}

function noPair(): Outcome<never> {
  return notAsked(literal('not asked, because this is a key in KMS and not a key pair'));
}

function notAsked(why: SafeText): Outcome<never> {
  return failed('NotAsked', why);
}
