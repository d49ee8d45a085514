// Does Flyway migrate just now? Asked before an upgrade (`checks/database/upgrade-migrations.ts`).
import { ok, type Outcome } from '../../facts/outcome.ts';
import { askOneRow, isCount, strange, type DatabaseQuestion } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    /** Somebody holds the lock that Flyway takes while it migrates. */
    readonly migrating: Outcome<boolean>;
  }
}

/**
 * Flyway's advisory lock: `Flyway` in ASCII, plus the hash of the table's name, which is 32 bits wide with a sign
 * (PostgreSQLAdvisoryLockTemplate, the same from version 4 to 12). Held by the session while migrations run; whoever
 * waits for it asks again and again, and does not show among the locks. Every role may read pg_locks.
 */
const LOCK = 0x46_6c_79_77_61_79;
const HASH_RANGE = 2 ** 31;

export const migrating: DatabaseQuestion<boolean> = {
  ask: (run) =>
    askOneRow(run, {
      sql: `SELECT count(*)::int AS held FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::int8 << 32) + objid::int8 BETWEEN ${LOCK - HASH_RANGE} AND ${LOCK + HASH_RANGE - 1}`,
      read: ({ held }) => (isCount(held) ? ok(held > 0) : strange()),
    }),
};
