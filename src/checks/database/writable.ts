// Does the database take writes: a standby and a read-only default both refuse every INSERT of the services.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';

const FAULTS = ['DatabaseReadOnly', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseWritable: Check<'database'> = {
  question: 'writable',
  about: 'database',
  feeds: 'Healthy',
  faults: FAULTS,
  ask({ observed: { writable } }) {
    if (!writable.ok) return passOn(writable.fault, FAULTS);
    const { inRecovery, readOnly } = writable.value;
    if (inRecovery)
      return found({ code: 'DatabaseReadOnly', detail: literal('the server is in recovery: it is a standby') });
    if (readOnly)
      return found({
        code: 'DatabaseReadOnly',
        detail: literal('default_transaction_read_only is on: new sessions cannot write'),
      });
    return pass(literal('takes writes'));
  },
};
