// The judgement of a run, step by step, read downward.
import { COMPONENTS, isComponent, isService, type Component } from '../api/components.ts';
import { traits, type FaultCode } from '../api/faults.ts';
import type { CheckStatus, HealthReportStatus, MuteSpec } from '../api/health-report.ts';
import type { Finding } from '../facts/answer.ts';
import type { Entry } from '../guide/entry.ts';
import type { Edge } from '../product/dependencies.ts';
import { literal } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { caseOf, judged, type Case } from './case.ts';
import { settle, type Thresholds } from './hysteresis.ts';
import type { JudgedCheck, Judgement, RootCause } from './judgement.ts';
import { latch } from './latch.ts';
import { accusedBy, proveByLogs } from './log-evidence.ts';
import { activeMutes, idleMutes, muteFor, underMute, withoutWindows } from './mutes.ts';
import { compareText } from '../runtime/compare-text.ts';
import { byPlace } from './order.ts';
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
  /** `spec.thresholds` */
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

/** What every step may know of the run. */
interface Run extends JudgeInput {
  /** Start of the run, RFC 3339 UTC. */
  readonly stamp: string;
  /** The checks of the run before, by id. */
  readonly before: ReadonlyMap<string, CheckStatus>;
  /** False when the status before is past its freshUntil: states hold, streaks and suppressions do not. */
  readonly fresh: boolean;
}

type Step<T> = (items: readonly T[], run: Run) => readonly T[];

/** What was seen, before any check is judged. */
const ON_FINDINGS: readonly Step<Finding>[] = [
  keepLatched,
  (findings, { edges }) => considerVantage(findings, edges),
  (findings, { edges, cite }) => proveByLogs(findings, edges, cite),
];

/** What it means, from the raw result of each check to what is told of it. */
const ON_CASES: readonly Step<Case>[] = [
  (cases, { thresholds, fresh, stamp }) => cases.map((one) => settle(one, thresholds, fresh, stamp)),
  findMutes,
  (cases, { stamp }) => cases.map((one) => latch(one, stamp)),
  (cases) => cases.map(rank),
  (cases) => cases.map((one) => (one.mute ? { ...one, ...underMute(one, one.mute, one.memory) } : one)),
  suppressSymptoms,
  addIdleMutes,
  (cases, { cite }) => cases.map((one) => ({ ...one, entry: one.fault && cite(subjectOf(one), one.fault) })),
];

/** Decides what a run means. Pure: the same input in any order gives the same judgement. */
export function judge(input: JudgeInput): Judgement {
  const { previous, thresholds, now, waive } = input;
  const run: Run = {
    ...input,
    stamp: timestamp(now),
    before: new Map((previous?.checks ?? []).map((check) => [check.id, check])),
    fresh: previous?.freshUntil === undefined || now.getTime() <= Date.parse(previous.freshUntil),
  };
  const findings = ON_FINDINGS.reduce((seen, step) => step(seen, run), input.findings);
  const opened: readonly Case[] = findings.map((finding) => caseOf(finding, run.before.get(finding.id), run.stamp));
  const checks = ON_CASES.reduce((cases, step) => step(cases, run), opened)
    .map(judged)
    .sort(byPlace);

  const healthy = rollHealthy(checks);
  return {
    checks,
    rootCauses: rootCausesOf(checks),
    components: rollComponents(checks),
    healthy,
    upgradeable: judgeUpgrade(withoutWindows(checks), waive, healthy),
    verdict: verdictOf(healthy),
    thresholds,
  };
}

/** A latched check whose question is no longer asked stays until it is acknowledged. */
function keepLatched(findings: readonly Finding[], { before }: Run): readonly Finding[] {
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

function findMutes(cases: readonly Case[], { mutes, now }: Run): readonly Case[] {
  const active = activeMutes(mutes, now);
  if (active.length === 0) return cases;
  return cases.map((one) => ({ ...one, mute: muteFor(one, active) }));
}

/** With the severity of the fault that is told. */
function rank(one: Case): Case {
  return { ...one, severity: one.fault && traits(one.fault).severity };
}

function suppressSymptoms(cases: readonly Case[], { servers, edges, thresholds, fresh }: Run): readonly Case[] {
  const suspects = cases.map((one) => ({
    ...one,
    server: servers.get(one.targetId),
    accuses: accusedBy(one),
    before: fresh ? one.previous : undefined,
  }));
  const suppressions = explain(suspects, edges, thresholds.success);
  return cases.map((one) => {
    const suppression = suppressions.get(one.id);
    return suppression === undefined ? one : { ...one, ...suppression };
  });
}

/** A check about the mutes themselves, when one of them does nothing. */
function addIdleMutes(cases: readonly Case[], { mutes, now, before, stamp }: Run): readonly Case[] {
  const idle = idleMutes(mutes, cases, now);
  if (idle === undefined) return cases;
  const finding: Finding = {
    id: MUTES_CHECK,
    component: 'alerts',
    targetId: 'alerts',
    required: false,
    feeds: 'Healthy',
    answer: { kind: 'fault', fault: { code: 'MuteUnmatched', detail: idle } },
  };
  return [...cases, rank(caseOf(finding, before.get(MUTES_CHECK), stamp))];
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

/** Whom the guide is asked about: an alert on a service is about that service. */
function subjectOf({ component, targetId }: Pick<Finding, 'component' | 'targetId'>): Component {
  const concerns: readonly Component[] = COMPONENTS.slice(COMPONENTS.indexOf('alerts'));
  return concerns.includes(component) && isService(targetId) ? targetId : component;
}
