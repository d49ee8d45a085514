// The way out: what is refused, and what each failure on the way is called.
import { get } from 'node:https';
import { get as getPlain } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createDial, DialError, dialingAgents, type Dial } from '../../../src/clients/dial.ts';
import { createResolver } from '../../../src/clients/resolver.ts';
import { Stop, systemClock } from '../../../src/runtime/clock.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { closedPort, listen } from './listener.ts';

const never = new AbortController().signal;
const soon = (): AbortSignal => systemClock.deadline(150, never).signal;
const named = (addresses: Record<string, readonly string[]>): Dial =>
  createDial((host) => {
    const found = addresses[host];
    if (found !== undefined) return Promise.resolve(found);
    return Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
  });

const authority = createAuthority();
const leaf = authority.issue({ commonName: 'core-daemon', hosts: ['core-daemon'] });
const serverTls = { key: leaf.keyPem, cert: leaf.certPem };

async function faultOf(dialled: ReturnType<Dial>): Promise<{ kind: string; detail: string } | 'connected'> {
  const result = await dialled;
  if (!result.ok) return result.fault;
  result.value.destroy();
  return 'connected';
}

describe('dial', () => {
  it('connects to a loopback address', async () => {
    const { port } = await listen(() => undefined);
    expect(await faultOf(createDial()({ host: '127.0.0.1', port }, never))).toBe('connected');
  });

  it('tries the next address when one refuses', async () => {
    const { port } = await listen(() => undefined);
    const dial = named({ 'core-daemon': ['127.0.0.2', '127.0.0.1'] });
    expect(await faultOf(dial({ host: 'core-daemon', port }, never))).toBe('connected');
  });

  it('calls a closed port refused and names it', async () => {
    const port = await closedPort();
    expect(await faultOf(named({ 'core-daemon': ['127.0.0.1'] })({ host: 'core-daemon', port }, never))).toEqual({
      kind: 'refused',
      detail: `core-daemon:${port} (127.0.0.1) refuses connections`,
    });
  });

  it('calls a name without an address dns', async () => {
    expect(await faultOf(named({})({ host: 'core-daemon', port: 80 }, never))).toEqual({
      kind: 'dns',
      detail: 'the name core-daemon does not resolve (ENOTFOUND)',
    });
  });

  it('calls an answer without addresses dns', async () => {
    expect(await faultOf(named({ empty: [] })({ host: 'empty', port: 80 }, never))).toMatchObject({ kind: 'dns' });
  });

  it('calls a resolver that never answers a timeout', async () => {
    const dial = createDial(createResolver(() => new Promise(() => undefined)));
    expect(await faultOf(dial({ host: 'core-daemon', port: 80 }, soon()))).toEqual({
      kind: 'timeout',
      detail: 'the name core-daemon was not resolved within 150 ms',
    });
  });

  it('does not connect to a forbidden address that a name resolves to', async () => {
    const dial = named({ innocent: ['169.254.169.254', '::ffff:169.254.169.254'] });
    expect(await faultOf(dial({ host: 'innocent', port: 80 }, never))).toMatchObject({ kind: 'forbidden-address' });
  });

  it('goes past a forbidden address to one that is allowed', async () => {
    const { port } = await listen(() => undefined);
    const dial = named({ mixed: ['fe80::1', '127.0.0.1'] });
    expect(await faultOf(dial({ host: 'mixed', port }, never))).toBe('connected');
  });

  it('refuses a metadata name without resolving it', async () => {
    const dial = named({ 'metadata.google.internal': ['127.0.0.1'] });
    expect(await faultOf(dial({ host: 'metadata.google.internal', port: 80 }, never))).toMatchObject({
      kind: 'forbidden-address',
    });
  });

  it('rejects with the stop when the run is cancelled', async () => {
    const controller = new AbortController();
    const stop = new Stop({ kind: 'Cancelled', why: 'shutdown' });
    const dial = createDial(createResolver(() => new Promise(() => undefined)));
    const dialled = dial({ host: 'core-daemon', port: 80 }, controller.signal);
    controller.abort(stop);
    await expect(dialled).rejects.toBe(stop);
  });

  it('rejects with the stop when the run was cancelled before', async () => {
    const stop = new Stop({ kind: 'Cancelled', why: 'shutdown' });
    await expect(createDial()({ host: '127.0.0.1', port: 80 }, AbortSignal.abort(stop))).rejects.toBe(stop);
  });
});

