// What happens before the PostgreSQL protocol proper: the request for TLS, and the proof that PostgreSQL answers at all.
// Done by us, not by pg, because its `sslmode` means something else than libpq's and cannot say "unverified".
import type { Socket } from 'node:net';
import type { DatabaseConnection } from '../facts/target.ts';
import type { Result, TransportFault } from './clients.ts';
import type { Dial } from './dial.ts';
import { secure } from './tls.ts';
import { socketFault, timeoutOrStop } from './transport-fault.ts';

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

/**
 * Dials and sets TLS up as the mode says. `Prefer` takes TLS unverified when it is offered and goes on without it when
 * it is not; the others fail then.
 * @throws the signal's reason when the run was cancelled
 */
export async function handshake(
  dial: Dial,
  { host, port, tls }: DatabaseConnection,
  signal: AbortSignal,
): Promise<Result<Handshaken, TransportFault>> {
  const dialled = await dial({ host, port }, signal);
  if (!dialled.ok) return dialled;
  const socket = dialled.value;
  const where = whereIs({ host, port });
  if (tls.mode === 'Disable') return { ok: true, value: { socket, encrypted: false, verified: false } };
  const offer = await askForTls(socket, where, signal);
  if (!offer.ok) return offer;
  if (!offer.value) {
    if (tls.mode === 'Prefer') return { ok: true, value: { socket, encrypted: false, verified: false } };
    socket.destroy();
    return { ok: false, fault: { kind: 'tls', detail: `${where} does not offer TLS` } };
  }
  const verified = tls.mode === 'VerifyCA' || tls.mode === 'VerifyFull';
  const mode = tls.mode === 'Prefer' ? 'Require' : tls.mode;
  const secured = await secure(socket, host, where, { ca: tls.ca, mode }, signal);
  return secured.ok ? { ok: true, value: { socket: secured.value, encrypted: true, verified } } : secured;
}

/** Sends SSLRequest; the answer is one byte: S or N. */
function askForTls(socket: Socket, where: string, signal: AbortSignal): Promise<Result<boolean, TransportFault>> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      signal.removeEventListener('abort', onAbort);
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
    const onAbort = (): void => {
      finish();
      socket.destroy();
      try {
        resolve({ ok: false, fault: timeoutOrStop(signal, `${where} did not answer the request for TLS`) });
      } catch (stop) {
        reject(stop instanceof Error ? stop : new Error('aborted'));
      }
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('data', onData);
    socket.once('end', onEnd);
    socket.once('error', onError);
    socket.write(SSL_REQUEST);
  });
}
