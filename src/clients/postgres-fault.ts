// What PostgreSQL's errors mean: SQLSTATE by SQLSTATE (appendix A of its manual), never by message, which is translated.
import type { FaultCode } from '../api/faults.ts';
import type { Fault } from '../facts/outcome.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import type { TransportFault } from './clients.ts';

/** An error response of the server, as pg throws it. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
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
    ? { code: error.code, message: error.message }
    : undefined;
}

/** The fault of a refused connection. */
export function connectFault({ code, message }: ServerError, where: string, known: readonly string[]): Fault {
  const said = `${message} (${code})`;
  switch (code) {
    case '28P01':
    case '28000':
    case '42501': // no CONNECT privilege
      return {
        code: 'DatabaseAuthenticationFailed',
        detail: detailOf(`${where} refuses the credentials: ${said}`, known),
      };
    case '3D000':
      return { code: 'DatabaseMissing', detail: detailOf(`${where} has no such database: ${said}`, known) };
    case '53300':
      return {
        code: 'DatabaseSlotsExhausted',
        detail: detailOf(`${where} has no free connection slot: ${said}`, known),
      };
    case '57P01':
    case '57P02':
    case '57P03':
      return {
        code: 'DatabaseStartingUp',
        detail: detailOf(`${where} is starting up or shutting down: ${said}`, known),
      };
    default:
      return { code: 'DatabaseUnreachable', detail: detailOf(`${where} refuses the connection: ${said}`, known) };
  }
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
    case '57P01':
    case '57P02':
    case '57P03':
    case '53300':
      return connectFault({ code, message }, where, known);
    default:
      return { code: 'DatabaseQueryFailed', detail: detailOf(`${where} failed a question: ${said}`, known) };
  }
}
