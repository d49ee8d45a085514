// A report for a person: the verdict, the root causes with what the guide says, then every question that is not good.
import type { CheckStatus, HealthReportStatus, Verdict } from '../api/health-report.ts';
import type { Result } from '../api/faults/traits.ts';
import { columns, plain, wrap, type Cell, type Paint } from './columns.ts';
import { allPrintable } from './printable.ts';
import { withRemarks } from './view.ts';

const WIDTH = 100;

const VERDICT_STYLE = {
  Healthy: 'good',
  Warning: 'warning',
  Failing: 'bad',
  Unknown: 'unknown',
} as const satisfies Record<Verdict, Cell['style']>;
const RESULT_STYLE = {
  pass: 'good',
  warn: 'warning',
  fail: 'bad',
  error: 'unknown',
  skip: 'faint',
} as const satisfies Record<Result, Cell['style']>;

/** What is shown of a report beside its status. */
export interface Shown {
  readonly namespace: string;
  readonly name: string;
  readonly status: HealthReportStatus;
}

/** The report as lines of text. `all`: good and skipped questions too. */
export function renderReport(shown: Shown, all: boolean, paint: Paint = plain): string[] {
  const { namespace, name, status } = allPrintable(shown);
  const { verdict } = status;
  const head = columns(
    [
      [
        { text: `${namespace}/${name}`, style: 'strong' },
        { text: verdict, style: VERDICT_STYLE[verdict] },
        { text: status.healthy === undefined ? 'nothing examined' : `${status.healthy} healthy` },
        { text: `upgradeable ${conditionStatus(status, 'Upgradeable')}` },
        { text: status.topology === undefined ? '' : `topology ${status.topology}` },
      ],
    ],
    paint,
  );
  return [
    ...head,
    ...rootCauses(status, paint),
    ...checks(status, all, paint),
    ...summaries(status),
    ...totals(status),
  ];
}

/** One line a report, as `kubectl get healthreports` shows it. */
export function renderSummary(reports: readonly Shown[], paint: Paint = plain): string[] {
  const header = ['NAMESPACE', 'NAME', 'VERDICT', 'HEALTHY', 'UPGRADEABLE', 'ROOT-CAUSE'].map((text) => ({
    text,
    style: 'faint' as const,
  }));
  const rows = reports
    .map(allPrintable<Shown>)
    .map(({ namespace, name, status }): Cell[] => [
      { text: namespace },
      { text: name },
      { text: status.verdict, style: VERDICT_STYLE[status.verdict] },
      { text: status.healthy ?? '-' },
      { text: conditionStatus(status, 'Upgradeable') },
      { text: status.rootCause ?? '' },
    ]);
  return columns([header, ...rows], paint);
}

function conditionStatus(status: HealthReportStatus, type: string): string {
  return status.conditions.find((condition) => condition.type === type)?.status ?? 'Unknown';
}

function rootCauses(status: HealthReportStatus, paint: Paint): string[] {
  const causes = status.rootCauses ?? [];
  if (causes.length === 0) return [];
  const lines = ['', paint('strong', causes.length === 1 ? 'Root cause' : `Root causes (${causes.length})`)];
  for (const cause of causes) {
    const check = status.checks?.find(({ id }) => id === cause.check);
    lines.push(
      `  ${paint('bad', cause.fault)}  ${cause.check}${check?.severity === undefined ? '' : `  (${check.severity})`}`,
    );
    if (check?.message !== undefined) lines.push(...paragraph('Seen', check.message));
    if (check?.evidence !== undefined) lines.push(...paragraph('Proof', check.evidence));
    for (const { id, basis } of check?.citations ?? []) {
      const entry = status.citations?.find((citation) => citation.id === id);
      if (entry === undefined) continue;
      lines.push(...paragraph('Cause', entry.cause), ...paragraph('Next', entry.nextSteps));
      lines.push(
        entry.source === 'ours'
          ? `    Ours   ${entry.id}  ${entry.url}  (${basis.toLowerCase()}, our own advice: the guide is silent)`
          : `    Guide  ${entry.id}  ${entry.url}  (${basis.toLowerCase()})`,
      );
    }
    if (cause.affects !== undefined && cause.affects.length > 0)
      lines.push(...paragraph('Explains', cause.affects.join(', ')));
  }
  return lines;
}

function paragraph(label: string, text: string): string[] {
  const room = 9;
  return wrap(text, WIDTH - room - 4).map(
    (line, index) =>
      `    ${index === 0 ? label.padEnd(room - 2) : ' '.repeat(room - 2)}${index === 0 && label.length > room - 3 ? ' ' : ''}${line}`,
  );
}

function checks(status: HealthReportStatus, all: boolean, paint: Paint): string[] {
  const told = (status.checks ?? []).filter(
    ({ state, result }) => all || (state !== 'pass' && state !== 'skip') || (result !== 'pass' && result !== 'skip'),
  );
  if (told.length === 0) return [];
  const header = ['STATE', 'CHECK', 'FAULT', 'SEEN'].map((text) => ({ text, style: 'faint' as const }));
  return ['', ...columns([header, ...told.map((check) => row(check))], paint)];
}

function row(check: CheckStatus): Cell[] {
  const seen = withRemarks(check.message ?? '', [
    check.suppressedBy === undefined ? undefined : `explained by ${check.suppressedBy}`,
    check.muted === true ? 'muted' : undefined,
    check.result === check.state ? undefined : unconfirmed(check),
  ]);
  return [
    isWorsening(check)
      ? { text: 'confirming', style: 'warning' }
      : { text: check.state, style: RESULT_STYLE[check.state] },
    { text: check.id },
    { text: check.fault ?? '' },
    { text: seen },
  ];
}

/** A good state beside a fault would be read as good. */
function isWorsening({ state, result, streak }: CheckStatus): boolean {
  return (state === 'pass' || state === 'warn') && (result === 'fail' || result === 'error') && (streak ?? 0) > 0;
}

function unconfirmed({ result, state, streak = 0 }: CheckStatus): string {
  return streak === 0 ? `now ${result}` : `${result} for ${streak === 1 ? '1 run' : `${streak} runs`}, still ${state}`;
}

/** What the three summary conditions say beyond True. */
function summaries(status: HealthReportStatus): string[] {
  const lines = status.conditions
    .filter(({ type, status: is }) => (['Ready', 'Upgradeable'].includes(type) && is !== 'True') || type === 'Stalled')
    .flatMap(({ type, reason, message }) => wrap(`${type}: ${reason}. ${message}`, WIDTH));
  return lines.length === 0 ? [] : ['', ...lines];
}

function totals(status: HealthReportStatus): string[] {
  const { counts } = status;
  if (counts === undefined) return [];
  const parts = (['pass', 'warn', 'fail', 'error', 'skip', 'muted'] as const)
    .filter((key) => counts[key] > 0)
    .map((key) => `${counts[key]} ${key}`);
  const dropped = (status.truncated ?? 0) > 0 ? `; ${status.truncated ?? 0} left out to keep the report small` : '';
  return ['', `${parts.length === 0 ? 'no checks' : parts.join(', ')}${dropped}`];
}
