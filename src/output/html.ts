// A page for people who open a link in a pipeline or a mail: all in one file, no script, nothing loaded from elsewhere.
// Every state is a word; colour only repeats it.
import type { ExitCode } from '../api/exit-codes.ts';
import type { Result } from '../api/faults/traits.ts';
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { OUTCOMES } from './gate.ts';
import { printable } from './printable.ts';
import { titleOf, type Told } from './told.ts';

/** All text stands on white; each colour has a contrast of at least 4.5 to 1 there. */
const STYLE = `
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
  const heads = reports.map((report) => `${titleOf(report)}: ${OUTCOMES[report.gate.exitCode]}`);
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
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="referrer" content="no-referrer">',
    `<title>${text(heads.join(', '))} | recognize-health</title>`,
    `<style>\n${STYLE}\n</style>`,
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
  const { status, gate } = report;
  const checks = status?.checks ?? [];
  const shown = checks.filter(isNotable);
  const others = checks.filter((check) => !isNotable(check));
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${text(titleOf(report))}: <span class="state ${OUTCOME_CLASS[gate.exitCode]}">${OUTCOMES[gate.exitCode]}</span></h2>`,
    `<p><strong>${text(gate.reason)}</strong>: ${text(gate.message)}</p>`,
    ...overridden(gate),
    ...facts(report),
    ...(shown.length === 0 ? [] : table('What is not good', shown, gate)),
    ...advice(shown, status),
    ...(gate.notExamined.length === 0
      ? []
      : ['<h3>Not examined</h3>', '<ul>', ...gate.notExamined.map((line) => `<li>${text(line)}</li>`), '</ul>']),
    ...(others.length === 0
      ? []
      : [
          '<details>',
          `<summary>${others.length === 1 ? '1 other check' : `${others.length} other checks`}</summary>`,
          ...table('Good and skipped', others, gate),
          '</details>',
        ]),
    '</section>',
  ];
}

function overridden({ override }: GateAnswer): string[] {
  if (override === undefined) return [];
  return [`<p><strong>Overridden</strong> (exit code ${override.replaced}): ${text(override.reason)}</p>`];
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
    ...known.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${text(value)}</td></tr>`),
    '</tbody>',
    '</table>',
  ];
}

function table(caption: string, checks: readonly CheckStatus[], gate: GateAnswer): string[] {
  const left = new Set(gate.skipped.map(({ check }) => check));
  return [
    '<table>',
    `<caption>${caption}</caption>`,
    `<thead><tr>${['Check', 'Result', 'Fault', 'Seen', 'Guide'].map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...checks.map((check) => {
      const remarks = [
        check.result === check.state ? undefined : `the report still says ${check.state}`,
        left.has(check.id) ? 'left out by --skip' : undefined,
        check.muted === true ? 'muted' : undefined,
        check.suppressedBy === undefined ? undefined : `explained by ${check.suppressedBy}`,
      ].filter((remark) => remark !== undefined);
      const seen = `${check.message ?? ''}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`;
      return [
        `<tr><th scope="row">${text(check.id)}</th>`,
        `<td class="state ${RESULT_CLASS[check.result]}">${check.result}</td>`,
        `<td>${text(check.fault ?? '')}</td><td>${text(seen)}</td><td>${text(check.citations?.[0]?.id ?? '')}</td></tr>`,
      ].join('');
    }),
    '</tbody>',
    '</table>',
  ];
}

function advice(checks: readonly CheckStatus[], status: HealthReportStatus | undefined): string[] {
  const cited = new Set(checks.flatMap(({ citations = [] }) => citations.map(({ id }) => id)));
  const entries = (status?.citations ?? []).filter(({ id }) => cited.has(id));
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

/** Only the web is linked to: whatever else a URL could start stays text. */
function link(url: string, words: string): string {
  return /^https?:\/\//i.test(url) ? `<a href="${text(url)}" rel="noreferrer">${text(words)}</a>` : text(url);
}

function isNotable({ result, state }: CheckStatus): boolean {
  return [result, state].some((one) => one === 'fail' || one === 'error' || one === 'warn');
}

/** Text or a quoted attribute. */
function text(value: string): string {
  return printable(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
