// What every handler works on: the store, what is served from it, who may ask, and one request and its answer.
import type { Tokens } from './authentication.ts';
import type { Attributes, User } from './rbac.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resources.ts';
import type { Store } from './store.ts';

export interface Cluster {
  store: Store;
  registry: Registry;
  tokens: Tokens;
  /** The Kubernetes version that it says it is: 1 and this. */
  minorVersion: number;
  /** Storages whose first list is still answered with 429, as the real server does when a definition is new. */
  initializing: Set<string>;
  /** Ends the watches of a storage that is no longer served. */
  endWatches(storage: string): void;
}

/** One request, read and understood. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: string;
  user: User;
  attributes: Attributes;
  resource: Resource | undefined;
  /** Warnings to send along (RFC 9111 header `Warning`, code 299). */
  warnings: string[];
}

/** An answer: JSON unless the body is a string. */
export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Who writes, by the query, else by the user agent, else nobody in particular. */
export function managerOf(call: Call): string {
  const given = call.query.get('fieldManager');
  if (given !== null && given !== '') return given;
  const agent = call.headers['user-agent']?.split('/')[0]?.trim() ?? '';
  return agent === '' ? 'unknown' : agent;
}
