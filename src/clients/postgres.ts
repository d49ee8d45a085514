// One connection to one database, each time anew: DNS, TCP, TLS and authentication are what breaks.
// pg is loaded when first needed. It knows no AbortSignal, so the signal destroys the socket, which ends whatever waits.
import type { Socket } from 'node:net';
import type { Client as PgClient, ClientConfig } from 'pg';
import type { FaultCode } from '../api/faults.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import { onAbort } from '../runtime/abort.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PostgresClient, PostgresSession } from './clients.ts';
import type { Dial } from './dial.ts';
import { connectFault, detailOf, queryFault, serverErrorIn, transportFault } from './postgres-fault.ts';
import { handshake, isMeant, whereIs, type Handshaken } from './postgres-handshake.ts';
import { keepsStatementName } from './postgres-statement.ts';
import { needsBinding, watchLogin } from './postgres-login.ts';
import { certificateNotAfter } from './tls.ts';
import { socketFault, timeoutOrStop } from './transport-fault.ts';

/** The server ends a statement after this. */
const STATEMENT_TIMEOUT_MS = 2_000;
/** We give up on a statement after this, when the server did not end it. Above the server's own limit. */
const QUERY_TIMEOUT_MS = 2_500;
/** More than all our questions' answers together: who sends more is no PostgreSQL server, or a hostile one. */
const MAX_RECEIVED_BYTES = 1024 * 1024;
/** Messages with which a server may begin: Authentication, ErrorResponse, NoticeResponse, NegotiateProtocolVersion. */
const FIRST_MESSAGES = 'RENv';
const LONGEST_FIRST_MESSAGE_BYTES = 64 * 1024;

/** PostgreSQL over this dial. */
export function createPostgresClient(dial: Dial, clock: Clock): PostgresClient {
  /** One connection. `refused`: its own fault, which another kind of connection may not meet (28000). */
  async function attempt<T>(
    connection: DatabaseConnection,
    signal: AbortSignal,
    use: (session: PostgresSession) => Promise<T>,
  ): Promise<Outcome<T> & Attempted> {
    const known = connection.password === undefined ? [] : [connection.password.reveal()];
    const patience = connection.patienceMs === undefined ? undefined : clock.deadline(connection.patienceMs, signal);
    try {
      const shaken = await handshake(dial, connection, patience?.signal ?? signal);
      if (!shaken.ok) return { ok: false, fault: transportFault(shaken.fault, known) };
      const { encrypted } = shaken.value;
      const withheld = withheldFrom(connection, shaken.value);
      if (withheld !== undefined) {
        shaken.value.socket.destroy();
        return { ok: false, fault: withheld };
      }
      const link = await openLink(connection, shaken.value, known, signal);
      // The rest of the time belongs to the questions.
      const late = (): void => {
        if (!signal.aborted)
          link.destroy({
            code: 'DatabaseTimeout',
            detail: detailOf(`${whereIs(connection)} did not let us in`, known),
          });
      };
      patience?.signal.addEventListener('abort', late, { once: true });
      try {
        const refusal = await link.start();
        if (connection.unread !== undefined) return isReady(connection.unread, refusal, shaken.value);
        if (refusal !== undefined) return { ok: false, fault: refusal.fault, state: refusal.state, encrypted };
        patience?.signal.removeEventListener('abort', late);
        return ok(await use(sessionOver(link, shaken.value, clock)));
      } finally {
        patience?.signal.removeEventListener('abort', late);
        link.close();
      }
    } finally {
      patience?.clear();
    }
  }
  return {
    async connect(connection, signal, use) {
      const first = await attempt(connection, signal, use);
      // As the drivers do it: `allow` begins without TLS, `prefer` with it, and both try the other where the server's
      // rules for logging in refuse the one.
      const { mode } = connection.tls;
      const isRefused = !first.ok && first.state === '28000';
      const other =
        mode === 'Allow' ? 'Require' : mode === 'Prefer' && first.encrypted === true ? 'Disable' : undefined;
      if (!isRefused || other === undefined) return first;
      const second = await attempt({ ...connection, tls: { ...connection.tls, mode: other } }, signal, use);
      return second.ok ? second : first;
    },
  };
}

/** How far an attempt came. `state`: the SQLSTATE of a refusal. */
interface Attempted {
  readonly encrypted?: boolean;
  readonly state?: string | undefined;
  readonly certificateNotAfter?: string | undefined;
}

/** Refusals of somebody who has nothing to log in with: they prove that the server lets people in. */
const LETS_IN: ReadonlySet<FaultCode> = new Set([
  'DatabaseAuthenticationFailed',
  'DatabaseAccessRejected',
  'DatabaseLoginForbidden',
  'DatabaseLoginWithheld',
  'DatabaseCertificateDemanded',
  'DatabaseCleartextRefused',
  'DatabaseConnectDenied',
]);

