// The one way out: resolve, refuse forbidden addresses, connect, verify TLS. HTTP, PostgreSQL and the AWS SDK all come
// through here, so that what is refused is refused for all of them, after resolution, and failures read alike.
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onAbort } from '../runtime/abort.ts';
import type { Result, TransportFault } from './clients.ts';
import { isForbiddenAddress, isForbiddenName } from './forbidden-address.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { secure, type TlsOptions } from './tls.ts';
import { codeOf, DialError, exhaustion, socketFault, timeoutOrStop, whenAborted } from './transport-fault.ts';

export { DialError, dialFaultIn } from './transport-fault.ts';
export type { TlsOptions } from './tls.ts';

export interface DialTarget {
  /** Host name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP. */
  readonly tls?: TlsOptions | undefined;
}

/**
 * Opens a connection. The signal is the deadline: when it passes, the fault is `timeout`.
 * @throws the signal's reason when the run was cancelled
 */
export type Dial = (target: DialTarget, signal: AbortSignal) => Promise<Result<Socket, TransportFault>>;

/** An address that does not answer may use this much before the next one is tried; the last one has all that is left. */
const NEXT_ADDRESS_AFTER_MS = 2_000;

/** Codes of a DNS server that cannot or will not say, of getaddrinfo and of c-ares. */
const NO_ANSWER: ReadonlySet<string> = new Set(['EAI_AGAIN', 'ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'ECONNREFUSED']);

/** A dial over this resolver. */
export function createDial(resolve: Resolver = createResolver()): Dial {
  return async ({ host, port, tls }, signal) => {
    const addresses = isIP(host) === 0 ? await resolved(resolve, host, signal) : { ok: true as const, value: [host] };
    if (!addresses.ok) return addresses;
    const allowed = addresses.value.filter((address) => !isForbiddenAddress(address));
    if (allowed.length === 0) return forbidden(host);
    const faults: TransportFault[] = [];
    for (const [index, address] of allowed.entries()) {
      const where = hostAndPort(host, port, address);
      const isLast = index === allowed.length - 1;
      const tcp = await connectTo(address, port, where, signal, isLast ? undefined : NEXT_ADDRESS_AFTER_MS);
      if (tcp.ok) return tls === undefined ? tcp : secure(tcp.value, host, where, tls, signal);
      // What is ours says nothing about the other addresses, and meets them as well.
      if (tcp.fault.kind === 'exhausted') return tcp;
      faults.push(tcp.fault);
      if (signal.aborted) break;
    }
    const [first] = faults;
    if (first === undefined || faults.length === 1) return { ok: false, fault: first ?? noAddress(host) };
    return {
      ok: false,
      fault: { ...first, detail: `${first.detail} (none of ${faults.length} addresses answers)` },
    };
  };
}

async function resolved(
  resolve: Resolver,
  host: string,
  signal: AbortSignal,
): Promise<Result<readonly string[], TransportFault>> {
  if (isForbiddenName(host)) return forbidden(host);
  try {
    const addresses = await resolve(host, signal);
    return addresses.length === 0 ? { ok: false, fault: noAddress(host) } : { ok: true, value: addresses };
  } catch (error) {
    if (signal.aborted) return { ok: false, fault: timeoutOrStop(signal, `the name ${host} was not resolved`) };
    const code = codeOf(error);
    const ours = exhaustion(error, host);
    if (ours !== undefined) return { ok: false, fault: ours };
    const temporary = NO_ANSWER.has(code);
    const detail = temporary
      ? `the DNS server gives no answer for ${host} (${code})`
      : `the name ${host} does not resolve${code === '' ? '' : ` (${code})`}`;
    return { ok: false, fault: { kind: 'dns', detail } };
  }
}

function noAddress(host: string): TransportFault {
  return { kind: 'dns', detail: `the name ${host} has no address` };
}

function forbidden(host: string): { readonly ok: false; readonly fault: TransportFault } {
  const detail = `${host} is an unspecified, link-local or cloud metadata address, which is never visited`;
  return { ok: false, fault: { kind: 'forbidden-address', detail } };
}

/** `10.1.2.3:80`, `[::1]:80`, or `core-daemon:80 (10.1.2.3)`. */
function hostAndPort(host: string, port: number, address: string): string {
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  return host === address ? `${shown}:${port}` : `${shown}:${port} (${address})`;
}

function connectTo(
  address: string,
  port: number,
  where: string,
  signal: AbortSignal,
  giveUpAfterMs: number | undefined,
): Promise<Result<Socket, TransportFault>> {
  const silent = `${where} did not accept the connection`;
  if (signal.aborted) return whenAborted(signal, silent);
  return new Promise((resolve) => {
    let socket: Socket;
    try {
      // No delay algorithm: every request of ours is one write.
      socket = connect({ host: address, port, noDelay: true });
    } catch (error) {
      resolve({ ok: false, fault: exhaustion(error, where) ?? { kind: 'refused', detail: `${port} is not a port` } });
      return;
    }
    // A socket may fail between our listener and its next owner's; unheard, that would end the process.
    socket.on('error', () => undefined);
    const done = (): void => {
      leave();
      if (giveUpAfterMs !== undefined) socket.setTimeout(0);
      socket.removeListener('connect', onConnect);
      socket.removeListener('error', onError);
      socket.removeListener('timeout', onTimeout);
    };
    const fail = (fault: TransportFault): void => {
      done();
      socket.destroy();
      resolve({ ok: false, fault });
    };
    const onConnect = (): void => {
      done();
      resolve({ ok: true, value: socket });
    };
    const onError = (error: Error): void => fail(socketFault(error, where));
    const onTimeout = (): void => fail({ kind: 'timeout', detail: silent });
    if (giveUpAfterMs !== undefined) socket.setTimeout(giveUpAfterMs, onTimeout);
    socket.once('connect', onConnect);
    socket.once('error', onError);
    const leave = onAbort(signal, () => {
      done();
      socket.destroy();
      resolve(whenAborted(signal, silent));
    });
  });
}

/** Options of an agent whose connections are dialled. */
export interface DialingAgentOptions extends AgentOptions {
  readonly tls?: TlsOptions | undefined;
  /** A connection that is not there by then is given up, in ms. An agent has no signal of its own. */
  readonly connectTimeoutMs: number;
}

type Connected = (error: Error | null, stream: Duplex) => void;

/**
 * Agents of node:http and node:https whose connections are dialled, for the AWS SDK's request handler.
 * A failed dial comes out as a `DialError`, somewhere in the causes of the SDK's error: `dialFaultIn` finds it.
 */
export function dialingAgents(dial: Dial, options: DialingAgentOptions): { http: HttpAgent; https: HttpsAgent } {
  const { tls = {}, connectTimeoutMs, ...agent } = options;
  const open = (
    target: { host?: string | null | undefined; port?: number | string | null | undefined },
    secured: boolean,
    connected: Connected,
  ): void => {
    const host = (target.host ?? 'localhost').replace(/^\[|\]$/g, '');
    const port = Number(target.port ?? (secured ? 443 : 80));
    dial({ host, port, tls: secured ? tls : undefined }, AbortSignal.timeout(connectTimeoutMs)).then(
      (result) => {
        if (result.ok) connected(null, result.value);
        else connected(new DialError(result.fault), undefined as unknown as Duplex);
      },
      (error: unknown) => {
        connected(error instanceof Error ? error : new Error('dial failed'), undefined as unknown as Duplex);
      },
    );
  };
  const http = new HttpAgent(agent);
  const https = new HttpsAgent(agent);
  http.createConnection = (target, connected) => {
    open(target, false, connected as Connected);
    return undefined;
  };
  https.createConnection = (target, connected) => {
    open(target, true, connected as Connected);
    return undefined;
  };
  return { http, https };
}
