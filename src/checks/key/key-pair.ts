// Off AWS: does the private key belong to the public one, and is it still the same pair?
import { found, pass, type Check } from '../../facts/answer.ts';
import { failed } from '../../facts/outcome.ts';
import { EXPECTED_CURVE } from '../../product/signing-key.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { compare } from './public-key.ts';

export const keyPair: Check<'key'> = {
  question: 'key-pair',
  about: 'key',
  feeds: 'Healthy',
  evidence: 'The pair itself: the private key belongs to the public one.',
  faults: [
    'KeyPairInvalid',
    'KeyPairMismatch',
    'KeyFingerprintChanged',
    'CheckerNotAuthorized',
    'SecretMissing',
    'SecretKeyMissing',
    'ClusterUnavailable',
    'NoCluster',
    'TargetInvalid',
    'NotAsked',
    'InternalError',
    'Unclassified',
  ],
  applies: ({ source }) => source.kind === 'keyPair',
  ask({ observed: { pair }, baseline }) {
    if (!pair.ok) return found(pair.fault);
    const { matches, curve, fingerprint } = pair.value;
    if (!matches) {
      return found(failed('KeyPairMismatch', literal('the private key does not belong to the public key')).fault);
    }
    const same = compare(fingerprint, undefined, baseline);
    if (same.kind === 'fault' || curve === EXPECTED_CURVE) return same;
    return pass(redact(`the pair matches, on ${curve}; the vendor's procedure makes ${EXPECTED_CURVE}`), fingerprint);
  },
};
