// Serves the dashboard's pages to this machine alone. Nothing can be written through it, and a page of somebody else that a
// browser here has open can neither read it nor get it under a name of its own (DNS rebinding).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { LIVE_POLICY } from '../output/page/document.ts';
import { LIVE_SCRIPT } from '../output/page/live.ts';

/** What the pages are made from. */
export interface DashboardPages {
  /** Grows with each change. */
  version(): number;
  list(): string;
  /** Undefined: there is no such report. */
  report(namespace: string, name: string): string | undefined;
  missing(): string;
}

export interface DashboardServer {
  readonly port: number;
  /** Tells open pages that something changed. */
  changed(): void;
  close(): Promise<void>;
}

/** The only address that is listened on. */
const LOOPBACK = '127.0.0.1';
/** Pages that wait for news at once; the oldest goes. */
const MOST_WAITING = 32;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': `${LIVE_POLICY}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Listens on loopback. Rejects when the port is taken. */
export async function serveDashboard(pages: DashboardPages, port: number): Promise<DashboardServer> {
  const waiting = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(request, response, portOf(server), pages, waiting);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  return {
    port: portOf(server),
    changed: () => {
      for (const response of waiting) response.write('data: changed\n\n');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function answer(
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  port: number,
  pages: DashboardPages,
  waiting: Set<ServerResponse>,
): void {
  const say = (status: number, type: string, body: string): void => {
    response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` });
    response.end(method === 'HEAD' ? undefined : body);
  };
  // Whoever resolves a name of theirs to this address comes with that name.
  if (![`${LOOPBACK}:${port}`, `localhost:${port}`].includes(headers.host ?? '')) {
    say(421, 'text/plain', `This dashboard answers as http://${LOOPBACK}:${port} alone.\n`);
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    say(405, 'text/plain', 'Nothing can be changed here.\n');
    return;
  }
  const [path = '', query = ''] = url.split('?');
  if (path === '/live.js') {
    say(200, 'text/javascript', LIVE_SCRIPT);
  } else if (path === '/events' && method === 'GET') {
    keepWaiting(response, Number(/^since=([0-9]+)$/.exec(query)?.[1] ?? Number.NaN), pages, waiting);
  } else if (path === '/') {
    say(200, 'text/html', pages.list());
  } else {
    const [, namespace, name] = /^\/reports\/([a-z0-9.-]+)\/([a-z0-9.-]+)$/.exec(path) ?? [];
    const page = namespace === undefined || name === undefined ? undefined : pages.report(namespace, name);
    say(page === undefined ? 404 : 200, 'text/html', page ?? pages.missing());
  }
}

/** Keeps a page waiting for news; one that is old already hears so at once. */
function keepWaiting(
  response: ServerResponse,
  since: number,
  pages: DashboardPages,
  waiting: Set<ServerResponse>,
): void {
  const [oldest] = waiting;
  if (waiting.size >= MOST_WAITING) oldest?.end();
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
  response.write(since === pages.version() ? ': waiting\n\n' : 'data: changed\n\n');
  waiting.add(response);
  response.on('close', () => waiting.delete(response));
}
