// A kubelet's endpoint over TLS that serves pod logs, so that any API server, real or ours, can fetch them from a
// Node that points here. Semantics of the kubelet: pkg/kubelet/server and kuberuntime/logs of Kubernetes 1.34.
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Authority } from './certificates.ts';
import { portOf } from './free-port.ts';
import type { ContainerLog, LogLine, PodLogs } from './pod-logs.ts';

export interface Kubelet {
  readonly host: string;
  readonly port: number;
  /** The path and query of every request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  previous: boolean;
  sinceNs: bigint;
  tailLines: number | undefined;
  limitBytes: number;
}

const HOST = '127.0.0.1';
const NS_PER_MS = 1_000_000n;

/** Serves `logs` on a free port of 127.0.0.1 with a certificate of `authority`. */
export async function startKubelet(logs: PodLogs, authority: Authority): Promise<Kubelet> {
  const { certPem, keyPem } = authority.issue({ commonName: 'system:node:stack', hosts: [HOST, 'localhost'] });
  const requests: string[] = [];
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    requests.push(request.url ?? '/');
    answer(logs, request, response);
  });
  // Closing an idle connection is the API server's: here it could meet a request that is on its way.
  server.keepAliveTimeout = 0;
  const sockets = trackSockets(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  return {
    host: HOST,
    port: portOf(server),
    requests,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function answer(logs: PodLogs, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', `https://${HOST}`);
  if (url.pathname === '/healthz') {
    refuse(response, 200, 'ok');
    return;
  }
  const [kind, namespace, pod, container, ...rest] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (kind !== 'containerLogs' || rest.length > 0) {
    refuse(response, 404, '404 page not found');
    return;
  }
  if (!namespace || !pod || !container) {
    refuse(response, 400, '{"message": "missing namespace, pod or container"}');
    return;
  }
  const options = readOptions(url.searchParams, new Date());
  if (typeof options === 'string') {
    refuse(response, 422, JSON.stringify({ message: options }));
    return;
  }
  if (!logs.hasPod(namespace, pod)) {
    refuse(response, 404, 'pod does not exist');
    return;
  }
  const log = logs.find({ namespace, pod, container });
  if (!log) {
    refuse(response, 404, `container "${container}" not found in pod "${pod}"`);
    return;
  }
  if (options.previous && !log.previous()) {
    refuse(response, 400, `previous terminated container "${container}" in pod "${pod}_${namespace}" not found`);
    return;
  }
  stream(log, options, response);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** The query as options, or what is wrong with it in the words of the API's validation. */
function readOptions(query: URLSearchParams, now: Date): LogOptions | string {
  const whole = (name: string, least: number): number | undefined | string => {
    const text = query.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) return `${name}: Invalid value: "${text}": must be an integer`;
    return value < least ? `${name}: Invalid value: ${value}: must be greater than or equal to ${least}` : value;
  };
  const tailLines = whole('tailLines', 0);
  const sinceSeconds = whole('sinceSeconds', 1);
  const limitBytes = whole('limitBytes', 1);
  for (const value of [tailLines, sinceSeconds, limitBytes]) if (typeof value === 'string') return value;
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null && sinceSeconds !== undefined) {
    return 'at most one of `sinceTime` or `sinceSeconds` may be specified';
  }
  const sinceNs = sinceTime === null ? 0n : nanoseconds(sinceTime);
  if (sinceNs === undefined) return `sinceTime: Invalid value: "${sinceTime ?? ''}": must be RFC 3339`;
  return {
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    previous: isTrue(query.get('previous')),
    sinceNs: typeof sinceSeconds === 'number' ? BigInt(now.getTime() - sinceSeconds * 1000) * NS_PER_MS : sinceNs,
    tailLines: tailLines as number | undefined,
    limitBytes: (limitBytes as number | undefined) ?? Number.POSITIVE_INFINITY,
  };
}

/** A query parameter without a value counts as true, as in Kubernetes. */
function isTrue(text: string | null): boolean {
  return text !== null && text !== 'false' && text !== '0';
}

/** RFC 3339 with up to nine decimals, as nanoseconds since 1970; undefined when it is none. */
function nanoseconds(time: string): bigint | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/i.exec(time);
  if (!parts) return undefined;
  const seconds = Date.parse(`${parts[1] ?? ''}${parts[3] ?? ''}`);
  return Number.isNaN(seconds) ? undefined : BigInt(seconds) * NS_PER_MS + BigInt((parts[2] ?? '').padEnd(9, '0'));
}

/** RFC3339Nano with all nine decimals, as a container runtime writes it. */
export function formatTime(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / NS_PER_MS)).toISOString().slice(0, 19);
  return `${seconds}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}Z`;
}

function stream(log: ContainerLog, options: LogOptions, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  let remaining = options.limitBytes;

  /** Writes one line; false when the limit is reached. The limit cuts within a line and counts the timestamp. */
  const write = (line: LogLine): boolean => {
    if (line.timeNs < options.sinceNs) return true;
    const text = `${options.timestamps ? `${formatTime(line.timeNs)} ` : ''}${line.text}\n`;
    const bytes = Buffer.from(text).subarray(0, remaining);
    remaining -= bytes.length;
    response.write(bytes);
    return remaining > 0;
  };

  const lines = (options.previous ? log.previous() : log.current()) ?? [];
  // The tail is taken of the file and the time applied to what is left, in this order.
  const tail = options.tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - options.tailLines));
  const open = tail.every(write);
  if (!open || !options.follow || options.previous) {
    response.end();
    return;
  }
  const stop = log.follow(
    (line) => {
      if (write(line)) return;
      stop();
      response.end();
    },
    () => response.end(),
  );
  response.once('close', stop);
}
