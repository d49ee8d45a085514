// Whether a certificate is for a host, as pgjdbc (PGjdbcHostnameVerifier) and libpq compare: an address may also stand
// where a DNS name does, or be the common name of a certificate without DNS names.
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/** Undefined when it is, otherwise the error that says why not. */
export function nameCheck(host: string, certificate: PeerCertificate): Error | undefined {
  const strict = checkServerIdentity(host, certificate);
  if (strict === undefined || isIP(host) === 0) return strict;
  const names = (certificate.subjectaltname ?? '').split(', ');
  // A quoted name holds something that could pass for a list.
  if (certificate.subjectaltname?.includes('"') === true) return strict;
  const dns = names.filter((name) => name.startsWith('DNS:'));
  const isNamed = dns.length > 0 ? dns.includes(`DNS:${host}`) : certificate.subject.CN === host;
  return isNamed ? undefined : strict;
}
