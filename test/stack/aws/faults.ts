// Faults to order: what a network, a proxy or a sick service does, which no state of the emulator would produce.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply, Service } from './exchange.ts';

/**
 * One fault. Without `service` or `operation` it meets every request. At most one of the kinds below `latencyMs`
 * should be set; latency can be added to any of them, or be the whole fault.
 */
export interface Fault {
  service?: Service;
  /** AWS's name of the operation, for example `HeadBucket` or `Sign`. */
  operation?: string;
  /** How many requests it meets; default: until cleared. */
  times?: number;
  /** Waits this long (ms, real time) before anything else happens. */
  latencyMs?: number;
  /** Reads the request and never answers. */
  hang?: boolean;
  /** Sends the headers and half of the body, then nothing more. */
  hangInBody?: boolean;
  /** Sends the body at a byte a second. */
  drip?: boolean;
  /** Sends a body that never ends, as fast as it is read. */
  endlessBody?: boolean;
  /** Ends the connection with RST. */
  reset?: boolean;
  /** Answers with an error of the service: HTTP status, with `code` and `message`. Default code: `InternalError`. */
  status?: number;
  code?: string;
  message?: string;
  /** Answers with an HTML page as a proxy or load balancer does; status is `status`, else 503. */
  html?: boolean;
}

export interface Faults {
  inject(fault: Fault): void;
  clear(): void;
  /** The oldest fault that meets this request, counted as used. */
  take(service: Service, operation: string): Fault | undefined;
}

export function createFaults(): Faults {
  let faults: { fault: Fault; left: number }[] = [];
  return {
    inject: (fault) => void faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    clear: () => void (faults = []),
    take(service, operation) {
      const hit = faults.find(
        ({ fault }) =>
          (fault.service === undefined || fault.service === service) &&
          (fault.operation === undefined || fault.operation === operation),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) faults = faults.filter((other) => other !== hit);
      return hit.fault;
    },
  };
}

/** The page that stands in the place of XML or JSON when something between the client and AWS answers. */
export function htmlPage(status: number): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html', server: 'proxy' },
    body: Buffer.from(
      `<html>\r\n<head><title>${status} Service Temporarily Unavailable</title></head>\r\n` +
        `<body><center><h1>${status} Service Temporarily Unavailable</h1></center></body>\r\n</html>\r\n`,
    ),
  };
}

/** Sends a reply as the fault says. Ends early, without an error, when the client goes away or `stopped` fires. */
export async function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  fault: Fault,
  stopped: AbortSignal,
): Promise<void> {
  const body = request.method === 'HEAD' ? Buffer.alloc(0) : reply.body;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([stopped, gone.signal]);

  if (fault.endlessBody === true) {
    response.writeHead(reply.status, reply.headers);
    await writeForEver(response, signal);
    return;
  }
  // RFC 9110, 8.6: a 204 has no Content-Length.
  const length = reply.status === 204 ? {} : { 'content-length': String(reply.body.length) };
  response.writeHead(reply.status, { ...reply.headers, ...length });
  if (fault.hangInBody === true) {
    response.flushHeaders();
    response.write(body.subarray(0, Math.floor(body.length / 2)));
    return;
  }
  if (fault.drip === true) {
    response.flushHeaders();
    for (const byte of body) {
      if (!(await pause(1_000, signal))) return;
      response.write(Buffer.of(byte));
    }
  } else {
    response.write(body);
  }
  response.end();
}

/** Waits; false if the signal fired first. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}

async function writeForEver(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const filler = Buffer.alloc(16_384, ' ');
  while (!signal.aborted) {
    if (!response.write(filler)) {
      await once(response, 'drain', { signal }).catch(() => undefined);
    } else {
      await pause(1, signal);
    }
  }
}
