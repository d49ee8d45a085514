// One replica of a service: a listener on its own loopback address, with or without TLS, that can misbehave.
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { behave, type Conduct } from './conduct.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ReplicaListener {
  readonly address: string;
  readonly port: number;
  /** Path and query of every request so far. */
  readonly requests: readonly string[];
  /** Misbehaves from now on, for requests whose path matches; undefined ends it. */
  setConduct(conduct: Conduct | undefined, path?: RegExp): Promise<void>;
  /** Speaks TLS with this pair from now on; undefined: plain HTTP again. */
  setTls(pair: { certPem: string; keyPem: string } | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Starts listening; throws EADDRINUSE when somebody else has the port on this address. */
export async function startReplica(address: string, port: number, handler: Handler): Promise<ReplicaListener> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let conduct: { how: Exclude<Conduct, { kind: 'down' }>; path: RegExp } | undefined;
  let tls: { certPem: string; keyPem: string } | undefined;
  let server: Server | undefined;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '/';
    requests.push(path);
    const properly = (): void => {
      handler(request, response).catch((error: unknown) => {
        // A mistake of ours must not look like a trouble of the service.
        response.writeHead(599).end(String(error));
      });
    };
    if (conduct?.path.test(path)) behave(conduct.how, request, response, properly);
    else properly();
  };

  async function open(): Promise<void> {
    const fresh = tls ? createHttpsServer({ cert: tls.certPem, key: tls.keyPem }, answer) : createHttpServer(answer);
    fresh.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve, reject) => {
      fresh.once('error', reject);
      fresh.listen(port, address, resolve);
    });
    server = fresh;
  }

  async function close(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await open();
  return {
    address,
    port,
    requests,
    async setConduct(how, path = /^/) {
      if (how?.kind === 'down') {
        conduct = undefined;
        await close();
        return;
      }
      conduct = how && { how, path };
      if (!server) await open();
    },
    async setTls(pair) {
      tls = pair;
      const listening = server !== undefined;
      await close();
      if (listening) await open();
    },
    close,
  };
}
