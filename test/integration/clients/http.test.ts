// One GET against servers that do all they can to keep us.
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HttpAnswer } from '../../../src/facts/observed.ts';
import type { HttpRequest, Result, TransportFault } from '../../../src/clients/clients.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createHttpClient } from '../../../src/clients/http.ts';
import { Stop, systemClock } from '../../../src/runtime/clock.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { closedPort, listen, type Listener } from './listener.ts';

const never = new AbortController().signal;
const soon = (): AbortSignal => systemClock.deadline(200, never).signal;
const client = createHttpClient(createDial());

function get(
  of: Pick<Listener, 'port'>,
  signal = never,
  path = '/',
  by = client,
): Promise<Result<HttpAnswer, TransportFault>> {
  return by.get({ url: `http://127.0.0.1:${of.port}${path}`, tls: {} }, signal);
}

/** Serves `answer` to whoever sends a request. */
const answering =
  (answer: string) =>
  (socket: Socket): void => {
    socket.once('data', () => socket.end(answer));
  };

/** Writes again and again until the socket is gone. */
function repeat(socket: Socket, ms: number, text: string): void {
  const timer = setInterval(() => socket.write(text), ms);
  socket.on('close', () => clearInterval(timer));
  onTestFinished(() => clearInterval(timer));
}

/** Writes as fast as the other side reads. */
function flood(socket: Socket, text: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', more);
  more();
}

const head = 'HTTP/1.1 200 OK\r\n';

describe('GET', () => {
  it('asks for the path and the query, on a connection of its own', async () => {
    const server = await listen(answering(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`));
    const result = await get(server, never, '/actuator/health?x=1');
    expect(result).toMatchObject({ ok: true, value: { status: 200, contentType: 'application/json', body: '{}' } });
    expect(server.received()).toContain('GET /actuator/health?x=1 HTTP/1.1\r\n');
    expect(server.received()).toContain(`Host: 127.0.0.1:${server.port}\r\n`);
  });

  it('takes a redirect as an answer and does not follow it', async () => {
    const elsewhere = await listen(() => undefined);
    const server = await listen(
      answering(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${elsewhere.port}/\r\nContent-Length: 0\r\n\r\n`),
    );
    expect(await get(server)).toMatchObject({ ok: true, value: { status: 302 } });
    expect(elsewhere.accepted()).toBe(0);
  });

  it('reads 64 KiB of an endless body and closes', async () => {
    const server = await listen((socket) =>
      socket.once('data', () => {
        socket.write(`${head}Content-Length: 209715200\r\n\r\n`);
        flood(socket, 'x'.repeat(65_536));
      }),
    );
    expect(await get(server)).toMatchObject({ ok: true, value: { truncated: true } });
    await server.allClosed();
  });

  it('shows when the certificate ends', async () => {
    const authority = createAuthority();
    const notAfter = new Date('2031-05-06T07:08:09Z');
    const leaf = authority.issue({ commonName: 'x', hosts: ['127.0.0.1'], notAfter });
    const server = await listen(answering(`${head}Content-Length: 0\r\n\r\n`), {
      key: leaf.keyPem,
      cert: leaf.certPem,
    });
    const result = await client.get({ url: `https://127.0.0.1:${server.port}/`, tls: { ca: authority.caPem } }, never);
    expect(result).toMatchObject({ ok: true, value: { certificateNotAfter: '2031-05-06T07:08:09.000Z' } });
  });

  it('works over IPv6', async () => {
    const server = await listen(answering(`${head}Content-Length: 0\r\n\r\n`), undefined, '::1');
    expect(await client.get({ url: `http://[::1]:${server.port}/`, tls: {} }, never)).toMatchObject({ ok: true });
  });
});

