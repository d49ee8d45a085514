// Reads an HTTP/1.1 response from the chunks of a socket (RFC 9112), as much of it as a health probe needs.
// Written by us because a probe opens a fresh connection each time: what general clients do around one costs three
// times the request itself, and none of them caps headers and body while it reads.

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** Bytes of body that are kept; the rest is not awaited. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Bytes of status line and headers, interim responses included. */
export const MAX_HEAD_BYTES = 32 * 1024;
/**
 * Bytes of a chunked body that are no body, however long it may be. Chunks of a byte each have five times as much of it,
 * and each costs as much time as a chunk of many.
 */
const MAX_FRAMING_BYTES = 512 * 1024;
/** Bytes of a chunk's size line with its extensions. */
const MAX_CHUNK_LINE_BYTES = 1024;

/** What is said of an answer in another protocol. */
export const NOT_HTTP = 'does not answer in HTTP';

export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly date: string | undefined;
  readonly location: string | undefined;
  /** Empty where it was streamed. */
  readonly body: string;
  /** The body has more than the bytes that are kept. */
  readonly truncated: boolean;
}

export interface BodyLimit {
  readonly maxBytes: number;
  /** Takes the text instead of the answer's `body`. */
  readonly onText?: (text: string) => void;
}

/** `undefined`: more is needed. A string: what is wrong with it, after the name of the other side. */
export type Progress = HttpResponse | string | undefined;

export interface ResponseReader {
  /** Takes the next bytes. After an answer or an error it must not be called again. */
  push(chunk: Buffer): Progress;
  /** The other side closed the connection. */
  end(): HttpResponse | string;
  /** True once the whole head was read. */
  headRead(): boolean;
}

interface Head {
  readonly status: number;
  readonly contentType: string;
  readonly date: string | undefined;
  readonly location: string | undefined;
  /** Content-Encoding: some servers compress whatever they are asked. */
  readonly encoding: string;
  /** How the body ends. */
  readonly framing: { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' | 'close' };
}

const EMPTY = Buffer.alloc(0);

/** Decoders by Content-Encoding. Some servers compress whatever they are asked (RFC 9110, 8.4.1). */
const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** A reader for the answer to one GET. */
export function createResponseReader({ maxBytes, onText }: BodyLimit = { maxBytes: MAX_BODY_BYTES }): ResponseReader {
  let head: Head | undefined;
  let headBytes = 0;
  /** Bytes that were received and not yet used. */
  let rest: Buffer = EMPTY;
  const body: Buffer[] = [];
  let bodyBytes = 0;
  /** Of a chunked body, with its framing. */
  let receivedBytes = 0;
  /** Of the current chunk; -1: a size line comes next; -2: the line break after a chunk. */
  let chunkLeft = -1;
  const text = new TextDecoder('utf-8', { ignoreBOM: true });

  const answer = (of: Head): HttpResponse | string => {
    const [only = EMPTY] = body;
    const whole = body.length <= 1 ? only : Buffer.concat(body);
    const cut = bodyBytes > maxBytes;
    const { status, contentType, date, location } = of;
    const read = decoded(cut ? whole.subarray(0, maxBytes) : whole, of.encoding, cut, maxBytes);
    if (typeof read === 'string') return read;
    if (onText !== undefined) onText(isPlain(of) ? text.decode() : read.bytes.toString('utf8'));
    const said = onText === undefined ? read.bytes.toString('utf8') : '';
    return { status, contentType, date, location, body: said, truncated: read.truncated };
  };

  const keep = (bytes: Buffer): void => {
    // Of a compressed body nothing can be told before its end.
    if (onText !== undefined && head !== undefined && isPlain(head)) {
      const room = maxBytes - bodyBytes;
      if (room > 0) onText(text.decode(bytes.subarray(0, room), { stream: true }));
    } else body.push(bytes);
    bodyBytes += bytes.length;
  };

  /** Reads heads until one is final; interim ones (1xx) are passed over. */
  const readHead = (): string | Head | undefined => {
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) {
        if (!looksLikeHttp(rest)) return NOT_HTTP;
        return headBytes + rest.length > MAX_HEAD_BYTES ? tooManyHeaders() : undefined;
      }
      headBytes += end + 4;
      if (headBytes > MAX_HEAD_BYTES) return tooManyHeaders();
      const parsed = parseHead(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + 4);
      if (typeof parsed === 'string' || parsed.status >= 200) return parsed;
    }
  };

  const readChunks = (of: Head): Progress => {
    for (;;) {
      if (bodyBytes > maxBytes) return answer(of);
      if (chunkLeft > 0) {
        if (rest.length === 0) return undefined;
        const part = rest.subarray(0, chunkLeft);
        keep(part);
        rest = rest.subarray(part.length);
        chunkLeft -= part.length;
        if (chunkLeft === 0) chunkLeft = -2;
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end === -1) return rest.length > MAX_CHUNK_LINE_BYTES ? 'sends a body whose chunks are malformed' : undefined;
      const line = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + 2);
      if (chunkLeft === -2) {
        if (line !== '') return 'sends a body whose chunks are malformed';
        chunkLeft = -1;
        continue;
      }
      const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
      if (size === undefined) return 'sends a body whose chunks are malformed';
      chunkLeft = Number.parseInt(size, 16);
      // The trailers after the last chunk say nothing that we need.
      if (chunkLeft === 0) return answer(of);
    }
  };

  return {
    headRead: () => head !== undefined,
    push(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (head === undefined) {
        const parsed = readHead();
        if (parsed === undefined || typeof parsed === 'string') return parsed;
        head = parsed;
      }
      if (head.framing.kind === 'chunked') {
        receivedBytes += chunk.length;
        const progress = readChunks(head);
        return progress === undefined && receivedBytes - bodyBytes > MAX_FRAMING_BYTES
          ? 'sends chunks that hold almost nothing'
          : progress;
      }
      // What follows the announced length is no part of this answer.
      keep(head.framing.kind === 'length' ? rest.subarray(0, head.framing.bytes - bodyBytes) : rest);
      rest = EMPTY;
      const isWhole = head.framing.kind === 'length' && bodyBytes >= head.framing.bytes;
      return isWhole || bodyBytes > maxBytes ? answer(head) : undefined;
    },
    end() {
      if (head === undefined)
        return rest.length === 0 && headBytes === 0
          ? 'closed the connection without an answer'
          : 'closed the connection in the middle of its headers';
      if (head.framing.kind === 'close') return answer(head);
      return 'closed the connection in the middle of its answer';
    },
  };
}

