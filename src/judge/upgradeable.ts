// Does anything speak against an upgrade now? Fail-closed and on raw results: hysteresis is against false alarms, and
// a gate that opens on yesterday's good state is worse than one that stays shut for two more runs.
import { isService, type Backend, type Service } from '../api/components.ts';
import type { Result } from '../api/faults/traits.ts';
import type { HealthReportSpec } from '../api/health-report.ts';
import type { JudgedCheck, Roll } from './judgement.ts';
import { MUTES_CHECK, sorted } from './roll-up.ts';

export type Waiver = NonNullable<HealthReportSpec['upgrade']['waive']>[number];

/** What an upgrade cannot be judged without: a kind of backend, which may be waived, or a single service, which may not. */
export type Missing = Waiver | 'Services' | Service;

/** What tells whether a question was answered: of a judgement, and of a status as it is stored. */
interface Asked {
  readonly id: string;
  readonly component: string;
  readonly result: Result;
  readonly required?: boolean | undefined;
  readonly muted?: boolean | undefined;
}

/** What must have been examined, and the waiver that says it need not. */
const MUST_EXAMINE: readonly (readonly [Backend, Waiver])[] = [
  ['database', 'Databases'],
  ['object-storage', 'Buckets'],
  ['key-management', 'Keys'],
];

/**
 * False: any raw failure that is not muted, required or not, or a latched one. Unknown: a required question without
 * an answer, a change that waits for confirmation, no service, database, bucket or key examined, or a Healthy that is
 * not True: this condition never says more than that one knows.
 */
export function judgeUpgrade(checks: readonly JudgedCheck[], waive: readonly Waiver[], healthy: Roll): Roll {
  const loud = checks.filter(({ muted, id }) => !muted && id !== MUTES_CHECK);
  const blockers = sorted(loud.filter(isBlocker), 'result');
  const [blocker] = blockers;
  if (blocker !== undefined) {
    return { status: 'False', reason: blocker.observed ?? blocker.fault ?? 'Unclassified', checks: blockers };
  }
  const unanswered = sorted(
    loud.filter(({ required, result, state }) => required && (result === 'error' || state === 'error')),
    'result',
  );
  const [error] = unanswered;
  if (error !== undefined) {
    return { status: 'Unknown', reason: error.observed ?? error.fault ?? 'Unclassified', checks: unanswered };
  }
  const open = loud.filter(isUnconfirmed);
  if (open.length > 0) return { status: 'Unknown', reason: 'Confirming', checks: sorted(open, 'state') };
  if (checks.every(({ result }) => result === 'skip'))
    return { status: 'Unknown', reason: 'NothingExamined', checks: [] };
  if (notExamined(checks, waive).length > 0) return { status: 'Unknown', reason: 'NotExamined', checks: [] };
  if (healthy.status !== 'True') return { status: 'Unknown', reason: healthy.reason, checks: healthy.checks };
  return { status: 'True', reason: 'Upgradeable', checks: [] };
}

/**
 * What would have to be examined, or waived, for an upgrade to be judged. A question that was skipped is no evidence,
 * and no waiver stands for the services: without one of them there is no installation to upgrade. A required service
 * whose health could not be read is named for itself.
 */
export function notExamined(checks: readonly Asked[], waive: readonly Waiver[]): readonly Missing[] {
  const answered = checks.filter(({ result }) => result !== 'skip');
  const missing: Missing[] = answered.some(({ component }) => isService(component)) ? [] : ['Services'];
  for (const [component, waiver] of MUST_EXAMINE) {
    if (!waive.includes(waiver) && !answered.some((check) => check.component === component)) missing.push(waiver);
  }
  for (const { id, component, result, required, muted } of checks) {
    if (
      isService(component) &&
      id === `${component}/health` &&
      result === 'skip' &&
      required !== false &&
      muted !== true
    )
      missing.push(component);
  }
  return missing;
}

/** True while a check's last answers and its state differ, so that a run more may change the report. */
export function isUnconfirmed({ streak, state, result, required }: JudgedCheck): boolean {
  if (streak > 0) return true;
  // A failure that this run could neither confirm nor clear is no ground to upgrade on.
  return required && state === 'fail' && result !== 'fail';
}

function isBlocker({ result, state, latchedSince }: JudgedCheck): boolean {
  return result === 'fail' || (state === 'fail' && latchedSince !== undefined);
}
