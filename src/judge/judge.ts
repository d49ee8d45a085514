// The judgement of a run, step by step: vantage, hysteresis, latches and mutes, root causes, roll-ups.
import { COMPONENTS, isComponent, isService, type Component } from '../api/components.ts';
import { traits, type FaultCode } from '../api/faults.ts';
import type { CheckStatus, HealthReportStatus, MuteSpec } from '../api/health-report.ts';
import type { Finding } from '../facts/answer.ts';
import type { Entry } from '../guide/entry.ts';
import type { Edge } from '../product/dependencies.ts';
import { literal } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { settle, type Settled, type Thresholds } from './hysteresis.ts';
import type { JudgedCheck, Judgement, RootCause } from './judgement.ts';
import { latch } from './latch.ts';
import { accusedBy, proveByLogs } from './log-evidence.ts';
import { activeMutes, idleMutes, muteFor, underMute } from './mutes.ts';
import { byPlace, compareText } from './order.ts';
import { explain } from './root-causes.ts';
import { MUTES_CHECK, rollComponents, rollHealthy, sorted, verdictOf } from './roll-up.ts';
import { judgeUpgrade, type Waiver } from './upgradeable.ts';
import { considerVantage } from './vantage.ts';

/** The entry of the guide for a fault of a component. Total: every fault has one. */
export type Cite = (component: Component, fault: FaultCode) => Entry;

export interface JudgeInput {
  /** In any order; ids differ. */
  readonly findings: readonly Finding[];
  /** The status that the run before wrote; undefined for the first run, and for `check`. */
  readonly previous: HealthReportStatus | undefined;
  /** `spec.thresholds`, or RAW. */
  readonly thresholds: Thresholds;
  readonly edges: readonly Edge[];
  /** Which server a target is on, by target id; missing where it has one of its own. */
  readonly servers: ReadonlyMap<string, string>;
  readonly mutes: readonly MuteSpec[];
  readonly waive: readonly Waiver[];
  readonly cite: Cite;
  /** Start of the run. */
  readonly now: Date;
}

/** Decides what a run means. Pure: the same input in any order gives the same judgement. */
export function judge(input: JudgeInput): Judgement {
  const { previous, thresholds, edges, now } = input;
  const stamp = timestamp(now);
  const fresh = previous?.freshUntil === undefined || now.getTime() <= Date.parse(previous.freshUntil);
  const before = new Map((previous?.checks ?? []).map((check) => [check.id, check]));
  const mutes = activeMutes(input.mutes, now);

  const seen = proveByLogs(considerVantage(withLatched(input.findings, before), edges), edges, input.cite);
  const settled = seen.map((finding) => {
    const first = settle(finding, before.get(finding.id), thresholds, fresh, stamp);
    const mute = muteFor({ id: finding.id, fault: first.fault, observed: first.observed }, mutes);
    const { settled: final, latchedSince, memory } = latch(first, mute, stamp);
    const severity = final.fault === undefined ? undefined : traits(final.fault).severity;
    return { ...final, latchedSince, severity, ...underMute({ ...final, severity }, mute, memory) };
  });
  const suppressions = explain(
    settled.map((check) => ({
      ...check,
      id: check.finding.id,
      targetId: check.finding.targetId,
      server: input.servers.get(check.finding.targetId),
      accuses: accusedBy(check.finding),
      before: fresh ? check.previous : undefined,
    })),
    edges,
    thresholds.success,
  );
  const idle = idleMutes(
    input.mutes,
    settled.map(({ finding, fault, observed }) => ({ id: finding.id, fault, observed })),
    now,
  );
  const checks = settled
    .map((check): JudgedCheck => {
      const suppression = suppressions.get(check.finding.id);
      return {
        ...place(check.finding),
        ...answerOf(check),
        severity: check.severity,
        entry: check.fault === undefined ? undefined : input.cite(subjectOf(check.finding), check.fault),
        suppressedBy: suppression?.suppressedBy,
        clearing: suppression?.clearing ?? 0,
        muted: check.muted,
        mutedAs: check.mutedAs,
        latchedSince: check.latchedSince,
        baseline: check.finding.answer.baseline ?? check.previous?.baseline,
      };
    })
    .concat(idle === undefined ? [] : [aboutMutes(idle, before.get(MUTES_CHECK), stamp, input.cite)])
    .sort(byPlace);

  const healthy = rollHealthy(checks);
  return {
    checks,
    rootCauses: rootCausesOf(checks),
    components: rollComponents(checks),
    healthy,
    upgradeable: judgeUpgrade(checks, input.waive, healthy),
    verdict: verdictOf(healthy),
    thresholds,
    confirming: checks.some(({ streak }) => streak > 0),
  };
}

