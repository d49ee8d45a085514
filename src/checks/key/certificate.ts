// Does the certificate of the KMS endpoint end within 30 days? One that has ended fails the connection: `state` tells.
import type { Check } from '../../facts/answer.ts';
import { failed, type Outcome } from '../../facts/outcome.ts';
import type { AwsAccess, KeyTarget } from '../../facts/target.ts';
import { literal } from '../../runtime/safe-text.ts';
import { hasOwnCertificate, judgeEnd } from '../endpoint-certificate.ts';

export const keyCertificate: Check<'key'> = {
  question: 'certificate',
  about: 'key',
  feeds: 'Healthy',
  evidence: "The certificate that the endpoint showed for this run's request.",
  faults: ['KmsCertificateExpiring', 'NotAsked'],
  applies: ({ source }) => hasOwnCertificate(accessOf(source)),
  ask: ({ target: { source }, observed: { certificateNotAfter }, now }) =>
    judgeEnd(accessOf(source), certificateNotAfter, now, 'KmsCertificateExpiring'),
};

/** How KMS is asked about the key; none off AWS. */
export function accessOf(source: KeyTarget['source']): Outcome<AwsAccess> {
  return source.kind === 'kms' ? source.access : failed('NotAsked', literal('a key pair has no endpoint'));
}
