// Does the certificate of a database server outlast an upgrade? The pods that it starts open new connections.
import { found, pass, type Check } from '../../facts/answer.ts';
import { certificateEnd, showsCertificate, usesTls, wordsOf } from './certificate.ts';
import { endsWithin, SOON_MS, UPGRADE_MS } from '../../facts/ends-soon.ts';
import { unjudged } from '../upgrade-unjudged.ts';

export const upgradeDatabaseCertificate: Check<'database'> = {
  question: 'certificate',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `certificate` saw in the same run.',
  faults: ['UpgradeCertificateEnding', 'DatabaseCertificateExpiring', 'NotAsked'],
  applies: usesTls,
  arises: showsCertificate,
  ask({ target, observed, now }) {
    const notAfter = certificateEnd(observed);
    if (notAfter === undefined) return unjudged(`${target.id}/certificate`);
    const words = wordsOf(target, notAfter, now);
    if (!endsWithin(notAfter, now, SOON_MS)) return pass(words);
    const ending = endsWithin(notAfter, now, UPGRADE_MS);
    return found({ code: ending ? 'UpgradeCertificateEnding' : 'DatabaseCertificateExpiring', detail: words });
  },
};