/** A latched check whose question is no longer asked stays until it is acknowledged. */
function withLatched(findings: readonly Finding[], before: ReadonlyMap<string, CheckStatus>): readonly Finding[] {
  const asked = new Set(findings.map(({ id }) => id));
  const gone = [...before.values()].filter(({ id, latchedSince }) => latchedSince !== undefined && !asked.has(id));
  return [
    ...findings,
    ...gone.flatMap(({ id, component }): Finding[] => {
      if (!isComponent(component)) return [];
      const targetId = id.split('/').find(isService) ?? component;
      const fault = { code: 'NotAsked', detail: literal('Not asked in this run.') } as const;
      return [{ id, component, targetId, required: true, feeds: 'Healthy', answer: { kind: 'fault', fault } }];
    }),
  ];
}

/** Failures that nothing explains, and those that explain one: without them a symptom would have no cause to show. */
function rootCausesOf(checks: readonly JudgedCheck[]): readonly RootCause[] {
  const affects = new Map<string, string[]>();
  for (const { id, suppressedBy, clearing } of checks) {
    if (suppressedBy !== undefined && clearing === 0)
      affects.set(suppressedBy, [...(affects.get(suppressedBy) ?? []), id]);
  }
  const loudSymptom = (id: string): boolean =>
    checks.some((check) => check.suppressedBy === id && check.state === 'fail' && !check.muted);
  return sorted(
    checks.filter((check) => {
      if (check.suppressedBy !== undefined || check.feeds !== 'Healthy') return false;
      return (check.state === 'fail' && !check.muted) || (affects.has(check.id) && loudSymptom(check.id));
    }),
    'state',
  ).map((check) => ({
    check,
    fault: check.fault ?? 'Unclassified',
    affects: (affects.get(check.id) ?? []).sort(compareText),
  }));
}

function place({ id, component, targetId, required, feeds }: Finding): Omit<Finding, 'answer'> {
  return { id, component, targetId, required, feeds };
}

function answerOf(check: Settled): Omit<Settled, 'finding' | 'previous'> {
  const { result, observed, state, streak, toward, unanswered, fault, message, evidence, basis, since } = check;
  return { result, observed, state, streak, toward, unanswered, fault, message, evidence, basis, since };
}

/** Whom the guide is asked about: an alert on a service is about that service. */
function subjectOf({ component, targetId }: Finding): Component {
  const concerns: readonly Component[] = COMPONENTS.slice(COMPONENTS.indexOf('alerts'));
  return concerns.includes(component) && isService(targetId) ? targetId : component;
}

function aboutMutes(
  message: JudgedCheck['message'],
  before: CheckStatus | undefined,
  stamp: string,
  cite: Cite,
): JudgedCheck {
  return {
    id: MUTES_CHECK,
    component: 'alerts',
    targetId: 'alerts',
    required: false,
    feeds: 'Healthy',
    result: 'warn',
    observed: 'MuteUnmatched',
    state: 'warn',
    streak: 0,
    toward: undefined,
    unanswered: 0,
    fault: 'MuteUnmatched',
    severity: traits('MuteUnmatched').severity,
    message,
    evidence: undefined,
    basis: 'Inferred',
    entry: cite('alerts', 'MuteUnmatched'),
    since: before?.state === 'warn' ? before.since : stamp,
    suppressedBy: undefined,
    clearing: 0,
    muted: false,
    mutedAs: undefined,
    latchedSince: undefined,
    baseline: undefined,
  };
}
