// HTTP to the API server over nine connections and one for each watch, however many reports there are. They are kept in
// lanes, so that calls which hang take no connection from the Lease, from the watch, or from another kind of call.
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { orAborted } from '../runtime/abort.ts';
import { ownVersion } from '../runtime/own-version.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Access, Credentials } from './access.ts';
import type { ApiFault, ApiResult } from './api-fault.ts';
import { codeOf } from '../clients/transport-fault.ts';

/**
 * What a request must not wait behind. `lease`: a leader that cannot renew in time is none any more. `watch`: lasts for
 * minutes. `logs`: each waits for a node, and a node may be gone. `calls`: all the rest.
 */
export type Lane = 'lease' | 'watch' | 'logs' | 'calls';

export interface ApiRequest {
  readonly lane: Lane;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Silence of the body after which it is given up. The default suits answers, a watch needs more. */
  readonly inactivityMs?: number;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Read it to its end or destroy it: an unread body keeps its connection. */
  readonly body: Dispatcher.ResponseData['body'];
}

export interface Transport {
  readonly namespace: string;
  /** Sends once more with fresh credentials after a 401, and a GET again for each kept connection that turns out dead. */
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiResult<ApiResponse>>;
  close(): Promise<void>;
}

/** At most so many connections at once. Each watched namespace has a watch of its own. */
const CONNECTIONS: Readonly<Record<Lane, number | null>> = { lease: 1, watch: null, logs: 3, calls: 5 };
const CONNECT_MS = 5_000;
const ANSWER_MS = 30_000;
const INACTIVITY_MS = 30_000;

/** As the API server's audit log shows it: name, version, platform, as client-go's are made. */
export const USER_AGENT = `recognize-health/${ownVersion()} (${process.platform}/${process.arch})`;

/** Errors of a kept connection that the server closed while we wrote. */
const STALE = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** A transport over this access. Connections are made anew when certificates change. */
export function createTransport(access: Access): Transport {
  const agents = new Map<Lane, { readonly key: string; readonly dispatcher: Dispatcher }>();

  const dispatcherFor = (lane: Lane, tls: Credentials['tls']): Dispatcher => {
    const key = JSON.stringify(tls);
    const known = agents.get(lane);
    if (known?.key === key) return known.dispatcher;
    const dispatcher = makeDispatcher(access, tls, CONNECTIONS[lane]);
    agents.set(lane, { key, dispatcher });
    // Lets the calls under way end; a watch ends with its own timeout.
    void known?.dispatcher.close().catch(() => undefined);
    return dispatcher;
  };

  const attempt = async (request: ApiRequest, signal: AbortSignal): Promise<ApiResponse> => {
    const { headers, tls } = await credentials(access, signal);
    const asked = dispatcherFor(request.lane, tls).request({
      origin: access.origin,
      path: access.prefix + request.path,
      method: request.method,
      headers: { accept: 'application/json', 'user-agent': USER_AGENT, ...headers, ...request.headers },
      body: request.body ?? null,
      bodyTimeout: request.inactivityMs ?? INACTIVITY_MS,
      signal,
    });
    // undici sees that a signal is aborted only once the request has a connection (nodejs/undici#386); until then it
    // may wait behind calls that hang. It is not sent any more then.
    const answer = await orAborted(asked, signal);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  };

  return {
    namespace: access.namespace,
    send: async (request, signal) => {
      // Calls side by side keep as many connections, which may all be dead at once: the server was away, or we were.
      let staleLeft = request.method === 'GET' ? (CONNECTIONS[request.lane] ?? 1) : 0;
      let retriedCredentials = false;
      let retriedTls = false;
      for (;;) {
        try {
          const answer = await attempt(request, signal);
          if (answer.status !== 401 || retriedCredentials) return { ok: true, value: answer };
          await answer.body.dump();
          retriedCredentials = true;
          access.forget();
        } catch (error) {
          if (signal.aborted) throw error;
          if (error instanceof CredentialError) return { ok: false, fault: misconfigured(error) };
          if (!retriedTls && isTlsError(error)) {
            // The server may have a certificate of a new authority, which a file that was rewritten already names.
            retriedTls = true;
            access.forget();
            continue;
          }
          if (staleLeft === 0 || !STALE.has(codeOf(error))) return { ok: false, fault: transportFault(error) };
          staleLeft -= 1;
        }
      }
    },
    close: async () => {
      const open = [...agents.values()];
      agents.clear();
      await Promise.all(open.map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}

/** True when the connection failed over a certificate, so that nothing was sent. */
function isTlsError(error: unknown): boolean {
  return /CERT|UNABLE_TO_VERIFY|^ERR_(?:TLS|SSL)_/.test(codeOf(error));
}

/** A credential plugin or file failed: nothing was sent. */
class CredentialError extends Error {
  override readonly name = 'CredentialError';
}

/** A plugin is another program and may hang; the signal ends the wait for it. */
async function credentials(access: Access, signal: AbortSignal): Promise<Credentials> {
  try {
    return await orAborted(access.credentials(), signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CredentialError(error instanceof Error ? error.message : String(error));
  }
}

function misconfigured(error: CredentialError): ApiFault {
  return {
    code: 'Misconfigured',
    message: redact(`the credentials for the API server cannot be used: ${error.message}`),
  };
}

function makeDispatcher(access: Access, tls: Credentials['tls'], connections: number | null): Dispatcher {
  const connect = {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecure,
  };
  const options = {
    connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: ANSWER_MS,
    keepAliveTimeout: 25_000,
    keepAliveMaxTimeout: 60_000,
  };
  return access.proxy === undefined
    ? new Agent({ ...options, connect: { ...connect, timeout: CONNECT_MS } })
    : new ProxyAgent({ ...options, uri: access.proxy, requestTls: connect });
}

/** The fault of a connection that failed, or of an answer that broke off. */
export function transportFault(error: unknown): ApiFault {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const said = redact(code === '' || text.includes(code) ? text : `${text} (${code})`, [], 256);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return { code: 'Timeout', message: redact(`the API server did not answer in time: ${said}`) };
  }
  return { code: 'Unreachable', message: redact(`the API server cannot be reached: ${said}`) };
}
