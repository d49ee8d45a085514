// How near is the server to the end of its transaction ids?
import { ok } from '../../facts/outcome.ts';
import { isCount, oneRow, strange, type Answered } from './question.ts';

// A server stops when any of its databases is at its end, so the oldest one counts, whichever we are connected to.
export const wraparound = oneRow<Answered<'wraparound'>>({
  sql: `SELECT datname::text AS database, age(datfrozenxid)::int AS age,
    current_setting('autovacuum_freeze_max_age')::int AS freeze_max_age
    FROM pg_database ORDER BY age(datfrozenxid) DESC LIMIT 1`,
  read: ({ database, age, freeze_max_age: freezeMaxAge }) =>
    typeof database === 'string' && isCount(age) && isCount(freezeMaxAge)
      ? ok({ database, age, freezeMaxAge })
      : strange(),
});
