// Whether an authority says who a server is: one that issues to anybody who asks (Let's Encrypt, DigiCert) says no more than
// that its owner asked. A report chooses the key of the Secret, so what lies there may be a chain of such an authority.
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

const PEM = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** More than any private authority has. A bundle of the public ones has more, and is none of one's own. */
const MOST = 16;

/** Roots that every system trusts, as the base64 of their DER. Made when it is first asked for. */
let roots: ReadonlySet<string> | undefined;

function isPublicRoot({ raw }: X509Certificate): boolean {
  roots ??= new Set(rootCertificates.map((pem) => pem.replace(/-----[^-]*-----|\s/g, '')));
  return roots.has(raw.toString('base64'));
}

/**
 * True where each certificate of the bundle is an end of trust of its owner's making: a root that the system does not
 * trust, what such a root in the bundle issued, or a certificate that issues nothing.
 */
export function isOwnAuthority(bundle: string): boolean {
  const pems = bundle.match(PEM) ?? [];
  if (pems.length === 0 || pems.length > MOST) return false;
  try {
    const certificates = pems.map((pem) => new X509Certificate(pem));
    return certificates.every(
      (one) => !one.ca || (!isPublicRoot(one) && certificates.some((issuer) => issuer.ca && one.checkIssued(issuer))),
    );
  } catch {
    return false;
  }
}
