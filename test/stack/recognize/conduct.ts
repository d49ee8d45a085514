// How a service answers when it does not answer as it should: every way in which the other side of a probe goes wrong.
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Conduct =
  /** Nothing listens: connections are refused. */
  | { kind: 'down' }
  /** Answers with this status; 503 with a Spring Boot body, 401, 404, 500 with an error body. */
  | { kind: 'status'; status: number; body?: string; contentType?: string }
  /** Takes the request and never answers. */
  | { kind: 'hang' }
  /** Waits, then answers as it should. */
  | { kind: 'slow'; ms: number }
  /** Sends a correct body one byte a second. */
  | { kind: 'drip' }
  /** Sends a body that does not end. */
  | { kind: 'endless' }
  /** Sends 200 MB with a correct content-length. */
  | { kind: 'huge' }
  /** A page of a proxy in place of JSON, with status 200. */
  | { kind: 'html' }
  /** Correct JSON with a status word that Spring Boot does not know; custom ones are legal. */
  | { kind: 'unknown-status' }
  /** JSON that stops in the middle, with a content-length that fits. */
  | { kind: 'broken-json' }
  | { kind: 'redirect'; location: string }
  /**
   * Cuts the connection when half of the body is out: Node ends the stream before it resets, so the client sees an early
   * end. With `chunked` nothing announced how long it would be, and the
   * half is JSON that is complete: a client that takes the cut for the end would believe it.
   */
  | { kind: 'reset'; chunked?: boolean }
  /** Resets the connection in place of an answer. */
  | { kind: 'reset-at-once' }
  /** Speaks another protocol. */
  | { kind: 'not-http' };

const HEALTHY = '{"status":"UP"}';
const HUGE_BYTES = 200 * 1024 * 1024;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

/** The body of Spring Boot's own error page in JSON. */
export function springError(status: number, error: string, path: string): string {
  return JSON.stringify({ timestamp: new Date().toISOString(), status, error, path });
}

/**
 * Answers a request by a conduct. `properly` answers as the service should; it is called where a conduct only delays.
 * Timers end with the connection, so a closed listener leaves nothing behind.
 */
export function behave(
  conduct: Exclude<Conduct, { kind: 'down' }>,
  request: IncomingMessage,
  response: ServerResponse,
  properly: () => void,
): void {
  const json = (status: number, body: string): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  };
  switch (conduct.kind) {
    case 'status': {
      const body = conduct.body ?? springError(conduct.status, 'Error', request.url ?? '/');
      response.writeHead(conduct.status, { 'content-type': conduct.contentType ?? 'application/json' }).end(body);
      return;
    }
    case 'hang':
      return;
    case 'slow': {
      const timer = setTimeout(properly, conduct.ms);
      response.once('close', () => clearTimeout(timer));
      return;
    }
    case 'drip':
      drip(response);
      return;
    case 'endless':
      response.writeHead(200, { 'content-type': 'application/json' });
      pour(response, Number.POSITIVE_INFINITY);
      return;
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': HUGE_BYTES });
      pour(response, HUGE_BYTES);
      return;
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>');
      return;
    case 'unknown-status':
      json(200, '{"status":"DEGRADED"}');
      return;
    case 'broken-json':
      json(200, '{"status":"UP","components":{"db":{"sta');
      return;
    case 'redirect':
      response.writeHead(302, { location: conduct.location }).end();
      return;
    case 'reset':
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(conduct.chunked ? {} : { 'content-length': HEALTHY.length * 2 }),
      });
      response.write(HEALTHY, () => request.socket.resetAndDestroy());
      return;
    case 'reset-at-once':
      request.socket.resetAndDestroy();
      return;
    case 'not-http':
      request.socket.end('SSH-2.0-OpenSSH_9.6\r\n');
      return;
  }
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': HEALTHY.length });
  let sent = 0;
  const next = (): void => {
    response.write(HEALTHY.charAt(sent));
    sent += 1;
    if (sent < HEALTHY.length) return;
    clearInterval(timer);
    response.end();
  };
  const timer = setInterval(next, 1000);
  response.once('close', () => clearInterval(timer));
  next();
}

/** Writes as fast as the other side reads. */
function pour(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    if (left <= 0) response.end();
  };
  more();
}
