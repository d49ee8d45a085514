// One GET over a fresh connection: what a probe needs, and nothing that keeps state between two of them.
// A kept connection would report the other side's idle timeout as an outage, and would not see DNS or TLS break.
import { isIP, type Socket } from 'node:net';
import type { HttpAnswer } from '../facts/observed.ts';
import { onAbort } from '../runtime/abort.ts';
import type { HttpClient, HttpRequest, Result, TransportFault } from './clients.ts';
import type { Dial, DialTarget } from './dial.ts';
import { type BodyLimit, createResponseReader, type HttpResponse, MAX_BODY_BYTES, NOT_HTTP } from './http-response.ts';
import { certificateNotAfter } from './tls.ts';
import { clientCertificateFault, socketFault, whenAborted } from './transport-fault.ts';

/** What our probes are called, and nobody who names a header can call them otherwise. */
export const USER_AGENT = 'recognize-health';
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
  readonly limit: BodyLimit;
}

/** A header that a probe of a pod may name (RFC 9110, 5.6.2); what is ours to say is not taken over. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const HEADER_VALUE = /^[\t\x20-\x7e]{0,1024}$/;
const OUR_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'user-agent',
  'accept-encoding',
  'authorization',
  'expect',
  'upgrade',
]);

/** Host, accept and what was asked for besides, each with its line end. */
function headersOf({ headers = {}, credentials }: HttpRequest, host: string): string {
  const theirs = Object.entries(headers).filter(
    ([name, value]) => HEADER_NAME.test(name) && HEADER_VALUE.test(value) && !OUR_HEADERS.has(name.toLowerCase()),
  );
  const isSaid = (name: string): boolean => theirs.some(([title]) => title.toLowerCase() === name.toLowerCase());
  const own = [
    ['Host', host],
    ['User-Agent', USER_AGENT],
    ['Accept', ACCEPT],
  ].filter(([name = '']) => !isSaid(name));
  const said = [...own, ...theirs];
  if (credentials !== undefined) {
    const pair = `${credentials.username}:${credentials.password.reveal()}`;
    said.push(['Authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`]);
  }
  return said.map(([name = '', value = '']) => `${name}: ${value}\r\n`).join('');
}

function plan(request: HttpRequest): Plan | string {
  const { url, tls } = request;
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
      tls: secured
        ? { ca: tls.ca, serverName: tls.serverName, certificate: tls.certificate, alpn: ['http/1.1'] }
        : undefined,
    },
    message: `GET ${pathname}${search} HTTP/1.1\r\n${headersOf(request, host)}Connection: close\r\n\r\n`,
    where: `${isIP(bare) === 6 ? `[${bare}]` : bare}:${port}`,
    limit: request.stream ?? { maxBytes: MAX_BODY_BYTES },
  };
}

/** Sends the request, reads the answer, and always destroys the socket. */
function exchange(
  socket: Socket,
  { message, where, limit, target }: Plan,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, TransportFault>> {
  if (signal.aborted) {
    socket.destroy();
    return whenAborted(signal, `${where} did not answer`);
  }
  return new Promise((resolve) => {
    const reader = createResponseReader(limit);
    const finish = (): void => {
      leave();
      socket.removeListener('data', onData);
      socket.removeListener('end', onEnd);
      socket.destroy();
    };
    const settle = (progress: HttpResponse | string): void => {
      if (typeof progress === 'string') {
        finish();
        const detail = `${where} ${progress}`;
        resolve({
          ok: false,
          fault: progress === NOT_HTTP ? { kind: 'broken', detail, because: 'not-http' } : { kind: 'broken', detail },
        });
        return;
      }
      const notAfter = certificateNotAfter(socket);
      finish();
      const { status, contentType, body, truncated, date, location } = progress;
      resolve({
        ok: true,
        value: {
          status,
          contentType,
          body,
          truncated,
          location,
          date,
          certificateNotAfter: notAfter,
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
      // TLS 1.3 asks for the client's certificate when the client is done: its refusal meets the request.
      const shown = target.tls?.certificate !== undefined;
      resolve({ ok: false, fault: clientCertificateFault(error, where, shown) ?? socketFault(error, where) });
    };
    const leave = onAbort(signal, () => {
      finish();
      resolve(whenAborted(signal, `${where} ${reader.headRead() ? 'did not finish its answer' : 'did not answer'}`));
    });
    socket.on('data', onData);
    socket.once('end', onEnd);
    socket.once('error', onError);
    socket.write(message, 'latin1');
  });
}
