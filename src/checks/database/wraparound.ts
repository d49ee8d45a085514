// Does vacuum keep up with the transaction ids? They are 32 bits wide: 2^31 transactions after its oldest row that is not
// frozen, a server refuses every write.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { redact } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';

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

const FAULTS = ['DatabaseWraparoundNear', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseWraparound: Check<'database'> = {
  question: 'wraparound',
  about: 'database',
  feeds: 'Healthy',
  evidence: 'The age of the oldest database of the server.',
  faults: FAULTS,
  ask({ observed: { wraparound } }) {
    if (!wraparound.ok) return passOn(wraparound.fault, FAULTS);
    const { database, age, freezeMaxAge } = wraparound.value;
    const limit = Math.min(Math.max(LEAST_AGE, freezeMaxAge * MARGIN), MOST_AGE);
    const used = Math.floor((age / END_AGE) * 100);
    if (age < limit) return pass(redact(`the oldest transaction id is ${used} % of the way to its end`));
    const detail = redact(
      `database ${redact(database, [], NAME_BYTES)}: ${age} transactions are not frozen, ${used} % of what there is`,
    );
    return found({ code: 'DatabaseWraparoundNear', detail });
  },
};
