// A report by its concerns: a line for each target with the figures that were measured. What is wrong stands above
// already, so here it is a word.
import { isService } from '../api/components.ts';
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import type { Result } from '../api/faults/traits.ts';
import { wrap, type Cell, type Paint } from './columns.ts';
import { targetOf } from '../gate/not-asked.ts';

export const RESULT_STYLE = {
  pass: 'good',
  warn: 'warning',
  fail: 'bad',
  error: 'unknown',
  skip: 'faint',
} as const satisfies Record<Result, Cell['style']>;

const TITLES: readonly (readonly [string, (component: string) => boolean])[] = [
  ['Services', isService],
  ['Databases', (component) => component === 'database'],
  ['Buckets', (component) => component === 'object-storage'],
  ['Keys', (component) => component === 'key-management'],
  ['Alerts', (component) => component === 'alerts'],
  ['Capacity', (component) => component === 'capacity'],
  ['Platform', (component) => component === 'platform'],
  ['Upgrade', (component) => component === 'upgrade'],
];

/** Worst first. */
export const BADNESS: readonly Result[] = ['fail', 'error', 'warn', 'pass', 'skip'];

/** Targets of one concern, each with its checks. */
export interface Concern {
  readonly title: string;
  readonly targets: readonly {
    readonly name: string;
    readonly worst: Result;
    readonly checks: readonly CheckStatus[];
  }[];
}

/** The concerns of a report in a fixed order; those that were not examined are not there. */
export function concernsOf({ checks = [] }: HealthReportStatus): readonly Concern[] {
  return TITLES.flatMap(([title, belongs]) => {
    const byTarget = new Map<string, CheckStatus[]>();
    for (const check of checks) {
      if (!belongs(check.component) || check.id === 'alerts/mutes') continue;
      byTarget.set(targetOf(check.id), [...(byTarget.get(targetOf(check.id)) ?? []), check]);
    }
    const targets = [...byTarget].map(([id, members]) => ({
      name: nameOf(id),
      worst: worstOf(members),
      checks: members,
    }));
    return targets.length === 0 ? [] : [{ title, targets }];
  });
}

/** All concerns as lines. */
export function concernLines(status: HealthReportStatus, width: number, paint: Paint): string[] {
  return concernsOf(status).flatMap(({ title, targets }) => [
    '',
    paint('strong', title),
    ...targets.flatMap(({ name, worst, checks }) => {
      // A database may have the name of its service, and is no image of it.
      const image =
        title === 'Services' ? status.inventory?.find(({ component }) => component === name)?.image : undefined;
      const figures = [...(image === undefined ? [] : [image]), ...checks.flatMap(figureOf)];
      const lead = `${worst.padEnd(5)} ${name}`;
      const lines = wrap(figures.join('; '), width - 10);
      return [
        `  ${paint(RESULT_STYLE[worst], worst.padEnd(5))} ${name}${lead.length + (lines[0]?.length ?? 0) + 4 <= width && lines.length <= 1 ? (lines.length === 0 ? '' : `  ${lines[0] ?? ''}`) : ''}`,
        ...(lines.length > 1 || lead.length + (lines[0]?.length ?? 0) + 4 > width
          ? lines.map((line) => ' '.repeat(8) + line)
          : []),
      ];
    }),
  ]);
}

/** What was measured, or in a word what is wrong. Nothing for a question that was not asked. */
export function figureOf({ id, state, result, fault, message, suppressedBy }: CheckStatus): readonly string[] {
  const question = id.slice(id.lastIndexOf('/') + 1);
  if (result === 'skip' && (state === 'skip' || state === 'pass')) return [];
  if (state !== 'pass' || result !== 'pass') {
    const explained = suppressedBy === undefined ? '' : ', explained';
    return [`${question} ${(state === 'pass' ? result : state).toUpperCase()} (${fault ?? result}${explained})`];
  }
  return message === undefined ? [] : [`${question}: ${message.replace(/\.$/, '')}`];
}

/** The worse of what the report says of a check and of what its last run saw: what is only being confirmed is not good. */
function nowOf({ state, result }: CheckStatus): Result {
  return BADNESS.find((one) => one === state || one === result) ?? 'skip';
}

/** The state of whatever these checks are about. */
export function worstOf(checks: readonly CheckStatus[]): Result {
  return BADNESS.find((one) => checks.some((check) => nowOf(check) === one)) ?? 'skip';
}

/** A backend by its name, a concern of a service by that service. */
function nameOf(id: string): string {
  const cut = id.indexOf('/');
  return cut === -1 ? id : id.slice(cut + 1);
}
