// Which authorities of the Secret with the login let it go to a server that nobody names.
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { isMeant } from '../../../src/clients/postgres-handshake.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority } from '../../stack/certificates.ts';

const root = createAuthority('root');
const intermediate = createAuthority('intermediate', root);
const leaf = root.issue({ commonName: 'db', hosts: ['db'] });
const [PUBLIC = ''] = rootCertificates;

/** Whether the login may go to a server that was verified with this authority, and that nobody names. */
function isOwn(ca: string): boolean {
  const connection = { host: 'anywhere.example', port: 5432, database: 'x', username: 'app', password: secret('pw') };
  const tls = { mode: 'VerifyFull', ca, ownAuthority: true } as const;
  return isMeant({ ...connection, namedBySecret: false, tls }, true);
}

describe('an authority of the Secret with the login', () => {
  it.each([
    ['a root of its own', root.caPem],
    ['the chain of a root of its own', intermediate.caPem + root.caPem],
    ['the certificate of the server itself', leaf.certPem],
  ])('lets it go to a server that it verified: %s', (_, pem) => {
    expect(isOwn(pem)).toBe(true);
  });

  it.each([
    ['a public root, from which everybody has certificates', PUBLIC],
    ['a public root beside one of its own', root.caPem + PUBLIC],
    ['a bundle of the public roots', rootCertificates.join('\n')],
    ['an intermediate of who knows whom', leaf.certPem + intermediate.caPem],
    ['nothing that can be read', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
  ])('says nothing of a server that it verified: %s', (_, pem) => {
    expect(isOwn(pem)).toBe(false);
  });
});
