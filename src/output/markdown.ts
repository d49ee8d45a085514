// Markdown for a pull request or a job summary (GitHub and GitLab flavour): a table of what is not good, then the advice.
import { EXIT } from '../api/exit-codes.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { printable } from './printable.ts';
import { viewOf, type CheckView, type ReportView, type Told } from './view.ts';

/** A whole document, without a line feed at its end. */
export function renderMarkdown(reports: readonly Told[]): string {
  return reports.map((report) => section(report).join('\n')).join('\n\n');
}

function section(report: Told): string[] {
  const { gate } = report;
  const { title, outcome, notable, entries, otherCount } = viewOf(report);
  return [
    `### ${markdownText(title)}: ${outcome}`,
    '',
    ...verdict(gate),
    ...(report.status?.sinceHealthy === undefined ? [] : [`Changed: ${markdownText(report.status.sinceHealthy)}`, '']),
    ...(notable.length === 0 ? [] : [...table(notable), '']),
    ...remedies(notable),
    ...advice(entries),
    ...(gate.notExamined.length === 0
      ? []
      : ['**Not examined**', '', ...gate.notExamined.map((line) => `- ${markdownText(line)}`), '']),
    `${otherCount}.`,
  ];
}

function verdict(gate: GateAnswer): string[] {
  const lines = [`**${gate.reason}**: ${markdownText(gate.message)}`];
  if (gate.override !== undefined)
    lines.push('', `**Overridden** (exit code ${gate.override.replaced}): ${markdownText(gate.override.reason)}`);
  if (gate.exitCode !== EXIT.pass) lines.push('', `Exit code ${gate.exitCode}.`);
  return [...lines, ''];
}

function table(checks: readonly CheckView[]): string[] {
  return [
    '| Result | Check | Fault | Seen | Guide |',
    '|---|---|---|---|---|',
    ...checks.map(({ result, id, fault, seen, entryId }) => {
      return `| ${[result, id, fault, seen, entryId].map((cell) => markdownText(cell)).join(' | ')} |`;
    }),
  ];
}

/** What to do about each finding. Commands stand in code, which nothing in them can end. */
function remedies(checks: readonly CheckView[]): string[] {
  return checks.flatMap(({ id, fault, remedy }) =>
    remedy === undefined
      ? []
      : [
          `**${markdownText(fault)}** ${markdownText(id)}: ${markdownText(remedy.say)}`,
          '',
          ...[...remedy.policies, ...remedy.commands].flatMap((line) => [`    ${printable(line)}`]),
          ...(remedy.policies.length + remedy.commands.length === 0 ? [] : ['']),
        ],
  );
}

function advice(entries: ReportView['entries']): string[] {
  return entries.flatMap(({ id, title, cause, nextSteps, url }) => [
    `**${link(id, url)}** ${markdownText(title)}`,
    '',
    `- Cause: ${markdownText(cause)}`,
    `- Next: ${markdownText(nextSteps)}`,
    '',
  ]);
}

/** Only the web is linked to, and no character of the address can end the link. */
function link(words: string, url: string): string {
  if (!/^https?:\/\//i.test(url)) return markdownText(words);
  return `[${markdownText(words)}](<${printable(url).replace(/[^!-;=?-[\]-~]/gu, encodeURIComponent)}>)`;
}

/** Text on one line that Markdown and HTML take as it is: no cell ends, no markup or mention begins in it. */
export function markdownText(value: string): string {
  return printable(value)
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~#@:]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\b(www)\./gi, '$1&#46;');
}
