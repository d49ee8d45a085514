// Is it a key for signing? Usage SIGN_VERIFY and an asymmetric spec; which spec the vendor expects is not documented.
import { found, pass, type Check } from '../../facts/answer.ts';
import { failed } from '../../facts/outcome.ts';
import { EXPECTED_KEY_SPEC, isSigningKey } from '../../product/signing-key.ts';
import { redact } from '../../runtime/safe-text.ts';

export const keyUsage: Check<'key'> = {
  question: 'usage',
  about: 'key',
  feeds: 'Healthy',
  evidence: 'KeyUsage and KeySpec of DescribeKey.',
  faults: ['KmsKeyUsageWrong', 'NotAsked'],
  applies: ({ source }) => source.kind === 'kms',
  ask({ observed: { state } }) {
    if (!state.ok) {
      return found(failed('NotAsked', redact('not asked, because the key could not be described')).fault);
    }
    const { usage, spec } = state.value;
    if (!isSigningKey(state.value)) {
      const fault = failed(
        'KmsKeyUsageWrong',
        redact(
          usage === 'SIGN_VERIFY'
            ? `the key is ${spec === '' ? 'of no spec' : spec}, and Recognize signs with ECC or RSA`
            : `the key is ${spec} for ${usage === '' ? 'no named use' : usage}, not one for SIGN_VERIFY`,
        ),
      ).fault;
      return found(fault, redact(`KeyUsage: ${usage}, KeySpec: ${spec}`));
    }
    const expected = spec === EXPECTED_KEY_SPEC ? '' : `; Recognize's own keys are ${EXPECTED_KEY_SPEC}`;
    return pass(redact(`${spec} for ${usage}${expected}`));
  },
};
