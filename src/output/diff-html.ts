// The certificate of an upgrade as a page: before, after, how long, and what was not examined. All in one file, no
// script, nothing loaded from elsewhere.
import type { Comparison } from '../gate/comparison.ts';
import { changesOf, phasesOf, runsOf, stepOf } from './diff-view.ts';
import { htmlDocument } from './page/document.ts';
import { text } from './page/escape.ts';
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
  const { namespace, name, exitCode, reason, message, images, unseen, unchanged } = comparison;
  const runs = runsOf(comparison);
  const phases = phasesOf(comparison);
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${text(`${namespace}/${name}`)}: <span class="state ${outcomeStyle(exitCode)}">${OUTCOMES[exitCode]}</span></h2>`,
    `<p><strong>${reason}</strong>: ${text(message)}</p>`,
    ...table(
      'In short',
      [],
      [
        ['Exit code', String(exitCode)],
        ...(runs === '' ? [] : [['Run before → run after', runs]]),
        ...(phases === '' ? [] : [['Took', phases]]),
        ['As well as before', String(unchanged)],
      ],
    ),
    ...changesOf(comparison).flatMap(({ title, changes }) =>
      table(
        `${title} (${changes.length})`,
        ['Check', 'Before and after', 'Seen'],
        changes.map((change) => [change.check, stepOf(change), change.message]),
      ),
    ),
    ...(images.length === 0
      ? []
      : table(
          `Other images (${images.length})`,
          ['Component', 'Before', 'After'],
          images.map(({ component, before, after }) => [component, before, after]),
        )),
    ...(unseen.length === 0
      ? []
      : ['<h3>Not examined before or after</h3>', '<ul>', ...unseen.map((one) => `<li>${text(one)}</li>`), '</ul>']),
    '</section>',
  ];
}

/** The first cell of each row is its head. */
function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    '<table>',
    `<caption>${text(caption)}</caption>`,
    ...(heads.length === 0
      ? []
      : [`<thead><tr>${heads.map((head) => `<th scope="col">${text(head)}</th>`).join('')}</tr></thead>`]),
    '<tbody>',
    ...rows.map(([head = '', ...cells]) => {
      return `<tr><th scope="row">${text(head)}</th>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`;
    }),
    '</tbody>',
    '</table>',
  ];
}
