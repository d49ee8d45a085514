// What goes through the emulator: a request as it came off the wire, and the reply or refusal it leads to.
// S3 and KMS each write a refusal in their own form (XML, JSON 1.1), so here it is only data.
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from './principals.ts';

export type Service = 's3' | 'kms';

/** A request whose body has been read to its end. */
export interface WireRequest {
  method: string;
  /** The path as it was sent, still percent-encoded. */
  rawPath: string;
  /** Decoded pairs in the order sent; a bare `?versioning` is `['versioning', '']`. */
  query: readonly (readonly [string, string])[];
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request that was authenticated. `region` is the region of the credential scope. */
export interface SignedRequest extends WireRequest {
  principal: Principal;
  region: string;
  /** The body without its aws-chunked framing; equal to `body` for all other bodies. */
  payload: Buffer;
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** An error of the service: `code` is what the SDK reports as `e.name`. */
export interface Refusal {
  refused: true;
  status: number;
  code: string;
  message: string;
  /** Further elements of S3's error document (`Bucket`, `Endpoint`, `Region`, `ServerTime`, …). */
  fields?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Builds a refusal. `status` is the HTTP status. */
export function refuse(
  status: number,
  code: string,
  message: string,
  more: Pick<Refusal, 'fields' | 'headers'> = {},
): Refusal {
  return { refused: true, status, code, message, ...more };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** The account that owns everything here: the number that AWS's own documentation uses in examples. */
export const ACCOUNT = '111122223333';

/** The first value of a query parameter, or undefined if it was not sent. */
export function parameter(request: Pick<WireRequest, 'query'>, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

/** One header as one string, or undefined. */
export function header(request: Pick<WireRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
