// Does the certificate of the KMS endpoint outlast an upgrade? The pods that it starts verify it anew.
import type { Check } from '../../facts/answer.ts';
import { hasOwnCertificate, judgeEnd } from '../endpoint-certificate.ts';
import { UPGRADE_MS } from '../../facts/ends-soon.ts';
import { unjudged } from '../upgrade-unjudged.ts';
import { accessOf } from './certificate.ts';

export const upgradeKeyCertificate: Check<'key'> = {
  question: 'certificate',
  about: 'key',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `certificate` saw in the same run.',
  faults: ['UpgradeCertificateEnding', 'KmsCertificateExpiring', 'NotAsked'],
  applies: ({ source }) => hasOwnCertificate(accessOf(source)),
  ask({ target, observed: { certificateNotAfter: end }, now }) {
    if (end === undefined) return unjudged(`${target.id}/certificate`);
    const urgent = { withinMs: UPGRADE_MS, code: 'UpgradeCertificateEnding' } as const;
    return judgeEnd(accessOf(target.source), end, now, 'KmsCertificateExpiring', urgent);
  },
};
