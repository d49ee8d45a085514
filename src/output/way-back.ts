// What `gate --way-back` prints: what a rollback does not undo, what nobody knows, what is as it was.
import type { ExitCode } from '../api/exit-codes.ts';
import type { WayBackAnswer } from '../gate/way-back.ts';
import { wayBackObject, type WayBackObject } from '../gate/way-back-object.ts';
import { type Paint, plain, USUAL_WIDTH, wrap } from './columns.ts';
import { jsonText, yamlText, type Formats } from './format.ts';
import { junitDocument, problemSuite, verdictOf, type Case } from './junit-document.ts';
import { markdownText as text } from './markdown.ts';
import { text as htmlText } from './page/escape.ts';
import { outcomesPage } from './page/outcomes.ts';
import { allPrintable } from './printable.ts';
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
  junit: (ways) => renderJunit(ways),
  markdown: (ways) => renderMarkdown(ways),
  html: (ways) => renderHtml(ways),
} as const satisfies Formats<WaysBack>;

function objectOf({ answers, exitCode, problem }: WaysBack): WayBackObject {
  return allPrintable(wayBackObject(answers, exitCode, problem));
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

function renderJunit({ answers, exitCode, problem }: WaysBack): string {
  if (answers.length === 0)
    return junitDocument([problemSuite('nothing judged', exitCode, problem ?? 'There is no report.')]);
  return junitDocument(
    answers.map((answer) => ({
      name: `${answer.namespace}/${answer.name}`,
      classname: `${answer.namespace}.${answer.name}`,
      durationMs: 0,
      runAt: answer.runAfter,
      cases: casesOf(answer),
    })),
  );
}

function casesOf({ exitCode, reason, message, obstacles, unknown, same }: WayBackAnswer): readonly Case[] {
  const cases = (group: string, verdict: Case['verdict'], items: readonly string[]): readonly Case[] =>
    items.map((item, index) => ({
      id: `${group} ${index + 1}`,
      group,
      verdict,
      type: reason,
      message: item,
      text: item,
    }));
  return [
    { id: 'way-back', group: 'way-back', verdict: verdictOf(exitCode), type: reason, message, text: '' },
    ...cases('not undone', 'failure', obstacles),
    ...cases('not known', 'error', unknown),
    ...cases('as it was', 'pass', same),
  ];
}

function renderHtml({ answers, problem }: WaysBack): string {
  return outcomesPage({
    done: 'judged',
    subtitle: 'PingOne Recognize: the way back',
    outcomes: answers,
    problem,
    figures: () => [],
    body: (answer) =>
      listsOf(answer).flatMap(([title, items]) => [
        `<h3>${title} (${items.length})</h3>`,
        '<ul>',
        ...items.map((item) => `<li>${htmlText(item)}</li>`),
        '</ul>',
      ]),
  });
}
