// Says what the judgement decided: the status of the resource, whole, and small enough to be stored.
import { isService } from '../api/components.ts';
import type { HealthReportStatus, CheckStatus, InventoryItem } from '../api/health-report.ts';
import { entryUrl, type Entry } from '../guide/entry.ts';
import {
  isBackendTarget,
  isExcused,
  notExamined,
  type JudgedCheck,
  type Judgement,
  type Missing,
  type Waiver,
  withoutWindows,
} from '../judge/index.ts';
import { namesFor } from '../remedies/index.ts';
import type { TopologyName } from '../product/topology.ts';
import { formatDuration } from '../runtime/duration.ts';
import { clip } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { conditionType, countComponents, stampConditions, type Claim } from './conditions.ts';
import { freshUntil } from './freshness.ts';
import { headline } from './headline.ts';
import { CONDITION_MESSAGE_BYTES, mutedBeside, reasonSentence, rollMessage } from './sentences.ts';
import { historyAfter } from '../api/history.ts';
import { movedSettings } from './moved-settings.ts';
import { lastHealthyOf, neverHealthy, sinceHealthy } from './moved.ts';
import { fitIntoBudget, STATUS_BYTES } from './size.ts';
import type { Watched } from './watched.ts';
import type { WayBack } from './way-back.ts';

/** Verdict changes that are kept. */
export const TRANSITIONS = 20;

export interface ReportInput {
  readonly judgement: Judgement;
  /** Of the report, for commands. Undefined leaves them out. */
  readonly namespace?: string;
  readonly previous: HealthReportStatus | undefined;
  /** metadata.generation when the run started. */
  readonly generation: number;
  readonly startedAt: Date;
  readonly intervalMs: number;
  /** Deadline of each probe. */
  readonly timeoutMs: number;
  readonly topology: TopologyName | undefined;
  readonly inventory: readonly InventoryItem[];
  readonly guide: { readonly version: string; readonly url: string };
  /** `spec.upgrade.waive`: for the sentence that says what an upgrade is still missing. */
  readonly waive: readonly Waiver[];
  /** What the spec asks for and the run could not even try, one sentence each, redacted. */
  readonly notExamined?: readonly string[];
  /** How far our clock is ahead of the API server's, by which others look at freshUntil. Missing: not at all. */
  readonly clockAheadMs?: number;
  /** What people change, as this run saw it. Undefined: nothing of the kind was looked at. */
  readonly watched?: readonly Watched[];
  /** When the report was made. Undefined: one that remembers nothing, and says nothing of what moved. */
  readonly madeAt?: string;
  /** For a later question about the way back. */
  readonly wayBack?: WayBack;
  /** UTF-8 bytes that the status may take, for a spec that is large itself. */
  readonly budgetBytes?: number;
}

/** The status to write. Pure; every list in a fixed order, so that equal judgements give equal texts. */
export function writeReport(input: ReportInput): HealthReportStatus {
  const { judgement, previous, generation, startedAt } = input;
  const now = timestamp(startedAt);
  const components = countComponents(judgement.components);
  const rootCause = headline(judgement);
  // Whoever answers a request echoes it; a run as such keeps what was answered before.
  const request = previous?.lastHandledRequest;
  const status: HealthReportStatus = {
    observedGeneration: generation,
    verdict: judgement.verdict,
    components,
    healthy: `${components.healthy}/${components.total}`,
    ...(rootCause === undefined ? {} : { rootCause }),
    lastRunTime: now,
    freshUntil: timestamp(freshUntil(startedAt, input.intervalMs, input.timeoutMs)),
    ...(request === undefined ? {} : { lastHandledRequest: request }),
    ...(input.topology === undefined ? {} : { topology: input.topology }),
    inventory: [...input.inventory],
    guide: { version: input.guide.version, url: input.guide.url },
    counts: countChecks(judgement.checks),
    conditions: stampConditions(claimsOf(input), previous, generation, now),
    rootCauses: judgement.rootCauses.slice(0, 32).map(({ check, fault, affects }) => ({
      check: check.id,
      fault,
      ...(affects.length === 0 ? {} : { affects: affects.slice(0, 64) }),
    })),
    checks: judgement.checks.map(checkStatus),
    citations: citationsOf(judgement.checks),
    transitions: transitionsOf(
      previous,
      judgement.verdict,
      rootCause,
      now,
      movedSettings(previous, generation, input.inventory),
    ),
    ...changesOf(input),
    ...(input.wayBack === undefined ? {} : { wayBack: input.wayBack }),
    history: historyAfter(previous, startedAt),
    truncated: 0,
  };
  return fitIntoBudget(status, input.budgetBytes ?? STATUS_BYTES);
}

