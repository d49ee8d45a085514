// Does the certificate of the database server end within 30 days? One that has ended fails a connection that verifies it:
// `connect` tells. Where the report has nothing verified, its end is asked about all the same: services that do verify
// lose the server then.
import { found, pass, type Check } from '../../facts/answer.ts';
import type { DatabaseObserved } from '../../facts/observed.ts';
import type { DatabaseTarget } from '../../facts/target.ts';
import { literal, redact, type SafeText } from '../../runtime/safe-text.ts';
import { endsWithin, SOON_MS } from '../../facts/ends-soon.ts';

export const databaseCertificate: Check<'database'> = {
  question: 'certificate',
  about: 'database',
  feeds: 'Healthy',
  evidence: "The certificate that the server showed in this run's handshake, of several servers the first to end.",
  faults: ['DatabaseCertificateExpiring', 'NotAsked'],
  applies: usesTls,
  arises: showsCertificate,
  ask({ target, observed, now }) {
    const notAfter = certificateEnd(observed);
    if (notAfter === undefined)
      return found({ code: 'NotAsked', detail: literal('no certificate was seen, because there was no connection') });
    const words = wordsOf(target, notAfter, now);
    if (!endsWithin(notAfter, now, SOON_MS)) return pass(words);
    return found({ code: 'DatabaseCertificateExpiring', detail: words });
  },
};

export function usesTls({ connection }: DatabaseTarget): boolean {
  return connection.ok && connection.value.tls.mode !== 'Disable';
}

/** A connection without TLS shows none, and needs none. */
export function showsCertificate({ connect }: DatabaseObserved): boolean {
  return !connect.ok || connect.value.encrypted;
}

/** RFC 3339; undefined where none was seen. */
export function certificateEnd({ connect, certificateNotAfter }: DatabaseObserved): string | undefined {
  return connect.ok ? connect.value.certificateNotAfter : certificateNotAfter;
}

/** When it ends or has ended, and whether anybody here minds. */
export function wordsOf({ connection }: DatabaseTarget, notAfter: string, now: Date): SafeText {
  const verified = connection.ok && ['VerifyCA', 'VerifyFull'].includes(connection.value.tls.mode);
  const ends = Date.parse(notAfter) <= now.getTime() ? 'ended' : 'ends';
  const unverified = verified ? '' : '; not verified here, but by services that verify';
  return redact(`the certificate of the server ${ends} on ${notAfter.slice(0, 10)}${unverified}`);
}
