// Behind a pooler: do the statements that the services' driver prepares outlast a transaction? Where they do not, it meets
// `prepared statement "S_1" does not exist` or `already exists` as soon as it runs one for the fifth time.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { passOn } from '../../facts/pass-on.ts';
import { QUESTION_FAULTS } from '../../questions/database/question-faults.ts';

const FAULTS = ['DatabaseStatementsAtRisk', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseStatements: Check<'database'> = {
  question: 'statements',
  about: 'database',
  feeds: 'Healthy',
  evidence:
    'The name under which the server knows a statement of ours, and the processes that serve two clients in turn.',
  faults: FAULTS,
  applies: ({ connection }) => connection.ok && connection.value.prepares === true,
  arises: ({ statements }) => statements !== undefined,
  ask({ observed: { statements } }) {
    if (statements === undefined)
      return found({ code: 'NotAsked', detail: literal('not asked, because there is no pooler') });
    if (!statements.ok) return passOn(statements.fault, FAULTS);
    switch (statements.value) {
      case 'carried':
        return pass(literal('the pooler takes prepared statements along'));
      case 'withServer':
        return pass(literal('the pooler keeps a server connection for each client, and its statements with it'));
      case 'lost': {
        const detail = literal(
          "the pooler shares connections by transaction and loses prepared statements, which the URL's driver makes",
        );
        return found({ code: 'DatabaseStatementsAtRisk', detail });
      }
    }
  },
};
