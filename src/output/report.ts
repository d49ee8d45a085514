// A report for a person: the verdict, what is wrong and what to do about it, then a line for each part with its figures.
// Nothing is said twice: what a root cause explains stands under it, what is wrong is a word further down.
import type { CheckStatus, HealthReportStatus, Verdict } from '../api/health-report.ts';
import { remedyFor } from '../remedies/index.ts';
import { citationLines, remedyLines } from './advice.ts';
import { beside, type Cell, labelled, type Paint, plain, table, USUAL_WIDTH, wrap } from './columns.ts';
import { concernLines, RESULT_STYLE } from './concerns.ts';
import { unaskedByCause } from '../gate/not-asked.ts';
import { availabilityStrip } from './history.ts';
import { allPrintable } from './printable.ts';
import { withRemarks } from './view.ts';

export const VERDICT_STYLE = {
  Healthy: 'good',
  Warning: 'warning',
  Failing: 'bad',
  Unknown: 'unknown',
} as const satisfies Record<Verdict, Cell['style']>;

/** What is shown of a report beside its status. */
export interface Shown {
  readonly namespace: string;
  readonly name: string;
  readonly status: HealthReportStatus;
  /** Its maintenance windows, a sentence each. */
  readonly windows?: readonly string[] | undefined;
}

export interface HowToShow {
  /** Every question in a table as well. */
  readonly all: boolean;
  /** Every question that was not asked. */
  readonly verbose?: boolean | undefined;
  readonly width?: number | undefined;
}

/** The report as lines of text. */
export function renderReport(shown: Shown, how: HowToShow, paint: Paint = plain): string[] {
  const printable = allPrintable(shown);
  const { status } = printable;
  const { width = USUAL_WIDTH } = how;
  return [
    ...head(printable, width, paint),
    ...summaries(status, width),
    ...rootCauses(printable, width, paint),
    ...findings(printable, width, paint),
    ...concernLines(status, width, paint),
    ...notExamined(status, how.verbose === true || how.all, width, paint),
    ...history(status, width, paint),
    ...availabilityStrip(status, width, paint),
    ...maintenance(printable, width, paint),
    ...(how.all ? everyQuestion(status, width, paint) : []),
    ...totals(status, width),
  ];
}

function maintenance({ windows = [] }: Shown, width: number, paint: Paint): string[] {
  return windows.length === 0
    ? []
    : ['', paint('strong', 'Maintenance windows'), ...windows.flatMap((one) => hanging(one, width))];
}

function head({ namespace, name, status }: Shown, width: number, paint: Paint): string[] {
  const { verdict, topology, healthy } = status;
  const parts: readonly Cell[] = [
    { text: `${namespace}/${name}`, style: 'strong' },
    { text: verdict, style: VERDICT_STYLE[verdict] },
    { text: healthy === undefined ? 'nothing examined' : `${healthy} healthy` },
    { text: `upgradeable ${conditionStatus(status, 'Upgradeable')}` },
    ...(topology === undefined ? [] : [{ text: `topology ${topology}` }]),
  ];
  return beside(parts, width, paint, 0);
}

export function conditionStatus(status: HealthReportStatus, type: string): string {
  return status.conditions.find((condition) => condition.type === type)?.status ?? 'Unknown';
}

function rootCauses(shown: Shown, width: number, paint: Paint): string[] {
  const { status } = shown;
  const causes = status.rootCauses ?? [];
  if (causes.length === 0) return [];
  const told = new Set<string>();
  return [
    '',
    paint('strong', causes.length === 1 ? 'Root cause' : `Root causes (${causes.length})`),
    ...causes.flatMap(({ check: id, fault, affects = [] }) => {
      const check = status.checks?.find((one) => one.id === id);
      return [
        ...beside(
          [
            { text: fault, style: 'bad' },
            { text: id },
            ...(check?.severity === undefined ? [] : [{ text: `(${check.severity})` }]),
          ],
          width,
          paint,
        ),
        ...(check === undefined ? [] : story(check, shown, told, width, paint)),
        ...labelled('Explains', affects.join(', '), width),
      ];
    }),
    ...changed(status, width, paint),
  ];
}

