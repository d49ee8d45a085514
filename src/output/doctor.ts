// What `doctor` prints: what is wrong with the installation first, each with what to do, then what is well.
import type { ExitCode } from '../api/exit-codes.ts';
import { QUESTIONS, type DoctorResult, type Finding } from '../doctor/finding.ts';
import { type Cell, copyable, labelled, type Paint, USUAL_WIDTH, wrap } from './columns.ts';
import { jsonText, yamlText, type Formats } from './format.ts';
import { allPrintable } from './printable.ts';

/** What `doctor` has to say. */
export interface Doctored {
  readonly findings: readonly Finding[];
  readonly exitCode: ExitCode;
}

export const DOCTOR_FORMATS = {
  table: (doctored, paint, width) => renderDoctor(doctored, paint, width ?? USUAL_WIDTH).join('\n'),
  json: (doctored) => jsonText(objectOf(doctored)),
  yaml: (doctored) => yamlText(objectOf(doctored)),
} as const satisfies Formats<Doctored>;

const STYLES = {
  fail: 'bad',
  unknown: 'unknown',
  warn: 'warning',
  pass: 'good',
} as const satisfies Record<DoctorResult, Cell['style']>;

const WORDS = { fail: 'broken', unknown: 'not seen', warn: 'look', pass: 'ok' } as const satisfies Record<
  DoctorResult,
  string
>;

function objectOf({ findings, exitCode }: Doctored): object {
  return allPrintable({ exitCode, findings });
}

function renderDoctor({ findings }: Doctored, paint: Paint, width: number): string[] {
  const printable = allPrintable(findings);
  const order = Object.keys(STYLES) as DoctorResult[];
  const sorted = order.flatMap((result) => printable.filter((one) => one.result === result));
  return sorted.flatMap((one, index) => {
    const before = sorted[index - 1];
    const gap = before === undefined || (before.result === 'pass' && one.result === 'pass') ? [] : [''];
    return [...gap, ...renderOne(one, paint, width)];
  });
}

function renderOne(
  { question, result, seen, details, remedy, commands }: Finding,
  paint: Paint,
  width: number,
): string[] {
  const word = WORDS[result].padEnd(8);
  const title = QUESTIONS[question];
  const [first = '', ...more] = wrap(`${title}: ${seen}`, width - 10);
  return [
    `${paint(STYLES[result], word)}  ${first}`,
    ...more.map((text) => `          ${text}`),
    ...details.flatMap((detail) =>
      wrap(detail, width - 12).map((text, index) => `${index === 0 ? '        - ' : '          '}${text}`),
    ),
    ...labelled('Do', remedy ?? '', width),
    ...commands.map((command) => copyable(paint('strong', command), width)),
  ];
}
