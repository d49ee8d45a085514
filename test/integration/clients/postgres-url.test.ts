// What a URL asks of the connection and its login, held against servers that want otherwise: which methods it allows,
// TLS from the first byte, a client certificate, and how long a silent server of several may take.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createPostgresClient } from '../../../src/clients/postgres.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import { ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { DatabaseConnection } from '../../../src/facts/target.ts';
import { databaseProbe } from '../../../src/probes/database/probe.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { database } from '../../unit/checks/seen.ts';
import { within } from './aws-access.ts';
import { closedPort, listen } from './listener.ts';

const PASSWORD = 'correct-horse-battery-staple';
const client = createPostgresClient(createDial(), systemClock);
const authority = createAuthority();

function connectionTo(port: number, more: Partial<DatabaseConnection> = {}): DatabaseConnection {
  return {
    host: '127.0.0.1',
    port,
    database: 'keylessd',
    username: 'app',
    password: secret(PASSWORD),
    namedBySecret: true,
    tls: { mode: 'Disable' },
    ...more,
  };
}

const connect = (connection: DatabaseConnection): Promise<Outcome<string>> =>
  client.connect(connection, within(60_000), () => Promise.resolve('let in'));

/** Authentication requests of the protocol: none is needed, cleartext, MD5, SCRAM. */
const REQUESTS = {
  none: Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]),
  password: Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]),
  md5: Buffer.from([0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]),
  'scram-sha-256': Buffer.concat([
    Buffer.from([0x52, 0, 0, 0, 23, 0, 0, 0, 10]),
    Buffer.from('SCRAM-SHA-256\0\0', 'latin1'),
  ]),
} as const;
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Asks for this login after the startup message. */
const asking = (method: keyof typeof REQUESTS) => (socket: Socket) =>
  socket.once('data', () => socket.write(REQUESTS[method]));
/** Lets everybody in without a word. */
const welcoming = (socket: Socket): void => {
  socket.once('data', () => socket.write(Buffer.concat([REQUESTS.none, READY])));
};

describe('requireAuth', () => {
  it.each([
    ['none', ['scram-sha-256'], 'no login at all'],
    ['password', ['scram-sha-256'], 'a cleartext password'],
    ['md5', ['scram-sha-256'], 'an MD5 password'],
    ['scram-sha-256', ['md5'], 'a SCRAM login'],
  ] as const)('ends a login by %s where only %s is allowed, and sends nothing', async (method, methods, says) => {
    const server = await listen(asking(method));
    const authentication = { methods, channelBinding: 'prefer' } as const;
    expect(await connect(connectionTo(server.port, { authentication }))).toMatchObject({
      ok: false,
      fault: {
        code: 'DatabaseAuthenticationFailed',
        detail: expect.stringContaining(`asks for ${says}, which requireAuth of the URL does not allow`) as string,
      },
    });
    expect(server.received()).not.toContain(PASSWORD);
    expect(server.received()).not.toContain('n=');
  });

  it('goes on where the method is allowed', async () => {
    const { port } = await listen(welcoming);
    const authentication = { methods: ['none', 'scram-sha-256'], channelBinding: 'prefer' } as const;
    expect(await connect(connectionTo(port, { authentication }))).toEqual({ ok: true, value: 'let in' });
  });

  it.each(['password', 'md5', 'scram-sha-256'] as const)(
    'with channel binding takes no login by %s',
    async (method) => {
      const server = await listen(asking(method));
      const authentication = { channelBinding: 'require' } as const;
      expect(await connect(connectionTo(server.port, { authentication }))).toMatchObject({
        fault: { code: 'DatabaseAuthenticationFailed' },
      });
      expect(server.received()).not.toContain(PASSWORD);
    },
  );
});

function tlsOf(socket: Socket): TLSSocket {
  if (!(socket instanceof TLSSocket)) throw new Error('the connection is not encrypted');
  return socket;
}

