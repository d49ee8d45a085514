// Plain HTTPS requests to an API server of the stack: no client library between the test and the wire.
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';

export interface Target {
  url: string;
  caPem: string;
}

export interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
}

/** An answer that was read to its end; JSON is parsed. */
export interface Reply {
  status: number;
  contentType: string;
  headers: IncomingMessage['headers'];
  warnings: string[];
  body: unknown;
}

function open(target: Target, sent: Sent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target.url);
    const options: RequestOptions = {
      hostname,
      port,
      ca: target.caPem,
      method: sent.method ?? 'GET',
      path: sent.path,
      // Node gives a DELETE no length of its own accord.
      headers: {
        ...sent.headers,
        ...(sent.body === undefined ? {} : { 'content-length': Buffer.byteLength(sent.body) }),
      },
      agent: false,
    };
    const request = httpsRequest(options, resolve);
    request.on('error', reject);
    request.end(sent.body);
  });
}

/** Warnings as they stand in the header, one each. */
const warningsOf = (message: IncomingMessage): string[] => {
  const found: string[] = [];
  message.rawHeaders.forEach((name, index) => {
    if (index % 2 === 0 && name.toLowerCase() === 'warning') found.push(message.rawHeaders[index + 1] ?? '');
  });
  return found;
};

export async function send(target: Target, sent: Sent): Promise<Reply> {
  const message = await open(target, sent);
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  const contentType = message.headers['content-type'] ?? '';
  return {
    status: message.statusCode ?? 0,
    contentType,
    headers: message.headers,
    warnings: warningsOf(message),
    body: contentType.startsWith('application/json') ? (JSON.parse(text) as unknown) : text,
  };
}

/** An answer that comes line by line. `read` ends the request after so many lines, or when the server does. */
export interface Stream {
  status: number;
  read(lines: number): Promise<unknown[]>;
  close(): void;
}

export async function openStream(target: Target, sent: Sent): Promise<Stream> {
  const message = await open(target, sent);
  return {
    status: message.statusCode ?? 0,
    close: () => void message.destroy(),
    async read(lines) {
      const found: unknown[] = [];
      let rest = '';
      if (lines === 0) return found;
      for await (const part of message) {
        rest += (part as Buffer).toString('utf8');
        const complete = rest.split('\n');
        rest = complete.pop() ?? '';
        for (const line of complete) if (found.length < lines) found.push(JSON.parse(line));
        if (found.length >= lines) break;
      }
      if (rest.trim() !== '') found.push(JSON.parse(rest));
      return found;
    },
  };
}
