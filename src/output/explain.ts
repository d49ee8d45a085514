// `explain` for a terminal: entries one below the other, wrapped.
import type { Explanation } from '../guide/explain.ts';
import { literal, redact, safe, type SafeText } from '../runtime/safe-text.ts';
import { columns, table, wrap } from './columns.ts';
import { jsonText, type Formats } from './format.ts';

export const EXPLAIN_FORMATS = {
  text: (explanations, _paint, width) => renderExplanations(explanations, width),
  json: jsonText,
} as const satisfies Formats<readonly Explanation[]>;

const LABELS = {
  cause: literal('  Cause:  '),
  nextSteps: literal('  Next:   '),
  guide: literal('  Guide:  '),
  ours: literal('  Source: '),
} as const;
const INDENT = literal('          ');
const PLATFORMS = { ios: 'iOS', android: 'Android' } as const;

/** No line of an entry is longer, so that nothing of it is cut. */
const LINE_BYTES = 2048;

/**
 * The explanations as text, best first, separated by an empty line; ends with a line feed unless empty.
 *
 * @param width columns to wrap at; a longer word (a URL) gets a line of its own
 */
export function renderExplanations(explanations: readonly Explanation[], width = 100): SafeText {
  return explanations
    .map((explanation) => renderOne(explanation, width))
    .reduce((all, one) => (all === '' ? one : safe`${all}\n${one}`), literal(''));
}

/**
 * A line for each: its id, whether it is ours, what the guide calls it. Within `width` columns; where nobody says how many
 * there are, each stays on one line, for grep.
 */
export function renderIndex(explanations: readonly Explanation[], width?: number): string {
  const rows = explanations.map(({ id, source, title, platform }) => [
    { text: id },
    { text: source === 'ours' ? 'ours' : 'guide' },
    { text: platform === undefined ? title : `${title} (${PLATFORMS[platform]})` },
  ]);
  return (width === undefined ? columns(rows) : table(['ID', 'SOURCE', 'TITLE'], rows, width)).join('\n');
}

function renderOne(explanation: Explanation, width: number): SafeText {
  const { id, title, cause, nextSteps, url, source, code, platform } = explanation;
  const on = platform === undefined ? '' : ` on ${PLATFORMS[platform]}`;
  const withCode = code === undefined || code === title ? '' : ` (${code}${on})`;
  return [
    ...wrap(`${title}${withCode}`, Math.max(width - id.length - 2, 20)).map((line, index) =>
      redact(`${index === 0 ? id : ' '.repeat(id.length)}  ${line}`, [], LINE_BYTES),
    ),
    ...field(LABELS.cause, cause, width),
    ...field(LABELS.nextSteps, nextSteps, width),
    ...(source === 'guide'
      ? field(LABELS.guide, url, width)
      : field(LABELS.ours, id.startsWith('OPS-') ? 'ours; the guide is silent about it' : 'ours', width)),
  ].reduce((text, line) => safe`${text}${line}\n`, literal(''));
}

/** One labelled value on as many lines as it needs. */
function field(label: SafeText, text: string, width: number): readonly SafeText[] {
  return wrap(text, Math.max(width - INDENT.length, 20)).map((line, index) => {
    const shown = redact(line, [], LINE_BYTES);
    return index === 0 ? safe`${label}${shown}` : safe`${INDENT}${shown}`;
  });
}
