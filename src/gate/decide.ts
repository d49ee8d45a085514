// May this upgrade go on? Judges a report as it is stored: raw results, never the states behind thresholds. Fail-closed:
// what is missing, old, unconfirmed or contradictory is never a pass. Pure; `now` is the API server's clock.
import { COMPONENT_CONDITIONS, isService, SERVICES } from '../api/components.ts';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import { isWindowed } from '../api/windows.ts';
import { saidOfCheck } from '../facts/sentence.ts';
import { withoutWindows } from '../judge/mutes.ts';
import { isNote } from '../judge/roll-up.ts';
import {
  claimOf,
  isBackendTarget,
  notExamined,
  objectionsOf,
  type Missing,
  type Waiver,
} from '../judge/upgradeable.ts';
import { compareText } from '../runtime/compare-text.ts';
import { formatDuration } from '../runtime/duration.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import type { GateDecision, GateFinding } from './decision.ts';
import { evidenceIn } from './evidence.ts';
import { findingsOf, type ReportPlace } from './finding.ts';
import { unaskedByCause } from './not-asked.ts';
import { GATE_REASONS, type GateReason } from './reasons.ts';
import { type Asked, answers } from './request.ts';

export interface GateInput {
  /** Undefined when there is none, or none that can be read. */
  readonly status: HealthReportStatus | undefined;
  /** Where it is, for the commands of remedies. */
  readonly report?: ReportPlace | undefined;
  /** metadata.generation */
  readonly generation: number;
  /** spec.suspend */
  readonly suspended: boolean;
  /** spec.upgrade.waive */
  readonly waive: readonly Waiver[];
  /** The run that was asked for; undefined judges what is there. */
  readonly asked: Asked | undefined;
  /** Without `asked`: how old the last run may be, in ms. Undefined leaves it to the report's own freshUntil. */
  readonly maxAgeMs: number | undefined;
  readonly failOn: 'fail' | 'warn';
  /** Ids of checks that do not count. */
  readonly skips: readonly string[];
  /** The API server's Date; undefined when it gave none. */
  readonly now: Date | undefined;
}

/** An operator's clock that is ahead by less than this is no reason to disbelieve a report. */
const CLOCK_SLACK_MS = 5_000;

/** Decides. Without a run that counts as evidence there are no blockers, only the reason why nothing can be said. */
export function decideGate(input: GateInput): GateDecision {
  const obstacle = noEvidence(input);
  if (obstacle !== undefined) return obstacle;
  return input.status === undefined ? undecided('Pending', EXIT.unknown, true, undefined) : judge(input.status, input);
}

/** A decision about a report of which nothing is known. */
export function undecided(
  reason: GateReason,
  exitCode: ExitCode,
  waiting: boolean,
  status: HealthReportStatus | undefined,
  detail?: SafeText,
): GateDecision {
  return {
    exitCode,
    reason,
    message: detail ?? redact(GATE_REASONS[reason], [], 512),
    waiting,
    blockers: [],
    unanswered: [],
    warnings: [],
    notes: [],
    evidence: [],
    muted: [],
    skipped: [],
    notExamined: [],
    notExaminedByCause: [],
    lastRunTime: status?.lastRunTime,
  };
}

