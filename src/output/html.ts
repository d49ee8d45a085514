// A page for people who open a link in a pipeline or a mail: all in one file, no script, nothing loaded from elsewhere.
// Every state is a word; colour only repeats it.
import type { ExitCode } from '../api/exit-codes.ts';
import type { Result } from '../api/faults/traits.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { printable } from './printable.ts';
import { viewOf, type CheckView, type ReportView, type Told } from './view.ts';

/** All text stands on white; each colour has a contrast of at least 4.5 to 1 there. */
export const PAGE_STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #ffffff; color: #1c1c1c; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.25rem; }
h2 { font-size: 1.6rem; margin-top: 2.5rem; overflow-wrap: anywhere; }
h3 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: 0.25rem 0; }
th, td { border-bottom: 1px solid #8a8a8a; padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { border-bottom-width: 2px; }
tbody th { font-weight: 400; font-family: ui-monospace, monospace; }
pre { margin: 0.25rem 0; padding: 0.35rem 0.6rem; border: 1px solid #8a8a8a; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; }
summary { cursor: pointer; padding: 0.25rem 0; }
a { color: #0b4f9c; }
.state { font-weight: 700; white-space: nowrap; }
.good { color: #14622b; }
.warning { color: #7a4a00; }
.bad { color: #a1121b; }
.unknown { color: #6a1b78; }
.faint { color: #555555; }
@media print { details > * { display: block; } }
`.trim();

const OUTCOME_CLASS = {
  0: 'good',
  1: 'bad',
  2: 'bad',
  3: 'bad',
  4: 'warning',
  5: 'unknown',
  6: 'unknown',
} as const satisfies Record<ExitCode, string>;

const RESULT_CLASS = {
  pass: 'good',
  warn: 'warning',
  fail: 'bad',
  error: 'unknown',
  skip: 'faint',
} as const satisfies Record<Result, string>;

/** A whole document, without a line feed at its end. */
export function renderHtml(reports: readonly Told[]): string {
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
          ...heads.map((head, index) => `<li><a href="#report-${index + 1}">${htmlText(head)}</a></li>`),
          '</ul>',
          '</nav>',
        ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">',
    `<title>${htmlText(heads.join(', '))} | recognize-health</title>`,
    `<style>\n${PAGE_STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    '<h1>Health of PingOne Recognize</h1>',
    ...contents,
    ...reports.flatMap((report, index) => section(report, `report-${index + 1}`)),
    '</main>',
    '</body>',
    '</html>',
  ].join('\n');
}

function section(report: Told, id: string): string[] {
  const { gate } = report;
  const { title, outcome, notable, others, otherCount, entries } = viewOf(report);
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${htmlText(title)}: <span class="state ${OUTCOME_CLASS[gate.exitCode]}">${outcome}</span></h2>`,
    `<p><strong>${htmlText(gate.reason)}</strong>: ${htmlText(gate.message)}</p>`,
    ...overridden(gate),
    ...facts(report),
    ...(notable.length === 0 ? [] : table('What is not good', notable)),
    ...remedies(notable),
    ...advice(entries),
    ...(gate.notExamined.length === 0
      ? []
      : ['<h3>Not examined</h3>', '<ul>', ...gate.notExamined.map((line) => `<li>${htmlText(line)}</li>`), '</ul>']),
    ...(others.length === 0
      ? []
      : ['<details>', `<summary>${otherCount}</summary>`, ...table('Good and skipped', others), '</details>']),
    '</section>',
  ];
}

function overridden({ override }: GateAnswer): string[] {
  if (override === undefined) return [];
  return [`<p><strong>Overridden</strong> (exit code ${override.replaced}): ${htmlText(override.reason)}</p>`];
}

function facts({ status, gate }: Told): string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Exit code', String(gate.exitCode)],
    ['Verdict', status?.verdict],
    ['Components that are healthy', status?.healthy],
    ['Root cause', status?.rootCause],
    ['Topology', status?.topology],
    ['Run started', gate.lastRunTime],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return [
    '<table>',
    '<caption>In short</caption>',
    '<tbody>',
    ...known.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${htmlText(value)}</td></tr>`),
    '</tbody>',
    '</table>',
  ];
}

function table(caption: string, checks: readonly CheckView[]): string[] {
  return [
    '<table>',
    `<caption>${caption}</caption>`,
    `<thead><tr>${['Check', 'Result', 'Fault', 'Seen', 'Guide'].map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...checks.map(({ id, result, fault, seen, entryId }) =>
      [
        `<tr><th scope="row">${htmlText(id)}</th>`,
        `<td class="state ${RESULT_CLASS[result]}">${result}</td>`,
        `<td>${htmlText(fault)}</td><td>${htmlText(seen)}</td><td>${htmlText(entryId)}</td></tr>`,
      ].join(''),
    ),
    '</tbody>',
    '</table>',
  ];
}

function remedies(checks: readonly CheckView[]): string[] {
  const told = checks.filter(({ remedy }) => remedy !== undefined);
  if (told.length === 0) return [];
  return [
    '<h3>What to do</h3>',
    ...told.flatMap(({ id, fault, remedy }) => [
      `<h4>${htmlText(fault)} <code>${htmlText(id)}</code></h4>`,
      `<p>${htmlText(remedy?.say ?? '')}</p>`,
      ...[...(remedy?.policies ?? []), ...(remedy?.commands ?? [])].map(
        (line) => `<pre><code>${htmlText(line)}</code></pre>`,
      ),
    ]),
  ];
}

function advice(entries: ReportView['entries']): string[] {
  if (entries.length === 0) return [];
  return [
    '<h3>What the guide says</h3>',
    ...entries.flatMap(({ id, title, cause, nextSteps, url, source }) => [
      `<h4>${htmlText(id)}: ${htmlText(title)}</h4>`,
      `<p>Cause: ${htmlText(cause)}</p>`,
      `<p>Next: ${htmlText(nextSteps)}</p>`,
      `<p>${link(url, `${id} in the guide`)}${source === 'ours' ? ' (our own advice: the guide is silent)' : ''}</p>`,
    ]),
  ];
}

/** Only the web is linked to: whatever else a URL could start stays text. */
function link(url: string, words: string): string {
  return /^https?:\/\//i.test(url)
    ? `<a href="${htmlText(url)}" rel="noreferrer">${htmlText(words)}</a>`
    : htmlText(url);
}

/** Text or a quoted attribute. */
export function htmlText(value: string): string {
  return printable(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
