// Is a migration of the schema under way? One that failed fails `migrations` of the database. Which ones a release will
// bring is in its image alone: Flyway's table holds what was applied, never what is pending.
import type { FaultCode } from '../../api/faults.ts';
import { traits } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';

const FAULTS = [
  'UpgradeMigrationRunning',
  'NotAsked',
  'DatabaseQueryFailed',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];

export const upgradeMigrations: Check<'database'> = {
  question: 'migrations',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: "The locks of the server: nobody holds Flyway's lock.",
  faults: FAULTS,
  ask({ observed: { migrating } }) {
    if (migrating.ok) {
      if (!migrating.value) return pass(literal('no migration is under way'));
      return found({ code: 'UpgradeMigrationRunning', detail: literal("a session holds Flyway's lock") });
    }
    const { code, detail } = migrating.fault;
    if ((FAULTS as readonly FaultCode[]).includes(code)) return found({ code, detail });
    // What ails the database is said by its own checks; here it is only why there is no answer.
    return found({ code: traits(code).result === 'skip' ? 'NotAsked' : 'DatabaseQueryFailed', detail });
  },
};