/** Why the status is no evidence about now, in the order of what to tell first; undefined when it is. */
function noEvidence({ status, generation, suspended, asked, maxAgeMs, now }: GateInput): GateDecision | undefined {
  if (suspended) return undecided('Suspended', EXIT.unknown, false, status);
  const { lastRunTime, freshUntil } = status ?? {};
  if (status === undefined || status.observedGeneration < 0 || lastRunTime === undefined || freshUntil === undefined) {
    // A spec that cannot be used never gets a run, and its Ready condition says so.
    const ready = status?.conditions.find(({ type }) => type === 'Ready');
    return status !== undefined && ready?.status === 'False'
      ? undecided('NotReady', EXIT.unknown, false, status, redact(`${ready.reason}: ${ready.message}`, [], 1024))
      : undecided('Pending', EXIT.unknown, asked !== undefined, status);
  }
  if (now === undefined) return undecided('NoServerTime', EXIT.unknown, false, status);
  const stale = !(now.getTime() <= Date.parse(freshUntil));
  const staleDecision = (waiting: boolean): GateDecision =>
    undecided(
      'Stale',
      EXIT.unknown,
      waiting,
      status,
      redact(`Stale since ${freshUntil}: the operator does not keep the report current. Is it running?`),
    );
  if (asked !== undefined && !answers(status, asked)) {
    return stale ? staleDecision(true) : undecided('NotAnswered', EXIT.timeout, true, status);
  }
  if (status.observedGeneration !== generation) {
    if (stale) return staleDecision(asked !== undefined);
    return undecided(
      'OldGeneration',
      asked === undefined ? EXIT.unknown : EXIT.timeout,
      asked !== undefined,
      status,
      redact(`The report speaks of generation ${status.observedGeneration}, the spec is at ${generation}.`),
    );
  }
  if (stale) return staleDecision(false);
  if (asked !== undefined) return undefined;
  const ageMs = now.getTime() - Date.parse(lastRunTime);
  if (!(ageMs >= -CLOCK_SLACK_MS)) return undecided('ClockAhead', EXIT.unknown, false, status);
  if (maxAgeMs !== undefined && ageMs > maxAgeMs) {
    const ages = `${formatDuration(ageMs)} ago, more than ${formatDuration(maxAgeMs)}`;
    return undecided('TooOld', EXIT.unknown, false, status, redact(`The last run started ${ages}.`));
  }
  return undefined;
}

/** What one witness says: the conditions, the checks, or their number. */
type Claim = { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: GateReason };

function judge(status: HealthReportStatus, input: GateInput): GateDecision {
  const checks = withoutWindows(status.checks ?? []);
  const now = input.now ?? new Date(Number.NaN);
  const isMuted = (check: CheckStatus): boolean =>
    check.muted === true && (check.mutedAs === undefined || Date.parse(check.mutedAs.until) > now.getTime());
  const isSkipped = (check: CheckStatus): boolean => input.skips.includes(check.id) && isFinding(check);

  const stored = objectionsOf(checks.filter((check) => check.muted !== true));
  const current = objectionsOf(checks.filter((check) => !isMuted(check) && !isSkipped(check)));
  const skipped = checks.filter((check) => isSkipped(check) && !isMuted(check));
  const loud = checks.filter((check) => !isMuted(check) && !isSkipped(check) && isFinding(check));
  const notes = loud.filter(({ fault, state }) => state === 'warn' && isNote(fault));
  const warnings = loud.filter(
    (check) =>
      !notes.includes(check) &&
      !current.blockers.includes(check) &&
      !current.unanswered.includes(check) &&
      !current.unconfirmed.includes(check) &&
      !isToldByUpgrade(check, loud),
  );

  const missing = missingIn({ ...status, checks }, input.waive);
  const said = upgradeableOf(status);
  const computed = claimOf(stored, missing);
  // A skip takes its check out of the operator's conclusion, so ours must stand for it: only if it is the same one.
  const own = claimOf(current, missing);
  const claims: Claim[] = [readyOf(status), leftOut(status)];
  if (skipped.length === 0) claims.push(said, healthyOf(status), own);
  else if (said.status === computed.status) claims.push(own);
  else claims.push(own, { status: 'Unknown', reason: 'Unexplained' });

  const worst =
    claims.find((one) => one.status === 'False') ??
    claims.find((one) => one.status === 'Unknown' && one.reason !== 'Confirming') ??
    claims.find((one) => one.status === 'Unknown');
  const warns = warnings.length > 0;
  const { exitCode, reason }: { exitCode: ExitCode; reason: GateReason } =
    worst !== undefined
      ? { exitCode: worst.status === 'False' ? EXIT.fail : EXIT.unknown, reason: worst.reason }
      : warns && input.failOn === 'warn'
        ? { exitCode: EXIT.warn, reason: 'Warnings' }
        : { exitCode: EXIT.pass, reason: warns ? 'PassingWithWarnings' : 'Upgradeable' };

  const tell = (list: readonly CheckStatus[]): readonly GateFinding[] => findingsOf(status, list, input.report);
  const unanswered = tell([...current.unanswered, ...current.unconfirmed]);
  return {
    ...undecided(reason, exitCode, reason === 'Confirming' && input.asked !== undefined, status),
    message: beside(
      sentence(reason, status, reason === 'Blocked' ? current.blockers : current.unanswered),
      openWindow(status),
    ),
    blockers: tell(current.blockers),
    unanswered,
    warnings: tell(warnings),
    notes: tell(notes),
    evidence: evidenceIn(checks),
    muted: tell(checks.filter((check) => isMuted(check) && isFinding(check))),
    skipped: tell(skipped),
    ...notExaminedOf(status, missing, unanswered.length > 0),
  };
}