/** A good run is remembered; any other one says what moved since the last good one. */
function changesOf({
  judgement: { verdict, checks },
  previous,
  watched,
  startedAt,
  madeAt,
}: ReportInput): Pick<HealthReportStatus, 'lastHealthy' | 'sinceHealthy'> {
  const { lastHealthy } = previous ?? {};
  if (watched === undefined) return lastHealthy === undefined ? {} : { lastHealthy };
  const isGood =
    (verdict === 'Healthy' || verdict === 'Warning') &&
    checks.every(
      (check) =>
        isExcused(check) ||
        check.component === 'upgrade' ||
        (check.result !== 'fail' && !(check.result === 'error' && check.required)),
    );
  if (isGood) return { lastHealthy: lastHealthyOf(lastHealthy, watched, startedAt) };
  if (lastHealthy === undefined) return madeAt === undefined ? {} : { sinceHealthy: neverHealthy(madeAt) };
  return { lastHealthy, sinceHealthy: sinceHealthy(lastHealthy, watched, startedAt) };
}

/** Appends moved settings and a verdict change to those before them and keeps the last twenty. */
export function transitionsOf(
  previous: HealthReportStatus | undefined,
  verdict: HealthReportStatus['verdict'],
  rootCause: string | undefined,
  now: string,
  moves: readonly string[] = [],
): NonNullable<HealthReportStatus['transitions']> {
  const from = previous?.verdict ?? 'Unknown';
  const change = { time: now, from, to: verdict };
  return [
    ...(previous?.transitions ?? []),
    ...moves.map((moved) => ({ ...change, moved })),
    ...(from === verdict ? [] : [{ ...change, ...(rootCause === undefined ? {} : { rootCause }) }]),
  ].slice(-TRANSITIONS);
}

/** What is missing and how to mend it. The services as a whole cannot be waived. */
function missingMessage(missing: readonly Missing[]): string {
  const backends = missing.filter((one) => one !== 'Services' && !isService(one) && !isBackendTarget(one));
  const single = missing.filter(isBackendTarget);
  const unread = missing.filter(isService);
  return [
    `${reasonSentence('NotExamined')} Missing: ${missing.join(', ')}.`,
    ...(missing.includes('Services') ? ['No service was found that answers: name them in spec.services.'] : []),
    ...(unread.length > 0
      ? [
          `Nothing said how healthy ${unread.join(', ')} is: say where its health is, or required: false, in spec.services.`,
        ]
      : []),
    ...(single.length > 0 ? [`No question was answered that speaks for ${single.join(', ')}.`] : []),
    ...(backends.length > 0 ? [`List ${backends.join(', ')} in the spec, or name them in spec.upgrade.waive.`] : []),
  ].join(' ');
}

/** In whole minutes, so that a report does not differ from run to run. */
const MINUTE_MS = 60_000;

/** What is to be known of our clock; nothing while it is about right. */
function clockWords({ clockAheadMs = 0 }: ReportInput): readonly string[] {
  const minutes = Math.round(Math.abs(clockAheadMs) / MINUTE_MS);
  if (minutes === 0) return [];
  const side = clockAheadMs > 0 ? 'ahead of' : 'behind';
  return [
    `The operator's clock is ${formatDuration(minutes * MINUTE_MS)} ${side} the API server's: set it right, until then its times are off by as much.`,
  ];
}

function claimsOf(input: ReportInput): Claim[] {
  const { judgement, namespace } = input;
  const { healthy, upgradeable } = judgement;
  const weighed = withoutWindows(judgement.checks);
  const upgradeMessage =
    upgradeable.reason === 'NotExamined'
      ? missingMessage(notExamined(weighed, input.waive))
      : rollMessage(upgradeable, reasonSentence('Upgradeable'), namespace);
  return [
    ...readiness(input).map((claim) => ({
      ...claim,
      message: clip([...clockWords(input), claim.message].join(' '), CONDITION_MESSAGE_BYTES),
    })),
    {
      type: 'Healthy',
      status: healthy.status,
      reason: healthy.reason,
      message: mutedBeside(rollMessage(healthy, reasonSentence('Healthy'), namespace), judgement.checks),
    },
    {
      type: 'Upgradeable',
      status: upgradeable.status,
      reason: upgradeable.reason,
      message: mutedBeside(upgradeMessage, weighed),
    },
    ...judgement.components.flatMap((roll): Claim[] => {
      const type = conditionType(roll.component);
      if (type === undefined) return [];
      const message =
        roll.reason === 'NotExamined'
          ? 'None of its questions could be asked.'
          : rollMessage(roll, reasonSentence('Healthy'), namespace);
      if (roll.reason === 'Muted') return [{ type, status: roll.status, reason: roll.reason, message }];
      const own = judgement.checks.filter(({ component }) => component === roll.component);
      return [{ type, status: roll.status, reason: roll.reason, message: mutedBeside(message, own) }];
    }),
  ];
}

