// One connection to one database, each time anew: DNS, TCP, TLS and authentication are what breaks.
// pg is loaded when first needed. It knows no AbortSignal, so the signal destroys the socket, which ends whatever waits.
import type { Socket } from 'node:net';
import type { Client as PgClient, ClientConfig } from 'pg';
import type { DatabaseConnection } from '../facts/target.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PostgresClient, PostgresSession } from './clients.ts';
import type { Dial } from './dial.ts';
import { connectFault, detailOf, queryFault, serverErrorIn, transportFault } from './postgres-fault.ts';
import { handshake, whereIs, type Handshaken } from './postgres-handshake.ts';
import { certificateNotAfter } from './tls.ts';
import { socketFault, timeoutOrStop } from './transport-fault.ts';

/** The server ends a statement after this. In ms. */
const STATEMENT_TIMEOUT_MS = 2_000;
/** We give up on a statement after this, when the server did not end it. In ms; above the server's own limit. */
const QUERY_TIMEOUT_MS = 2_500;
/** More than all our questions' answers together: who sends more is no PostgreSQL server, or a hostile one. */
const MAX_RECEIVED_BYTES = 1024 * 1024;
/** Messages with which a server may begin: Authentication, ErrorResponse, NoticeResponse, NegotiateProtocolVersion. */
const FIRST_MESSAGES = 'RENv';
const LONGEST_FIRST_MESSAGE_BYTES = 64 * 1024;

/** RFC 7677, 4; PostgreSQL's default too. */
const LEAST_SCRAM_ROUNDS = 4096;

/** PostgreSQL over this dial. */
export function createPostgresClient(dial: Dial, clock: Clock): PostgresClient {
  return {
    async connect(connection, signal, use) {
      const known = connection.password === undefined ? [] : [connection.password.reveal()];
      const shaken = await handshake(dial, connection, signal);
      if (!shaken.ok) return { ok: false, fault: transportFault(shaken.fault, known) };
      const link = await openLink(connection, shaken.value, known, signal);
      try {
        const refusal = await link.start();
        if (refusal !== undefined) return { ok: false, fault: refusal };
        return ok(await use(sessionOver(link, shaken.value, clock)));
      } finally {
        link.close();
      }
    },
  };
}

/** A pg client on a socket of ours, with its first cause of death. */
interface Link {
  /** Authenticates. The fault, or undefined when the session is ready. */
  start(): Promise<Fault | undefined>;
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
  { socket, verified }: Handshaken,
  known: readonly string[],
  signal: AbortSignal,
): Promise<Link> {
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
    // pg asks for the password only when the server does; without one it would look into ~/.pgpass.
    password: () => {
      passwordAsked = true;
      if (cause !== undefined) throw new Error('the password is not sent');
      return connection.password?.reveal() ?? '';
    },
  });
  // Without a listener the error of an idle connection ends the process; it comes a second time when pg sees the end.
  client.on('error', () => undefined);
  refuseExposure(client, verified && connection.namedBySecret, (what) => {
    const lacks = verified ? 'and is not named by the Secret' : 'without verified TLS';
    destroy({
      code: 'DatabaseCleartextRefused',
      detail: detailOf(`${where} asks for ${what} ${lacks}; none was sent`, known),
    });
  });
  const unwatch = watch(socket, (what) => {
    destroy({ code: 'DatabaseUnreachable', detail: detailOf(`${where} ${what}`, known) });
  });
  const onAbort = (): void => void socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

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
      if (socket.destroyed) return faultOf(undefined, connectFault);
      try {
        const connected = client.connect();
        socket.resume();
        await connected;
        authenticated = true;
        return undefined;
      } catch (error) {
        if (passwordAsked && connection.password === undefined && cause === undefined && !signal.aborted)
          return {
            code: 'DatabaseAuthenticationFailed',
            detail: detailOf(`${where} asks for a password and none is given`, known),
          };
        return faultOf(error, connectFault);
      }
    },
    close() {
      signal.removeEventListener('abort', onAbort);
      unwatch();
      // Terminate is a courtesy: it saves the server a line in its log. Nobody waits for what follows.
      if (authenticated && !socket.destroyed) socket.end(Buffer.from([0x58, 0, 0, 0, 4]));
      socket.destroySoon();
    },
  };
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

/** What pg's connection emits and its types do not say. */
interface AuthenticationEvents {
  prependListener(
    event: 'authenticationCleartextPassword' | 'authenticationMD5Password' | 'authenticationSASLContinue',
    listener: (message: { readonly data?: unknown }) => void,
  ): unknown;
}

/**
 * Calls `refuse` before pg can answer a request for a password that the other side could read, or find by trying:
 * cleartext, MD5, and SCRAM with so few rounds that a proof can be tried like a plain hash.
 *
 * @param trusted the server is the one for which the password is meant, and proved to be it
 */
function refuseExposure(client: PgClient, trusted: boolean, refuse: (what: string) => void): void {
  if (trusted) return;
  const { connection } = client as unknown as { connection: AuthenticationEvents };
  for (const event of ['authenticationCleartextPassword', 'authenticationMD5Password'] as const)
    connection.prependListener(event, () => refuse('a cleartext or MD5 password'));
  connection.prependListener('authenticationSASLContinue', ({ data }) => {
    const rounds = typeof data === 'string' ? /(?:^|,)i=([0-9]{1,10})(?:,|$)/.exec(data)?.[1] : undefined;
    if (Number(rounds) < LEAST_SCRAM_ROUNDS) refuse(`a SCRAM proof of ${rounds ?? ''} rounds`);
  });
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

function sessionOver(link: Link, { socket, encrypted }: Handshaken, clock: Clock): PostgresSession {
  const notAfter = certificateNotAfter(socket);
  // A failed statement leaves its transaction open.
  let mustRollBack = false;
  return {
    encrypted,
    ...(notAfter === undefined ? {} : { certificateNotAfter: notAfter }),
    async query(sql, signal): Promise<Outcome<readonly Readonly<Record<string, unknown>>[]>> {
      const dead = link.dead();
      if (dead !== undefined) return failed(dead.code, dead.detail);
      const limit = clock.deadline(QUERY_TIMEOUT_MS, signal);
      const onAbort = (): void => void socket.destroy();
      limit.signal.addEventListener('abort', onAbort, { once: true });
      if (limit.signal.aborted) onAbort();
      try {
        // One message: a pooler in transaction mode would not keep a SET between two of them.
        const text = `${mustRollBack ? 'ROLLBACK; ' : ''}BEGIN READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL lock_timeout = ${STATEMENT_TIMEOUT_MS}; ${sql}; COMMIT`;
        mustRollBack = true;
        const results = (await link.client.query(text)) as unknown as readonly { rows: Record<string, unknown>[] }[];
        mustRollBack = false;
        return ok(results.at(-2)?.rows ?? []);
      } catch (error) {
        if (limit.signal.aborted && link.dead() === undefined) {
          const fault = transportFault(timeoutOrStop(limit.signal, 'a question was not answered'), []);
          link.destroy(fault);
          return { ok: false, fault };
        }
        return { ok: false, fault: link.faultOf(error, queryFault) };
      } finally {
        limit.signal.removeEventListener('abort', onAbort);
        limit.clear();
      }
    },
  };
}
