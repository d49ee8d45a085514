// The operator's own endpoints: where they listen, and what they answer to what nobody should ask.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createHttpClient } from '../../../src/clients/http.ts';
import { serveEndpoints, type Endpoints, type EndpointsInput } from '../../../src/operator/endpoints.ts';

let endpoints: Endpoints | undefined;
const serve = async (changes: Partial<EndpointsInput> = {}): Promise<Endpoints> => {
  endpoints = await serveEndpoints({
    port: 0,
    notReady: () => undefined,
    metrics: { contentType: 'text/plain', text: () => Promise.resolve(Buffer.from('# none\n')) },
    ...changes,
  });
  return endpoints;
};
afterEach(async () => {
  await endpoints?.close();
  endpoints = undefined;
});

const ask = (
  host: string,
  port: number,
  path = '/healthz',
  method = 'GET',
  agent: Agent | false = false,
): Promise<number | string> =>
  new Promise((resolve) => {
    request({ host, port, path, method, agent }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? error.message);
      })
      .end();
  });

/** A machine without IPv6 has no ::1, and a cluster may have nothing else. */
const LOOPBACK = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal }) => internal)
  .map(({ address }) => address);

describe('the endpoints', () => {
  it.each(LOOPBACK)('listen at %s too when no address is named', async (address) => {
    const { port } = await serve();
    expect(await ask(address, port)).toBe(200);
  });

  it('listen at the named address alone', async () => {
    const { port } = await serve({ host: '127.0.0.1' });
    expect(await ask('127.0.0.1', port)).toBe(200);
    expect(await ask('127.0.0.2', port)).toBe('ECONNREFUSED');
  });

  it.each([
    ['POST', '/healthz', 405],
    ['GET', '/', 404],
    ['GET', '/gate/recognize/prod', 404],
    ['HEAD', '/healthz', 200],
    ['GET', '/healthz?verbose', 200],
  ] as const)('answer %s %s with %i', async (method, path, status) => {
    const { port } = await serve({ host: '127.0.0.1' });
    expect(await ask('127.0.0.1', port, path, method)).toBe(status);
  });

  it.each([
    ['/gate/other/prod', 403],
    ['/metrics', 403],
    ['/healthz', 200],
  ])('answer a probe of the operator at %s, which a report may send anywhere, with %i', async (path, status) => {
    const gate = (): Promise<{ status: 200; body: object }> => Promise.resolve({ status: 200, body: { of: 'others' } });
    const { port } = await serve({ host: '127.0.0.1', gate });
    const url = `http://127.0.0.1:${port}${path}`;
    const headers = { 'User-Agent': 'somebody else', 'user-agent': 'curl' };
    const got = await createHttpClient(createDial()).get({ url, tls: {}, headers }, new AbortController().signal);
    expect(got).toMatchObject({ ok: true, value: { status } });
    expect(JSON.stringify(got)).not.toContain('others');
    expect(await ask('127.0.0.1', port, path)).toBe(200);
  });

  it('close what one address opens beyond its share, and go on answering', async () => {
    const { port } = await serve({ host: '127.0.0.1' });
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      socket.resume();
      socket.write('GET /healthz HTTP/1.1\r\nX-Half: ');
      return socket;
    });
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    // Whatever is beyond the share is closed at once, the rest when its request does not come to an end.
    await Promise.all(closed);
    expect(await ask('127.0.0.1', port)).toBe(200);
  });

  it('answer one request of a connection at a time, so that nobody has work done for answers he does not read', async () => {
    let gathered = 0;
    const text = (): Promise<Buffer> => {
      gathered += 1;
      return Promise.resolve(Buffer.alloc(4 * 1024 * 1024));
    };
    const { port } = await serve({ host: '127.0.0.1', metrics: { contentType: 'text/plain', text } });
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000));
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(gathered).toBeLessThanOrEqual(1);
    // One after the other, on one connection, is what everybody does.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let time = 0; time < 3; time += 1) expect(await ask('127.0.0.1', port, '/healthz', 'GET', agent)).toBe(200);
    agent.destroy();
  });

  it('say that a port is taken', async () => {
    const { port } = await serve({ host: '127.0.0.1' });
    await expect(
      serveEndpoints({
        host: '127.0.0.1',
        port,
        notReady: () => undefined,
        metrics: { contentType: '', text: () => Promise.resolve(Buffer.from('')) },
      }),
    ).rejects.toThrow('EADDRINUSE');
  });
});
