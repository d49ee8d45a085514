// The parts of the page below the map: tiles with figures, dates, capacity, images, history, and what the report is about.
import type { CheckStatus, HealthReportStatus, Verdict } from '../../api/health-report.ts';
import type { Result } from '../../api/faults/traits.ts';
import { ENTRIES } from '../../guide/index.ts';
import { ownVersion } from '../../runtime/own-version.ts';
import { concernsOf, figureOf, RESULT_STYLE } from '../concerns.ts';
import type { Told } from '../view.ts';
import { text } from './escape.ts';

const VERDICT_CLASS = {
  Healthy: 'good',
  Warning: 'warning',
  Failing: 'bad',
  Unknown: 'unknown',
} as const satisfies Record<Verdict, string>;

/** A verdict of a newer operator is none that we know. */
const verdictClass = (verdict: string): string =>
  Object.hasOwn(VERDICT_CLASS, verdict) ? VERDICT_CLASS[verdict as Verdict] : VERDICT_CLASS.Unknown;

/** A table whose rows become lists on a narrow page, and stay a table to a screen reader. Cells are HTML already. */
export function table(caption: string, header: readonly string[], rows: readonly (readonly TableCell[])[]): string[] {
  return [
    '<table class="wide" role="table">',
    `<caption>${caption}</caption>`,
    `<thead role="rowgroup"><tr role="row">${header.map((head) => `<th scope="col" role="columnheader">${head}</th>`).join('')}</tr></thead>`,
    '<tbody role="rowgroup">',
    ...rows.map(
      (row) => `<tr role="row">${row.map((cell, at) => cellOf(cell, header[at] ?? '', at === 0)).join('')}</tr>`,
    ),
    '</tbody>',
    '</table>',
  ];
}

/** Names with their values, as they are. */
export function keyTable(caption: string, rows: readonly (readonly [name: string, value: string])[]): string[] {
  return [
    '<table class="keys" role="table">',
    `<caption>${text(caption)}</caption>`,
    '<tbody role="rowgroup">',
    ...rows.map(
      ([name, value]) =>
        `<tr role="row"><th scope="row" role="rowheader">${text(name)}</th><td role="cell">${whole(value)}</td></tr>`,
    ),
    '</tbody>',
    '</table>',
  ];
}

/** A text in which no moment is broken at its hyphens. */
function whole(value: string): string {
  return text(value).replaceAll(/\b\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z/g, '<time>$&</time>');
}

/** A cell of a table: HTML, of a class of its own or not. */
export type TableCell = string | { readonly className: string; readonly content: string };

/** The first cell names its row. Before the others `head` is shown where the columns have become a list; the div keeps what it says in a column of its own. */
function cellOf(cell: TableCell, head: string, isFirst: boolean): string {
  const { className, content } = typeof cell === 'string' ? { className: '', content: cell } : cell;
  if (isFirst) return `<th scope="row" role="rowheader">${content}</th>`;
  return `<td role="cell"${className === '' ? '' : ` class="${className}"`} data-label="${head}">${content === '' ? '' : `<div>${content}</div>`}</td>`;
}

/** A cell of this class; `content` is HTML. */
export const classedCell = (className: string, content: string): TableCell => ({ className, content });

export function stateCell(result: Result): TableCell {
  return classedCell(`state ${RESULT_STYLE[result]}`, result);
}

/** A tile for each target of each concern, with what was measured; capacity has a table of its own. */
export function tiles(status: HealthReportStatus): string[] {
  const concerns = concernsOf(status).filter(({ title }) => title !== 'Capacity');
  return concerns.flatMap(({ title, targets }) => [
    `<h3>${title}</h3>`,
    '<ul class="tiles">',
    ...targets.map(({ name, worst, checks }) => {
      const figures = checks.flatMap(figureOf);
      const list = figures.length === 0 ? '' : `<ul>${figures.map((one) => `<li>${text(one)}</li>`).join('')}</ul>`;
      return `<li><span class="state ${RESULT_STYLE[worst]}">${worst}</span> <strong>${text(name)}</strong>${list}</li>`;
    }),
    '</ul>',
  ]);
}

/** The last verdicts, the oldest first. */
export function history({ transitions = [] }: HealthReportStatus): string[] {
  if (transitions.length === 0) return [];
  return [
    '<h3>Verdicts and moved settings so far</h3>',
    '<ol class="strip">',
    ...transitions.map(({ time, to, rootCause, moved }) => {
      const said = moved ?? rootCause;
      const why = said === undefined ? '' : `<span>${text(said)}</span>`;
      return `<li class="${verdictClass(to)}"><strong>${text(to)}</strong><span><time datetime="${text(time)}">${text(time)}</time></span>${why}</li>`;
    }),
    '</ol>',
  ];
}