/** What the operator concluded. A newer operator's reason counts by its status. */
function upgradeableOf({ conditions, observedGeneration }: HealthReportStatus): Claim {
  const said = conditions.find(({ type }) => type === 'Upgradeable');
  if (said === undefined || (said.observedGeneration ?? observedGeneration) !== observedGeneration)
    return { status: 'Unknown', reason: 'NotReady' };
  if (said.status === 'False') return { status: 'False', reason: 'Blocked' };
  if (said.status === 'True') return { status: 'True', reason: 'Upgradeable' };
  const known = said.reason === 'Confirming' || said.reason === 'NotExamined' ? said.reason : 'NotEvaluated';
  return { status: 'Unknown', reason: said.reason === 'NothingExamined' ? 'NotExamined' : known };
}

/** Healthy False without a check that says why is a contradiction, not a pass. */
function healthyOf({ conditions }: HealthReportStatus): Claim {
  const healthy = conditions.find(({ type }) => type === 'Healthy')?.status;
  if (healthy === 'True') return { status: 'True', reason: 'Upgradeable' };
  return { status: 'Unknown', reason: healthy === 'False' ? 'Confirming' : 'NotEvaluated' };
}

function readyOf({ conditions }: HealthReportStatus): Claim {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.reason !== 'Suspended'
    ? { status: 'True', reason: 'Upgradeable' }
    : { status: 'Unknown', reason: 'NotReady' };
}

/** Findings go last when a report is too large; then its checks are fewer than its counts say. */
function leftOut({ truncated = 0, counts, checks = [] }: HealthReportStatus): Claim {
  const listed = (state: CheckStatus['state']): number =>
    checks.filter((check) => check.state === state && check.muted !== true).length;
  const whole =
    counts !== undefined &&
    checks.length + truncated === Object.values(counts).reduce((sum, count) => sum + count, 0) &&
    (['fail', 'error', 'warn'] as const).every((state) => listed(state) === counts[state]);
  return whole ? { status: 'True', reason: 'Upgradeable' } : { status: 'Unknown', reason: 'LeftOut' };
}

/** The conditions that speak of what must be examined. */
const CONDITIONS_OF: Readonly<Record<Waiver | 'Services', readonly string[]>> = {
  Services: SERVICES.map((service) => COMPONENT_CONDITIONS[service]),
  Databases: [COMPONENT_CONDITIONS.database],
  Buckets: [COMPONENT_CONDITIONS['object-storage']],
  Keys: [COMPONENT_CONDITIONS['key-management']],
};

