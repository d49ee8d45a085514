// Does anything speak against an upgrade now? Fail-closed and on raw results: hysteresis is against false alarms, and
// a gate that opens on yesterday's good state is worse than one that stays shut for two more runs.
import { isService, type Backend, type Service } from '../api/components.ts';
import type { Result } from '../api/faults/traits.ts';
import type { HealthReportSpec } from '../api/health-report.ts';
import type { JudgedCheck, Roll } from './judgement.ts';
import { MUTES_CHECK, sorted } from './roll-up.ts';

export type Waiver = NonNullable<HealthReportSpec['upgrade']['waive']>[number];

/** A database, a bucket or a key: `database/node-persistence`. */
export type BackendTarget = `${Backend}/${string}`;

/**
 * What an upgrade cannot be judged without: a kind of backend, which may be waived, a single one of that kind, or a
 * single service, which may not.
 */
export type Missing = Waiver | 'Services' | Service | BackendTarget;

export function isBackendTarget(one: Missing): one is BackendTarget {
  return one.includes('/');
}

/** The questions whose answer is evidence about a whole backend, the strongest first. */
export const EVIDENCE_QUESTIONS: Readonly<Record<Backend, readonly string[]>> = {
  database: ['connect'],
  'object-storage': ['write', 'list', 'reach'],
  'key-management': ['sign', 'key-pair', 'state'],
};

/** What must have been examined, and the waiver that says it need not. */
const MUST_EXAMINE: readonly (readonly [Backend, Waiver])[] = [
  ['database', 'Databases'],
  ['object-storage', 'Buckets'],
  ['key-management', 'Keys'],
];

/** What the rules look at: a check of this run, or one as a status holds it, which leaves out what is usual. */
export interface Weighed {
  readonly id: string;
  readonly component: string;
  /** Missing: true. */
  readonly required?: boolean | undefined;
  /** Missing: false. */
  readonly muted?: boolean | undefined;
  /** Raw: of the run that is judged. */
  readonly result: Result;
  readonly state: Result;
  /** Missing: 0. */
  readonly streak?: number | undefined;
  readonly latchedSince?: string | undefined;
}

/** The checks that speak against an upgrade, each in the first list that it belongs to. */
export interface Objections<C> {
  /** Raw failures, required or not, and latched ones. */
  readonly blockers: readonly C[];
  /** Required questions without an answer. */
  readonly unanswered: readonly C[];
  /** Last answers and state differ, so that a run more may change the report. */
  readonly unconfirmed: readonly C[];
}

/** Sorts out what speaks against an upgrade, in the order of the checks. Muted checks are left out by the caller. */
export function objectionsOf<C extends Weighed>(checks: readonly C[]): Objections<C> {
  const kindOf = ({ id, required, result, state, streak = 0, latchedSince }: C): keyof Objections<C> | undefined => {
    if (id === MUTES_CHECK) return undefined;
    if (result === 'fail' || (state === 'fail' && latchedSince !== undefined)) return 'blockers';
    if (required !== false && (result === 'error' || state === 'error')) return 'unanswered';
    // A failure that this run could neither confirm nor clear is no ground to upgrade on.
    return streak > 0 || (required !== false && state === 'fail') ? 'unconfirmed' : undefined;
  };
  const of = (kind: keyof Objections<C>): readonly C[] => checks.filter((check) => kindOf(check) === kind);
  return { blockers: of('blockers'), unanswered: of('unanswered'), unconfirmed: of('unconfirmed') };
}

/** Whether an upgrade may go on, by what speaks against it and what nobody examined. */
export type Claim =
  | { readonly status: 'False'; readonly reason: 'Blocked' }
  | { readonly status: 'Unknown'; readonly reason: 'NotEvaluated' | 'Confirming' | 'NotExamined' }
  | { readonly status: 'True'; readonly reason: 'Upgradeable' };

