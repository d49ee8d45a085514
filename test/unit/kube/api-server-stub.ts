// An HTTPS server on loopback that answers as a test tells it to, and the API client over it: what the transport does
// is seen on a real connection. No semantics of Kubernetes here; test/stack/apiserver has them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAccess } from '../../../src/kube/access.ts';
import { createKubeApi, type KubeApi } from '../../../src/kube/call.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import { createAuthority } from '../../stack/certificates.ts';

export interface Stub {
  readonly api: KubeApi;
  /** `GET /path?query` of every request, in order. */
  readonly requests: { readonly line: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  readonly kubeconfig: string;
  readonly directory: string;
  readonly connections: () => number;
  close(): Promise<void>;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, n: number) => void;

/** A metav1.Status as the API server writes it. */
export function status(code: number, reason: string, message = reason): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code });
}

export function answer(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Starts a stub. `user` goes into the kubeconfig as it is. */
export async function startStub(
  handler: Handler,
  options: { user?: (directory: string) => object; clock?: Clock } = {},
): Promise<Stub> {
  const authority = createAuthority('stub');
  const { certPem, keyPem } = authority.issue({ commonName: 'stub', hosts: ['127.0.0.1'] });
  const requests: Stub['requests'] = [];
  const sockets = new Set<Duplex>();
  let connections = 0;
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({
        line: `${request.method ?? ''} ${request.url ?? ''}`,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      handler(request, response, requests.length);
    });
  });
  server.on('secureConnection', () => (connections += 1));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const directory = await mkdtemp(join(tmpdir(), 'recognize-health-kube-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'stub',
    contexts: [{ name: 'stub', context: { cluster: 'stub', user: 'stub', namespace: 'recognize' } }],
    clusters: [
      {
        name: 'stub',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': Buffer.from(authority.caPem).toString('base64'),
        },
      },
    ],
    users: [{ name: 'stub', user: options.user?.(directory) ?? { token: 'token-1' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const clock = options.clock ?? systemClock;
  const access = await loadAccess({ kubeconfig, clock });
  const api = createKubeApi(createTransport(access), clock);
  return {
    api,
    requests,
    kubeconfig,
    directory,
    connections: () => connections,
    close: async () => {
      await api.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}