/** What pg_isready would say, and why there was no login. Nothing of what else is wrong is lost. */
function isReady(
  unread: Fault,
  refusal: { readonly fault: Fault } | undefined,
  { socket, encrypted }: Handshaken,
): { readonly ok: false; readonly fault: Fault } & Attempted {
  const notAfter = encrypted ? certificateNotAfter(socket) : undefined;
  const shown = notAfter === undefined ? {} : { certificateNotAfter: notAfter };
  if (refusal !== undefined && !LETS_IN.has(refusal.fault.code)) return { ok: false, fault: refusal.fault, ...shown };
  return { ok: false, fault: { ...unread, detail: detailOf(`accepts connections; ${unread.detail}`, []) }, ...shown };
}

/** The fault where nothing of a login may be shown to this server. */
function withheldFrom(connection: DatabaseConnection, { verified }: Handshaken): Fault | undefined {
  if (connection.withheld !== undefined) return { code: 'DatabaseUrlNotHonoured', detail: connection.withheld };
  if (connection.tls.certificate === undefined || isMeant(connection, verified)) return undefined;
  const detail = `${whereIs(connection)} is named neither by the Secret of the client certificate nor by a workload that uses it; nothing was sent`;
  return { code: 'DatabaseLoginWithheld', detail: detailOf(detail, []) };
}

/** A pg client on a socket of ours, with its first cause of death. */
interface Link {
  /** Authenticates. The fault with the server's SQLSTATE, or undefined when the session is ready. */
  start(): Promise<{ readonly fault: Fault; readonly state?: string | undefined } | undefined>;
  client: PgClient;
  /** The fault of an error that a query or the connection met. Throws when the run was cancelled. */
  faultOf(error: unknown, classify: typeof connectFault): Fault;
  /** Ends everything that waits on the connection. */
  destroy(cause: Fault): void;
  dead(): Fault | undefined;
  close(): void;
}

async function openLink(
  connection: DatabaseConnection,
  shaken: Handshaken,
  known: readonly string[],
  signal: AbortSignal,
): Promise<Link> {
  const { socket } = shaken;
  const where = whereIs(connection);
  const { Client } = (await import('pg')).default;
  let cause: Fault | undefined;
  let authenticated = false;
  let passwordAsked = false;

  const destroy = (fault: Fault): void => {
    cause ??= fault;
    socket.destroy();
  };
  const client = new Client({
    ...configuration(connection, socket),
    enableChannelBinding: needsBinding(connection, shaken),
    // pg asks for the password only when the server does; without one it would look into ~/.pgpass.
    password: () => {
      passwordAsked = true;
      if (cause !== undefined) throw new Error('the password is not sent');
      return connection.password?.reveal() ?? '';
    },
  });
  // Without a listener the error of an idle connection ends the process; it comes a second time when pg sees the end.
  client.on('error', () => undefined);
  watchLogin(client, connection, shaken, (code, why) => {
    destroy({ code, detail: detailOf(`${where} ${why}`, known) });
  });
  const startup = client as unknown as StartupConfiguration;
  const usual = startup.getStartupConf.bind(client);
  startup.getStartupConf = () => ({ ...usual(), ...connection.startup });
  const unwatch = watch(socket, (what) => {
    destroy({ code: 'DatabaseUnreachable', detail: detailOf(`${where} ${what}`, known) });
  });
  guardReading(socket, () => {
    destroy({ code: 'DatabaseUnreachable', detail: detailOf(`${where} does not answer as PostgreSQL`, known) });
  });
  const leave = onAbort(signal, () => socket.destroy());

  const faultOf: Link['faultOf'] = (error, classify) => {
    if (cause !== undefined) return cause;
    if (signal.aborted) return transportFault(timeoutOrStop(signal, `${where} did not answer`), known);
    const said = serverErrorIn(error);
    if (said !== undefined) return classify(said, where, known);
    if (!authenticated && error instanceof Error && error.message.startsWith('SASL'))
      return {
        code: 'DatabaseAuthenticationFailed',
        detail: detailOf(`${where} and we cannot agree on a password exchange`, known),
      };
    return transportFault(socketFault(error, where), known);
  };

  return {
    client,
    destroy,
    faultOf,
    dead: () => cause,
    async start() {
      // What closed before pg listens would never be told to it.
      if (socket.destroyed) return { fault: faultOf(undefined, connectFault) };
      try {
        const connected = client.connect();
        socket.resume();
        await connected;
        authenticated = true;
        return undefined;
      } catch (error) {
        if (passwordAsked && connection.password === undefined && cause === undefined && !signal.aborted)
          return {
            fault: {
              code: 'DatabaseAuthenticationFailed',
              detail: detailOf(`${where} asks for a password and none is given`, known),
            },
          };
        return { fault: faultOf(error, connectFault), state: serverErrorIn(error)?.code };
      }
    },
    close() {
      leave();
      unwatch();
      // Terminate is a courtesy: it saves the server a line in its log. Nobody waits for what follows.
      if (authenticated && !socket.destroyed) socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
      socket.destroySoon();
    },
  };
}

