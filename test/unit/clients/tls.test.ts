// Whom TLS believes: as pgjdbc, libpq and the Java SDK do it, whatever stands in the file of authorities, and an address
// also where it stands as a name.
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer, type PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { nameCheck } from '../../../src/clients/postgres-name.ts';
import { secure, type TlsOptions } from '../../../src/clients/tls.ts';
import { type CertificatePair, createAuthority } from '../../stack/certificates.ts';

const authority = createAuthority();
const pair = authority.issue({ commonName: 'db', hosts: ['db.example.test', '127.0.0.1'] });

/** Connects to a server that shows this pair: `ok`, or what is said of the handshake. */
async function handshake(shown: CertificatePair, options: TlsOptions): Promise<string> {
  const server = createServer({ key: shown.keyPem, cert: shown.certPem }, (socket) => socket.end());
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  try {
    const secured = await secure(socket, '127.0.0.1', 'the server', options, new AbortController().signal);
    if (!secured.ok) return secured.fault.detail;
    secured.value.destroy();
    return 'ok';
  } finally {
    socket.destroy();
    server.close();
  }
}

describe('a file of authorities', () => {
  it('that holds the root is believed', async () => {
    expect(await handshake(pair, { ca: authority.caPem })).toBe('ok');
  });

  it('that holds no more than the certificate itself is believed', async () => {
    expect(await handshake(pair, { ca: pair.certPem })).toBe('ok');
  });

  it.each([
    ['and shows it', (leaf: CertificatePair, ca: string) => ({ ...leaf, certPem: leaf.certPem + ca })],
    ['and does not show it', (leaf: CertificatePair) => leaf],
  ])('that holds the intermediate alone is believed of who was issued by it %s', async (_how, shown) => {
    const intermediate = createAuthority('stack intermediate', authority);
    const leaf = intermediate.issue({ commonName: 'db', hosts: ['127.0.0.1'] });
    expect(await handshake(shown(leaf, intermediate.caPem), { ca: intermediate.caPem })).toBe('ok');
  });

  it('that holds the root is believed of an intermediate that is shown, and of none that is not', async () => {
    const intermediate = createAuthority('stack intermediate', authority);
    const leaf = intermediate.issue({ commonName: 'db', hosts: ['127.0.0.1'] });
    const chain = { ...leaf, certPem: leaf.certPem + intermediate.caPem };
    expect(await handshake(chain, { ca: authority.caPem })).toBe('ok');
    expect(await handshake(leaf, { ca: authority.caPem })).not.toBe('ok');
  });

  it('that holds an intermediate is not believed of what another one issued', async () => {
    const [one, other] = [createAuthority('one', authority), createAuthority('other', authority)];
    const leaf = other.issue({ commonName: 'db', hosts: ['127.0.0.1'] });
    expect(await handshake({ ...leaf, certPem: leaf.certPem + other.caPem }, { ca: one.caPem })).not.toBe('ok');
  });

  it('that holds the certificate of somebody else is not', async () => {
    const other = createAuthority();
    const stranger = other.issue({ commonName: 'db', hosts: ['127.0.0.1'] });
    expect(await handshake(pair, { ca: stranger.certPem })).not.toBe('ok');
    expect(await handshake(pair, { ca: other.caPem })).not.toBe('ok');
  });

  it('that holds the certificate itself does not make it one for another name', async () => {
    expect(await handshake(pair, { ca: pair.certPem, serverName: 'other.example.test' })).not.toBe('ok');
  });
});

describe('an address', () => {
  const certificate = (CN: string, subjectaltname?: string): PeerCertificate =>
    ({ subject: { CN }, ...(subjectaltname === undefined ? {} : { subjectaltname }) }) as PeerCertificate;

  it.each<readonly [string, string, PeerCertificate, boolean]>([
    ['among the addresses', '10.0.0.5', certificate('db', 'IP Address:10.0.0.5'), true],
    ['among the names', '10.0.0.5', certificate('db', 'DNS:db, DNS:10.0.0.5'), true],
    ['as the common name, without names', '10.0.0.5', certificate('10.0.0.5'), true],
    ['as the common name, beside other addresses', '10.0.0.5', certificate('10.0.0.5', 'IP Address:10.0.0.9'), true],
    ['as the common name, beside names', '10.0.0.5', certificate('10.0.0.5', 'DNS:db'), false],
    ['of another host', '10.0.0.5', certificate('10.0.0.6', 'DNS:10.0.0.6'), false],
    ['of which the name is the beginning', '10.0.0.5', certificate('db', 'DNS:10.0.0.55'), false],
    ['within a name that is quoted', '10.0.0.5', certificate('db', 'DNS:"x, DNS:10.0.0.5"'), false],
    ['which is a host name', 'db', certificate('db', 'DNS:other'), false],
  ])('%s', (_, host, shown, isFor) => {
    expect(nameCheck(host, shown) === undefined).toBe(isFor);
  });

  it('as the common name is believed over the wire for a database alone', async () => {
    const named = authority.issue({ commonName: '127.0.0.1' });
    expect(await handshake(named, { ca: authority.caPem, nameCheck })).toBe('ok');
    expect(await handshake(named, { ca: authority.caPem })).not.toBe('ok');
  });
});
