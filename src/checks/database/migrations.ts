// Did every migration of the schema succeed? Flyway's own table says; without it nothing is known, which is no fault.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';
import { sentence } from '../sentence.ts';

const FAULTS = [
  'DatabaseSchemaMissing',
  'DatabaseMigrationFailed',
  ...QUESTION_FAULTS,
] as const satisfies readonly FaultCode[];

export const databaseMigrations: Check<'database'> = {
  question: 'migrations',
  about: 'database',
  feeds: 'Healthy',
  evidence: "The rows of Flyway's own table, found by its columns.",
  faults: FAULTS,
  ask({ observed: { migrations } }) {
    if (!migrations.ok) return passOn(migrations.fault, FAULTS);
    const { failed, lastFailed = '', version } = migrations.value;
    if (failed > 0) {
      const last = lastFailed === '' ? '' : `, the last one is ${lastFailed}`;
      const detail = sentence(`${failed} migrations of the schema failed${last}`);
      return found({ code: 'DatabaseMigrationFailed', detail });
    }
    return pass(sentence(`no migration failed${version === undefined ? '' : `; the schema is at ${version}`}`));
  },
};