function isPlain({ encoding }: Head): boolean {
  return encoding === '' || encoding === 'identity';
}

/** The body without its encoding, or what is wrong with it. A compressed body that was cut cannot be read at all. */
function decoded(
  bytes: Buffer,
  encoding: string,
  cut: boolean,
  maxBytes: number,
): { readonly bytes: Buffer; readonly truncated: boolean } | string {
  if (encoding === '' || encoding === 'identity') return { bytes, truncated: cut };
  const decode = DECODERS[encoding];
  if (decode === undefined) return 'sends a body in an encoding that was not asked for';
  if (cut) return { bytes: EMPTY, truncated: true };
  try {
    return { bytes: decode(bytes, { maxOutputLength: maxBytes }), truncated: false };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge ? { bytes: EMPTY, truncated: true } : `sends a body that is no ${encoding}`;
  }
}

function tooManyHeaders(): string {
  return `sends more than ${MAX_HEAD_BYTES / 1024} KiB of headers`;
}

function looksLikeHttp(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 7);
  return 'HTTP/1.'.startsWith(start);
}

function parseHead(text: string): Head | string {
  const lines = text.split('\r\n');
  const status = /^HTTP\/1\.[0-9] ([1-5][0-9]{2})(?: |$)/.exec(lines[0] ?? '')?.[1];
  if (status === undefined) return NOT_HTTP;
  let contentType = '';
  let date: string | undefined;
  let location: string | undefined;
  let encoding = '';
  let length: number | undefined;
  let chunked = false;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    switch (line.slice(0, colon).toLowerCase()) {
      case 'content-type':
        contentType = line.slice(colon + 1).trim();
        break;
      case 'date':
        date = line.slice(colon + 1).trim();
        break;
      case 'location':
        location = line.slice(colon + 1).trim();
        break;
      case 'content-encoding':
        encoding = line
          .slice(colon + 1)
          .trim()
          .toLowerCase();
        break;
      case 'transfer-encoding':
        chunked = /(?:^|[,\s])chunked$/i.test(line.slice(colon + 1).trim());
        if (!chunked) return 'sends a body in an encoding that was not asked for';
        break;
      case 'content-length': {
        const value = line.slice(colon + 1).trim();
        if (!/^[0-9]{1,15}$/.test(value)) return 'sends a content length that is no number';
        if (length !== undefined && length !== Number(value)) return 'sends two different content lengths';
        length = Number(value);
        break;
      }
      default:
    }
  }
  const code = Number(status);
  const framing: Head['framing'] =
    code === 204 || code === 304
      ? { kind: 'length', bytes: 0 }
      : chunked
        ? { kind: 'chunked' }
        : length === undefined
          ? { kind: 'close' }
          : { kind: 'length', bytes: length };
  return { status: code, contentType, date, location, encoding, framing };
}
