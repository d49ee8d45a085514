// What is kept of a request: who asked for what, and what came of it.
import type { IncomingMessage } from 'node:http';
import type { Attributes } from './rbac.ts';
import type { Route } from './router.ts';

/** One request as it came in, for comparing what was asked with what was granted. */
export interface RecordedRequest extends Attributes {
  method: string;
  path: string;
  query: string;
  user: string;
  userAgent: string;
  /** The HTTP status of the answer; 0 while there is none or when the connection was cut. */
  status: number;
}

/** The record of a request that has just come in. */
export function recordOf(request: IncomingMessage, { attributes }: Route, user: string): RecordedRequest {
  const { pathname: path, search: query } = new URL(request.url ?? '/', 'https://localhost');
  return {
    ...attributes,
    method: request.method ?? 'GET',
    path,
    query,
    user,
    userAgent: request.headers['user-agent'] ?? '',
    status: 0,
  };
}
