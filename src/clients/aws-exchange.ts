// What came back over HTTP in one call of the AWS SDK, noted below the SDK's parsing: HeadBucket's errors have no code,
// a proxy's page is no error of the service, and a body without end must not be collected until memory is gone.
import { IncomingMessage } from 'node:http';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { certificateNotAfter } from './tls.ts';

/** No answer that we ask for is longer than a few kilobytes; at this many bytes the body is cut off with an error. */
export const MAX_BODY_BYTES = 65_536;

/** How much of a body is kept to show what it was. */
const EXCERPT_BYTES = 256;

/** What is known of the answer to one call. */
export interface Exchange {
  /** Undefined until an answer began. */
  status: number | undefined;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The beginning of the body. */
  excerpt: string;
  /** The body was longer than we read. */
  oversized: boolean;
  /** Of the certificate that was verified for it, over TLS. RFC 3339. */
  certificateNotAfter: string | undefined;
}

/** The SDK's request handler, as far as we use it. */
export interface RequestHandler {
  handle(request: unknown, options?: { abortSignal?: unknown }): Promise<{ response: HandlerResponse }>;
}

interface HandlerResponse {
  statusCode: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** Notes exchanges by the signal of their call: the SDK hands the signal down to the handler as it is. */
export interface ExchangeRecorder {
  begin(signal: AbortSignal): Exchange;
  /** A handler that notes what comes back and bounds the bodies. */
  wrap<H extends RequestHandler>(handler: H): H;
}

export function createExchangeRecorder(): ExchangeRecorder {
  const exchanges = new WeakMap<object, Exchange>();
  return {
    begin(signal) {
      const exchange: Exchange = {
        status: undefined,
        headers: {},
        excerpt: '',
        oversized: false,
        certificateNotAfter: undefined,
      };
      exchanges.set(signal, exchange);
      return exchange;
    },
    wrap(handler) {
      const inner = handler.handle.bind(handler);
      handler.handle = async (request, options) => {
        const result = await inner(request, options);
        const signal = options?.abortSignal;
        const exchange = typeof signal === 'object' && signal !== null ? exchanges.get(signal) : undefined;
        if (exchange !== undefined) {
          exchange.status = result.response.statusCode;
          exchange.headers = result.response.headers;
          exchange.certificateNotAfter = certificateOf(result.response.body);
          if (isReadable(result.response.body)) result.response.body = bounded(result.response.body, exchange);
        }
        return result;
      };
      return handler;
    },
  };
}

/** The body is node's own answer, which knows its connection; what makes bodies otherwise shows no certificate. */
function certificateOf(body: unknown): string | undefined {
  const socket = body instanceof IncomingMessage ? body.socket : undefined;
  return socket === undefined ? undefined : certificateNotAfter(socket);
}

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && 'pipe' in body;
}

/** The body as it comes, up to the bound; errors of either side end both. */
function bounded(body: Readable, exchange: Exchange): Readable {
  let bytes = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback): void {
      if (bytes < EXCERPT_BYTES) exchange.excerpt += chunk.toString('latin1', 0, EXCERPT_BYTES - bytes);
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) {
        exchange.oversized = true;
        body.destroy();
        done(new Error(`the body is longer than ${MAX_BODY_BYTES} bytes`));
      } else {
        done(null, chunk);
      }
    },
  });
  // Not pipeline(): the SDK attaches its own listeners later, and an error before that must not be unhandled.
  bound.on('error', () => undefined);
  body.on('error', (error) => bound.destroy(error));
  body.on('close', () => {
    if (!body.readableEnded && !exchange.oversized) {
      bound.destroy(Object.assign(new Error('the body ended early'), { code: 'ECONNRESET' }));
    }
  });
  return body.pipe(bound);
}