/** What moved since all was well. */
function changed({ sinceHealthy }: HealthReportStatus, width: number, paint: Paint): string[] {
  return sinceHealthy === undefined ? [] : ['', paint('strong', 'Changed'), ...hanging(sinceHealthy, width)];
}

/** What was seen, what to do, what the guide says. */
function story(
  check: CheckStatus,
  { namespace, name, status }: Shown,
  told: Set<string>,
  width: number,
  paint: Paint,
): string[] {
  const { id, fault, names, message, evidence, citations = [] } = check;
  const remedy = remedyFor({ namespace, name, check: id, fault, names });
  return [
    ...labelled('Seen', seenOf(check, message), width),
    ...labelled('Proof', evidence ?? '', width),
    ...remedyLines(remedy, width, paint),
    ...citations.flatMap(({ id: entryId, basis }) => {
      const entry = status.citations?.find((one) => one.id === entryId);
      const isTold = told.has(entryId);
      told.add(entryId);
      return entry === undefined
        ? []
        : citationLines(entryId, entry, { width, told: isTold, beside: remedy !== undefined, basis });
    }),
  ];
}

function seenOf(check: CheckStatus, message = ''): string {
  return withRemarks(message, [
    check.muted === true ? 'muted' : undefined,
    check.result === check.state ? undefined : unconfirmed(check),
  ]);
}

function unconfirmed({ result, state, streak = 0 }: CheckStatus): string {
  return streak === 0 ? `now ${result}` : `${result} for ${streak === 1 ? '1 run' : `${streak} runs`}, still ${state}`;
}

/** Everything that is not good and that no root cause has told. */
function findings(shown: Shown, width: number, paint: Paint): string[] {
  const { status } = shown;
  const causes = new Set(status.rootCauses?.map(({ check }) => check));
  const explained = new Set(status.rootCauses?.flatMap(({ affects = [] }) => affects));
  const open = (status.checks ?? []).filter(
    (check) => !causes.has(check.id) && !explained.has(check.id) && isNotable(check),
  );
  const of = (belongs: (check: CheckStatus) => boolean): CheckStatus[] => {
    const mine = open.filter(belongs);
    for (const check of mine) open.splice(open.indexOf(check), 1);
    return mine;
  };
  const muted = of((check) => check.muted === true);
  const symptoms = of(({ suppressedBy }) => suppressedBy !== undefined);
  const confirming = of(isWorsening);
  const against = of(({ component, state }) => component === 'upgrade' && state === 'fail');
  const unanswered = of(({ state, result }) => state === 'error' || result === 'error');
  const told = new Set<string>();
  const section = (title: string, checks: readonly CheckStatus[]): string[] =>
    checks.length === 0
      ? []
      : [
          '',
          paint('strong', `${title} (${checks.length})`),
          ...checks.flatMap((check) => [
            ...beside(
              [{ text: check.fault ?? check.state, style: RESULT_STYLE[check.state] }, { text: check.id }],
              width,
              paint,
            ),
            ...story(check, shown, told, width, paint),
          ]),
        ];
  const inBrief = (title: string, checks: readonly CheckStatus[], say: (check: CheckStatus) => string): string[] =>
    checks.length === 0
      ? []
      : ['', paint('strong', `${title} (${checks.length})`), ...checks.flatMap((check) => hanging(say(check), width))];
  return [
    ...section('Being confirmed', confirming),
    ...section('Speaks against an upgrade', against),
    ...section('Without an answer', unanswered),
    ...section('Deserves a look', open),
    ...inBrief(
      'Still settling',
      symptoms,
      ({ id, fault, suppressedBy }) => `${id} ${fault ?? ''}: explained by ${suppressedBy ?? ''}`,
    ),
    ...inBrief('Muted', muted, ({ id, fault, message }) => `${id} ${fault ?? ''}: ${message ?? ''}`),
  ];
}

