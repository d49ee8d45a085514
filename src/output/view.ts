// What JUnit, Markdown, HTML and whatever comes next show of a report, worked out once: they only lay it out.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { Result } from '../api/faults/traits.ts';
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { remedyFor, type FilledRemedy } from '../remedies/index.ts';
import { BADNESS } from './concerns.ts';

/** One report with what the gate decided about it. */
export interface Told {
  readonly namespace: string;
  readonly name: string;
  /** Undefined when the report could not be read. */
  readonly status: HealthReportStatus | undefined;
  /** As it is stored, where it is at hand: who uses which backend. */
  readonly spec?: unknown;
  readonly gate: GateAnswer;
  /** Its maintenance windows, a sentence each. */
  readonly windows?: readonly string[];
  /** How long the command took for it, in ms. */
  readonly durationMs: number;
  readonly failOn: 'fail' | 'warn';
}

/** An exit code in a word. */
export const OUTCOMES = {
  [EXIT.pass]: 'PASS',
  [EXIT.internal]: 'INTERNAL ERROR',
  [EXIT.usage]: 'NOT POSSIBLE',
  [EXIT.fail]: 'BLOCKED',
  [EXIT.warn]: 'WARNING',
  [EXIT.unknown]: 'UNKNOWN',
  [EXIT.timeout]: 'TIMEOUT',
} as const satisfies Record<ExitCode, string>;

/** How an exit code is shown in a line of text, where no warning is told from what nobody knows. */
export function outcomeStyle(exitCode: ExitCode): 'good' | 'bad' | 'unknown' {
  return exitCode === EXIT.pass ? 'good' : exitCode === EXIT.fail ? 'bad' : 'unknown';
}

type CitedEntry = NonNullable<HealthReportStatus['citations']>[number];

export interface CheckView {
  readonly id: string;
  readonly component: string;
  /** Raw: of the run that was judged. */
  readonly result: Result;
  /** CamelCase, or empty. */
  readonly fault: string;
  /** One sentence, or empty. */
  readonly message: string;
  /** The message with what else must be known of the check, in brackets. */
  readonly seen: string;
  /** Why the check does not count; undefined when it does. */
  readonly silence: 'left out by --skip' | 'muted' | undefined;
  /** What to do, with the names of the report; undefined for a good check and for what another one explains. */
  readonly remedy: FilledRemedy | undefined;
  /** Id of the entry of the guide, or empty. */
  readonly entryId: string;
  /** The entry whole; undefined when the report does not hold it. */
  readonly entry: CitedEntry | undefined;
}

export interface ReportView {
  /** `namespace/name`; empty when the command got as far as no report. */
  readonly title: string;
  readonly outcome: (typeof OUTCOMES)[ExitCode];
  /** In the order of the report. */
  readonly checks: readonly CheckView[];
  /** Those that fail, warn or have no answer: root causes first, the rest by how bad it is, what is explained last. */
  readonly notable: readonly CheckView[];
  readonly others: readonly CheckView[];
  /** `1 other check`, `12 other checks` */
  readonly otherCount: string;
  /** Entries of the guide that the notable ones cite, in their order, each once. */
  readonly entries: readonly CitedEntry[];
}

/** Works out what there is to show. Nothing is escaped: each format knows its own way. */
export function viewOf({ namespace, name, status, gate }: Told): ReportView {
  const skipped = new Set(gate.skipped.map(({ check }) => check));
  const blocking = new Set(gate.blockers.map(({ check }) => check));
  const viewed = (status?.checks ?? []).map((check) => {
    // A mute that has ended silences nothing any more, whatever the report says.
    const muted = check.muted === true && !blocking.has(check.id);
    const silence = skipped.has(check.id) ? 'left out by --skip' : muted ? 'muted' : undefined;
    return { check, view: checkView(check, silence, status?.citations ?? [], { namespace, name }) };
  });
  const causes = status?.rootCauses?.map(({ check }) => check) ?? [];
  const notable = viewed
    .filter(({ check }) => isNotable(check))
    .toSorted((a, b) => rankOf(a.check, causes) - rankOf(b.check, causes));
  const others = viewed.filter(({ check }) => !isNotable(check)).map(({ view }) => view);
  const cited = [...new Set(notable.flatMap(({ check }) => check.citations ?? []).map(({ id }) => id))];
  return {
    title: [namespace, name].filter((part) => part !== '').join('/'),
    outcome: OUTCOMES[gate.exitCode],
    checks: viewed.map(({ view }) => view),
    notable: notable.map(({ view }) => view),
    others,
    otherCount: others.length === 1 ? '1 other check' : `${others.length} other checks`,
    entries: cited.flatMap((id) => status?.citations?.find((entry) => entry.id === id) ?? []),
  };
}

/** A message with remarks behind it, in brackets. */
export function withRemarks(message: string, remarks: readonly (string | undefined)[]): string {
  const made = remarks.filter((remark) => remark !== undefined);
  return made.length === 0 ? message : `${message} (${made.join('; ')})`.trimStart();
}

function checkView(
  check: CheckStatus,
  silence: CheckView['silence'],
  citations: readonly CitedEntry[],
  place: { readonly namespace: string; readonly name: string },
): CheckView {
  const { id, component, result, state, fault = '', message = '', suppressedBy } = check;
  const entryId = check.citations?.[0]?.id ?? '';
  return {
    id,
    component,
    result,
    fault,
    message,
    seen: withRemarks(message, [
      result === state ? undefined : `the report still says ${state}`,
      silence,
      suppressedBy === undefined ? undefined : `explained by ${suppressedBy}`,
    ]),
    silence,
    remedy:
      isNotable(check) && suppressedBy === undefined
        ? remedyFor({ ...place, check: id, fault, names: check.names })
        : undefined,
    entryId,
    entry: citations.find((citation) => citation.id === entryId),
  };
}

/** The place in a list: root causes in their order, then by the result, then what another check explains. */
function rankOf({ id, result, state, suppressedBy }: CheckStatus, causes: readonly string[]): number {
  const place = causes.indexOf(id);
  if (place !== -1) return place;
  const worst = Math.min(BADNESS.indexOf(result), BADNESS.indexOf(state));
  return causes.length + worst + (suppressedBy === undefined ? 0 : BADNESS.length);
}

function isNotable({ result, state }: CheckStatus): boolean {
  return [result, state].some((one) => one === 'fail' || one === 'error' || one === 'warn');
}
