// What an error means that comes while a session lasts, and where errors come from. Refusals are in postgres-refusal.
import type { FaultCode } from '../api/faults.ts';
import type { Fault } from '../facts/outcome.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import type { TransportFault } from './clients.ts';
import { refusalOf } from './postgres-refusal.ts';

/** An error response of the server, as pg throws it. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
  /** Its DETAIL, where there is one. */
  readonly detail?: string;
}

/** How long a detail may be: a check's message. */
const DETAIL_BYTES = 160;

export function detailOf(text: string, known: readonly string[]): SafeText {
  return redact(text, known, DETAIL_BYTES);
}

const TRANSPORT: Readonly<Record<TransportFault['kind'], FaultCode>> = {
  dns: 'DatabaseAddressUnresolved',
  refused: 'DatabaseUnreachable',
  broken: 'DatabaseUnreachable',
  timeout: 'DatabaseTimeout',
  tls: 'DatabaseTlsFailed',
  exhausted: 'CheckerExhausted',
  'forbidden-address': 'AddressForbidden',
};

/** The fault of a way that failed. */
export function transportFault(fault: TransportFault, known: readonly string[]): Fault {
  return { code: TRANSPORT[fault.kind], detail: detailOf(fault.detail, known) };
}

/** The server's error response inside an error of pg; undefined when the error has another origin. */
export function serverErrorIn(error: unknown): ServerError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error
    ? {
        code: error.code,
        message: error.message,
        ...('detail' in error && typeof error.detail === 'string' ? { detail: error.detail } : {}),
      }
    : undefined;
}

/** The fault of a refused connection. */
export function connectFault(error: ServerError, where: string, known: readonly string[]): Fault {
  const { code, means } = refusalOf(error);
  return { code, detail: detailOf(`${where} ${means}: ${error.message} (${error.code})`, known) };
}

/** The fault of a question that the server refused to answer. */
export function queryFault({ code, message }: ServerError, where: string, known: readonly string[]): Fault {
  const said = `${message} (${code})`;
  switch (code) {
    case '42501':
      return { code: 'DatabasePrivilegeMissing', detail: detailOf(`the role may not ask this: ${said}`, known) };
    case '57014':
    case '55P03':
      return {
        code: 'DatabaseTimeout',
        detail: detailOf(`${where} ended a question at its time limit: ${said}`, known),
      };
    default:
      return REFUSES.test(code)
        ? connectFault({ code, message }, where, known)
        : { code: 'DatabaseQueryFailed', detail: detailOf(`${where} failed a question: ${said}`, known) };
  }
}

/**
 * A pooler connects with the first question, and says of it what a server says of a connection. 58000 is pgcat's; a full
 * disk is one to every question.
 */
const REFUSES = /^(?:08\w{3}|28\w{3}|3D000|53[13]00|57P0[123]|58000)$/;
