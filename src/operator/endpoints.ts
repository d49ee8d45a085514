// The operator's own HTTP endpoints: /healthz (the process turns), /readyz (the watch is alive), /metrics, and
// /gate/{namespace}/{name} (may an upgrade go on?), which every replica answers by itself.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { USER_AGENT } from '../clients/http.ts';
import type { Wanted } from '../kube/who-asks.ts';
import type { Admission } from './admission.ts';

export interface ListenAddress {
  /** Absent: every address, of IPv6 and IPv4, of whichever the machine has. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

interface GateReply {
  readonly status: 200 | 412 | 503;
  readonly body: object;
}

export interface EndpointsInput extends ListenAddress {
  /** Why we are not ready; undefined when we are. */
  readonly notReady: () => string | undefined;
  /** Why somebody is not answered by /metrics or /gate; absent answers everybody. */
  readonly admission?: Admission | undefined;
  /** The gate's answer about a report; absent serves no /gate. */
  readonly gate?: (namespace: string, name: string) => Promise<GateReply>;
  /** `text` in bytes: answers that are not read yet share them. */
  readonly metrics: { readonly text: () => Promise<Buffer>; readonly contentType: string };
}

export interface Endpoints {
  readonly port: number;
  close(): Promise<void>;
}

/** Connections at once; each holds a descriptor that a probe may need. */
const MOST_CONNECTIONS = 256;
/** Connections at once from one address, so that nobody keeps the kubelet and Prometheus out. */
const MOST_OF_ONE = 32;
/** A connection on which nothing moves, an answer that nobody reads included, is closed after this. */
const IDLE_MS = 10_000;
/** Requests that do not come to their end are looked for this often. */
const CHECK_MS = 1_000;

/** Names as Kubernetes allows them, unescaped: whatever else a path holds leads nowhere. */
const GATE_PATH = /^\/gate\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/;

/** Listens. Rejects when the port is taken. */
export async function serveEndpoints(input: EndpointsInput): Promise<Endpoints> {
  const isOneAtATime = oneAtATime();
  const server: Server = createServer({ connectionsCheckingInterval: CHECK_MS }, (request, response) => {
    if (!isOneAtATime(request, response)) return;
    const [path = '/'] = (request.url ?? '/').split('?');
    const send = (status: number, type: string, body: string | Buffer): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const gated = GATE_PATH.exec(path);
    const gate = gated === null ? undefined : input.gate;
    // Flagger's webhooks ask by POST. Nothing is changed by it, and nothing of the body is read.
    const allowed = gate !== undefined ? ['GET', 'HEAD', 'POST'] : ['GET', 'HEAD'];
    if (!allowed.includes(request.method ?? '')) {
      response.setHeader('allow', allowed.join(', '));
      send(405, 'text/plain', `only ${allowed.join(', ')}\n`);
      return;
    }
    /** Answers whoever may ask; the rest are told why not. */
    const admitted = async (wanted: Wanted, answer: () => Promise<void>): Promise<void> => {
      // A report sends our probes where it likes, and shows what they are told: this is about the reports of others.
      if (request.headers['user-agent'] === USER_AGENT) {
        send(403, 'text/plain', 'a probe of the operator is not told about reports\n');
        return;
      }
      const refusal = await input.admission?.(request.headers.authorization, wanted);
      if (refusal === undefined) return answer();
      if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer');
      send(refusal.status, 'text/plain', `${refusal.why}\n`);
    };
    if (gate !== undefined) {
      const [, namespace = '', name = ''] = gated ?? [];
      if (request.method === 'POST') response.shouldKeepAlive = false;
      request.resume();
      admitted({ kind: 'report', namespace, name }, async () => {
        const { status, body } = await gate(namespace, name);
        send(status, 'application/json', `${JSON.stringify(body)}\n`);
      }).catch(() => {
        send(503, 'text/plain', 'the gate broke on a defect\n');
      });
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
        admitted({ kind: 'path', path }, async () => {
          send(200, input.metrics.contentType, await input.metrics.text());
        }).catch(() => {
          send(500, 'text/plain', 'metrics could not be gathered\n');
        });
        return;
      default:
        send(404, 'text/plain', 'not found: /healthz, /readyz, /metrics, /gate/{namespace}/{name}\n');
    }
  });
  boundConnections(server);
  // Slow or half-open clients must not hold sockets for ever.
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  server.keepAliveTimeout = 5_000;
  server.setTimeout(IDLE_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: input.port, host: input.host }, resolve);
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

/**
 * Says whether a request may be answered: not before the last one of its connection was. Whoever sends many at once has
 * the work done and the answers kept that he does not read; none of those who ask here does.
 */
function oneAtATime(): (request: IncomingMessage, response: ServerResponse) => boolean {
  const busy = new WeakSet<Socket>();
  return ({ socket }, response) => {
    if (busy.has(socket)) {
      socket.destroy();
      return false;
    }
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
    return true;
  };
}

/** Closes what is beyond the limits as soon as it comes. */
function boundConnections(server: Server): void {
  const open = new Map<string, number>();
  server.maxConnections = MOST_CONNECTIONS;
  server.on('connection', (socket) => {
    const from = socket.remoteAddress ?? '';
    const now = (open.get(from) ?? 0) + 1;
    open.set(from, now);
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left === 0) open.delete(from);
      else open.set(from, left);
    });
    if (now > MOST_OF_ONE) socket.destroy();
  });
}
