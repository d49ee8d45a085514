// What all reports together say now, and each by itself: counted when metrics are asked for, from the copies that the
// watch keeps. How much is told of single reports is bounded, whatever somebody creates.
import { COMPONENTS, type Component } from '../api/components.ts';
import { SUMMARY_CONDITIONS } from '../api/conditions.ts';
import { isFaultCode, type FaultCode } from '../api/faults.ts';
import { SEVERITIES, type Severity } from '../api/faults/traits.ts';
import type { HealthReportStatus, Verdict } from '../api/health-report.ts';
import { availabilityOf, WHOLE, WINDOWS, type Availability, type Window } from '../api/history.ts';
import { ENTRIES } from '../guide/index.ts';
import { isWindowed } from '../api/windows.ts';
import { isExcused } from '../judge/index.ts';

/** Of more reports than these nothing is told one by one: they are counted with all, and as unnamed. */
export const MOST_NAMED = 1_000;

export interface ReportSummary {
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly stale: number;
  /** Checks that warn or fail by the entry that they cite. */
  readonly findings: ReadonlyMap<string, number>;
  readonly named: readonly NamedReport[];
  /** Reports of which nothing is told one by one. */
  readonly unnamed: number;
}

/** What is told of one report. */
export interface NamedReport {
  readonly namespace: string;
  readonly name: string;
  /** Those of its components are in the report alone. */
  readonly conditions: ReadonlyMap<(typeof SUMMARY_CONDITIONS)[number], ConditionStatus>;
  readonly stale: boolean;
  /** Start of the last run, in seconds since 1970. */
  readonly lastRun: number | undefined;
  readonly findings: ReadonlyMap<string, number>;
  /** What fails, worst first; of a report that is not current nothing. */
  readonly failing: readonly FailingPart[];
  /** Of the whole installation; of a report that is not current, or whose history is empty, nothing. */
  readonly availability: Availabilities;
  /** Findings that are silenced, by what silences them. */
  readonly muted: Muted;
}

export interface Muted {
  readonly mute: number;
  readonly window: number;
}

type Availabilities = Readonly<Partial<Record<Window, Availability>>>;

/** Confirmed failures of one kind in one component. Every value is of a closed list: whoever wrote it, it may be a label. */
export interface FailingPart {
  readonly component: Component;
  readonly fault: FaultCode;
  readonly severity: Severity;
  readonly checks: number;
}

/** More kinds of failure than these are told of no report. */
export const MOST_FAILING = 8;

type ConditionStatus = HealthReportStatus['conditions'][number]['status'];

/** A status as far as it is counted. */
export interface CountedStatus {
  readonly verdict: Verdict;
  readonly freshUntil?: string | undefined;
  readonly lastRunTime?: string | undefined;
  readonly conditions: readonly Pick<HealthReportStatus['conditions'][number], 'type' | 'status'>[];
  readonly checks?: readonly CountedCheck[] | undefined;
  readonly availability?: Availabilities | undefined;
  readonly muted?: Muted | undefined;
}

type Check = NonNullable<HealthReportStatus['checks']>[number];
interface CountedCheck
  extends Pick<Check, 'state' | 'muted' | 'suppressedBy'>, Partial<Pick<Check, 'component' | 'fault' | 'severity'>> {
  readonly citations?: readonly { readonly id: string }[] | undefined;
}

/** The part of a status that is counted. */
export function countedStatus({
  verdict,
  freshUntil,
  lastRunTime,
  conditions,
  checks,
  history,
}: HealthReportStatus): CountedStatus {
  return {
    verdict,
    freshUntil,
    lastRunTime,
    conditions: conditions
      .filter(({ type }) => SUMMARY_CONDITIONS.some((one) => one === type))
      .map(({ type, status }) => ({ type, status })),
    checks: checks?.filter(isFinding).map(({ state, citations, component, fault, severity }) => ({
      state,
      citations: citations?.map(({ id }) => ({ id })),
      ...(state === 'fail' ? { component, fault, severity } : {}),
    })),
    availability: history === undefined ? undefined : availabilitiesOf(history),
    muted: {
      mute: checks?.filter(isExcused).length ?? 0,
      window: checks?.filter(isWindowed).length ?? 0,
    },
  };
}

