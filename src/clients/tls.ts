// TLS over a connected socket, with the verification that was asked for and no other.
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { ClientCertificate } from '../facts/target.ts';
import { onAbort } from '../runtime/abort.ts';
import type { Result, TransportFault } from './clients.ts';
import { clientCertificateFault, tlsFault, whenAborted } from './transport-fault.ts';

/** How to protect a connection. */
export interface TlsOptions {
  /** PEM bundle to trust in place of the system's roots. */
  readonly ca?: string | undefined;
  /** Name to send and to expect in the certificate. Default: the host that was dialled. */
  readonly serverName?: string | undefined;
  /** VerifyFull (default): authority and name. VerifyCA: authority only. Require: encryption only. */
  readonly mode?: 'Require' | 'VerifyCA' | 'VerifyFull' | undefined;
  readonly alpn?: readonly string[] | undefined;
  /** Shown when the server asks for one. */
  readonly certificate?: ClientCertificate | undefined;
  /** Says whether a certificate is for a host; default: Node's own rules (RFC 6125). */
  readonly nameCheck?: ((host: string, certificate: PeerCertificate) => Error | undefined) | undefined;
}

/** Contexts by bundle. Making one parses every root, which costs more than the handshake. */
const contexts = new Map<string, SecureContext>();
const CONTEXTS_KEPT = 32;

function contextFor(ca: string | undefined, certificate: ClientCertificate | undefined): SecureContext {
  const trusted = ca === undefined ? {} : { ca, allowPartialTrustChain: true };
  // Of this one request: a private key is not kept.
  if (certificate !== undefined)
    return createSecureContext({ ...trusted, cert: certificate.pem, key: certificate.key.reveal() });
  const key = ca ?? '';
  const kept = contexts.get(key);
  if (kept !== undefined) return kept;
  // As Java and libpq do it: whatever stands in the bundle is trusted, an intermediate or the certificate itself too.
  const context = createSecureContext(trusted);
  const oldest = contexts.keys().next();
  if (contexts.size >= CONTEXTS_KEPT && oldest.done !== true) contexts.delete(oldest.value);
  contexts.set(key, context);
  return context;
}

/**
 * Sets TLS up over `socket`. On failure the socket is destroyed.
 *
 * @param host the name that was dialled, for SNI and verification unless `serverName` says otherwise
 * @param where names the other side in details
 * @throws the signal's reason when the run was cancelled
 */
export async function secure(
  socket: Socket,
  host: string,
  where: string,
  options: TlsOptions,
  signal: AbortSignal,
): Promise<Result<TLSSocket, TransportFault>> {
  const mode = options.mode ?? 'VerifyFull';
  const name = options.serverName ?? host;
  let secureContext: SecureContext;
  try {
    secureContext = contextFor(options.ca, options.certificate);
  } catch {
    socket.destroy();
    const what =
      options.certificate === undefined ? 'the CA bundle' : 'the client certificate, its key or the CA bundle';
    return { ok: false, fault: { kind: 'tls', detail: `${what} for ${host} is not valid PEM` } };
  }
  const silent = `${where} did not finish the TLS handshake`;
  if (signal.aborted) {
    socket.destroy();
    return whenAborted(signal, silent);
  }
  return new Promise((resolve) => {
    const end = (): void => {
      leave();
      secured.removeListener('secureConnect', onSecure);
      secured.destroy();
      socket.destroy();
    };
    const onError = (error: unknown): void => {
      end();
      const shown = options.certificate !== undefined;
      resolve({ ok: false, fault: clientCertificateFault(error, where, shown) ?? tlsFault(error, where, name) });
    };
    const onSecure = (): void => {
      leave();
      secured.removeListener('error', onError);
      resolve({ ok: true, value: secured });
    };
    const secured = connect({
      socket,
      host: name,
      // An address is no server name (RFC 6066, 3).
      ...(isIP(name) === 0 ? { servername: name } : {}),
      secureContext,
      rejectUnauthorized: mode !== 'Require',
      checkServerIdentity: mode === 'VerifyFull' ? (options.nameCheck ?? checkServerIdentity) : () => undefined,
      ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
    });
    // After the first error a destroyed socket may emit another one; without a listener that would end the process.
    secured.on('error', () => undefined);
    secured.once('error', onError);
    secured.once('secureConnect', onSecure);
    const leave = onAbort(signal, () => {
      end();
      resolve(whenAborted(signal, silent));
    });
  });
}

/** Expiry of the peer's certificate in RFC 3339 UTC; undefined without TLS. */
export function certificateNotAfter(socket: Socket): string | undefined {
  if (!('getPeerCertificate' in socket)) return undefined;
  const { valid_to: validTo } = (socket as TLSSocket).getPeerCertificate() as { valid_to?: string };
  const at = validTo === undefined ? Number.NaN : Date.parse(validTo);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
