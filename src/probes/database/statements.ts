// Do prepared statements outlast a transaction behind a pooler? The services' driver prepares what it runs often. A pooler
// that gives each transaction another server connection loses them, unless it takes them along.
import type { PostgresClient, PostgresSession } from '../../clients/clients.ts';
import type { StatementsKept } from '../../facts/observed.ts';
import { failed, ok, type Outcome } from '../../facts/outcome.ts';
import type { DatabaseConnection } from '../../facts/target.ts';
import { safe } from '../../runtime/safe-text.ts';
import { askOneRow, isCount, strange, type Row } from '../../questions/database/question.ts';

/** How often two clients take turns. A pooler hands out what was given back last, so once would nearly do. */
const TURNS = 3;

const SERVER_PROCESS = {
  sql: 'SELECT pg_backend_pid() AS pid',
  read: ({ pid }: Row): Outcome<number> => (isCount(pid) ? ok(pid) : strange()),
};

/**
 * Asks over `session`, and where the pooler hands names through, over a second connection beside it: two clients that
 * are served by the same process, one after the other while both are connected, share it transaction by transaction.
 */
export async function statementsBehind(
  session: PostgresSession,
  connection: DatabaseConnection,
  postgres: PostgresClient,
  signal: AbortSignal,
): Promise<Outcome<StatementsKept>> {
  const keepsName = await session.keepsStatementName(signal);
  if (!keepsName.ok) return keepsName;
  if (!keepsName.value) return ok('carried');
  const shared = await postgres.connect(connection, signal, async (other): Promise<Outcome<boolean>> => {
    const mine = new Set<number>();
    const theirs = new Set<number>();
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [client, pids] of [
        [session, mine],
        [other, theirs],
      ] as const) {
        const pid = await askOneRow((sql) => client.query(sql, signal), SERVER_PROCESS);
        if (!pid.ok) return pid;
        pids.add(pid.value);
      }
    }
    return ok(mine.size > 1 || theirs.size > 1 || [...mine].some((pid) => theirs.has(pid)));
  });
  const told = shared.ok ? shared.value : shared;
  if (!told.ok)
    return failed('DatabaseQueryFailed', safe`how the pooler shares connections was not seen: ${told.fault.detail}`);
  return ok(told.value ? 'lost' : 'withServer');
}
