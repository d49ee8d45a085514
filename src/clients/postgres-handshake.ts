// What happens before the PostgreSQL protocol proper: the request for TLS, and the proof that PostgreSQL answers at all.
// Done by us, not by pg, because its `sslmode` means something else than libpq's and cannot say "unverified".
import type { Socket } from 'node:net';
import type { DatabaseConnection } from '../facts/target.ts';
import { onAbort } from '../runtime/abort.ts';
import type { Result, TransportFault } from './clients.ts';
import type { Dial } from './dial.ts';
import { isOwnAuthority } from './own-authority.ts';
import { nameCheck } from './postgres-name.ts';
import { secure } from './tls.ts';
import { socketFault, whenAborted } from './transport-fault.ts';

/** SSLRequest: its length (8) and the code 80877103 (PostgreSQL protocol, "SSL Session Encryption"). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A connection on which the startup message may be sent. */
export interface Handshaken {
  readonly socket: Socket;
  readonly encrypted: boolean;
  /** The certificate was verified, so that a password may be sent in the clear. */
  readonly verified: boolean;
}

/** `host:port` for people. */
export function whereIs({ host, port }: Pick<DatabaseConnection, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What the other side knows PostgreSQL by, where TLS is spoken from the first byte (PostgreSQL 17). */
const ALPN = ['postgresql'];

/**
 * Dials and sets TLS up as the mode says. `Prefer` takes TLS unverified when it is offered and goes on without it when
 * it is not; the others fail then. Where the login is withheld, certificates are looked at and not verified: what to
 * verify them with is not known here.
 *
 * Node shows a client certificate before it has judged the server's. So a server that nobody names is looked at without
 * one first, and shown it when it turned out to be meant.
 * @throws the signal's reason when the run was cancelled
 */
export async function handshake(
  dial: Dial,
  connection: DatabaseConnection,
  signal: AbortSignal,
): Promise<Result<Handshaken, TransportFault>> {
  const { certificate: _, ...bare } = connection.tls;
  if (connection.tls.certificate === undefined || connection.namedBySecret) return shake(dial, connection, signal);
  const looked = await shake(dial, { ...connection, tls: bare }, signal);
  if (!looked.ok || !isMeant(connection, looked.value.verified)) return looked;
  looked.value.socket.destroy();
  return shake(dial, connection, signal);
}

/** The server is one for which the credentials are meant: their Secret says so, or its authority signed the certificate. */
export function isMeant({ namedBySecret, tls }: DatabaseConnection, verified: boolean): boolean {
  return namedBySecret || (verified && tls.ownAuthority === true && isOwnAuthority(tls.ca ?? ''));
}

async function shake(
  dial: Dial,
  connection: DatabaseConnection,
  signal: AbortSignal,
): Promise<Result<Handshaken, TransportFault>> {
  const { host, port, tls } = connection;
  const dialled = await dial({ host, port }, signal);
  if (!dialled.ok) return dialled;
  const socket = dialled.value;
  const where = whereIs({ host, port });
  const plain = { ok: true, value: { socket, encrypted: false, verified: false } } as const;
  if (tls.mode === 'Disable' || tls.mode === 'Allow') return plain;
  if (tls.direct !== true) {
    const offer = await askForTls(socket, where, signal);
    if (!offer.ok) return offer;
    if (!offer.value) {
      if (tls.mode === 'Prefer') return plain;
      socket.destroy();
      return { ok: false, fault: { kind: 'tls', detail: `${where} does not offer TLS` } };
    }
  }
  const withheld = connection.withheld !== undefined;
  const mode = tls.mode === 'Prefer' || withheld ? 'Require' : tls.mode;
  const certificate = withheld ? undefined : tls.certificate;
  const alpn = tls.direct === true ? ALPN : undefined;
  const secured = await secure(socket, host, where, { ca: tls.ca, mode, certificate, alpn, nameCheck }, signal);
  if (!secured.ok) {
    // A server before PostgreSQL 17 closes: it waits to be asked. It was reached all the same.
    if (tls.direct !== true || secured.fault.kind !== 'broken') return secured;
    const detail = `${where} does not take up TLS from the first byte (sslNegotiation=direct)`;
    return { ok: false, fault: { kind: 'tls', detail } };
  }
  if (tls.verifiesName === true && nameCheck(host, secured.value.getPeerCertificate()) !== undefined) {
    secured.value.destroy();
    return { ok: false, fault: { kind: 'tls', detail: `${where} shows a certificate of another name` } };
  }
  // Any certificate of a public authority passes VerifyCA, its owner's or not: only an authority of its own counts.
  const verified = mode === 'VerifyFull' || (mode === 'VerifyCA' && tls.ca !== undefined);
  return { ok: true, value: { socket: secured.value, encrypted: true, verified } };
}

/** Sends SSLRequest; the answer is one byte: S or N. */
function askForTls(socket: Socket, where: string, signal: AbortSignal): Promise<Result<boolean, TransportFault>> {
  const silent = `${where} did not answer the request for TLS`;
  if (signal.aborted) {
    socket.destroy();
    return whenAborted(signal, silent);
  }
  return new Promise((resolve) => {
    const finish = (): void => {
      leave();
      socket.removeListener('data', onData);
      socket.removeListener('end', onEnd);
      socket.removeListener('error', onError);
    };
    const fail = (fault: TransportFault): void => {
      finish();
      socket.destroy();
      resolve({ ok: false, fault });
    };
    const onData = (chunk: Buffer): void => {
      const answer = chunk.toString('latin1');
      if (answer === 'S' || answer === 'N') {
        finish();
        // TLS or pg read on; nothing may flow by between.
        socket.pause();
        resolve({ ok: true, value: answer === 'S' });
        return;
      }
      // Bytes after the S would be taken for decrypted ones (CVE-2021-23222).
      const stuffed = (answer.startsWith('S') || answer.startsWith('N')) && !answer.startsWith('SSH-');
      const kind = stuffed ? 'tls' : 'broken';
      const what = stuffed ? 'sends more than its answer to the request for TLS' : 'does not answer as PostgreSQL';
      fail({ kind, detail: `${where} ${what}` });
    };
    const onEnd = (): void => fail({ kind: 'broken', detail: `${where} closed the connection without an answer` });
    const onError = (error: Error): void => fail(socketFault(error, where));
    const leave = onAbort(signal, () => {
      finish();
      socket.destroy();
      resolve(whenAborted(signal, silent));
    });
    socket.on('data', onData);
    socket.once('end', onEnd);
    socket.once('error', onError);
    socket.write(SSL_REQUEST);
  });
}
