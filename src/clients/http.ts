// One GET over a fresh connection: what a probe needs, and nothing that keeps state between two of them.
// A kept connection would report the other side's idle timeout as an outage, and would not see DNS or TLS break.
import { isIP, type Socket } from 'node:net';
import type { HttpAnswer } from '../facts/observed.ts';
import type { HttpClient, HttpRequest, Result, TransportFault } from './clients.ts';
import type { Dial, DialTarget } from './dial.ts';
import { createResponseReader, type HttpResponse } from './http-response.ts';
import { certificateNotAfter } from './tls.ts';
import { socketFault, timeoutOrStop } from './transport-fault.ts';

const USER_AGENT = 'recognize-health';
const ACCEPT = 'application/json, text/html;q=0.9, */*;q=0.8';

/**
 * HTTP over this dial. The signal is the deadline and holds whatever the other side does: silence, a byte a second,
 * an endless body. Redirects are answers like others.
 */
export function createHttpClient(dial: Dial): HttpClient {
  return {
    async get(request, signal) {
      const planned = plan(request);
      if (typeof planned === 'string') return { ok: false, fault: { kind: 'broken', detail: planned } };
      const dialled = await dial(planned.target, signal);
      return dialled.ok ? exchange(dialled.value, planned, signal) : dialled;
    },
  };
}

interface Plan {
  readonly target: DialTarget;
  readonly message: string;
  /** The other side, for details. */
  readonly where: string;
}

function plan({ url, tls }: HttpRequest): Plan | string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return 'the URL is not valid';
  }
  const { protocol, hostname, host, pathname, search } = parsed;
  if (protocol !== 'http:' && protocol !== 'https:') return 'the URL is neither http nor https';
  if (parsed.username !== '' || parsed.password !== '') return 'the URL holds credentials, which are not sent';
  const secured = protocol === 'https:';
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const port = parsed.port === '' ? (secured ? 443 : 80) : Number(parsed.port);
  return {
    target: {
      host: bare,
      port,
      tls: secured ? { ca: tls.ca, serverName: tls.serverName, alpn: ['http/1.1'] } : undefined,
    },
    message: `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${USER_AGENT}\r\nAccept: ${ACCEPT}\r\nConnection: close\r\n\r\n`,
    where: `${isIP(bare) === 6 ? `[${bare}]` : bare}:${port}`,
  };
}

/** Sends the request, reads the answer, and always destroys the socket. */
function exchange(
  socket: Socket,
  { message, where }: Plan,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, TransportFault>> {
  return new Promise((resolve, reject) => {
    const reader = createResponseReader();
    const finish = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('data', onData);
      socket.removeListener('end', onEnd);
      socket.destroy();
    };
    const settle = (progress: HttpResponse | string): void => {
      if (typeof progress === 'string') {
        finish();
        resolve({ ok: false, fault: { kind: 'broken', detail: `${where} ${progress}` } });
        return;
      }
      const notAfter = certificateNotAfter(socket);
      finish();
      const { status, contentType, body, truncated, date } = progress;
      resolve({
        ok: true,
        value: {
          status,
          contentType,
          body,
          truncated,
          ...(date === undefined ? {} : { date }),
          ...(notAfter === undefined ? {} : { certificateNotAfter: notAfter }),
        },
      });
    };
    const onData = (chunk: Buffer): void => {
      const progress = reader.push(chunk);
      if (progress !== undefined) settle(progress);
    };
    const onEnd = (): void => settle(reader.end());
    const onError = (error: Error): void => {
      finish();
      resolve({ ok: false, fault: socketFault(error, where) });
    };
    const onAbort = (): void => {
      finish();
      try {
        const what = reader.headRead() ? 'did not finish its answer' : 'did not answer';
        resolve({ ok: false, fault: timeoutOrStop(signal, `${where} ${what}`) });
      } catch (stop) {
        reject(stop instanceof Error ? stop : new Error('aborted'));
      }
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('data', onData);
    socket.once('end', onEnd);
    socket.once('error', onError);
    socket.write(message, 'latin1');
  });
}
