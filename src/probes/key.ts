// Visits a signing key: in KMS by three questions that change nothing, off AWS by reading the pair.
import type { KeyObserved } from '../facts/observed.ts';
import { failed, type Fault, type Outcome } from '../facts/outcome.ts';
import { isSigningKey } from '../product/signing-key.ts';
import { literal, type SafeText } from '../runtime/safe-text.ts';
import { readKeyPair } from './key-pair.ts';
import type { Probe } from './probe.ts';

export const keyProbe: Probe<'key'> = {
  kind: 'key',
  async observe({ source }, { kms }, signal) {
    if (source.kind === 'keyPair') {
      const pair = source.pair.ok ? readKeyPair(source.pair.value) : source.pair;
      const none = notAsked(literal('not asked, because this is a key pair and not a key in KMS'));
      return { state: none, publicKey: none, sign: none, pair };
    }
    const { access, keyId, signTest } = source;
    if (!access.ok) return undescribed(access.fault);
    const state = await kms.describe(access.value, keyId, signal);
    if (!state.ok) return undescribed(state.fault);
    const { value: key } = state;
    const pair = noPair();
    const algorithm = key.signingAlgorithms.find((name) => name.endsWith('SHA_256')) ?? key.signingAlgorithms[0];
    if (key.state !== 'Enabled' || !isSigningKey(key) || algorithm === undefined) {
      const none = notAsked(literal('not asked, because the key cannot sign as it is'));
      return { state, publicKey: none, sign: none, pair };
    }
    const [publicKey, sign] = await Promise.all([
      kms.publicKey(access.value, keyId, signal),
      signTest === 'Never'
        ? notAsked(literal('not asked, because the spec says signTest: Never'))
        : kms.dryRunSign(access.value, keyId, algorithm, signal),
    ]);
    return { state, publicKey, sign, pair };
  },
};

function undescribed(fault: Fault): KeyObserved {
  const none = notAsked(literal('not asked, because the key could not be described'));
  return { state: { ok: false, fault }, publicKey: none, sign: none, pair: noPair() };
}

function noPair(): Outcome<never> {
  return notAsked(literal('not asked, because this is a key in KMS and not a key pair'));
}

function notAsked(why: SafeText): Outcome<never> {
  return failed('NotAsked', why);
}
