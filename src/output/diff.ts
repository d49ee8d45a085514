// What `diff` prints: worse first, then what nobody sees any more, then what is better. The page is the certificate of
// an upgrade: before, after, how long, and what was not examined.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { Comparison } from '../gate/comparison.ts';
import { diffObject, type DiffObject } from '../gate/diff-object.ts';
import { labelled, type Paint, plain, USUAL_WIDTH, wrap } from './columns.ts';
import { renderDiffHtml } from './diff-html.ts';
import { renderDiffJunit } from './diff-junit.ts';
import { changesOf, phasesOf, runsOf, stepOf } from './diff-view.ts';
import { jsonText, yamlText, type Formats } from './format.ts';
import { markdownText as text } from './markdown.ts';
import { allPrintable } from './printable.ts';
import { OUTCOMES, outcomeStyle } from './view.ts';

/** What `diff` has to say. */
export interface Diffed {
  readonly comparisons: readonly Comparison[];
  readonly exitCode: ExitCode;
  /** Why nothing could be compared. */
  readonly problem?: string;
}

export const DIFF_FORMATS = {
  // The problem goes to stderr: a person reads both.
  table: ({ comparisons }, paint, width) => renderDiff(comparisons, paint, width).join('\n'),
  json: (diffed) => jsonText(objectOf(diffed)),
  yaml: (diffed) => yamlText(objectOf(diffed)),
  junit: ({ comparisons, exitCode, problem }) => renderDiffJunit(comparisons, exitCode, problem),
  markdown: (diffed) => renderDiffMarkdown(diffed),
  html: (diffed) => renderDiffHtml(diffed.comparisons, diffed.problem),
} as const satisfies Formats<Diffed>;

function objectOf({ comparisons, exitCode, problem }: Diffed): DiffObject {
  return diffObject(comparisons, exitCode, problem);
}

/** All comparisons for a terminal, an empty line between two. */
export function renderDiff(comparisons: readonly Comparison[], paint: Paint = plain, width = USUAL_WIDTH): string[] {
  return comparisons.flatMap((comparison, index) => [
    ...(index === 0 ? [] : ['']),
    ...renderOne(allPrintable(comparison), paint, width),
  ]);
}

function renderOne(comparison: Comparison, paint: Paint, width: number): string[] {
  const { namespace, name, exitCode, reason, message, images, moved, unseen, unchanged } = comparison;
  const runs = runsOf(comparison);
  const phases = phasesOf(comparison);
  return [
    `${paint('strong', `${namespace}/${name}`)}  ${paint(outcomeStyle(exitCode), OUTCOMES[exitCode])}  ${reason}`,
    ...wrap(message, width - 2).map((line) => `  ${line}`),
    ...(runs === '' ? [] : [`  Runs: ${runs}`]),
    ...(phases === '' ? [] : [`  Took: ${phases}`]),
    ...changesOf(comparison).flatMap(({ title, style: tone, changes }) => [
      '',
      paint('strong', `${title} (${changes.length})`),
      ...changes.flatMap((change) => [
        ...wrap(`${change.check}: ${stepOf(change)}`, width - 2).map(
          (line, index) => `${index === 0 ? '  ' : '    '}${paint(tone, line)}`,
        ),
        ...labelled('Seen', change.message, width),
      ]),
    ]),
    ...(moved.length === 0
      ? []
      : [
          '',
          paint('strong', `Moved (${moved.length})`),
          ...moved.flatMap(({ message: words }) =>
            wrap(words, width - 2).map((line, index) => (index === 0 ? '  ' : '    ') + line),
          ),
        ]),
    ...(images.length === 0
      ? []
      : [
          '',
          paint('strong', `Other images (${images.length})`),
          ...images.flatMap(({ component, before, after }) =>
            wrap(`${component}: ${before} → ${after}`, width - 2).map(
              (line, index) => (index === 0 ? '  ' : '    ') + line,
            ),
          ),
        ]),
    ...(unseen.length === 0
      ? []
      : ['', paint('strong', `Not examined before or after (${unseen.length})`), ...unseen.map((id) => `  ${id}`)]),
    '',
    `${unchanged} as well as before.`,
  ];
}

function renderDiffMarkdown({ comparisons, problem, exitCode }: Diffed): string {
  if (comparisons.length === 0)
    return `### Nothing compared: ${OUTCOMES[exitCode]}\n\n${text(problem ?? 'There is no report.')}`;
  return comparisons.map((comparison) => sectionOf(comparison).join('\n')).join('\n\n');
}

function sectionOf(comparison: Comparison): string[] {
  const { namespace, name, exitCode, reason, message, images, moved, unseen, unchanged } = comparison;
  const runs = runsOf(comparison);
  const phases = phasesOf(comparison);
  const row = (cells: readonly string[]): string => `| ${cells.map(text).join(' | ')} |`;
  return [
    `### ${text(`${namespace}/${name}`)}: ${OUTCOMES[exitCode]}`,
    '',
    `**${reason}**: ${text(message)}`,
    '',
    ...(exitCode === EXIT.pass ? [] : [`Exit code ${exitCode}.`, '']),
    ...(runs === '' ? [] : [`Runs: ${text(runs)}`, '']),
    ...(phases === '' ? [] : [`Took: ${text(phases)}`, '']),
    ...changesOf(comparison).flatMap(({ title, changes }) => [
      `**${title}**`,
      '',
      '| Check | Before and after | Seen |',
      '|---|---|---|',
      ...changes.map((change) => row([change.check, stepOf(change), change.message])),
      '',
    ]),
    ...(moved.length === 0 ? [] : ['**Moved**', '', ...moved.map(({ message: words }) => `- ${text(words)}`), '']),
    ...(images.length === 0
      ? []
      : [
          '**Other images**',
          '',
          '| Component | Before | After |',
          '|---|---|---|',
          ...images.map(({ component, before, after }) => row([component, before, after])),
          '',
        ]),
    ...(unseen.length === 0
      ? []
      : ['**Not examined before or after**', '', ...unseen.map((id) => `- ${text(id)}`), '']),
    `${unchanged} as well as before.`,
  ];
}
