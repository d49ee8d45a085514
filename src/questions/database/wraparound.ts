// Does vacuum keep up with the transaction ids? They are 32 bits wide: 2^31 transactions after its oldest row that is not
// frozen, a server refuses every write.
import { found, pass } from '../../facts/answer.ts';
import { ok, type Outcome } from '../../facts/outcome.ts';
import { redact } from '../../runtime/safe-text.ts';
import { databaseQuestion, isCount, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    /** Of the server's database that is nearest to the end of its transaction ids. */
    readonly wraparound: Outcome<{
      readonly database: string;
      /** Transactions since the oldest row that is not frozen. */
      readonly age: number;
      /** autovacuum_freeze_max_age: from this age on the server vacuums whatever else it was told. */
      readonly freezeMaxAge: number;
    }>;
  }
}

/**
 * At autovacuum_freeze_max_age (2e8 by default) the server vacuums by force, so a healthy age swings up to a little above
 * it. Half as much again means that this vacuum does not get through: 3e8 by default, with six sevenths of the way left
 * to mend it. Who raised the setting expects a higher age, but none above 1e9: the middle of what there is.
 */
const MARGIN = 1.5;
const LEAST_AGE = 300_000_000;
const MOST_AGE = 1_000_000_000;
const END_AGE = 2 ** 31;

const NAME_BYTES = 63;

export const wraparound = databaseQuestion('wraparound', {
  // A server stops when any of its databases is at its end, so the oldest one counts, whichever we are connected to.
  sql: `SELECT datname::text AS database, age(datfrozenxid)::int AS age,
    current_setting('autovacuum_freeze_max_age')::int AS freeze_max_age
    FROM pg_database ORDER BY age(datfrozenxid) DESC LIMIT 1`,
  read: ({ database, age, freeze_max_age: freezeMaxAge }) =>
    typeof database === 'string' && isCount(age) && isCount(freezeMaxAge)
      ? ok({ database, age, freezeMaxAge })
      : strange(),
  evidence: 'The age of the oldest database of the server.',
  faults: ['DatabaseWraparoundNear'],
  judge({ database, age, freezeMaxAge }) {
    const limit = Math.min(Math.max(LEAST_AGE, freezeMaxAge * MARGIN), MOST_AGE);
    const used = Math.floor((age / END_AGE) * 100);
    if (age < limit) return pass(redact(`the oldest transaction id is ${used} % of the way to its end`));
    const detail = redact(
      `database ${redact(database, [], NAME_BYTES)}: ${age} transactions are not frozen, ${used} % of what there is`,
    );
    return found({ code: 'DatabaseWraparoundNear', detail });
  },
});
