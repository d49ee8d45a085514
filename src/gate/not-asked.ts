// What nobody looked at, in few lines: one for each cause, however many questions wait for it.
import { CONCERNS } from '../api/components.ts';
import type { CheckStatus } from '../api/health-report.ts';

export interface Unasked {
  /** `30 questions wait for database/node-persistence` */
  readonly line: string;
  readonly checks: readonly CheckStatus[];
}

/** Skipped questions by what keeps them from being asked, the most first. */
export function unaskedByCause(checks: readonly CheckStatus[]): readonly Unasked[] {
  const failing = checks.filter(({ result }) => result === 'fail' || result === 'error');
  const groups = new Map<string, { readonly lead: string; readonly tail: string; checks: CheckStatus[] }>();
  for (const check of checks.filter(({ result }) => result === 'skip')) {
    const cause = causeOf(check, failing);
    const key = `${cause.lead}\n${cause.tail}`;
    const group = groups.get(key) ?? { ...cause, checks: [] };
    group.checks.push(check);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => b.checks.length - a.checks.length)
    .map(({ lead, tail, checks: members }) => {
      const [only] = members;
      if (members.length === 1 && only !== undefined)
        return { line: `${only.id} ${lead === '' ? '' : 'waits for '}${tail}`, checks: members };
      const targets = [...new Set(members.map(({ id }) => targetOf(id)))];
      const where =
        lead === ''
          ? ` (${targets.slice(0, 3).join(', ')}${targets.length > 3 ? `, … ${targets.length - 3} more` : ''})`
          : '';
      return { line: `${members.length} questions ${lead === '' ? '' : 'wait for '}${tail}${where}`, checks: members };
    });
}

/** A question of a target that fails waits for that target; any other says itself why it was not asked. */
function causeOf(
  check: CheckStatus,
  failing: readonly CheckStatus[],
): { readonly lead: string; readonly tail: string } {
  const target = targetOf(check.id);
  const blocker =
    failing.find(({ id }) => targetOf(id) === target) ??
    failing.find(({ id }) => CONCERNS.some((concern) => target === `${concern}/${targetOf(id)}`));
  if ((check.fault === 'NotAsked' || check.fault === undefined) && blocker !== undefined)
    return { lead: 'wait', tail: targetOf(blocker.id) };
  return { lead: '', tail: `not asked: ${check.message ?? check.fault ?? 'nobody says why'}` };
}

/** `database/node-persistence/connect` → `database/node-persistence` */
export function targetOf(id: string): string {
  return id.slice(0, Math.max(id.lastIndexOf('/'), 0));
}
