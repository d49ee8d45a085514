// What our own API server and the front of a real one have in common: a TLS port that can be closed and opened again,
// whose connections can be cut, and the failures that were ordered.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Authority } from '../certificates.ts';
import type { FaultOrder } from './faults.ts';
import { StatusError } from './status.ts';

export interface Listener {
  readonly url: string;
  /** Cut the connection of an answer with a RST. */
  reset(response: ServerResponse): void;
  /** Stop listening and cut every connection. */
  stop(): Promise<void>;
  /** Listen again on the same port. */
  restart(): Promise<void>;
}

/** Listens on a loopback port that the system gives out, with a certificate of this authority. */
export async function startListener(
  authority: Authority,
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Listener> {
  const pair = authority.issue({
    commonName: 'kube-apiserver',
    hosts: ['localhost', '127.0.0.1', 'kubernetes.default.svc'],
  });
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  async function listen(): Promise<void> {
    const next = createServer({ cert: pair.certPem, key: pair.keyPem }, (request, response) => {
      response.on('error', () => undefined);
      serve(request, response).catch(() => response.destroy());
    });
    // A busy machine would close an idle connection in the moment in which it is used again: a write is not sent twice.
    // Clients close what they do not use, as they have to with a real server, which waits longer than they do.
    next.keepAliveTimeout = 0;
    // Every connection is kept, so that a stop can cut those whose handshake is not over yet as well.
    next.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    next.on('tlsClientError', (_error, socket) => socket.destroy());
    await listenPatiently(next, port);
    port = (next.address() as AddressInfo).port;
    server = next;
  }

  async function stop(): Promise<void> {
    const current = server;
    server = undefined;
    if (current === undefined) return;
    // Node 20 throws here on a connection that was cut below its TLS; what is idle is destroyed with the rest.
    current.closeIdleConnections = () => undefined;
    const closed = new Promise((resolve) => current.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await listen();
  return {
    url: `https://127.0.0.1:${String(port)}`,
    reset(response) {
      // A TLS socket cannot be reset itself: the TCP socket below it is, found by the client's port.
      const client = response.socket?.remotePort;
      const below = [...sockets].find((socket) => socket.remotePort === client);
      below?.resetAndDestroy();
      response.destroy();
    },
    stop,
    async restart() {
      await stop();
      await listen();
    },
  };
}

const MOST_TRIES = 50;
const PAUSE_MS = 100;

/**
 * Tries again for a few seconds while the port is taken. It is in the range from which the system serves outgoing
 * connections too, so one of those may hold it for a moment between a stop and the start after it.
 */
async function listenPatiently(server: Server, port: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.removeListener('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      if (tries === MOST_TRIES || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await sleep(PAUSE_MS);
    }
  }
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The failure that an order answers with, if it does. */
export function orderedError({ status, retryAfter }: FaultOrder): StatusError | undefined {
  if (status === undefined) return undefined;
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  const details = retryAfter === undefined ? undefined : { retryAfterSeconds: retryAfter };
  return new StatusError(status, REASONS[status] ?? '', 'this fault was ordered', details, headers);
}
