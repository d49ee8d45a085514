// The certificate of an upgrade as a page: before, after, how long, and what was not examined. All in one file, no
// script, nothing loaded from elsewhere.
import type { Comparison } from '../gate/comparison.ts';
import { changesOf, phasesOf, stepOf } from './diff-view.ts';
import { text } from './page/escape.ts';
import { outcomesPage } from './page/outcomes.ts';
import { table } from './page/sections.ts';

/** A whole document, without a line feed at its end. */
export function renderDiffHtml(comparisons: readonly Comparison[], problem?: string): string {
  return outcomesPage({
    done: 'compared',
    subtitle: 'PingOne Recognize before and after',
    outcomes: comparisons,
    problem,
    figures,
    body,
  });
}

function figures(comparison: Comparison): readonly (readonly [string, string])[] {
  const phases = phasesOf(comparison);
  return [...(phases === '' ? [] : [['Took', phases] as const]), ['As well as before', String(comparison.unchanged)]];
}

function body(comparison: Comparison): readonly string[] {
  const { images, moved, unseen } = comparison;
  return [
    ...changesOf(comparison).flatMap(({ title, changes }) =>
      table(
        `${title} (${changes.length})`,
        ['Check', 'Before and after', 'Seen'],
        changes.map((change) => [change.check, stepOf(change), change.message].map(text)),
      ),
    ),
    ...(moved.length === 0
      ? []
      : table(
          `Moved (${moved.length})`,
          ['What', 'Before', 'After', 'Means'],
          moved.map((one) => [one.what, one.before, one.after, one.message].map(text)),
        )),
    ...(images.length === 0
      ? []
      : table(
          `Other images (${images.length})`,
          ['Component', 'Before', 'After'],
          images.map(({ component, before, after }) => [component, before, after].map(text)),
        )),
    ...(unseen.length === 0
      ? []
      : ['<h3>Not examined before or after</h3>', '<ul>', ...unseen.map((one) => `<li>${text(one)}</li>`), '</ul>']),
  ];
}
