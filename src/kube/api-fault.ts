// What the Kubernetes API can answer other than what was asked for, as values. Nothing here is thrown.
import { z } from 'zod';
import { failed, type Outcome } from '../facts/outcome.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';

export type ApiFaultCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Forbidden'
  | 'Unauthorized'
  /** 410: the resourceVersion or the continue token is too old. */
  | 'Gone'
  | 'TooManyRequests'
  /** 400, 415, 422 and other 4xx: we asked wrongly, or the installed definition is another one. */
  | 'Invalid'
  | 'ServerError'
  /** More than may be read or kept. Asking for less, or of less, may help; asking again does not. */
  | 'TooLarge'
  /** No connection, or it broke before the answer was complete. */
  | 'Unreachable'
  | 'Timeout'
  /** The kubeconfig, a certificate or a credential plugin cannot be used. */
  | 'Misconfigured';

export interface ApiFault {
  readonly code: ApiFaultCode;
  /** One sentence, redacted. */
  readonly message: SafeText;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** From Retry-After. */
  readonly retryAfterMs?: number;
}

export type ApiResult<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** The Date header: the server's clock. */
      readonly serverDate?: string | undefined;
    }
  | { readonly ok: false; readonly fault: ApiFault };

/** Longest wait that a Retry-After may ask for. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The fault of an answer that is not 2xx. `body` is a metav1.Status, or whatever a proxy in between wrote. */
export function faultOf(status: number, body: string, retryAfter: string | undefined, call: string): ApiFault {
  const parsed = statusObject(body);
  const seconds = Number(retryAfter ?? parsed.details?.retryAfterSeconds);
  const said = parsed.message ?? `HTTP ${status}`;
  const message = redact(`cannot ${call}: ${said}`, [], 512);
  const code = codeOf(status, parsed.reason);
  return Number.isFinite(seconds) && seconds > 0 && (code === 'TooManyRequests' || code === 'ServerError')
    ? { code, message, status, retryAfterMs: Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) }
    : { code, message, status };
}

/** What a metav1.Status may say. Whatever has another type is not there. */
const statusSchema = z.object({
  message: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional().catch(undefined),
});

function statusObject(body: string): z.output<typeof statusSchema> {
  try {
    return statusSchema.catch({}).parse(JSON.parse(body));
  } catch {
    return {};
  }
}

function codeOf(status: number, reason: string | undefined): ApiFaultCode {
  switch (status) {
    case 401:
      return 'Unauthorized';
    case 403:
      return 'Forbidden';
    case 404:
      return 'NotFound';
    case 409:
      return reason === 'AlreadyExists' ? 'AlreadyExists' : 'Conflict';
    case 410:
      return 'Gone';
    case 429:
      return 'TooManyRequests';
    default:
      return status >= 500 ? 'ServerError' : 'Invalid';
  }
}

/** The fault of a question whose answer was to be evidence: our rights, or the cluster's trouble; never the target's. */
export function asEvidence<T>(result: ApiResult<T>): Outcome<T> {
  if (result.ok) return { ok: true, value: result.value };
  return failed(isDenied(result.fault) ? 'CheckerNotAuthorized' : 'ClusterUnavailable', result.fault.message);
}

/** True when our own identity is refused. */
export function isDenied(fault: ApiFault): boolean {
  return fault.code === 'Forbidden' || fault.code === 'Unauthorized';
}
