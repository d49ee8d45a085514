// Servers that only seem to be PostgreSQL: what they must not get, and how we get away.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createPostgresClient } from '../../../src/clients/postgres.ts';
import type { DatabaseConnection } from '../../../src/facts/target.ts';
import type { Outcome } from '../../../src/facts/outcome.ts';
import { Stop, systemClock } from '../../../src/runtime/clock.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority, type CertificatePair } from '../../stack/certificates.ts';
import { listen, type Listener } from './listener.ts';

const never = new AbortController().signal;
const within = (ms: number): AbortSignal => systemClock.deadline(ms, never).signal;
const client = createPostgresClient(createDial(), systemClock);
const PASSWORD = 'correct-horse-battery';

function connect(
  { port }: Listener,
  tls: DatabaseConnection['tls'] = { mode: 'Disable' },
  signal = never,
  namedBySecret = true,
): Promise<Outcome<unknown>> {
  return client.connect(
    { host: '127.0.0.1', port, database: 'keylessd', username: 'np', password: secret(PASSWORD), namedBySecret, tls },
    signal,
    (session) => session.query('SELECT 1', signal),
  );
}

/** A message of the server: its type, its length, its body. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** AuthenticationSASL with the one mechanism that PostgreSQL has, then AuthenticationSASLContinue with few rounds. */
const SASL = message('R', Buffer.concat([Buffer.from([0, 0, 0, 10]), Buffer.from('SCRAM-SHA-256\0\0')]));
function saslContinue(request: string, rounds: number): Buffer {
  const nonce = /r=([^,\0]+)/.exec(request)?.[1] ?? '';
  const text = `r=${nonce}server,s=${Buffer.from('salt').toString('base64')},i=${rounds}`;
  return message('R', Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from(text)]));
}

/** Serves SCRAM: offers it, and asks for a proof of so many rounds. */
const scram = (rounds: number) => (socket: Socket) => {
  socket.once('data', () => {
    socket.write(SASL);
    socket.once('data', (chunk: Buffer) => socket.write(saslContinue(chunk.toString('latin1'), rounds)));
  });
};

/** AuthenticationCleartextPassword and AuthenticationMD5Password. */
const CLEARTEXT = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const MD5 = Buffer.from([0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]);

/** Takes up TLS with this certificate, and answers whatever comes through it with `request`. */
async function listenSecured(
  { keyPem, certPem }: CertificatePair,
  request: Buffer,
): Promise<{ server: Listener; decrypted: () => string }> {
  let decrypted = '';
  const server = await listen((socket) => {
    socket.once('data', () => {
      socket.write('S');
      socket.removeAllListeners('data');
      const secured = new TLSSocket(socket, { isServer: true, key: keyPem, cert: certPem });
      secured.on('error', () => undefined);
      secured.on('data', (chunk: Buffer) => {
        decrypted += chunk.toString('latin1');
        secured.write(request);
      });
    });
  });
  return { server, decrypted: () => decrypted };
}