/** The rule of an upgrade: the condition and the gate both judge by it. */
export function claimOf(
  { blockers, unanswered, unconfirmed }: Objections<unknown>,
  missing: readonly Missing[],
): Claim {
  if (blockers.length > 0) return { status: 'False', reason: 'Blocked' };
  if (unanswered.length > 0) return { status: 'Unknown', reason: 'NotEvaluated' };
  if (unconfirmed.length > 0) return { status: 'Unknown', reason: 'Confirming' };
  if (missing.length > 0) return { status: 'Unknown', reason: 'NotExamined' };
  return { status: 'True', reason: 'Upgradeable' };
}

/**
 * The condition Upgradeable: the claim on the checks that no mute silences, with the fault of the worst as its reason.
 * Where nothing speaks against an upgrade but Healthy is not True, this condition never says more than that one knows.
 */
export function judgeUpgrade(checks: readonly JudgedCheck[], waive: readonly Waiver[], healthy: Roll): Roll {
  const { blockers, unanswered, unconfirmed } = objectionsOf(checks.filter(({ muted }) => !muted));
  const claim = claimOf({ blockers, unanswered, unconfirmed }, notExamined(checks, waive));
  switch (claim.reason) {
    case 'Blocked':
      return { ...claim, ...worstOf(blockers) };
    case 'NotEvaluated':
      return { ...claim, ...worstOf(unanswered) };
    case 'Confirming':
      return { status: 'Unknown', reason: 'Confirming', checks: sorted(unconfirmed, 'state') };
    case 'NotExamined': {
      const isNothing = checks.every(({ result }) => result === 'skip');
      return { status: 'Unknown', reason: isNothing ? 'NothingExamined' : 'NotExamined', checks: [] };
    }
    case 'Upgradeable':
      return healthy.status === 'True'
        ? { ...claim, checks: [] }
        : { status: 'Unknown', reason: healthy.reason, checks: healthy.checks };
  }
}

function worstOf(checks: readonly JudgedCheck[]): Pick<Roll, 'reason' | 'checks'> {
  const worstFirst = sorted(checks, 'result');
  const [worst] = worstFirst;
  return { reason: worst?.observed ?? worst?.fault ?? 'Unclassified', checks: worstFirst };
}

/**
 * What would have to be examined, or waived, for an upgrade to be judged. A question that was skipped is no evidence,
 * and no waiver stands for the services: without one of them there is no installation to upgrade. A required service
 * whose health could not be read is named for itself.
 */
export function notExamined(checks: readonly Weighed[], waive: readonly Waiver[]): readonly Missing[] {
  const answered = checks.filter(({ result }) => result !== 'skip');
  const isHeard = ({ component, muted }: Weighed): boolean => isService(component) && muted !== true;
  const missing: Missing[] = answered.some(isHeard) ? [] : ['Services'];
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
  return [...missing, ...unreadServices(checks), ...unbelieved(checks, waive)];
}

/** Services that were looked at without anybody asking for their health. */
function unreadServices(checks: readonly Weighed[]): readonly Service[] {
  const required = checks.filter((check) => check.required !== false && check.muted !== true);
  const services = new Set(required.map(({ component }) => component).filter(isService));
  return [...services].filter((service) => !checks.some(({ id }) => id === `${service}/health`));
}

/**
 * Single backends of which no question was answered that speaks for the whole: others of their kind prove nothing about
 * them. Whoever mutes such a question answers for its target.
 */
function unbelieved(checks: readonly Weighed[], waive: readonly Waiver[]): readonly BackendTarget[] {
  return MUST_EXAMINE.filter(([, waiver]) => !waive.includes(waiver)).flatMap(([component]) => {
    const own = checks.filter((check) => check.component === component && check.required !== false);
    const targets = [...new Set(own.map(({ id }) => id.slice(0, id.lastIndexOf('/')) as BackendTarget))];
    const speaks = (target: BackendTarget): boolean =>
      own.some(
        ({ id, result, muted }) =>
          EVIDENCE_QUESTIONS[component].some((question) => id === `${target}/${question}`) &&
          (result !== 'skip' || muted === true),
      );
    const seen = targets.filter(speaks);
    // Where not one is known the kind is missing as a whole, and that is said once.
    return seen.length === 0 && own.every(({ result }) => result === 'skip')
      ? []
      : targets.filter((one) => !speaks(one));
  });
}
