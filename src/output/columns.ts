// Columns for a terminal: padded by what is seen, two spaces apart, no line longer than it must be.

/** Where nobody says how wide a line may be. In columns. */
export const USUAL_WIDTH = 100;

/** How to colour a word; the plain painter leaves it alone. Kept apart from the text so that widths stay right. */
export type Paint = (style: 'good' | 'bad' | 'warning' | 'unknown' | 'strong' | 'faint', text: string) => string;

export const plain: Paint = (_style, text) => text;

/** A cell: its text, and how to colour it. */
export interface Cell {
  readonly text: string;
  readonly style?: Parameters<Paint>[0];
}

/** Characters as a terminal counts them, near enough: our texts hold no wide ones. */
const widthOf = (text: string): number => Array.from(text).length;

/** Rows as lines. The last column is not padded. `indent` spaces come before each line. */
export function columns(rows: readonly (readonly Cell[])[], paint: Paint = plain, indent = 0): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell.text));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => {
      const text = cell.style === undefined ? cell.text : paint(cell.style, cell.text);
      if (index === row.length - 1) return text;
      return text + ' '.repeat((widths[index] ?? 0) - widthOf(cell.text));
    });
    return (' '.repeat(indent) + cells.join('  ')).trimEnd();
  });
}

/**
 * Rows under a header within `width` characters: side by side where they fit, the last column on several lines where it
 * is the one that is long, and else each row as a list of its cells. No word is broken.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Paint = plain,
): string[] {
  const head: readonly Cell[] = header.map((text) => ({ text, style: 'faint' }));
  const last = header.length - 1;
  const widest = header.map((text, column) =>
    Math.max(widthOf(text), ...rows.map((row) => widthOf(row[column]?.text ?? ''))),
  );
  const taken = widest.slice(0, last).reduce((sum, one) => sum + one + 2, 0);
  if (taken + (widest[last] ?? 0) <= width) return columns([head, ...rows], paint);
  if (width - taken >= LEAST_LAST_COLUMN) {
    const broken = rows.flatMap((row) => {
      const [first = '', ...others] = wrap(row[last]?.text ?? '', width - taken);
      const empty = header.slice(0, last).map((): Cell => ({ text: '' }));
      return [[...row.slice(0, last), { ...row[last], text: first }], ...others.map((text) => [...empty, { text }])];
    });
    return columns([head, ...broken], paint);
  }
  return rows.flatMap((row) => stacked(header, row, width, paint));
}

/** The last column of a table is read in lines of at least this many characters. */
const LEAST_LAST_COLUMN = 24;

function stacked(header: readonly string[], row: readonly Cell[], width: number, paint: Paint): string[] {
  const lines: string[] = [];
  row.forEach(({ text, style }, column) => {
    if (text === '') return;
    const lead = column === 0 ? '' : `  ${(header[column] ?? '').toLowerCase()} `;
    const wrapped = wrap(text, Math.max(width - widthOf(lead), 1));
    // A word that has no room behind its label gets a line of its own.
    if (widthOf(lead + (wrapped[0] ?? '')) > width && lead !== '') lines.push(lead.trimEnd());
    const begun = lines.at(-1) === lead.trimEnd() && lead !== '';
    wrapped.forEach((line, index) => {
      const words = style === undefined ? line : paint(style, line);
      lines.push((index === 0 && !begun ? lead : ' '.repeat(column === 0 ? 2 : 4)) + words);
    });
  });
  return lines;
}

/** Words beside each other as far as they fit; the rest below, indented. */
export function beside(cells: readonly Cell[], width: number, paint: Paint, indent = 2): string[] {
  const lines: Cell[][] = [[]];
  let room = width;
  for (const cell of cells) {
    const line = lines.at(-1) ?? [];
    const length = widthOf(cell.text) + 2;
    if (line.length > 0 && length > room) {
      lines.push([cell]);
      room = width - indent - length;
    } else {
      line.push(cell);
      room -= length + (line.length === 1 ? indent - 2 : 0);
    }
  }
  return lines.map((line, index) => {
    const words = line.map(({ text, style }) => (style === undefined ? text : paint(style, text))).join('  ');
    return ' '.repeat(index === 0 ? indent : indent + 2) + words;
  });
}

/** Narrower than this, a label stands before its text and not in a column of its own. */
const NARROW = 60;
const LABEL_WIDTH = 9;

/** A text under a label, indented; every line after the first begins below the first. Empty for an empty text. */
export function labelled(label: string, text: string, width: number): string[] {
  if (text === '') return [];
  if (width < NARROW)
    return wrap(`${label}: ${text}`, width - 4).map((line, index) => ' '.repeat(index === 0 ? 2 : 4) + line);
  return wrap(text, width - 4 - LABEL_WIDTH).map(
    (line, index) => '    ' + (index === 0 ? label : '').padEnd(LABEL_WIDTH) + line,
  );
}

/** A line to copy: it stands alone and is never broken by us, however long it is. */
export function copyable(text: string, width: number): string {
  return ' '.repeat(width < NARROW ? 2 : 4 + LABEL_WIDTH) + text;
}

/** Breaks a text at spaces into lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}
