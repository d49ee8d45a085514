// What an error of Node's sockets and TLS means, in words: the only place that reads their codes.
import type { Result, TransportFault } from './clients.ts';
import { abortError } from '../runtime/abort.ts';
import { stopReason } from '../runtime/clock.ts';

/** The error form of a transport fault, for libraries that only pass errors on (undici, pg, the AWS SDK). */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly code: string;
  constructor(readonly fault: TransportFault) {
    super(fault.detail);
    this.code = `DIAL_${fault.kind.toUpperCase().replaceAll('-', '_')}`;
  }
}

/** The transport fault inside an error: its own, its cause's, or one of an AggregateError's. Undefined if there is none. */
export function dialFaultIn(error: unknown, depth = 5): TransportFault | undefined {
  if (error instanceof DialError) return error.fault;
  if (depth === 0 || !(error instanceof Error)) return undefined;
  const inner = [error.cause, ...(error instanceof AggregateError ? (error.errors as unknown[]) : [])];
  for (const next of inner) {
    const fault = dialFaultIn(next, depth - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * What an aborted signal means: a deadline is a fault of the other side; anything else is ours and is thrown on.
 *
 * @param what what was being done, e.g. `10.1.2.3:8080 did not accept the connection`
 */
export function timeoutOrStop(signal: AbortSignal, what: string): TransportFault {
  const stop = stopReason(signal);
  if (stop?.kind === 'Deadline') return { kind: 'timeout', detail: `${what} within ${stop.ms} ms` };
  if (signal.reason instanceof Error && signal.reason.name === 'TimeoutError')
    return { kind: 'timeout', detail: `${what} in time` };
  throw abortError(signal);
}

/** What an exchange whose signal is aborted comes to: `timeoutOrStop` as a result that can be waited for. */
export function whenAborted(signal: AbortSignal, what: string): Promise<Result<never, TransportFault>> {
  return new Promise((resolve) => {
    resolve({ ok: false, fault: timeoutOrStop(signal, what) });
  });
}

/** Node's code of an error (`ECONNREFUSED`), looked for in AggregateErrors and causes too; empty when there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const first: unknown = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return first === undefined ? '' : codeOf(first);
}

const SOCKET_MEANINGS: Readonly<Record<string, readonly [TransportFault['kind'], string]>> = {
  ECONNREFUSED: ['refused', 'refuses connections'],
  ECONNRESET: ['broken', 'reset the connection'],
  EPIPE: ['broken', 'closed the connection'],
  ETIMEDOUT: ['timeout', 'did not answer: the system gave up'],
  EHOSTUNREACH: ['broken', 'cannot be reached: no route to the host'],
  ENETUNREACH: ['broken', 'cannot be reached: no route to the network'],
  EADDRNOTAVAIL: ['exhausted', 'was not tried: this machine has no local port left, or no address that fits'],
  EMFILE: ['exhausted', 'was not tried: this process has no file descriptor left'],
  ENFILE: ['exhausted', 'was not tried: this machine has no file descriptor left'],
  ENOBUFS: ['exhausted', 'was not tried: this machine has no buffer left'],
  ENOMEM: ['exhausted', 'was not tried: this machine has no memory left'],
  EAGAIN: ['exhausted', 'was not tried: this machine has no local port left'],
  EACCES: ['broken', 'cannot be reached: this machine forbids it'],
  EPERM: ['broken', 'cannot be reached: this machine forbids it'],
};

/** The fault of a socket's error. `where` names the other side. */
export function socketFault(error: unknown, where: string): TransportFault {
  const code = codeOf(error);
  const [kind, words] = SOCKET_MEANINGS[code] ?? ['broken', `broke the connection${code === '' ? '' : ` (${code})`}`];
  return { kind, detail: `${where} ${words}` };
}

const CERTIFICATE_MEANINGS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has an expired certificate',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'has a certificate of an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate of an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate of an authority that is not trusted here',
  CERT_SIGNATURE_FAILURE: 'has a certificate whose signature does not verify',
  CERT_REVOKED: 'has a revoked certificate',
  INVALID_PURPOSE: 'has a certificate that is not for servers',
};

/** A fault of our own side inside an error of any kind; undefined when the error says nothing about us. */
export function exhaustion(error: unknown, where: string): TransportFault | undefined {
  const meaning = SOCKET_MEANINGS[codeOf(error)];
  return meaning?.[0] === 'exhausted' ? { kind: 'exhausted', detail: `${where} ${meaning[1]}` } : undefined;
}

/** Alerts by which a server ends a handshake for want of a client certificate, or over the one it was shown. */
const CLIENT_CERTIFICATE_ALERTS =
  /^ERR_SSL_(?:TLSV13_ALERT_CERTIFICATE_REQUIRED|(?:TLSV1|SSLV3|SSL\/TLS)_ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED))$/;

/** The fault of an error by which a server ends TLS because of our certificate; undefined for any other error. */
export function clientCertificateFault(error: unknown, where: string, shown: boolean): TransportFault | undefined {
  if (!CLIENT_CERTIFICATE_ALERTS.test(codeOf(error))) return undefined;
  const detail = shown
    ? `${where} does not accept the client certificate that it was shown`
    : `${where} asks for a client certificate`;
  return { kind: 'tls', detail, because: 'client-certificate' };
}

/** OpenSSL's codes of a chain that ends with nobody who is trusted here. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** The fault of an error met while TLS was being set up. `name` is the name that the certificate should have. */
export function tlsFault(error: unknown, where: string, name: string): TransportFault {
  const code = codeOf(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { kind: 'tls', detail: `${where} has a certificate for another name than ${name}` };
  const certificate = CERTIFICATE_MEANINGS[code];
  if (certificate !== undefined) {
    const detail = `${where} ${certificate}`;
    return UNKNOWN_AUTHORITY.has(code)
      ? { kind: 'tls', detail, because: 'unknown-authority' }
      : { kind: 'tls', detail };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return { kind: 'tls', detail: `${where} does not speak TLS`, because: 'not-tls' };
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return { kind: 'broken', detail: `${where} closed the connection during the TLS handshake` };
  return { kind: 'tls', detail: `${where} fails the TLS handshake${code === '' ? '' : ` (${code})`}` };
}
