// The operator's own HTTP endpoints: /healthz (the process turns), /readyz (the watch is alive), /metrics.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EndpointsInput {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Why we are not ready; undefined when we are. */
  readonly notReady: () => string | undefined;
  readonly metrics: { readonly text: () => Promise<string>; readonly contentType: string };
}

export interface Endpoints {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens. Rejects when the port is taken. */
export async function serveEndpoints(input: EndpointsInput): Promise<Endpoints> {
  const server: Server = createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, 'text/plain', 'only GET\n');
      return;
    }
    switch (path) {
      case '/healthz':
        send(200, 'text/plain', 'ok\n');
        return;
      case '/readyz': {
        const reason = input.notReady();
        send(reason === undefined ? 200 : 503, 'text/plain', `${reason ?? 'ok'}\n`);
        return;
      }
      case '/metrics':
        input.metrics.text().then(
          (text) => {
            send(200, input.metrics.contentType, text);
          },
          () => {
            send(500, 'text/plain', 'metrics could not be gathered\n');
          },
        );
        return;
      default:
        send(404, 'text/plain', 'not found: /healthz, /readyz, /metrics\n');
    }
  });
  // Slow or half-open clients must not hold sockets for ever.
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(input.port, input.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
