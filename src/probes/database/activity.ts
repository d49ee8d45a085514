// What do the other sessions do now: long transactions, idle ones, waits for locks?
import { ok } from '../../facts/outcome.ts';
import { grantMissing, isCount, MAY_SEE_ALL, milliseconds, oneRow, strange, type Answered } from './question.ts';

/** Milliseconds since the greatest age of these rows, as an integer. */
const longest = (since: string, where: string): string =>
  `coalesce(max(extract(epoch FROM clock_timestamp() - ${since})) FILTER (WHERE ${where}), 0)::float8 * 1000`;

// An idle transaction counts from when it became idle. A waiting statement has waited for as long as it runs, at most.
export const activity = oneRow<Answered<'activity'>>({
  sql: `SELECT ${MAY_SEE_ALL},
    ${longest('xact_start', "state NOT LIKE 'idle in transaction%'")} AS transaction,
    ${longest('state_change', "state LIKE 'idle in transaction%'")} AS idle,
    (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS waiting,
    ${longest('query_start', "wait_event_type = 'Lock'")} AS waited
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  read: (row) => {
    const missing = grantMissing(row);
    if (missing !== undefined) return missing;
    const [transaction, idle, waited] = [row['transaction'], row['idle'], row['waited']].map(milliseconds);
    const { waiting } = row;
    if (transaction === undefined || idle === undefined || waited === undefined || !isCount(waiting)) return strange();
    return ok({
      longestTransactionMs: transaction,
      longestIdleMs: idle,
      lockWaits: waiting,
      longestLockWaitMs: waited,
    });
  },
});
