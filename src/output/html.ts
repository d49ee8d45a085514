// A page for people who open a link in a pipeline or a mail, or attach it to a change request: all in one file, no script,
// nothing loaded from elsewhere. The decision and the next step come first, then the map, then what was measured.
import type { ExitCode } from '../api/exit-codes.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { availabilityText } from './history.ts';
import { htmlDocument, type Live } from './page/document.ts';
import { link, text } from './page/escape.ts';
import { mapGraph } from './page/graph.ts';
import { dependencyMap } from './page/map.ts';
import { about, capacity, classedCell, dates, history, images, stateCell, table, tiles } from './page/sections.ts';
import { viewOf, type CheckView, type ReportView, type Told } from './view.ts';

const OUTCOME_CLASS = {
  0: 'good',
  1: 'bad',
  2: 'bad',
  3: 'bad',
  4: 'warning',
  5: 'unknown',
  6: 'unknown',
} as const satisfies Record<ExitCode, string>;

/** A whole document, without a line feed at its end. */
export function renderHtml(reports: readonly Told[], frame: { live?: Live; above?: readonly string[] } = {}): string {
  const heads = reports.map((report) => {
    const { title, outcome } = viewOf(report);
    return `${title}: ${outcome}`;
  });
  const contents =
    reports.length < 2
      ? []
      : [
          '<nav aria-label="Reports">',
          '<ul>',
          ...heads.map((head, index) => `<li><a href="#report-${index + 1}">${text(head)}</a></li>`),
          '</ul>',
          '</nav>',
        ];
  return htmlDocument(
    heads.join(', '),
    'Health of PingOne Recognize',
    [
      ...(frame.above ?? []),
      ...contents,
      ...reports.flatMap((report, index) => section(report, `report-${index + 1}`)),
    ],
    frame.live,
  );
}

function section(report: Told, id: string): string[] {
  const { gate, status, spec } = report;
  const view = viewOf(report);
  const { title, outcome, notable, entries } = view;
  const todo = notable.filter(({ remedy }) => remedy !== undefined);
  // What is known and silenced is nothing to begin with.
  const next = todo.find(({ silence }) => silence === undefined);
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${text(title)}: <span class="state ${OUTCOME_CLASS[gate.exitCode]}">${outcome}</span></h2>`,
    `<p><strong>${text(gate.reason)}</strong>: ${text(gate.message)}</p>`,
    ...overridden(gate),
    ...(status?.sinceHealthy === undefined ? [] : [`<p><strong>Changed</strong>: ${text(status.sinceHealthy)}</p>`]),
    ...nextStep(next, gate.exitCode),
    ...(status === undefined ? [] : dependencyMap(mapGraph(status, spec), id)),
    ...(notable.length === 0 ? [] : ['<h3>What is not good</h3>', ...checkTable('The root cause first', notable)]),
    ...remedies(todo.filter((one) => one !== next)),
    ...advice(entries),
    ...(status === undefined
      ? []
      : [
          ...tiles(status),
          ...capacity(status),
          ...dates(status),
          ...images(status),
          ...history(status),
          ...availability(status),
        ]),
    ...examined(view, gate, id),
    '<h3>About this report</h3>',
    ...about(report),
    '</section>',
  ];
}

/** How long it was up, down and unknown. */
function availability(status: HealthReportStatus): string[] {
  const up = availabilityText(status);
  return up === undefined ? [] : [`<p>Up: ${text(up)}</p>`];
}

function overridden({ override }: GateAnswer): string[] {
  if (override === undefined) return [];
  return [`<p><strong>Overridden</strong> (exit code ${override.replaced}): ${text(override.reason)}</p>`];
}

/** What to do first, where there is something to do. */
function nextStep(check: CheckView | undefined, exitCode: ExitCode): string[] {
  if (check === undefined) return [];
  return [
    `<div class="first ${OUTCOME_CLASS[exitCode]}">`,
    '<h3>Next step</h3>',
    ...remedyOf(check),
    ...(check.seen === '' ? [] : [`<p>Seen: ${text(check.seen)}</p>`]),
    '</div>',
  ];
}

function checkTable(caption: string, checks: readonly CheckView[]): string[] {
  return table(
    caption,
    ['Check', 'Result', 'Fault', 'Seen', 'Guide'],
    checks.map(({ id, result, fault, seen, entryId }) => [
      text(id),
      stateCell(result),
      classedCell('fault', text(fault)),
      text(seen),
      classedCell(/^[\w-]{1,24}$/.test(entryId) ? 'entry' : '', text(entryId)),
    ]),
  );
}

function remedies(checks: readonly CheckView[]): string[] {
  return checks.length === 0 ? [] : ['<h3>What else to do</h3>', ...checks.flatMap(remedyOf)];
}

function remedyOf({ id, fault, remedy }: CheckView): string[] {
  return [
    `<h4>${text(fault)} <code>${text(id)}</code></h4>`,
    `<p>${text(remedy?.say ?? '')}</p>`,
    ...[...(remedy?.policies ?? []), ...(remedy?.commands ?? [])].map(
      (line) => `<pre><code>${text(line)}</code></pre>`,
    ),
  ];
}

function advice(entries: ReportView['entries']): string[] {
  if (entries.length === 0) return [];
  return [
    '<h3>What the guide says</h3>',
    ...entries.flatMap(({ id, title, cause, nextSteps, url, source }) => [
      `<h4>${text(id)}: ${text(title)}</h4>`,
      `<p>Cause: ${text(cause)}</p>`,
      `<p>Next: ${text(nextSteps)}</p>`,
      `<p>${link(url, `${id} in the guide`)}${source === 'ours' ? ' (our own advice: the guide is silent)' : ''}</p>`,
    ]),
  ];
}

/** What was examined and what not: a line for each cause, the rest folded. */
function examined(
  { others, otherCount }: ReportView,
  { notExamined, notExaminedByCause, evidence }: GateAnswer,
  id: string,
): string[] {
  const list = (lines: readonly string[]): string[] => [
    '<ul>',
    ...lines.map((line) => `<li>${text(line)}</li>`),
    '</ul>',
  ];
  if (others.length + notExamined.length + evidence.length === 0) return [];
  return [
    '<h3>What was examined, and what not</h3>',
    ...(notExaminedByCause.length === 0
      ? []
      : [`<p>Not examined (${notExamined.length}):</p>`, ...list(notExaminedByCause)]),
    ...(others.length === 0
      ? []
      : [
          `<details id="${id}-others">`,
          `<summary>${otherCount}</summary>`,
          ...checkTable('Good and skipped', others),
          '</details>',
        ]),
    ...(notExamined.length === 0
      ? []
      : [
          `<details id="${id}-not-asked">`,
          '<summary>Every question that was not asked</summary>',
          ...list(notExamined),
          '</details>',
        ]),
    ...(evidence.length === 0
      ? []
      : [
          `<details id="${id}-evidence">`,
          '<summary>What each service and backend was believed on</summary>',
          ...list(evidence.map(({ target, check, message }) => `${target}: ${check}: ${message}`)),
          '</details>',
        ]),
  ];
}
