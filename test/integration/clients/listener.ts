// Listeners on a free loopback port that behave as a test wants, and are gone with everything they hold after it.
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { findFreePort } from '../../stack/free-port.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Everything that clients sent. */
  readonly received: () => string;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** Resolves when every accepted connection is closed. */
  readonly allClosed: () => Promise<void>;
}

/** Listens on 127.0.0.1 until the test is over and gives every connection to `serve`. */
export async function listen(serve: (socket: Socket) => void, tls?: TlsOptions, host = '127.0.0.1'): Promise<Listener> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const chunks: Buffer[] = [];
  let accepted = 0;
  const accept = (socket: Socket): void => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) for (const resolve of waiting.splice(0)) resolve();
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    serve(socket);
  };
  const server: Server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  if (tls !== undefined) server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host,
    port: address.port,
    received: () => Buffer.concat(chunks).toString('latin1'),
    accepted: () => accepted,
    allClosed: () => (sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** A port of 127.0.0.1 where nobody listens. */
export function closedPort(): Promise<number> {
  return findFreePort(['127.0.0.1']);
}
