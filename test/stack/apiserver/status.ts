// Failures as the API server words them: an HTTP code and a Status object (meta/v1). The texts follow the recording.
import type { JsonObject } from './json.ts';

/** Which resource a failure speaks of, as far as its details name it. */
export interface Subject {
  group: string;
  plural: string;
  kind: string;
}

export interface Cause extends JsonObject {
  reason: string;
  message: string;
  field: string;
}

/** Thrown by a handler to end a request; the server sends `body` with `code` and `headers`. */
export class StatusError extends Error {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers: Record<string, string>;
  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonObject,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.code = code;
    this.headers = headers;
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** Thrown for a path that no handler serves; sent as plain text, as the real server does. */
export class PathUnknown extends Error {}

/** `widgets.demo.example.com`, or `secrets` in the core group. */
export const qualified = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);

const details = (name: string, group: string, kind: string, more: JsonObject = {}): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind,
  ...more,
});

export const notFound = (of: Subject, name: string): StatusError =>
  new StatusError(
    404,
    'NotFound',
    `${qualified(of.plural, of.group)} "${name}" not found`,
    details(name, of.group, of.plural),
  );

export const alreadyExists = (of: Subject, name: string): StatusError =>
  new StatusError(
    409,
    'AlreadyExists',
    `${qualified(of.plural, of.group)} "${name}" already exists`,
    details(name, of.group, of.plural),
  );

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const conflict = (of: Subject, name: string, why: string = MODIFIED, called = of.plural): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(called, of.group)} "${name}": ${why}`,
    details(name, of.group, called),
  );

/** 422 with one cause for each thing that is wrong; `kind` is what the object calls itself. */
export function invalid(group: string, kind: string, name: string, causes: readonly Cause[]): StatusError {
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  return new StatusError(
    422,
    'Invalid',
    `${qualified(kind, group)} "${name}" is invalid: ${list}`,
    details(name, group, kind, { causes: [...causes] }),
  );
}

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const forbidden = (of: Subject, name: string, why: string): StatusError =>
  new StatusError(
    403,
    'Forbidden',
    `${qualified(of.plural, of.group)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
    details(name, of.group, of.plural),
  );

export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

export const internal = (message: string): StatusError => new StatusError(500, '', message);

export const tooManyRequests = (message: string, seconds: number): StatusError =>
  new StatusError(429, 'TooManyRequests', message, { retryAfterSeconds: seconds }, { 'Retry-After': String(seconds) });