/** Whatever a check says ends on a day, by that day. */
export function dates({ checks = [] }: HealthReportStatus): string[] {
  const rows = checks.flatMap((check) => {
    const day = endOf(check);
    return day === undefined ? [] : [{ day, check }];
  });
  if (rows.length === 0) return [];
  const sorted = rows.toSorted((a, b) => a.day.localeCompare(b.day) || a.check.id.localeCompare(b.check.id));
  return [
    '<h3>What ends when</h3>',
    ...table(
      'Certificates, passwords and key material by date',
      ['Of', 'State', 'Ends on', 'Seen'],
      sorted.map(({ day, check: { id, state, message = '' } }) => [
        text(id),
        stateCell(state),
        classedCell('time', day),
        text(message),
      ]),
    ),
  ];
}

const ENDING = /^(?!upgrade\/).*\/(?:certificate|credentials|expiry)$/;

function endOf({ id, message = '' }: CheckStatus): string | undefined {
  return ENDING.test(id) ? /[0-9]{4}-[0-9]{2}-[0-9]{2}/.exec(message)?.[0] : undefined;
}

const LIMITS = ENTRIES.filter(({ id }) => id === 'REC-SC-001' || id === 'REC-SC-002' || id === 'REC-SC-003');

/** Connections, pods, limits and latency beside what the vendor tested, with the guide's formula. */
export function capacity({ checks = [] }: HealthReportStatus): string[] {
  const rows = checks.filter(
    ({ id, component, result }) =>
      result !== 'skip' &&
      (component === 'capacity' || /^(?:upgrade\/)?database\/.*\/(?:connections|headroom)$/.test(id)),
  );
  if (rows.length === 0) return [];
  return [
    '<h3>Capacity</h3>',
    ...table(
      'Measured, against what the vendor tested',
      ['Question', 'State', 'Seen'],
      rows.map(({ id, state, message = '' }) => [text(id), stateCell(state), text(message)]),
    ),
    '<ul>',
    ...LIMITS.map(({ id, title, cause }) => `<li><strong>${text(id)}</strong> ${text(title)}: ${withCode(cause)}</li>`),
    '</ul>',
  ];
}

/** Our own words, in which backticks stand around what is code. */
const withCode = (words: string): string => text(words).replaceAll(/`([^`]*)`/g, '<code>$1</code>');

/** What runs, by its image. */
export function images({ inventory = [] }: HealthReportStatus): string[] {
  const rows = inventory.filter(({ image }) => image !== undefined);
  if (rows.length === 0) return [];
  return [
    '<h3>Images</h3>',
    ...table(
      'What runs, as it was found',
      ['Service', 'Workload', 'Image', 'Known since'],
      rows.map(({ component, kind = '', name = '', image = '', since }) => [
        text(component),
        text(`${kind} ${name}`.trim()),
        // A long name is broken between its parts.
        `<code>${text(image).replaceAll('/', '/<wbr>')}</code>`,
        classedCell('time', text(since)),
      ]),
    ),
  ];
}

/** Where, when, of what: so that the page still says it in a year. */
export function about({ namespace, status, gate, windows = [] }: Told): string[] {
  const platform = status?.checks?.find(({ id }) => id === 'platform/version')?.message;
  const tags = new Set(status?.inventory?.flatMap(({ image }) => /:([^:/@]+)(?:@|$)/.exec(image ?? '')?.[1] ?? []));
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Exit code', String(gate.exitCode)],
    ['Verdict', status?.verdict],
    ['Components that are healthy', status?.healthy],
    ['Root cause', status?.rootCause],
    ['Namespace', namespace === '' ? undefined : namespace],
    ['Cluster', platform],
    ['Topology', status?.topology],
    ['Versions of the product, by image', tags.size === 0 ? undefined : [...tags].join(', ')],
    ['Run started', gate.lastRunTime ?? status?.lastRunTime],
    ['Fresh until', status?.freshUntil],
    ['Maintenance windows', windows.length === 0 ? undefined : windows.join(' ')],
    ['Guide', status?.guide === undefined ? undefined : `${status.guide.version}, ${status.guide.url}`],
    ['Made by', `recognize-health ${ownVersion()}`],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return keyTable('In short', known);
}