describe('a password', () => {
  it.each([
    ['in the clear', CLEARTEXT],
    ['as MD5', MD5],
  ])('that is asked for %s without TLS is not sent', async (_, request) => {
    const server = await listen((socket) => socket.once('data', () => socket.write(request)));
    const outcome = await connect(server);
    await server.allClosed();
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'DatabaseCleartextRefused' } });
    expect(server.received()).not.toMatch(/correct-horse|md5/);
    // The startup message and nothing more: no password message ("p") of any length.
    expect(server.received()).toMatch(/^\0\0\0.\0\x03\0\0[^]*application_name\0recognize-health\0[^]*\0\0$/);
  });

  it('that is asked for twice in one packet is not sent either', async () => {
    const server = await listen((socket) => socket.once('data', () => socket.write(Buffer.concat([CLEARTEXT, MD5]))));
    await connect(server);
    await server.allClosed();
    expect(server.received()).not.toMatch(/correct-horse|md5/);
  });

  it('is not sent under TLS that nobody verified', async () => {
    const { server, decrypted } = await listenSecured(createAuthority().issue({ commonName: 'x' }), CLEARTEXT);
    expect(await connect(server, { mode: 'Require' })).toMatchObject({
      ok: false,
      fault: { code: 'DatabaseCleartextRefused' },
    });
    await server.allClosed();
    expect(decrypted()).toContain('recognize-health');
    expect(decrypted()).not.toContain(PASSWORD);
  });

  it('is not proved in rounds so few that the proof could be tried like a plain hash', async () => {
    const server = await listen(scram(1));
    expect(await connect(server)).toMatchObject({ ok: false, fault: { code: 'DatabaseCleartextRefused' } });
    await server.allClosed();
    // The client's final message holds the proof (p=…).
    expect(server.received()).not.toContain(',p=');
  });

  it('is proved in as many rounds as PostgreSQL uses, which a server without the password cannot answer', async () => {
    const server = await listen(scram(4096));
    const deadline = new AbortController();
    const outcome = connect(server, { mode: 'Disable' }, deadline.signal);
    await expect.poll(() => server.received()).toContain(',p=');
    deadline.abort(new Stop({ kind: 'Deadline', ms: 500 }));
    expect(await outcome).toMatchObject({ ok: false, fault: { code: 'DatabaseTimeout' } });
    expect(server.received()).not.toContain(PASSWORD);
  });

  it('is not proved in rounds without end', async () => {
    const outcome = await connect(await listen(scram(2_000_000_000)));
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'DatabaseAuthenticationFailed' } });
  });

  it.each([
    ['in the clear', CLEARTEXT],
    ['as MD5', MD5],
  ])('is not sent %s to a server with a good certificate that only the report names', async (_, request) => {
    const authority = createAuthority();
    const leaf = authority.issue({ commonName: 'x', hosts: ['127.0.0.1'] });
    const { server, decrypted } = await listenSecured(leaf, request);
    const outcome = await connect(server, { mode: 'VerifyFull', ca: authority.caPem }, within(2_000), false);
    expect(outcome).toMatchObject({
      ok: false,
      fault: {
        code: 'DatabaseCleartextRefused',
        detail: expect.stringContaining('is not named by the Secret') as string,
      },
    });
    await server.allClosed();
    expect(decrypted()).toContain('recognize-health');
    expect(decrypted()).not.toMatch(/correct-horse|md5/);
  });

  it('that the server repeats in its error is masked', async () => {
    const said = `SFATAL\0C28P01\0Mno, ${PASSWORD} is wrong\0\0`;
    const error = Buffer.concat([Buffer.from([0x45, 0, 0, 0, said.length + 4]), Buffer.from(said)]);
    const server = await listen((socket) => socket.once('data', () => socket.end(error)));
    const outcome = await connect(server);
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'DatabaseAuthenticationFailed' } });
    expect(JSON.stringify(outcome)).not.toContain(PASSWORD);
  });
});

describe('TLS', () => {
  const says = (answer: string) => (socket: Socket) => void socket.once('data', () => socket.write(answer));

  it.each(['Require', 'VerifyCA', 'VerifyFull'] as const)('%s fails when it is not offered', async (mode) => {
    const server = await listen(says('N'));
    expect(await connect(server, { mode })).toMatchObject({ ok: false, fault: { code: 'DatabaseTlsFailed' } });
    expect(server.received()).not.toContain('keylessd');
  });

  it('is not begun when bytes are stuffed behind the offer', async () => {
    const server = await listen(says(`S${CLEARTEXT.toString('latin1')}`));
    expect(await connect(server, { mode: 'Require' })).toMatchObject({
      ok: false,
      fault: { code: 'DatabaseTlsFailed' },
    });
  });
});

describe('no PostgreSQL server', () => {
  const page = 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>';
  const serving: Record<string, (socket: Socket) => void> = {
    'a web server': (socket) => void socket.once('data', () => socket.end(page)),
    'an SSH server': (socket) => void socket.write('SSH-2.0-OpenSSH\r\n'),
    'a message of 2 GB': (socket) =>
      void socket.once('data', () => socket.write(Buffer.from([0x52, 0x7f, 0, 0, 0, 0]))),
    'an endless greeting': (socket) => {
      const notice = Buffer.concat([Buffer.from([0x4e, 0, 0, 0, 12]), Buffer.from('Mhello\0\0')]);
      const many = Buffer.concat(Array<Buffer>(4096).fill(notice));
      const more = (): void => {
        while (!socket.destroyed && socket.write(many));
      };
      socket.on('drain', more);
      more();
    },
    'a reset': (socket) => void socket.once('data', () => socket.resetAndDestroy()),
    'a close': (socket) => void socket.once('data', () => socket.end()),
  };

  it.each(Object.keys(serving))('%s is DatabaseUnreachable before the deadline', async (what) => {
    const server = await listen(serving[what]!);
    expect(await connect(server, { mode: 'Disable' }, never)).toMatchObject({
      ok: false,
      fault: { code: 'DatabaseUnreachable' },
    });
    await server.allClosed();
  });

  it.each(['a web server', 'an SSH server', 'a reset', 'a close'])('%s that is asked for TLS is too', async (what) => {
    const server = await listen(serving[what]!);
    expect(await connect(server, { mode: 'VerifyFull' }, never)).toMatchObject({
      ok: false,
      fault: { code: 'DatabaseUnreachable' },
    });
  });

  it.each(['Disable', 'VerifyFull'] as const)('silence is DatabaseTimeout with %s', async (mode) => {
    const server = await listen(() => undefined);
    expect(await connect(server, { mode }, within(200))).toMatchObject({
      ok: false,
      fault: { code: 'DatabaseTimeout' },
    });
    await server.allClosed();
  });
});
