// One connection to a database, and questions over it one after the other, each with an outcome of its own.
import type { PostgresClient, PostgresSession } from '../clients/clients.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { DatabaseObserved } from '../facts/observed.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { literal } from '../runtime/safe-text.ts';
import { QUESTIONS, type Question } from './database-questions.ts';
import { MIGRATING, migrationsOf } from './database-migrations.ts';
import type { Probe } from './probe.ts';

/** Hosts of one URL that are visited. */
const MOST_HOSTS = 4;

export const databaseProbe: Probe<'database'> = {
  kind: 'database',
  async observe({ connection, schema }, { postgres }, signal) {
    if (!connection.ok) return notConnected(connection.fault);
    const { otherHosts = [], primaryOnly = false } = connection.value;
    const hosts = [connection.value, ...otherHosts].slice(0, MOST_HOSTS);
    // All at once: a silent host must not use up the time of the others.
    const seen = await Promise.all(
      hosts.map(({ host, port }) => observeHost({ ...connection.value, host, port }, schema, postgres, signal)),
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
  schema: string | undefined,
  postgres: PostgresClient,
  signal: AbortSignal,
): Promise<DatabaseObserved> {
  const seen = await postgres.connect(connection, signal, async (session): Promise<DatabaseObserved> => {
    const { encrypted, certificateNotAfter } = session;
    return {
      connect: ok(certificateNotAfter === undefined ? { encrypted } : { encrypted, certificateNotAfter }),
      writable: await ask(session, QUESTIONS.writable, signal),
      version: await ask(session, QUESTIONS.version, signal),
      connections: await ask(session, QUESTIONS.connections, signal),
      activity: await ask(session, QUESTIONS.activity, signal),
      replication: await ask(session, QUESTIONS.replication, signal),
      wraparound: await ask(session, QUESTIONS.wraparound, signal),
      migrations: await migrationsOf(session, schema, signal),
      migrating: await ask(session, MIGRATING, signal),
      credentials: await ask(session, QUESTIONS.credentials, signal),
    };
  });
  return seen.ok ? seen.value : notConnected(seen.fault);
}

/** Asks one question; an answer of another shape than was asked for is a fault of its own. */
async function ask<T>(session: PostgresSession, question: Question<T>, signal: AbortSignal): Promise<Outcome<T>> {
  const answer = await session.query(question.sql, signal);
  return answer.ok ? question.read(answer.value[0] ?? {}) : answer;
}

function notConnected(fault: Fault): DatabaseObserved {
  const rest = failed('NotAsked', literal('not asked, because there is no connection'));
  return {
    connect: { ok: false, fault },
    writable: rest,
    version: rest,
    connections: rest,
    activity: rest,
    replication: rest,
    wraparound: rest,
    migrations: rest,
    migrating: rest,
    credentials: rest,
  };
}
