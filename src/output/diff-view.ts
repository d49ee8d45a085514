// What every format of `diff` tells of a comparison, worked out once: they only lay it out.
import type { Change, Comparison } from '../gate/comparison.ts';
import { formatDuration } from '../runtime/duration.ts';
import type { Paint } from './columns.ts';

/** The lists in the order in which they are told, with their titles. */
export function changesOf(comparison: Comparison): readonly {
  readonly title: string;
  readonly style: Parameters<Paint>[0];
  readonly changes: readonly Change[];
}[] {
  const lists = [
    { title: 'Worse', style: 'bad', changes: comparison.regressions },
    { title: 'Lost out of sight', style: 'unknown', changes: comparison.lostSight },
    { title: 'Not asked any more', style: 'unknown', changes: comparison.gone },
    { title: 'Asked for the first time', style: 'warning', changes: comparison.added },
    { title: 'As bad as before', style: 'warning', changes: comparison.still },
    { title: 'Better', style: 'good', changes: comparison.fixes },
  ] as const;
  return lists.filter(({ changes }) => changes.length > 0);
}

/** `pass → fail DatabaseUnreachable`, with what keeps it from counting in brackets. */
export function stepOf({ before, after, faultBefore, faultAfter, muted, required }: Change): string {
  const side = (result: string | undefined, fault: string | undefined): string =>
    result === undefined ? 'not asked' : fault === undefined ? result : `${result} ${fault}`;
  const remarks = [...(muted ? ['muted'] : []), ...(required ? [] : ['not required'])];
  const remark = remarks.length === 0 ? '' : ` (${remarks.join(', ')})`;
  return `${side(before, faultBefore)} → ${side(after, faultAfter)}${remark}`;
}

/** `rollout 2m, until healthy 40s`; empty where nobody waited. */
export function phasesOf({ phases = [] }: Comparison): string {
  return phases.map(({ name, ms }) => `${name} ${formatDuration(ms)}`).join(', ');
}

/** `run 2026-11-28T14:02:00Z → 2026-11-28T14:20:00Z (18m)`; empty where a side is unknown. */
export function runsOf({ runBefore, runAfter }: Pick<Comparison, 'runBefore' | 'runAfter'>): string {
  if (runBefore === undefined || runAfter === undefined) return '';
  const ms = Date.parse(runAfter) - Date.parse(runBefore);
  return `${runBefore} → ${runAfter}${ms > 0 ? ` (${formatDuration(ms)})` : ''}`;
}
