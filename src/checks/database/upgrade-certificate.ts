// Does the certificate of a database server outlast an upgrade? The pods that it starts open new connections.
import { found, pass, type Check } from '../../facts/answer.ts';
import { redact } from '../../runtime/safe-text.ts';
import { certificateEnd, verifiesCertificate } from './certificate.ts';
import { endsWithin, SOON_MS, UPGRADE_MS } from '../ends-soon.ts';
import { unjudged } from '../upgrade-unjudged.ts';

export const upgradeDatabaseCertificate: Check<'database'> = {
  question: 'certificate',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  faults: ['UpgradeCertificateEnding', 'DatabaseCertificateExpiring', 'NotAsked'],
  applies: verifiesCertificate,
  ask({ target, observed, now }) {
    const notAfter = certificateEnd(observed);
    if (notAfter === undefined) return unjudged(`${target.id}/certificate`);
    const words = `the certificate of the server ends on ${notAfter.slice(0, 10)}`;
    if (!endsWithin(notAfter, now, SOON_MS)) return pass(redact(words));
    const ending = endsWithin(notAfter, now, UPGRADE_MS);
    return found({ code: ending ? 'UpgradeCertificateEnding' : 'DatabaseCertificateExpiring', detail: redact(words) });
  },
};