describe('dial with TLS', () => {
  const dial = named({ 'core-daemon': ['127.0.0.1'], other: ['127.0.0.1'] });

  it('accepts the right name under the right authority', async () => {
    const { port } = await listen(() => undefined, serverTls);
    expect(await faultOf(dial({ host: 'core-daemon', port, tls: { ca: authority.caPem } }, never))).toBe('connected');
  });

  it('expects the server name where one is given', async () => {
    const { port } = await listen(() => undefined, serverTls);
    const tls = { ca: authority.caPem, serverName: 'core-daemon' };
    expect(await faultOf(dial({ host: '127.0.0.1', port, tls }, never))).toBe('connected');
  });

  it.each([
    ['another name', { ca: authority.caPem }, 'has a certificate for another name than other', undefined],
    ['an unknown authority', {}, 'has a certificate of an authority that is not trusted here', 'unknown-authority'],
    ['an unknown authority, name not asked', { mode: 'VerifyCA' as const }, 'not trusted here', 'unknown-authority'],
  ])('refuses %s', async (_, tls, words, because) => {
    const { port } = await listen(() => undefined, serverTls);
    const fault = await faultOf(dial({ host: 'other', port, tls }, never));
    expect(fault).toEqual({ kind: 'tls', detail: expect.stringContaining(words) as string, because });
  });

  it.each([
    ['VerifyCA', { mode: 'VerifyCA' as const, ca: authority.caPem }],
    ['Require', { mode: 'Require' as const }],
  ])('%s does not ask for the name', async (_, tls) => {
    const { port } = await listen(() => undefined, serverTls);
    expect(await faultOf(dial({ host: 'other', port, tls }, never))).toBe('connected');
  });

  it('trusts what stands in the bundle, be it the certificate alone, and no other of its authority', async () => {
    const [mine, another] = [1, 2].map(() => authority.issue({ commonName: 'x', hosts: ['core-daemon'] }));
    const { port } = await listen(() => undefined, { key: mine!.keyPem, cert: mine!.certPem });
    const ask = (ca: string) => faultOf(dial({ host: 'core-daemon', port, tls: { ca } }, never));
    expect(await ask(mine!.certPem)).toBe('connected');
    expect(await ask(another!.certPem)).toMatchObject({ kind: 'tls' });
  });

  it('refuses an expired certificate', async () => {
    const old = authority.issue({ commonName: 'x', hosts: ['core-daemon'], notAfter: new Date(Date.now() - 1000) });
    const { port } = await listen(() => undefined, { key: old.keyPem, cert: old.certPem });
    const fault = await faultOf(dial({ host: 'core-daemon', port, tls: { ca: authority.caPem } }, never));
    expect(fault).toMatchObject({ kind: 'tls', detail: expect.stringContaining('expired') as string });
  });

  it('says so when the other side does not speak TLS', async () => {
    const { port } = await listen((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const fault = await faultOf(dial({ host: 'core-daemon', port, tls: {} }, never));
    expect(fault).toMatchObject({ kind: 'tls', detail: expect.stringContaining('does not speak TLS') as string });
  });

  it('says so when the connection closes during the handshake', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await faultOf(dial({ host: 'core-daemon', port, tls: {} }, never))).toMatchObject({ kind: 'broken' });
  });

  it('ends a handshake that nobody answers at the deadline and closes the socket', async () => {
    const silent = await listen(() => undefined);
    const fault = await faultOf(dial({ host: 'core-daemon', port: silent.port, tls: {} }, soon()));
    expect(fault).toMatchObject({ kind: 'timeout' });
    await silent.allClosed();
  });

  it('says so when the CA bundle is no PEM', async () => {
    const { port } = await listen(() => undefined, serverTls);
    const fault = await faultOf(dial({ host: 'core-daemon', port, tls: { ca: 'nonsense -----' } }, never));
    expect(fault).toMatchObject({ kind: 'tls' });
  });
});

describe('the agents for node:http', () => {
  const agents = (tls = {}): ReturnType<typeof dialingAgents> =>
    dialingAgents(named({ storage: ['127.0.0.1'], 'core-daemon': ['127.0.0.1'], evil: ['169.254.169.254'] }), {
      tls,
      connectTimeoutMs: 60_000,
    });
  let made: ReturnType<typeof dialingAgents> | undefined;
  afterEach(() => {
    made?.http.destroy();
    made?.https.destroy();
  });
  const answer = 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n';

  it('send a request over a dialled connection', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.end(answer)));
    made = agents();
    const { http } = made;
    const status = await new Promise((resolve, reject) => {
      getPlain({ host: 'storage', port, agent: http }, (response) => resolve(response.statusCode)).on('error', reject);
    });
    expect(status).toBe(204);
  });

  it('send a request over a dialled TLS connection', async () => {
    const { port } = await listen((socket) => socket.once('data', () => socket.end(answer)), serverTls);
    made = agents({ ca: authority.caPem });
    const { https } = made;
    const status = await new Promise((resolve, reject) => {
      get({ host: 'core-daemon', port, agent: https }, (response) => resolve(response.statusCode)).on('error', reject);
    });
    expect(status).toBe(204);
  });

  it('pass a forbidden address on as a DialError', async () => {
    made = agents();
    const { http } = made;
    const error = await new Promise((resolve) => {
      getPlain({ host: 'evil', port: 80, agent: http }, () => resolve(undefined)).on('error', resolve);
    });
    expect(error).toBeInstanceOf(DialError);
    expect((error as DialError).fault.kind).toBe('forbidden-address');
  });
});
