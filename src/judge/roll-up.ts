// From checks to components, from components to the answer in a word. Worst-of, so no order of arrival matters.
import { COMPONENT_CONDITIONS, COMPONENTS, isService, NOT_COUNTED_IN_HEALTHY } from '../api/components.ts';
import { isFaultCode, traits } from '../api/faults.ts';
import type { Verdict } from '../api/health-report.ts';
import type { ComponentRoll, JudgedCheck, Roll } from './judgement.ts';
import { byBadness, worst } from './order.ts';

/** The check about the mutes themselves: it says nothing about the installation. */
export const MUTES_CHECK = 'alerts/mutes';

/** One roll for each component that has a check and a condition, in the order of reports. */
export function rollComponents(checks: readonly JudgedCheck[]): readonly ComponentRoll[] {
  return COMPONENTS.filter((component) => Object.hasOwn(COMPONENT_CONDITIONS, component)).flatMap((component) => {
    const own = checks.filter((check) => check.component === component && check.feeds === 'Healthy');
    if (own.length === 0) return [];
    const loud = own.filter(({ muted }) => !muted);
    const state = worst(loud.map((check) => check.state));
    const muted = loud.every((check) => check.state === 'skip') && own.some((check) => check.muted);
    const roll: Roll =
      state === 'skip'
        ? { status: 'Unknown', reason: muted ? 'Muted' : 'NotExamined', checks: muted ? own : [] }
        : component === 'alerts'
          ? rollAlerts(loud)
          : rollOf(loud);
    return [{ component, state, ...roll }];
  });
}

/**
 * False when a required check fails, else Unknown when one could not be evaluated, else True. Capacity, platform and
 * upgrade are not counted. Nothing examined, or no service, is Unknown: there is no health without evidence.
 */
export function rollHealthy(checks: readonly JudgedCheck[]): Roll {
  const counted = checks.filter(
    ({ component, feeds, muted, id }) =>
      feeds === 'Healthy' && !muted && !NOT_COUNTED_IN_HEALTHY.has(component) && id !== MUTES_CHECK,
  );
  if (counted.every(({ state }) => state === 'skip'))
    return { status: 'Unknown', reason: 'NothingExamined', checks: [] };
  const required = rollOf(counted.filter((check) => check.required));
  if (required.status !== 'True') return required;
  // Backends that are well are no installation: somebody has to use them.
  if (!counted.some(({ component, state }) => isService(component) && state !== 'skip'))
    return { status: 'Unknown', reason: 'NotExamined', checks: [] };
  const notable = sorted(checks.filter(isNotable), 'state');
  return notable.length > 0
    ? { status: 'True', reason: 'PassingWithWarnings', checks: notable }
    : { status: 'True', reason: 'Healthy', checks: [] };
}

/** The answer in a word. Warning: healthy, but something that is not muted deserves a look. */
export function verdictOf(healthy: Roll): Verdict {
  if (healthy.status === 'False') return 'Failing';
  if (healthy.status === 'Unknown') return 'Unknown';
  return healthy.reason === 'Healthy' ? 'Healthy' : 'Warning';
}

/** Checks of one kind of badness, worst first, by the result or by the state. */
export function sorted(checks: readonly JudgedCheck[], by: 'result' | 'state'): readonly JudgedCheck[] {
  const key = (check: JudgedCheck): Parameters<typeof byBadness>[0] => ({
    id: check.id,
    severity: check.severity,
    result: check[by],
  });
  return [...checks].sort((a, b) => byBadness(key(a), key(b)));
}

function rollOf(checks: readonly JudgedCheck[]): Roll {
  const bad = sorted(
    checks.filter(({ state }) => state === 'fail' || state === 'error' || state === 'warn'),
    'state',
  );
  const [first] = bad;
  if (first === undefined) return { status: 'True', reason: 'Healthy', checks: [] };
  const reason = first.fault ?? 'Unclassified';
  if (first.state === 'fail') return { status: 'False', reason, checks: bad };
  if (first.state === 'error') return { status: 'Unknown', reason, checks: bad };
  return { status: 'True', reason: isNote(first.fault) ? reason : 'PassingWithWarnings', checks: bad };
}

/** An alert that rings is not quiet, whatever it means for health; one that cannot hear is no silence. A word about the mutes is none. */
function rollAlerts(checks: readonly JudgedCheck[]): Roll {
  const roll = rollOf(checks);
  const blind = checks.filter(({ fault }) => fault === 'LogsNotUnderstood');
  if (roll.status === 'True' && blind.length > 0)
    return { status: 'Unknown', reason: 'LogsNotUnderstood', checks: blind };
  const first = roll.checks.find(({ id }) => id !== MUTES_CHECK);
  if (roll.status !== 'True' || first === undefined) return roll;
  return { ...roll, status: 'False', reason: first.fault ?? 'Unclassified' };
}

function isNotable({ feeds, muted, state, fault }: JudgedCheck): boolean {
  return feeds === 'Healthy' && !muted && (state === 'warn' || state === 'fail' || state === 'error') && !isNote(fault);
}

/** True for a fault that nobody on call can change: it is shown where it belongs, and nowhere counted as a warning. */
export function isNote(fault: string | undefined): boolean {
  return fault !== undefined && isFaultCode(fault) && traits(fault).note === true;
}
