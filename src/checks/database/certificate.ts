// Does the certificate of the database server end within 30 days? One that has ended fails the connection: `connect`
// tells. Asked where the report has certificates verified: nobody else minds their end.
import { found, pass, type Check } from '../../facts/answer.ts';
import type { DatabaseObserved } from '../../facts/observed.ts';
import type { DatabaseTarget } from '../../facts/target.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { endsWithin, SOON_MS } from '../ends-soon.ts';

export const databaseCertificate: Check<'database'> = {
  question: 'certificate',
  about: 'database',
  feeds: 'Healthy',
  faults: ['DatabaseCertificateExpiring', 'NotAsked'],
  applies: verifiesCertificate,
  ask({ observed, now }) {
    const notAfter = certificateEnd(observed);
    if (notAfter === undefined)
      return found({ code: 'NotAsked', detail: literal('no certificate was seen, because there was no connection') });
    const words = `the certificate of the server ends on ${notAfter.slice(0, 10)}`;
    if (!endsWithin(notAfter, now, SOON_MS)) return pass(redact(words));
    return found({ code: 'DatabaseCertificateExpiring', detail: redact(words) });
  },
};

export function verifiesCertificate({ connection }: DatabaseTarget): boolean {
  return connection.ok && ['VerifyCA', 'VerifyFull'].includes(connection.value.tls.mode);
}

/** RFC 3339; undefined where none was seen. */
export function certificateEnd({ connect }: DatabaseObserved): string | undefined {
  return connect.ok ? connect.value.certificateNotAfter : undefined;
}
