// Does a certificate of the service end within 30 days? One that has ended fails the connection: `health` tells.
import { found, pass, type Check } from '../../facts/answer.ts';
import type { ServiceObserved } from '../../facts/observed.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { endsWithin, SOON_MS } from '../../facts/ends-soon.ts';
import { sentence } from '../../facts/sentence.ts';

export const serviceCertificate: Check<'service'> = {
  question: 'certificate',
  about: 'service',
  feeds: 'Healthy',
  evidence: 'The certificate that the address showed in this run.',
  faults: ['ServiceCertificateExpiring', 'NotAsked'],
  applies: hasCertificate,
  ask({ observed: { answers }, now }) {
    const first = firstToEnd(answers);
    if (first === undefined)
      return found({ code: 'NotAsked', detail: literal('no address answered over TLS, so no certificate was seen') });
    const day = first.notAfter.slice(0, 10);
    if (!endsWithin(first.notAfter, now, SOON_MS)) return pass(redact(`the certificate ends on ${day}`));
    const detail = sentence(`the certificate of ${first.name} ends on ${day}`);
    return found({ code: 'ServiceCertificateExpiring', detail });
  },
};

export function hasCertificate({ addresses }: ServiceTarget): boolean {
  return addresses.ok && addresses.value.some(({ origin }) => origin.startsWith('https:'));
}

/** Pods may hold different certificates: the first to end counts. Undefined where none was seen. */
export function firstToEnd(
  answers: ServiceObserved['answers'],
): { readonly name: string; readonly notAfter: string } | undefined {
  return answers
    .flatMap(({ address, answer }) =>
      answer.ok && answer.value.certificateNotAfter !== undefined
        ? [{ name: address.pod ?? address.name, notAfter: answer.value.certificateNotAfter }]
        : [],
    )
    .toSorted((a, b) => Date.parse(a.notAfter) - Date.parse(b.notAfter) || (a.name < b.name ? -1 : 1))[0];
}
