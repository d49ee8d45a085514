// May the key be used to sign? Asked by a dry run, which makes no signature.
import { found, pass, type Check } from '../../facts/answer.ts';
import { redact } from '../../runtime/safe-text.ts';
import { byWhom } from '../by-whom.ts';
import { KEY_TROUBLES } from './state.ts';

export const keySign: Check<'key'> = {
  question: 'sign',
  about: 'key',
  feeds: 'Healthy',
  evidence: 'A dry run of Sign that KMS says would have succeeded.',
  faults: [...KEY_TROUBLES, 'KmsSignNotPermitted', 'KmsDryRunIgnored'],
  applies: ({ source }) => source.kind === 'kms' && source.signTest === 'DryRun',
  ask({ target: { source }, observed: { sign } }) {
    if (!sign.ok) return found(sign.fault);
    const whose = source.kind === 'kms' ? byWhom(source.access) : '';
    return pass(redact(`a signature with ${sign.value.algorithm} would be allowed${whose}`));
  },
};
