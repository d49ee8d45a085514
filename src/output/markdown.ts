// Markdown for a pull request or a job summary (GitHub and GitLab flavour): a table of what is not good, then the advice.
import { EXIT } from '../api/exit-codes.ts';
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { OUTCOMES } from './gate.ts';
import { printable } from './printable.ts';
import { titleOf, type Told } from './told.ts';

/** A whole document, without a line feed at its end. */
export function renderMarkdown(reports: readonly Told[]): string {
  return reports.map((report) => section(report).join('\n')).join('\n\n');
}

function section(report: Told): string[] {
  const { status, gate } = report;
  const checks = status?.checks ?? [];
  const shown = checks.filter(({ result, state }) =>
    [result, state].some((one) => one === 'fail' || one === 'error' || one === 'warn'),
  );
  const good = checks.length - shown.length;
  return [
    `### ${text(titleOf(report))}: ${OUTCOMES[gate.exitCode]}`,
    '',
    ...verdict(gate),
    ...(shown.length === 0 ? [] : [...table(shown, gate), '']),
    ...advice(shown, status),
    ...(gate.notExamined.length === 0
      ? []
      : ['**Not examined**', '', ...gate.notExamined.map((line) => `- ${text(line)}`), '']),
    good === 1 ? '1 other check.' : `${good} other checks.`,
  ];
}

function verdict(gate: GateAnswer): string[] {
  const lines = [`**${gate.reason}**: ${text(gate.message)}`];
  if (gate.override !== undefined)
    lines.push('', `**Overridden** (exit code ${gate.override.replaced}): ${text(gate.override.reason)}`);
  if (gate.exitCode !== EXIT.pass) lines.push('', `Exit code ${gate.exitCode}.`);
  return [...lines, ''];
}

function table(checks: readonly CheckStatus[], gate: GateAnswer): string[] {
  const left = new Set(gate.skipped.map(({ check }) => check));
  return [
    '| Result | Check | Fault | Seen | Guide |',
    '|---|---|---|---|---|',
    ...checks.map((check) => {
      const remarks = [
        left.has(check.id) ? 'left out by --skip' : undefined,
        check.muted === true ? 'muted' : undefined,
        check.suppressedBy === undefined ? undefined : `explained by ${check.suppressedBy}`,
      ].filter((remark) => remark !== undefined);
      const cells = [
        check.result,
        check.id,
        check.fault ?? '',
        `${check.message ?? ''}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`,
        check.citations?.[0]?.id ?? '',
      ];
      return `| ${cells.map((cell) => text(cell)).join(' | ')} |`;
    }),
  ];
}

function advice(checks: readonly CheckStatus[], status: HealthReportStatus | undefined): string[] {
  const cited = new Set(checks.flatMap(({ citations = [] }) => citations.map(({ id }) => id)));
  return (status?.citations ?? [])
    .filter(({ id }) => cited.has(id))
    .flatMap(({ id, title, cause, nextSteps, url }) => [
      `**${link(id, url)}** ${text(title)}`,
      '',
      `- Cause: ${text(cause)}`,
      `- Next: ${text(nextSteps)}`,
      '',
    ]);
}

/** Only the web is linked to, and no character of the address can end the link. */
function link(words: string, url: string): string {
  if (!/^https?:\/\//i.test(url)) return text(words);
  return `[${text(words)}](<${printable(url).replace(/[^!-;=?-[\]-~]/gu, encodeURIComponent)}>)`;
}

/** Text on one line that Markdown and HTML take as it is: no cell ends, no markup or mention begins in it. */
function text(value: string): string {
  return printable(value)
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~#@:]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\b(www)\./gi, '$1&#46;');
}