describe('TLS from the first byte', () => {
  const leaf = authority.issue({ commonName: 'db', hosts: ['127.0.0.1'] });
  const own = { key: leaf.keyPem, cert: leaf.certPem, ALPNProtocols: ['postgresql'] };

  it('names the protocol and asks for nothing before', async () => {
    const spoken: unknown[] = [];
    const { port } = await listen((socket) => {
      spoken.push(tlsOf(socket).alpnProtocol);
      welcoming(socket);
    }, own);
    const tls = { mode: 'VerifyFull', direct: true, ca: authority.caPem } as const;
    expect(await connect(connectionTo(port, { tls }))).toEqual({ ok: true, value: 'let in' });
    expect(spoken).toEqual(['postgresql']);
  });

  it('is a failure of TLS where the server waits to be asked', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.end('N')));
    expect(await connect(connectionTo(port, { tls: { mode: 'Require', direct: true } }))).toMatchObject({
      fault: {
        code: 'DatabaseTlsFailed',
        detail: expect.stringContaining('does not take up TLS from the first byte') as string,
      },
    });
  });

  it('shows a client certificate to the server that its Secret names, and to no other', async () => {
    const shown: unknown[] = [];
    const pair = authority.issue({ commonName: 'app' });
    const { port } = await listen(
      (socket) => {
        shown.push(tlsOf(socket).getPeerCertificate().subject.CN);
        welcoming(socket);
      },
      { ...own, requestCert: true, ca: authority.caPem },
    );
    const certificate = { pem: pair.certPem, key: secret(pair.keyPem) };
    const tls = { mode: 'Require', direct: true, certificate } as const;
    expect(await connect(connectionTo(port, { tls }))).toEqual({ ok: true, value: 'let in' });
    expect(shown).toEqual(['app']);
    expect(await connect(connectionTo(port, { tls, namedBySecret: false }))).toMatchObject({
      fault: { code: 'DatabaseLoginWithheld' },
    });
  });

  // In TLS 1.2 a server has the certificate of the client before the client knows whose the server's is.
  it.each([
    ['of another authority', { ca: createAuthority().caPem }, 'DatabaseTlsFailed', [undefined]],
    ['that nobody verifies', {}, 'DatabaseLoginWithheld', [undefined]],
    ['of the authority in its Secret', { ca: authority.caPem, mode: 'VerifyFull' }, undefined, [undefined, 'app']],
  ] as const)('in a handshake with a server that nobody names, with a certificate %s', async (_, more, fault, seen) => {
    const shown: unknown[] = [];
    const pair = authority.issue({ commonName: 'app' });
    const { port } = await listen(
      (socket) => {
        const { subject } = tlsOf(socket).getPeerCertificate() as { readonly subject?: { readonly CN: unknown } };
        shown.push(subject?.CN);
        welcoming(socket);
      },
      { ...own, requestCert: true, rejectUnauthorized: false, ca: authority.caPem, maxVersion: 'TLSv1.2' },
    );
    const certificate = { pem: pair.certPem, key: secret(pair.keyPem) };
    const mode = 'ca' in more ? 'VerifyFull' : 'Require';
    const tls = { mode, direct: true, certificate, ownAuthority: true, ...more } as const;
    const got = await connect(connectionTo(port, { tls, namedBySecret: false }));
    expect(got.ok ? undefined : got.fault.code).toBe(fault);
    await expect.poll(() => shown).toEqual(seen);
  });
});

describe('of several servers', () => {
  const clients = { postgres: client } as unknown as Clients;
  const visit = async (
    ports: readonly number[],
    patienceMs: number,
  ): Promise<Outcome<unknown> & { away?: unknown }> => {
    const [first = 0, ...others] = ports;
    const connection = connectionTo(first, {
      otherHosts: others.map((port) => ({ host: '127.0.0.1', port })),
      patienceMs,
    });
    const { connect: seen, away } = await databaseProbe.observe(
      database({ connection: ok(connection) }),
      clients,
      within(60_000),
    );
    return { ...seen, away };
  };

  it.each([
    ['accepts and says nothing', () => listen(() => undefined).then(({ port }) => port)],
    ['is not there', () => closedPort()],
  ])('one that %s costs its share alone, and is named', async (_, first) => {
    const [silent, { port }] = [await first(), await listen(welcoming)];
    // The other one has as much to let us in: enough on a busy machine.
    const seen = await visit([silent, port], 5_000);
    expect(seen).toMatchObject({ ok: true, away: expect.stringContaining(`127.0.0.1:${silent}`) as string });
  });
});
