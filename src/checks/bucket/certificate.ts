// Does the certificate of the storage's endpoint end within 30 days? One that has ended fails the connection: `reach` tells.
import type { Check } from '../../facts/answer.ts';
import { hasOwnCertificate, judgeEnd } from '../endpoint-certificate.ts';

export const bucketCertificate: Check<'bucket'> = {
  question: 'certificate',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: "The certificate that the endpoint showed for this run's request.",
  faults: ['BucketCertificateExpiring', 'NotAsked'],
  applies: ({ access }) => hasOwnCertificate(access),
  ask: ({ target: { access }, observed: { certificateNotAfter }, now }) =>
    judgeEnd(access, certificateNotAfter, now, 'BucketCertificateExpiring'),
};