/** How pg makes its first message; its types do not say. It knows some of the parameters only. */
interface StartupConfiguration {
  getStartupConf(): Readonly<Record<string, unknown>>;
}

function configuration({ host, port, database, username }: DatabaseConnection, socket: Socket): ClientConfig {
  // pg connects the stream that it is given; this one is connected, and says so when asked to.
  socket.connect = (): Socket => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  return {
    host,
    port,
    database,
    user: username,
    // TLS is ours. Said explicitly, because otherwise PGSSLMODE decides.
    ssl: false,
    application_name: 'recognize-health',
    stream: () => socket,
  };
}

/** Watches what arrives: not PostgreSQL, or too much of it. */
function watch(socket: Socket, strange: (what: string) => void): () => void {
  let received = 0;
  const onData = (chunk: Buffer): void => {
    if (received === 0) {
      const isMessage =
        FIRST_MESSAGES.includes(String.fromCharCode(chunk[0] ?? 0)) &&
        (chunk.length < 5 || chunk.readUInt32BE(1) <= LONGEST_FIRST_MESSAGE_BYTES);
      if (!isMessage) strange('does not answer as PostgreSQL');
    }
    received += chunk.length;
    if (received > MAX_RECEIVED_BYTES) strange('sends more than a PostgreSQL server would');
  };
  // Paused, so that nothing flows by before pg listens.
  socket.pause();
  socket.on('data', onData);
  return () => void socket.removeListener('data', onData);
}

/** pg throws at a message that it does not know, out of the socket's own event, where nobody would catch it. */
function guardReading(socket: Socket, strange: () => void): void {
  const listenTo = socket.on.bind(socket) as (event: string, listener: (...values: unknown[]) => void) => Socket;
  socket.on = (event: string, listener: (...values: never[]) => void): Socket => {
    const heard = listener as (...values: unknown[]) => void;
    if (event !== 'data') return listenTo(event, heard);
    return listenTo('data', (chunk) => {
      try {
        heard(chunk);
      } catch {
        strange();
      }
    });
  };
}

function sessionOver(link: Link, { socket, encrypted }: Handshaken, clock: Clock): PostgresSession {
  const notAfter = certificateNotAfter(socket);
  // A failed statement leaves its transaction open.
  let mustRollBack = false;

  /** One exchange, with its own deadline; a connection on which one was not answered is of no use any more. */
  async function bounded<T>(exchange: () => Promise<T>, signal: AbortSignal): Promise<Outcome<T>> {
    const dead = link.dead();
    if (dead !== undefined) return failed(dead.code, dead.detail);
    const limit = clock.deadline(QUERY_TIMEOUT_MS, signal);
    const leave = onAbort(limit.signal, () => socket.destroy());
    try {
      return ok(await exchange());
    } catch (error) {
      if (limit.signal.aborted && link.dead() === undefined) {
        const fault = transportFault(timeoutOrStop(limit.signal, 'a question was not answered'), []);
        link.destroy(fault);
        return { ok: false, fault };
      }
      return { ok: false, fault: link.faultOf(error, queryFault) };
    } finally {
      leave();
      limit.clear();
    }
  }

  return {
    encrypted,
    processId: (link.client as unknown as { readonly processID: number | null }).processID ?? undefined,
    certificateNotAfter: notAfter,
    query: (sql, signal) =>
      bounded(async () => {
        // One message: a pooler in transaction mode would not keep a SET between two of them.
        const text = `${mustRollBack ? 'ROLLBACK; ' : ''}BEGIN READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL lock_timeout = ${STATEMENT_TIMEOUT_MS}; ${sql}; COMMIT`;
        mustRollBack = true;
        const results = (await link.client.query(text)) as unknown as readonly { rows: Record<string, unknown>[] }[];
        mustRollBack = false;
        return results.at(-2)?.rows ?? [];
      }, signal),
    keepsStatementName: (signal) => bounded(() => keepsStatementName(link.client), signal),
  };
}