function isNotable({ state, result }: CheckStatus): boolean {
  return [state, result].some((one) => one !== 'pass' && one !== 'skip');
}

/** A good state beside a fault would be read as good. */
function isWorsening({ state, result, streak }: CheckStatus): boolean {
  return (state === 'pass' || state === 'warn') && (result === 'fail' || result === 'error') && (streak ?? 0) > 0;
}

function hanging(text: string, width: number): string[] {
  return wrap(text, width - 4).map((line, index) => (index === 0 ? '  ' : '    ') + line);
}

function notExamined(status: HealthReportStatus, verbose: boolean, width: number, paint: Paint): string[] {
  const causes = unaskedByCause(status.checks ?? []);
  if (causes.length === 0) return [];
  const number = causes.reduce((sum, { checks }) => sum + checks.length, 0);
  return [
    '',
    paint('strong', `Not examined (${number})`),
    ...causes.flatMap(({ line, checks }) => [
      ...hanging(line, width),
      ...(verbose && checks.length > 1
        ? checks.flatMap(({ id, message }) =>
            hanging(`  ${id}${message === undefined ? '' : `: ${message}`}`, width).map((one) => `  ${one}`),
          )
        : []),
    ]),
    ...(!verbose && causes.some(({ checks }) => checks.length > 1) ? ['  --verbose names every question.'] : []),
  ];
}

/** Changes of the verdict that are shown. */
const CHANGES = 5;

function history({ transitions = [] }: HealthReportStatus, width: number, paint: Paint): string[] {
  if (transitions.length === 0) return [];
  return [
    '',
    paint('strong', 'History'),
    ...transitions
      .slice(-CHANGES)
      .reverse()
      .flatMap(({ time, from, to, rootCause, moved }) => {
        const change = `${from} → ${to}${rootCause === undefined ? '' : `: ${rootCause}`}`;
        return hanging(`${time}  ${moved ?? change}`, width);
      }),
  ];
}

function everyQuestion({ checks = [] }: HealthReportStatus, width: number, paint: Paint): string[] {
  if (checks.length === 0) return [];
  return ['', ...table(['STATE', 'CHECK', 'FAULT', 'SEEN'], checks.map(row), width, paint)];
}

function row(check: CheckStatus): Cell[] {
  const explained = check.suppressedBy === undefined ? undefined : `explained by ${check.suppressedBy}`;
  return [
    isWorsening(check)
      ? { text: 'confirming', style: 'warning' }
      : { text: check.state, style: RESULT_STYLE[check.state] },
    { text: check.id },
    { text: check.fault ?? '' },
    { text: withRemarks(seenOf(check, check.message), [explained]) },
  ];
}

/**
 * What the summary conditions say that no check says: that nothing was examined, that the report rests or is not
 * current. A condition that repeats a finding is not repeated.
 */
function summaries(status: HealthReportStatus, width: number): string[] {
  const faults = new Set(status.checks?.map(({ fault }) => fault));
  const said = new Set<string>();
  const lines = status.conditions
    .filter(({ type, status: is, reason }) => {
      if (type === 'Stalled') return true;
      if (!['Ready', 'Upgradeable'].includes(type)) return false;
      return is !== 'True' && reason !== 'Confirming' && !faults.has(reason);
    })
    .flatMap(({ type, reason, message }) => {
      if (said.has(message)) return [];
      said.add(message);
      return wrap(`${type}: ${reason}. ${message}`, width);
    });
  return lines.length === 0 ? [] : ['', ...lines];
}

function totals(status: HealthReportStatus, width: number): string[] {
  const { counts } = status;
  if (counts === undefined) return [];
  const parts = (['pass', 'warn', 'fail', 'error', 'skip', 'muted'] as const)
    .filter((key) => counts[key] > 0)
    .map((key) => `${counts[key]} ${key}`);
  const dropped = (status.truncated ?? 0) > 0 ? `; ${status.truncated ?? 0} left out to keep the report small` : '';
  return ['', ...wrap(`${parts.length === 0 ? 'no checks' : parts.join(', ')}${dropped}`, width)];
}
