// A login goes to no server that neither its Secret nor a workload that uses this Secret names: passed on by a relay it
// would open the real database. And a report does not weaken what the Secret asks. docs/security.md makes these claims.
import { connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../stack/certificates.ts';
import { startPostgres, type Credentials, type PostgresServer } from '../../stack/postgres/server.ts';
import { listen } from '../clients/listener.ts';
import { examineSpec } from './examine.ts';

const authority = createAuthority();
const leaf = authority.issue({ commonName: 'db', hosts: ['127.0.0.1'] });

let server: PostgresServer;
let role: Credentials;
beforeAll(async () => {
  server = await startPostgres({ tls: leaf });
  role = await server.createRole('app');
});
afterAll(() => server.remove());

/** Passes everything on to the real server, TLS or none, and keeps what it was told. */
async function relay(): Promise<{ port: number; told: () => string }> {
  const listener = await listen((socket) => {
    const there = connect({ host: server.host, port: server.port });
    socket.on('error', () => there.destroy());
    there.on('error', () => socket.destroy());
    socket.pipe(there).pipe(socket);
  });
  return { port: listener.port, told: () => listener.received() };
}

const byHost = (port: number, tls: object): object => ({
  name: 'd',
  host: '127.0.0.1',
  port,
  database: 'postgres',
  credentialsSecretRef: { name: 's' },
  tls,
});
const secrets = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  's/username': role.user,
  's/password': role.password,
  'mine/ca': authority.caPem,
  ...more,
});
const connectFault = async (database: object, more: Readonly<Record<string, string>>): Promise<string | undefined> => {
  const { faults } = await examineSpec({ databases: [database] }, secrets(more));
  return faults['database/d/connect'];
};

describe('a SCRAM login', () => {
  it('is not sent to a relay on a port that the Secret does not name, so that nothing can be passed on', async () => {
    const { port, told } = await relay();
    const named = { 's/host': '127.0.0.1', 's/port': String(server.port) };
    expect(await connectFault(byHost(port, { mode: 'Disable' }), named)).toBe('DatabaseLoginWithheld');
    expect(told()).toContain('recognize-health');
    expect(told()).not.toContain('SCRAM-SHA-256');
  });

  it.each([
    ['a host without its port', { 's/host': '127.0.0.1' }],
    ['nothing', {}],
    ['another server', { 's/url': 'postgresql://app@db.example:5432/x' }],
  ])('is not sent while the Secret names %s', async (_, more) => {
    const { port, told } = await relay();
    expect(await connectFault(byHost(port, { mode: 'Disable' }), more)).toBe('DatabaseLoginWithheld');
    expect(told()).not.toContain('SCRAM-SHA-256');
  });

  it('is sent where the Secret names host and port', async () => {
    const named = { 's/host': '127.0.0.1', 's/port': String(server.port) };
    expect(await connectFault(byHost(server.port, { mode: 'Disable' }), named)).toBeUndefined();
  });

  it('is sent where an authority of the same Secret signed the certificate', async () => {
    const tls = { mode: 'VerifyFull', caSecretRef: { name: 's', key: 'ca' } };
    expect(await connectFault(byHost(server.port, tls), { 's/ca': authority.caPem })).toBeUndefined();
  });

  it('is bound to the certificate of a server that nobody names, whoever signed it', async () => {
    const tls = { mode: 'VerifyFull', caSecretRef: { name: 'mine', key: 'ca' } };
    expect(await connectFault(byHost(server.port, tls), {})).toBeUndefined();
    expect(await connectFault(byHost(server.port, { mode: 'Require' }), {})).toBeUndefined();
  });

  it('is of no use to a relay that shows a certificate of its own', async () => {
    const other = createAuthority().issue({ commonName: 'relay', hosts: ['127.0.0.1'] });
    let told = '';
    const listener = await listen((socket) => {
      socket.once('data', () => {
        socket.write('S');
        const secured = new TLSSocket(socket, { isServer: true, key: other.keyPem, cert: other.certPem });
        const there = connect({ host: server.host, port: server.port });
        for (const one of [secured, there]) one.on('error', () => undefined);
        there.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
        there.once('data', () => {
          const onward = new TLSSocket(there, { rejectUnauthorized: false });
          onward.on('error', () => undefined);
          secured.on('data', (chunk: Buffer) => {
            told += chunk.toString('latin1');
          });
          secured.pipe(onward).pipe(secured);
        });
      });
    });
    const fault = await connectFault(byHost(listener.port, { mode: 'Require' }), {});
    expect(fault).toEqual(expect.any(String));
    expect(told).not.toContain('SELECT');
  });
});

describe('a client certificate', () => {
  it('is not shown to a server that nobody names', async () => {
    let shown: unknown = 'nothing was asked';
    const listener = await listen((socket) => {
      socket.once('data', () => {
        socket.write('S');
        const options = { key: leaf.keyPem, cert: leaf.certPem, requestCert: true, rejectUnauthorized: false };
        const secured = new TLSSocket(socket, { isServer: true, ...options });
        secured.on('error', () => undefined);
        secured.on('secure', () => {
          shown = secured.getPeerCertificate();
        });
      });
    });
    const own = authority.issue({ commonName: 'app', hosts: ['app'] });
    const tls = { mode: 'Require', clientCertificateSecretRef: { name: 'pair' } };
    const pair = { 'pair/tls.crt': own.certPem, 'pair/tls.key': own.keyPem };
    expect(await connectFault(byHost(listener.port, tls), pair)).toBe('DatabaseLoginWithheld');
    expect(JSON.stringify(shown)).not.toContain('"CN":"app"');
  });
});

describe('what the Secret asks', () => {
  it('is not weakened: verify-full of the URL stays verify-full under VerifyCA of the report', async () => {
    const { faults } = await examineSpec(
      {
        databases: [
          {
            name: 'd',
            urlSecretRef: { name: 'db', key: 'url' },
            tls: { mode: 'VerifyCA', caSecretRef: { name: 'mine', key: 'ca' } },
          },
        ],
      },
      secrets({
        'db/url': `postgresql://${role.user}:${role.password}@localhost:${server.port}/postgres?sslmode=verify-full`,
      }),
    );
    expect(faults).toMatchObject({ 'database/d/connect': 'DatabaseTlsFailed' });
  });
});