function availabilitiesOf(history: NonNullable<HealthReportStatus['history']>): Availabilities {
  return Object.fromEntries(
    (Object.keys(WINDOWS) as Window[]).flatMap((window) => {
      const known = availabilityOf(history, WHOLE, window);
      return known === undefined ? [] : [[window, known]];
    }),
  );
}

/** Warns or fails, and is neither muted nor a symptom of another. */
function isFinding({ state, muted, suppressedBy }: CountedCheck): boolean {
  return (state === 'warn' || state === 'fail') && muted !== true && suppressedBy === undefined;
}

/** One report as far as it is counted. */
export interface Counted {
  readonly namespace: string;
  readonly name: string;
  readonly suspended: boolean;
  readonly status: CountedStatus | undefined;
}

/** A status may be of another version of the operator, or of somebody else: only what the guide has becomes a label. */
const KNOWN: ReadonlySet<string> = new Set(ENTRIES.map(({ id }) => id));

/**
 * Counts verdicts, stale reports and findings. A report without a status is Unknown and not stale: nothing was ever
 * said.
 */
export function summarise(reports: readonly Counted[], now: Date): ReportSummary {
  const verdicts: Record<Verdict, number> = { Healthy: 0, Warning: 0, Failing: 0, Unknown: 0 };
  const findings = new Map<string, number>();
  let stale = 0;
  const named: NamedReport[] = [];
  for (const report of reports) {
    verdicts[report.status?.verdict ?? 'Unknown'] += 1;
    const one = describe(report, now);
    if (one.stale) stale += 1;
    for (const [id, count] of one.findings) findings.set(id, (findings.get(id) ?? 0) + count);
    if (named.length < MOST_NAMED) named.push(one);
  }
  return { verdicts, stale, findings, named, unnamed: reports.length - named.length };
}

function describe({ namespace, name, suspended, status }: Counted, now: Date): NamedReport {
  const findings = new Map<string, number>();
  for (const check of status?.checks ?? []) {
    if (!isFinding(check)) continue;
    for (const id of new Set(check.citations?.map((citation) => citation.id)))
      if (KNOWN.has(id)) findings.set(id, (findings.get(id) ?? 0) + 1);
  }
  const lastRun = Date.parse(status?.lastRunTime ?? '') / 1_000;
  const stale = !suspended && status?.freshUntil !== undefined && Date.parse(status.freshUntil) < now.getTime();
  return {
    namespace,
    name,
    conditions: new Map(
      SUMMARY_CONDITIONS.map((type) => [
        type,
        status?.conditions.find((condition) => condition.type === type)?.status ?? 'Unknown',
      ]),
    ),
    stale,
    lastRun: Number.isNaN(lastRun) ? undefined : lastRun,
    findings,
    failing: stale || suspended ? [] : failingParts(status?.checks ?? []),
    availability: stale || suspended ? {} : (status?.availability ?? {}),
    muted: status?.muted ?? { mute: 0, window: 0 },
  };
}

/** What speaks against an upgrade alone is no failure of what runs. */
function failingParts(checks: readonly CountedCheck[]): readonly FailingPart[] {
  const parts = new Map<string, FailingPart>();
  for (const check of checks) {
    const component = COMPONENTS.find((one) => one === check.component);
    const { fault = '', severity = 'info' } = check;
    if (check.state !== 'fail' || !isFinding(check) || component === undefined || component === 'upgrade') continue;
    if (!isFaultCode(fault)) continue;
    const key = `${component} ${fault} ${severity}`;
    parts.set(key, { component, fault, severity, checks: (parts.get(key)?.checks ?? 0) + 1 });
  }
  return [...parts.values()]
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
    .slice(0, MOST_FAILING);
}
