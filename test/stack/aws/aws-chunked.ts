// Takes an `aws-chunked` body apart: chunks, then trailing headers with a checksum. It is what the SDK sends for a
// stream (`x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER`); signed chunks are not understood.
// Source: S3 API reference, "Signature calculations: transfer payload in multiple chunks, including trailing headers".
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Chunked {
  payload: Buffer;
  /** Names in lower case. */
  trailers: Map<string, string>;
}

/** @returns the payload and its trailers, or undefined if the framing is broken or cut short. */
export function decodeChunked(body: Buffer): Chunked | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = /^([0-9a-f]+)(?:;.*)?$/i.exec(body.toString('latin1', at, end))?.[1];
    if (size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    at = end + 2;
    if (length === 0) return { payload: Buffer.concat(parts), trailers: trailersOf(body.toString('latin1', at)) };
    if (at + length + 2 > body.length) return undefined;
    parts.push(body.subarray(at, at + length));
    at += length + 2;
  }
}

function trailersOf(text: string): Map<string, string> {
  const trailers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return trailers;
}

/** Checksums of an object that can be verified here, by header name; the rest is refused as not implemented. */
const CHECKSUMS: Record<string, (payload: Buffer) => Buffer> = {
  'x-amz-checksum-crc32': (payload) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(payload));
    return sum;
  },
  'x-amz-checksum-sha1': (payload) => createHash('sha1').update(payload).digest(),
  'x-amz-checksum-sha256': (payload) => createHash('sha256').update(payload).digest(),
};

/** Compares a checksum in base64 with the payload; 'unknown' for an algorithm that is not implemented. */
export function checksumVerdict(name: string, value: string, payload: Buffer): 'match' | 'mismatch' | 'unknown' {
  const compute = CHECKSUMS[name];
  if (compute === undefined) return 'unknown';
  return compute(payload).toString('base64') === value ? 'match' : 'mismatch';
}