describe('who asks', () => {
  const credentials = { username: 'ops', password: secret('hunter2') };
  const asBasic = `Authorization: Basic ${Buffer.from('ops:hunter2').toString('base64')}\r\n`;

  it('is said as Basic where credentials are given, and not beyond a redirect', async () => {
    const elsewhere = await listen(answering(`${head}Content-Length: 0\r\n\r\n`));
    const server = await listen(
      answering(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${elsewhere.port}/\r\nContent-Length: 0\r\n\r\n`),
    );
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await client.get({ url, tls: {}, credentials }, never)).toMatchObject({ value: { status: 302 } });
    expect(server.received()).toContain(asBasic);
    expect(elsewhere.accepted()).toBe(0);
    await client.get({ url, tls: {} }, never);
    expect(server.received().split(asBasic)).toHaveLength(2);
  });

  it('is shown by certificate to a server that asks for one, which tells those who have none', async () => {
    const authority = createAuthority();
    const leaf = authority.issue({ commonName: 'x', hosts: ['127.0.0.1'] });
    const own = authority.issue({ commonName: 'checker', hosts: [] });
    const server = await listen(answering(`${head}Content-Length: 0\r\n\r\n`), {
      key: leaf.keyPem,
      cert: leaf.certPem,
      ca: authority.caPem,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const url = `https://127.0.0.1:${server.port}/`;
    const certificate = { pem: own.certPem, key: secret(own.keyPem) };
    const ask = (tls: HttpRequest['tls']): Promise<unknown> => client.get({ url, tls }, never);
    expect(await ask({ ca: authority.caPem, certificate })).toMatchObject({ ok: true, value: { status: 200 } });
    expect(await ask({ ca: authority.caPem })).toMatchObject({ fault: { because: 'client-certificate' } });
  });
});

describe('at the deadline', () => {
  /** Asks, and lets the deadline pass once so many bytes were heard: a limit would pass before that on a busy machine. */
  async function endedAfter(server: Listener, bytes: number): Promise<Result<HttpAnswer, TransportFault>> {
    let socket: Socket | undefined;
    const dial = createDial();
    const watched = createHttpClient(async (target, signal) => {
      const dialled = await dial(target, signal);
      if (dialled.ok) socket = dialled.value;
      return dialled;
    });
    const deadline = new AbortController();
    const answer = get(server, deadline.signal, '/', watched);
    await expect.poll(() => server.received() !== '' && (socket?.bytesRead ?? 0) >= bytes).toBe(true);
    deadline.abort(new Stop({ kind: 'Deadline', ms: 200 }));
    return answer;
  }

  it.each<[string, begins: string, more: string, string]>([
    ['silence', '', '', 'did not answer within 200 ms'],
    ['headers line by line', head, 'A: b\r\n', 'did not answer within 200 ms'],
    [
      'a body byte now and then',
      `${head}Content-Length: 100000\r\n\r\n`,
      'x',
      'did not finish its answer within 200 ms',
    ],
    ['a half-open connection', `${head}Content-Length: 5\r\n\r\nx`, '', 'did not finish its answer within 200 ms'],
  ])('%s ends, and the socket is closed', async (_, begins, more, words) => {
    const server = await listen((socket) => {
      socket.write(begins);
      if (more !== '') repeat(socket, 20, more);
    });
    const result = await endedAfter(server, begins.length + more.length);
    expect(result).toMatchObject({ ok: false, fault: { detail: expect.stringContaining(words) as string } });
    await server.allClosed();
  });

  it('is called a timeout', async () => {
    expect(await get(await listen(() => undefined), soon())).toMatchObject({ ok: false, fault: { kind: 'timeout' } });
  });

  it('is no result when the run was cancelled', async () => {
    const controller = new AbortController();
    const stop = new Stop({ kind: 'Cancelled', why: 'superseded' });
    const server = await listen((socket) => socket.once('data', () => controller.abort(stop)));
    await expect(get(server, controller.signal)).rejects.toBe(stop);
    await server.allClosed();
  });
});

describe('a broken exchange', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['a reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'reset the connection'],
    ['a close', (socket) => socket.once('data', () => socket.end()), 'closed the connection without an answer'],
    ['an SSH server', (socket) => socket.write('SSH-2.0-OpenSSH\r\n'), 'does not answer in HTTP'],
    [
      'a flood of headers',
      (socket) => {
        socket.write(head);
        flood(socket, 'A: b\r\n'.repeat(1000));
      },
      'sends more than 32 KiB of headers',
    ],
  ])('by %s is called broken', async (_, serve, words) => {
    const result = await get(await listen(serve));
    expect(result).toMatchObject({
      ok: false,
      fault: { kind: 'broken', detail: expect.stringContaining(words) as string },
    });
  });

  it('by nobody listening is called refused', async () => {
    expect(await get({ port: await closedPort() })).toMatchObject({ ok: false, fault: { kind: 'refused' } });
  });

  it.each([
    ['no URL', 'nonsense', 'the URL is not valid'],
    ['another scheme', 'ftp://127.0.0.1/', 'the URL is neither http nor https'],
    ['credentials in it', 'http://user:hunter2@127.0.0.1/', 'the URL holds credentials, which are not sent'],
  ])('by a URL with %s says so without repeating it', async (_, url, detail) => {
    expect(await client.get({ url, tls: {} }, never)).toEqual({ ok: false, fault: { kind: 'broken', detail } });
  });

  it('by a forbidden address is not even tried', async () => {
    const result = await client.get({ url: 'http://[::ffff:169.254.169.254]/latest/meta-data', tls: {} }, never);
    expect(result).toMatchObject({ ok: false, fault: { kind: 'forbidden-address' } });
  });

  it('by an address in another spelling is not tried either', async () => {
    const result = await client.get({ url: 'http://0xa9fea9fe/', tls: {} }, never);
    expect(result).toMatchObject({ ok: false, fault: { kind: 'forbidden-address' } });
  });
});