/** What nobody examined and nothing waives. Good checks may have been left out of a large report; their condition stays. */
function missingIn(
  { checks = [], conditions, truncated = 0 }: HealthReportStatus,
  waive: readonly Waiver[],
): readonly Missing[] {
  const known = conditions.filter(({ status }) => status !== 'Unknown').map(({ type }) => type);
  // A service whose health was not read is named for itself, and its condition may stand on another question.
  return notExamined(checks, waive).filter((one) => {
    // Single ones are told by their checks; of a report that left some out the operator's own conclusion counts.
    if (isBackendTarget(one)) return truncated === 0;
    if (isService(one)) return truncated === 0 || checks.some(({ id }) => id === `${one}/health`);
    return !CONDITIONS_OF[one].some((type) => known.includes(type));
  });
}

/** `isTold`: what could not be evaluated stands among the findings already. */
function notExaminedOf(
  status: HealthReportStatus,
  missing: readonly Missing[],
  isTold: boolean,
): Pick<GateDecision, 'notExamined' | 'notExaminedByCause'> {
  const unnamed = missing.map((one) =>
    one === 'Services'
      ? literal('Services: none was found that answers. Name them in spec.services; no waiver stands for all of them.')
      : isService(one)
        ? redact(
            `${one}: nothing said how healthy it is. Say where its health is, or required: false, in spec.services.`,
          )
        : isBackendTarget(one)
          ? redact(`${one}: no question was answered that speaks for it. The lines below say why.`)
          : redact(`${one}: the spec lists none. List them, or name them in spec.upgrade.waive.`),
  );
  const skipped = (status.checks ?? [])
    .filter(({ result }) => result === 'skip')
    .map(({ id, message, fault }) => saidOfCheck(id, message ?? fault ?? 'not asked', 320));
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const partly = ready?.reason === 'PartlyExamined' ? [redact(ready.message, [], 1024)] : [];
  const causes = unaskedByCause(status.checks ?? []).map(({ line }) => redact(line, [], 512));
  return {
    notExamined: [...unnamed, ...partly, ...skipped],
    notExaminedByCause: [...unnamed, ...(isTold ? [] : partly), ...causes],
  };
}

/** Says that findings which nobody is paged for count here. Undefined: no window silences anything. */
function openWindow({ checks = [] }: HealthReportStatus): string | undefined {
  const silenced = checks.filter(isWindowed);
  const ends = silenced.map(({ mutedAs }) => mutedAs?.until ?? '').sort(compareText);
  const until = ends.at(-1);
  return until === undefined
    ? undefined
    : `A maintenance window silences ${silenced.length === 1 ? 'a finding' : `${silenced.length} findings`} until ${until}; it opens no gate.`;
}

function beside(message: SafeText, more: string | undefined): SafeText {
  return more === undefined ? message : redact(`${message} ${more}`, [], 1024);
}

/** Findings speak for themselves; where only the operator's conclusion is left, its words are told. */
function sentence(reason: GateReason, status: HealthReportStatus, told: readonly CheckStatus[]): SafeText {
  const speaker = { Blocked: 'Upgradeable', NotEvaluated: 'Upgradeable', NotReady: 'Ready' }[reason as string];
  const said = status.conditions.find((condition) => condition.type === speaker);
  if (told.length === 0 && said !== undefined && said.status !== 'True')
    return redact(`${said.reason}: ${said.message}`, [], 1024);
  return redact(GATE_REASONS[reason], [], 512);
}

function isFinding({ result, state, streak }: CheckStatus): boolean {
  return [result, state].some((one) => one === 'fail' || one === 'error' || one === 'warn') || (streak ?? 0) > 0;
}

/**
 * True for a finding that an upgrade check tells too, by its own measure: that check has the id of the one whose
 * observation it judges, behind `upgrade/`. One finding is one line, and what blocks is no warning besides.
 */
function isToldByUpgrade({ id }: CheckStatus, others: readonly CheckStatus[]): boolean {
  return others.some((other) => other.id === `upgrade/${id}`);
}
