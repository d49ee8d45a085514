// Does the database take writes: a standby and a read-only default both refuse every INSERT of the services.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { clipSafe, literal, redact, safe } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';

/** Three million transaction ids before their end, a server gives out no more (PostgreSQL 14 and newer). */
const LAST_WRITE_AGE = 2 ** 31 - 3_000_000;

const FAULTS = ['DatabaseReadOnly', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseWritable: Check<'database'> = {
  question: 'writable',
  about: 'database',
  feeds: 'Healthy',
  evidence:
    'The answer of pg_is_in_recovery, the settings that the connected roles start with, and that transaction ids are left; nothing is written.',
  faults: FAULTS,
  ask({ observed: { writable, away, wraparound } }) {
    if (!writable.ok) return passOn(writable.fault, FAULTS);
    const { inRecovery, readOnly, readOnlyRole } = writable.value;
    if (inRecovery)
      return found({
        code: 'DatabaseReadOnly',
        // The primary is away: that is the cause, and its name the one to look at.
        detail:
          away === undefined
            ? literal('the server is in recovery: it is a standby')
            : clipSafe(safe`${away}; the server that is left is a standby`, 160),
      });
    if (readOnlyRole !== undefined)
      return found({
        code: 'DatabaseReadOnly',
        detail: redact(
          `default_transaction_read_only is on for role ${readOnlyRole}, which is connected: it cannot write`,
          [],
          160,
        ),
      });
    if (readOnly)
      return found({
        code: 'DatabaseReadOnly',
        detail: literal('default_transaction_read_only is on: new sessions cannot write'),
      });
    if (wraparound.ok && wraparound.value.age >= LAST_WRITE_AGE) {
      const whose = redact(`database ${wraparound.value.database} has no transaction ids left`, [], 100);
      return found({ code: 'DatabaseReadOnly', detail: safe`${whose}: no write is taken before it is vacuumed` });
    }
    return pass(literal('takes writes'));
  },
};
