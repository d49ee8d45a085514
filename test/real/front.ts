// What stands before a real API server in a test: it passes every request on as it is, keeps a record of it, and is
// where the way to the server is slow, cut or blocked when that is ordered. Answers that nobody ordered are the server's.
import { Agent, request as ask, type RequestOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { ClusterAccess } from '../stack/admin.ts';
import { createFaults, type Faults } from '../stack/apiserver/faults.ts';
import { orderedError, startListener } from '../stack/apiserver/listener.ts';
import { recordOf, type RecordedRequest } from '../stack/apiserver/recorded.ts';
import { routeOf } from '../stack/apiserver/router.ts';
import type { StatusError } from '../stack/apiserver/status.ts';
import type { Authority } from '../stack/certificates.ts';

export interface Front {
  readonly url: string;
  readonly faults: Faults;
  readonly requests: RecordedRequest[];
  /** Cut every open watch; the number that were open. */
  dropWatches(): number;
  openWatches(): number;
  /** Nobody gets through any longer; every connection is cut. */
  stop(): Promise<void>;
  /** Lets requests through again, on the same port. */
  restart(): Promise<void>;
  /** Stops for good. */
  close(): Promise<void>;
}

/** Starts it before the API server of `behind`. `userOf` says who an Authorization header names, for the record. */
export async function startFront(
  authority: Authority,
  behind: ClusterAccess,
  userOf: (authorization: string | undefined) => string,
): Promise<Front> {
  const agent = new Agent({ keepAlive: true, ca: behind.caPem, timeout: 30_000 });
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const watches = new Set<ServerResponse>();

  /** Passes it on; what comes back goes to its sender, if he is still there. */
  function pass(request: IncomingMessage, body: Buffer, record: RecordedRequest, response: ServerResponse): void {
    // Each value of its own: a group of impersonation has a line of its own.
    const { host: _, ...headers } = request.headersDistinct;
    const to: RequestOptions = { method: record.method, headers, agent };
    const onward = ask(behind.url + (request.url ?? '/'), to, (answer) => {
      record.status = answer.statusCode ?? 0;
      if (response.destroyed) {
        answer.resume();
        return;
      }
      response.writeHead(record.status, answer.headers);
      response.flushHeaders();
      if (record.verb === 'watch' && record.status === 200) watches.add(response);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      response.on('close', () => {
        watches.delete(response);
        answer.destroy();
      });
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://localhost');
    const route = routeOf(request.method ?? 'GET', pathname, query);
    const record = recordOf(request, route, userOf(request.headers.authorization));
    requests.push(record);
    const order = faults.next({ ...record, query });
    // What is delayed has arrived whole, and is carried out even when its sender has gone meanwhile.
    const body = await buffer(request);
    if (order?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, order.delayMs).unref());
    if (order?.reset === true) listener.reset(response);
    if (order?.reset === true || order?.hang === true) return;
    const ordered = order === undefined ? undefined : orderedError(order);
    if (ordered === undefined) pass(request, body, record, response);
    else refuse(ordered, record, response);
  }

  const listener = await startListener(authority, serve);
  return {
    url: listener.url,
    faults,
    requests,
    dropWatches: () => {
      const open = [...watches];
      for (const watch of open) watch.socket?.destroy();
      return open.length;
    },
    openWatches: () => watches.size,
    stop: () => listener.stop(),
    restart: () => listener.restart(),
    async close() {
      await listener.stop();
      agent.destroy();
    },
  };
}

function refuse(error: StatusError, record: RecordedRequest, response: ServerResponse): void {
  record.status = error.code;
  if (response.destroyed) return;
  response.writeHead(error.code, { 'content-type': 'application/json', ...error.headers });
  response.end(JSON.stringify(error.body));
}
