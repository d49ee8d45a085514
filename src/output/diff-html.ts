// The certificate of an upgrade as a page: before, after, how long, and what was not examined. All in one file, no
// script, nothing loaded from elsewhere.
import type { Comparison } from '../gate/comparison.ts';
import { changesOf, phasesOf, runsOf, stepOf } from './diff-view.ts';
import { htmlDocument } from './page/document.ts';
import { text } from './page/escape.ts';
import { keyTable, table } from './page/sections.ts';
import { ownVersion } from '../runtime/own-version.ts';
import { OUTCOMES, outcomeStyle } from './view.ts';

/** A whole document, without a line feed at its end. */
export function renderDiffHtml(comparisons: readonly Comparison[], problem?: string): string {
  const heads = comparisons.map(({ namespace, name, exitCode }) => `${namespace}/${name}: ${OUTCOMES[exitCode]}`);
  return htmlDocument(
    heads.length === 0 ? 'nothing compared' : heads.join(', '),
    'PingOne Recognize before and after',
    [
      ...(problem === undefined ? [] : [`<p><strong>Nothing compared</strong>: ${text(problem)}</p>`]),
      ...comparisons.flatMap((comparison, index) => section(comparison, `report-${index + 1}`)),
    ],
  );
}

function section(comparison: Comparison, id: string): string[] {
  const { namespace, name, exitCode, reason, message, images, moved, unseen, unchanged } = comparison;
  const runs = runsOf(comparison);
  const phases = phasesOf(comparison);
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${text(`${namespace}/${name}`)}: <span class="state ${outcomeStyle(exitCode)}">${OUTCOMES[exitCode]}</span></h2>`,
    `<p><strong>${reason}</strong>: ${text(message)}</p>`,
    ...keyTable('In short', [
      ['Exit code', String(exitCode)],
      ...(runs === '' ? [] : [['Run before → run after', runs] as const]),
      ...(phases === '' ? [] : [['Took', phases] as const]),
      ['As well as before', String(unchanged)],
      ['Made by', `recognize-health ${ownVersion()}`],
    ]),
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
    '</section>',
  ];
}
