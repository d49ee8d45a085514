// Verifies AWS Signature Version 4 in the Authorization header, written from AWS's description and not from the
// SDK's signer, so that it checks what the SDK sends.
// Source: IAM user guide, "Create a signed AWS API request"; S3 API reference, "Authenticating requests: header".
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { header, type WireRequest } from './exchange.ts';

/** The Authorization header, taken apart. */
export interface Credential {
  accessKeyId: string;
  /** YYYYMMDD, UTC. */
  date: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** Takes the Authorization header apart; undefined if it is absent, 'malformed' if it is not SigV4. */
export function parseCredential(request: WireRequest): Credential | 'malformed' | undefined {
  const value = header(request, 'authorization');
  if (value === undefined) return undefined;
  const match = AUTHORIZATION.exec(value);
  if (match === null) return 'malformed';
  const [, accessKeyId = '', date = '', region = '', service = '', signed = '', signature = ''] = match;
  return { accessKeyId, date, region, service, signedHeaders: signed.split(';'), signature };
}

/** The moment the client says it signed at (`x-amz-date`, `YYYYMMDDTHHMMSSZ`), or undefined. */
export function signedAt(request: WireRequest): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(header(request, 'x-amz-date') ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** A date in the form that SigV4 uses: `20260102T030405Z`. */
export function basicFormat(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Headers that must be signed and are not: `host` and every `x-amz-*` that was sent. */
export function unsignedHeaders(request: WireRequest, credential: Credential): string[] {
  const required = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  return required.filter((name) => !credential.signedHeaders.includes(name));
}

/** True if the signature was made with this secret over this request. */
export function signatureMatches(
  request: WireRequest,
  credential: Credential,
  secretAccessKey: string,
  payloadHash: string,
): boolean {
  const expected = signatureOf(request, credential, secretAccessKey, payloadHash);
  return timingSafeEqual(expected, Buffer.from(credential.signature, 'hex'));
}

/**
 * What the signature of this request is to be. `payloadHash` is the last line of the canonical request: for S3 the value
 * of `x-amz-content-sha256`, for other services the SHA-256 of the body.
 */
export function signatureOf(
  request: Pick<WireRequest, 'method' | 'rawPath' | 'query' | 'headers'>,
  credential: Omit<Credential, 'signature' | 'accessKeyId'>,
  secretAccessKey: string,
  payloadHash: string,
): Buffer {
  const canonical = [
    request.method,
    canonicalPath(request.rawPath),
    canonicalQuery(request.query),
    ...credential.signedHeaders.map((name) => `${name}:${(header(request, name) ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    credential.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${credential.date}/${credential.region}/${credential.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', header(request, 'x-amz-date') ?? '', scope, sha256(canonical)].join('\n');
  const key = [credential.region, credential.service, 'aws4_request'].reduce(
    (previous: Buffer, part) => hmac(previous, part),
    hmac(`AWS4${secretAccessKey}`, credential.date),
  );
  return hmac(key, toSign);
}

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Each segment decoded and encoded once: S3's rule. The other services' double encoding makes no difference for `/`. */
function canonicalPath(rawPath: string): string {
  return rawPath
    .split('/')
    .map((segment) => uriEncode(decodeURIComponent(segment)))
    .join('/');
}

function canonicalQuery(query: WireRequest['query']): string {
  return query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Everything but the unreserved characters of RFC 3986 is percent-encoded, in upper case. */
function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
