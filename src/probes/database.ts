// One connection to a database, and three questions over it, each with an outcome of its own.
import type { PostgresClient, PostgresSession } from '../clients/clients.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { DatabaseObserved } from '../facts/observed.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';

type Row = Readonly<Record<string, unknown>>;

const WRITABLE = `SELECT pg_is_in_recovery() AS in_recovery,
  current_setting('default_transaction_read_only') = 'on' AS read_only`;

const VERSION = `SELECT current_setting('server_version_num')::int AS number,
  current_setting('server_version') AS text`;

// A role without pg_monitor sees the rows of others, but not their backend_type. reserved_connections is new in 16.
const CONNECTIONS = `SELECT current_setting('max_connections')::int AS max,
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
  (SELECT count(*)::int FROM pg_stat_activity
    WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend') AS used`;

/** Hosts of one URL that are visited. */
const MOST_HOSTS = 4;

export const databaseProbe: Probe<'database'> = {
  kind: 'database',
  async observe({ connection }, { postgres }, signal) {
    if (!connection.ok) return notConnected(connection.fault);
    const { otherHosts = [], primaryOnly = false } = connection.value;
    const hosts = [connection.value, ...otherHosts].slice(0, MOST_HOSTS);
    // All at once: a silent host must not use up the time of the others.
    const seen = await Promise.all(
      hosts.map(({ host, port }) => observeHost({ ...connection.value, host, port }, postgres, signal)),
    );
    return choose(seen, primaryOnly);
  },
};

/** What a driver would end up with: the first host that connects, and that is no standby where the primary is wanted. */
function choose(seen: readonly DatabaseObserved[], primaryOnly: boolean): DatabaseObserved {
  const connected = seen.filter(({ connect }) => connect.ok);
  const primary = connected.find(({ writable }) => writable.ok && !writable.value.inRecovery);
  const chosen = (primaryOnly ? primary : undefined) ?? connected[0] ?? seen[0];
  return chosen ?? notConnected({ code: 'NotAsked', detail: literal('the URL names no host') });
}

async function observeHost(
  connection: DatabaseConnection,
  postgres: PostgresClient,
  signal: AbortSignal,
): Promise<DatabaseObserved> {
  const seen = await postgres.connect(connection, signal, async (session): Promise<DatabaseObserved> => {
    const { encrypted, certificateNotAfter } = session;
    return {
      connect: ok(certificateNotAfter === undefined ? { encrypted } : { encrypted, certificateNotAfter }),
      writable: await ask(session, WRITABLE, signal, ({ in_recovery: inRecovery, read_only: readOnly }) =>
        typeof inRecovery === 'boolean' && typeof readOnly === 'boolean' ? { inRecovery, readOnly } : undefined,
      ),
      version: await ask(session, VERSION, signal, ({ number, text }) =>
        isCount(number) && typeof text === 'string' ? { number, text } : undefined,
      ),
      connections: await ask(session, CONNECTIONS, signal, ({ max, reserved, used }) =>
        isCount(max) && isCount(reserved) && isCount(used) ? { max, reserved, used } : undefined,
      ),
    };
  });
  return seen.ok ? seen.value : notConnected(seen.fault);
}

async function ask<T>(
  session: PostgresSession,
  sql: string,
  signal: AbortSignal,
  read: (row: Row) => T | undefined,
): Promise<Outcome<T>> {
  const answer = await session.query(sql, signal);
  if (!answer.ok) return answer;
  const value = read(answer.value[0] ?? {});
  return value === undefined
    ? failed('DatabaseQueryFailed', redact('the database answers a question with something else than was asked for'))
    : ok(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function notConnected(fault: Fault): DatabaseObserved {
  const rest = failed('NotAsked', literal('not asked, because there is no connection'));
  return { connect: { ok: false, fault }, writable: rest, version: rest, connections: rest };
}
