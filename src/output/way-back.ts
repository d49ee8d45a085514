// What `gate --way-back` prints: what a rollback does not undo, what nobody knows, what is as it was.
import type { ExitCode } from '../api/exit-codes.ts';
import type { WayBackAnswer } from '../gate/way-back.ts';
import { plain, wrap, type Paint } from './columns.ts';
import { jsonText, yamlText, type Formats } from './format.ts';
import { markdownText as text } from './markdown.ts';
import { allPrintable } from './printable.ts';
import { USUAL_WIDTH } from './report.ts';
import { OUTCOMES, outcomeStyle } from './view.ts';

export interface WaysBack {
  readonly answers: readonly WayBackAnswer[];
  readonly exitCode: ExitCode;
  /** Why nothing could be judged. */
  readonly problem?: string;
}

export const WAY_BACK_FORMATS = {
  // The problem goes to stderr: a person reads both.
  table: ({ answers }, paint, width) =>
    answers.map((answer) => renderOne(allPrintable(answer), paint, width).join('\n')).join('\n\n'),
  json: (ways) => jsonText(objectOf(ways)),
  yaml: (ways) => yamlText(objectOf(ways)),
  markdown: (ways) => renderMarkdown(ways),
} as const satisfies Formats<WaysBack>;

function objectOf({ answers, exitCode, problem }: WaysBack): object {
  return allPrintable({ exitCode, reports: answers, ...(problem === undefined ? {} : { problem }) });
}

function listsOf({ obstacles, unknown, same }: WayBackAnswer): readonly (readonly [string, readonly string[]])[] {
  const lists = [
    ['A rollback does not undo', obstacles],
    ['Not known', unknown],
    ['As it was', same],
  ] as const;
  return lists.filter(([, items]) => items.length > 0);
}

function renderOne(answer: WayBackAnswer, paint: Paint = plain, width = USUAL_WIDTH): string[] {
  const { namespace, name, exitCode, reason, message } = answer;
  return [
    `${paint('strong', `${namespace}/${name}`)}  ${paint(outcomeStyle(exitCode), OUTCOMES[exitCode])}  ${reason}`,
    ...wrap(message, width - 2).map((line) => `  ${line}`),
    ...listsOf(answer).flatMap(([title, items]) => [
      '',
      paint('strong', `${title} (${items.length})`),
      ...items.flatMap((item) => wrap(item, width - 4).map((line, index) => `${index === 0 ? '  ' : '    '}${line}`)),
    ]),
  ];
}

function renderMarkdown({ answers, problem }: WaysBack): string {
  return [
    ...(problem === undefined ? [] : [`**Nothing judged**: ${text(problem)}`, '']),
    ...answers.flatMap((answer) => [
      `## ${text(`${answer.namespace}/${answer.name}`)}: ${answer.reason}`,
      '',
      text(answer.message),
      '',
      ...listsOf(answer).flatMap(([title, items]) => [
        `### ${title}`,
        '',
        ...items.map((item) => `- ${text(item)}`),
        '',
      ]),
    ]),
  ]
    .join('\n')
    .trimEnd();
}
