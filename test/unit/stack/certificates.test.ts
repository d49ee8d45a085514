import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAuthority, type CertificatePair } from '../../stack/certificates.ts';

/** Connect once to a TLS server that shows this pair; the error code of the handshake, or `ok`. */
async function handshake(pair: CertificatePair, ca: string, servername: string): Promise<string> {
  const server = createServer({ key: pair.keyPem, cert: pair.certPem }, (socket: TLSSocket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, ca, servername });
  try {
    return await new Promise<string>((resolve) => {
      socket.on('secureConnect', () => resolve('ok'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    socket.destroy();
    server.close();
  }
}

describe('createAuthority', () => {
  const authority = createAuthority();

  it('issues what OpenSSL accepts for the name it was issued for', async () => {
    const pair = authority.issue({ commonName: 'db', hosts: ['db.example.test', '127.0.0.1', '::1'] });
    expect(await handshake(pair, authority.caPem, 'db.example.test')).toBe('ok');
  });

  it('is refused under another name', async () => {
    const pair = authority.issue({ commonName: 'other', hosts: ['other.example.test'] });
    expect(await handshake(pair, authority.caPem, 'db.example.test')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('is refused when it has expired', async () => {
    const pair = authority.issue({ commonName: 'db', hosts: ['db.example.test'], notAfter: new Date('2024-05-06') });
    expect(await handshake(pair, authority.caPem, 'db.example.test')).toBe('CERT_HAS_EXPIRED');
  });

  it('is refused under another authority', async () => {
    const pair = authority.issue({ commonName: 'db', hosts: ['db.example.test'] });
    expect(await handshake(pair, createAuthority().caPem, 'db.example.test')).not.toBe('ok');
  });

  it('writes names, addresses, organizations and the expiry as asked', () => {
    const notAfter = new Date('2051-02-03T04:05:06Z');
    const pair = authority.issue({
      commonName: 'admin',
      organizations: ['system:masters'],
      hosts: ['*.svc', '10.0.0.1', '2001:db8::5'],
      notAfter,
    });
    const read = new X509Certificate(pair.certPem);
    expect(read.subject).toBe('O=system:masters\nCN=admin');
    expect(read.subjectAltName).toBe('DNS:*.svc, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:5');
    expect(new Date(read.validTo)).toEqual(notAfter);
    expect(read.checkIssued(new X509Certificate(authority.caPem))).toBe(true);
    expect(new X509Certificate(authority.caPem).ca).toBe(true);
  });
});
