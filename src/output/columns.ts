// Columns for a terminal: padded by what is seen, two spaces apart, no line longer than it must be.

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
