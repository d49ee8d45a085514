// Does the certificate of the storage's endpoint outlast an upgrade? The pods that it starts verify it anew.
import type { Check } from '../../facts/answer.ts';
import { hasOwnCertificate, judgeEnd } from '../endpoint-certificate.ts';
import { UPGRADE_MS } from '../../facts/ends-soon.ts';
import { unjudged } from '../upgrade-unjudged.ts';

export const upgradeBucketCertificate: Check<'bucket'> = {
  question: 'certificate',
  about: 'bucket',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `certificate` saw in the same run.',
  faults: ['UpgradeCertificateEnding', 'BucketCertificateExpiring', 'NotAsked'],
  applies: ({ access }) => hasOwnCertificate(access),
  ask({ target, observed: { certificateNotAfter: end }, now }) {
    if (end === undefined) return unjudged(`${target.id}/certificate`);
    const urgent = { withinMs: UPGRADE_MS, code: 'UpgradeCertificateEnding' } as const;
    return judgeEnd(target.access, end, now, 'BucketCertificateExpiring', urgent);
  },
};
