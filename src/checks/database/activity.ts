// Does anybody hold the database up: a transaction at work for long, one left open, sessions that wait for a lock.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import type { DatabaseActivity } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { redact } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';

/**
 * From these on, in ms. A service's own statements take milliseconds, and Hikari gives a caller up after 30 s: who
 * waits longer for a lock fails. Five and ten minutes leave room for backups' and reports' short transactions.
 */
const LOCK_WAIT_MS = 30_000;
const IDLE_MS = 5 * 60_000;
const TRANSACTION_MS = 10 * 60_000;

const FAULTS = [
  'DatabaseLocksWaiting',
  'DatabaseIdleInTransaction',
  'DatabaseTransactionLong',
  ...QUESTION_FAULTS,
] as const satisfies readonly FaultCode[];

export const databaseActivity: Check<'database'> = {
  question: 'activity',
  about: 'database',
  feeds: 'Healthy',
  evidence: 'Rows of pg_stat_activity about the other sessions of this database.',
  faults: FAULTS,
  ask({ observed: { activity } }) {
    if (!activity.ok) return passOn(activity.fault, FAULTS);
    const holdUp = holdUpIn(activity.value);
    if (holdUp !== undefined) return found(holdUp);
    const { longestTransactionMs, lockWaits } = activity.value;
    return pass(
      redact(`the longest transaction is ${formatDuration(longestTransactionMs)} old, ${lockWaits} wait for a lock`),
    );
  },
};

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
