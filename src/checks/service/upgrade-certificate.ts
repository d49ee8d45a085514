// Does the certificate of a service outlast an upgrade? One that has ended fails the connection: `health` tells.
import { found, pass, type Check } from '../../facts/answer.ts';
import { redact } from '../../runtime/safe-text.ts';
import { endsWithin, SOON_MS, UPGRADE_MS } from '../../facts/ends-soon.ts';
import { firstToEnd, hasCertificate } from './certificate.ts';
import { unjudged } from '../upgrade-unjudged.ts';
import { sentence } from '../../facts/sentence.ts';

export const upgradeCertificate: Check<'service'> = {
  question: 'certificate',
  about: 'service',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'The certificate that the address showed in this run.',
  faults: ['UpgradeCertificateEnding', 'ServiceCertificateExpiring', 'NotAsked'],
  applies: hasCertificate,
  ask({ target, observed: { answers }, now }) {
    const first = firstToEnd(answers);
    if (first === undefined) return unjudged(`${target.id}/certificate`);
    const { name, notAfter } = first;
    const day = notAfter.slice(0, 10);
    if (!endsWithin(notAfter, now, SOON_MS)) return pass(redact(`the certificate ends on ${day}`));
    return found({
      code: endsWithin(notAfter, now, UPGRADE_MS) ? 'UpgradeCertificateEnding' : 'ServiceCertificateExpiring',
      detail: sentence(`the certificate of ${name} ends on ${day}`),
    });
  },
};