/** Ready speaks of the report, not of Recognize. Stalled: not one question could be evaluated. */
function readiness({ judgement, notExamined: untried = [] }: ReportInput): Claim[] {
  const { checks } = judgement;
  const errors = checks.filter(({ result }) => result === 'error');
  const [first] = errors;
  if (first !== undefined && checks.every(({ result }) => result === 'error' || result === 'skip')) {
    const reason = first.observed ?? 'Unclassified';
    const message = clip(`Nothing could be evaluated. ${first.id}: ${first.message}`, CONDITION_MESSAGE_BYTES);
    return [
      { type: 'Ready', status: 'False', reason, message },
      { type: 'Stalled', status: 'True', reason, message },
    ];
  }
  const gaps = [...untried, ...errors.map(({ id, message }) => `${id}: ${message}`)];
  if (gaps.length === 0) {
    return checks.length === 0
      ? [{ type: 'Ready', status: 'True', reason: 'NothingExamined', message: 'The run found nothing to examine.' }]
      : [{ type: 'Ready', status: 'True', reason: 'ReportCurrent', message: reasonSentence('ReportCurrent') }];
  }
  const message = clip(`${reasonSentence('PartlyExamined')} ${gaps.join(' ')}`, CONDITION_MESSAGE_BYTES);
  return [{ type: 'Ready', status: 'True', reason: 'PartlyExamined', message }];
}

/** A check as the status holds it: what is empty is left out, evidence only where somebody is told. */
export function checkStatus(check: JudgedCheck): CheckStatus {
  const told = (check.result !== 'pass' || check.state !== 'pass') && check.suppressedBy === undefined;
  return {
    id: check.id,
    component: check.component,
    ...(check.required ? {} : { required: false }),
    result: check.result,
    state: check.state,
    ...(check.streak === 0 ? {} : { streak: check.streak }),
    ...(check.streak === 0 || check.toward === undefined ? {} : { toward: check.toward }),
    ...(check.unanswered === 0 ? {} : { unanswered: check.unanswered }),
    ...(check.severity === undefined ? {} : { severity: check.severity }),
    ...(check.fault === undefined ? {} : { fault: check.fault }),
    ...(check.message === '' ? {} : { message: check.message }),
    since: check.since,
    ...(check.suppressedBy === undefined ? {} : { suppressedBy: check.suppressedBy }),
    ...(check.clearing === 0 ? {} : { clearing: check.clearing }),
    ...(check.muted ? { muted: true } : {}),
    ...(check.mutedAs === undefined ? {} : { mutedAs: check.mutedAs }),
    ...(check.entry === undefined ? {} : { citations: [{ id: check.entry.id, basis: check.basis }] }),
    ...(told && check.evidence !== undefined ? { evidence: check.evidence } : {}),
    ...(told ? namesOf(check) : {}),
    ...(check.latchedSince === undefined ? {} : { latchedSince: check.latchedSince }),
    ...(check.baseline === undefined ? {} : { baseline: clip(check.baseline, 128) }),
  };
}

/** Those names that the remedy of the fault uses. */
function namesOf({ fault, names }: JudgedCheck): Pick<CheckStatus, 'names'> {
  const used = fault === undefined || names === undefined ? undefined : namesFor(fault, names);
  return used === undefined ? {} : { names: used };
}

/** Disjoint: a muted finding counts as muted alone. */
function countChecks(checks: readonly JudgedCheck[]): NonNullable<HealthReportStatus['counts']> {
  const counts = { pass: 0, warn: 0, fail: 0, error: 0, skip: 0, muted: 0 };
  for (const { muted, state } of checks) counts[muted ? 'muted' : state] += 1;
  return counts;
}

/** Each cited entry once, those of the worst checks first: cutting the list cuts the least needed. */
function citationsOf(checks: readonly JudgedCheck[]): NonNullable<HealthReportStatus['citations']> {
  const order = ['fail', 'error', 'warn', 'pass', 'skip'];
  const entries = new Map<string, Entry>();
  for (const state of order) {
    for (const check of checks) {
      if (check.state === state && check.entry !== undefined) entries.set(check.entry.id, check.entry);
    }
  }
  return [...entries.values()].slice(0, 64).map((entry) => ({
    id: entry.id,
    title: clip(entry.title, 256),
    cause: clip(entry.cause, 512),
    nextSteps: clip(entry.nextSteps, 1024),
    url: entryUrl(entry),
    source: entry.source,
  }));
}
