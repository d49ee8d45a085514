// Does anybody hold the database up: a transaction at work for long, one left open, sessions that wait for a lock.
import { found, pass } from '../../facts/answer.ts';
import { ok, type Fault, type Outcome } from '../../facts/outcome.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { redact } from '../../runtime/safe-text.ts';
import { databaseQuestion, grantMissing, isCount, MAY_SEE_ALL, milliseconds, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    readonly activity: Outcome<DatabaseActivity>;
  }
}

/** What the other sessions of the database do now. Times in ms, 0 where there is none. */
export interface DatabaseActivity {
  /** The longest transaction that is at work. */
  readonly longestTransactionMs: number;
  /** The longest that a session keeps a transaction open without doing anything. */
  readonly longestIdleMs: number;
  /** Sessions that wait for a lock. */
  readonly lockWaits: number;
  readonly longestLockWaitMs: number;
}

/**
 * From these on, in ms. A service's own statements take milliseconds, and Hikari gives a caller up after 30 s: who
 * waits longer for a lock fails. Five and ten minutes leave room for backups' and reports' short transactions.
 */
const LOCK_WAIT_MS = 30_000;
const IDLE_MS = 5 * 60_000;
const TRANSACTION_MS = 10 * 60_000;

/** Milliseconds since the greatest age of these rows, as an integer. */
const longest = (since: string, where: string): string =>
  `coalesce(max(extract(epoch FROM clock_timestamp() - ${since})) FILTER (WHERE ${where}), 0)::float8 * 1000`;

export const activity = databaseQuestion('activity', {
  // An idle transaction counts from when it became idle. A waiting statement has waited for as long as it runs, at most.
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
  evidence: 'Rows of pg_stat_activity about the other sessions of this database.',
  faults: ['DatabaseLocksWaiting', 'DatabaseIdleInTransaction', 'DatabaseTransactionLong'],
  judge(seen) {
    const holdUp = holdUpIn(seen);
    if (holdUp !== undefined) return found(holdUp);
    const { longestTransactionMs, lockWaits } = seen;
    return pass(
      redact(`the longest transaction is ${formatDuration(longestTransactionMs)} old, ${lockWaits} wait for a lock`),
    );
  },
});

/** Who holds the database up, the most harmful first: who waits for a lock waits for one of the others. */
export function holdUpIn(activity: DatabaseActivity): Fault | undefined {
  const { longestTransactionMs, longestIdleMs, lockWaits, longestLockWaitMs } = activity;
  if (longestLockWaitMs >= LOCK_WAIT_MS) {
    const detail = redact(
      `${lockWaits} sessions wait for a lock, the longest for ${formatDuration(longestLockWaitMs)}`,
    );
    return { code: 'DatabaseLocksWaiting', detail };
  }
  if (longestIdleMs >= IDLE_MS) {
    const detail = redact(`a session has been idle in a transaction for ${formatDuration(longestIdleMs)}`);
    return { code: 'DatabaseIdleInTransaction', detail };
  }
  if (longestTransactionMs >= TRANSACTION_MS) {
    const detail = redact(`a transaction has been at work for ${formatDuration(longestTransactionMs)}`);
    return { code: 'DatabaseTransactionLong', detail };
  }
  return undefined;
}
