// The lines of a record that say something: its message, `class: text` of each exception, reports of several lines.
// Frames of stack traces are left out, and what is left is bounded, so that everything else may look as often as it likes.

export interface Headers {
  /** The lines, each cut to a bounded length. */
  readonly text: string;
  /** True where the trace begins with the deepest cause (`Wrapped by:`). */
  readonly rootFirst: boolean;
  /** The line of the record in which a place of `text` stands. */
  readonly lineAt: (index: number) => { readonly text: string; readonly start: number; readonly end: number };
}

const LINE_CHARACTERS = 2048;
/** A message and the causes below it; the first and the last lines are kept where there are more. */
const FIRST_LINES = 60;
const LAST_LINES = 140;

const FRAME = /^\s*(?:at [\w$.<>/@-]+\(|\.\.\. \d+ |\.{3}$)/;

/** The lines of a record without the frames of its stack traces. */
export function headersOf(record: string): Headers {
  const lines: { readonly text: string; readonly start: number }[] = [];
  for (let start = 0; start < record.length;) {
    const feed = record.indexOf('\n', start);
    const stop = feed === -1 ? record.length : feed;
    const text = record.slice(start, Math.min(stop, start + LINE_CHARACTERS));
    if (text.trim() !== '' && !FRAME.test(text.slice(0, 300))) {
      if (lines.length >= FIRST_LINES + LAST_LINES) lines.splice(FIRST_LINES, 1);
      lines.push({ text, start });
    }
    start = stop + 1;
  }
  let length = 0;
  const starts = lines.map(({ text }) => {
    const at = length;
    length += text.length + 1;
    return at;
  });
  return {
    text: lines.map(({ text }) => text).join('\n'),
    rootFirst: lines.some(({ text }) => /^\s*Wrapped by: /.test(text)),
    lineAt(index) {
      const at = starts.findLastIndex((start) => start <= index);
      const line = lines[at] ?? { text: '', start: 0 };
      return { text: bare(line.text), start: line.start, end: line.start + line.text.length };
    },
  };
}

/** The last `Caused by`, the description of a start that Spring analysed, or undefined: what a general line rests on. */
export function deepestLine(headers: Headers): string | undefined {
  const lines = headers.text.split('\n');
  const description = lines.findIndex((line) => line.trim() === 'Description:');
  const described = description === -1 ? undefined : lines[description + 1];
  const caused = headers.rootFirst
    ? lines.find((line) => /^[\w$]+(?:\.[\w$]+)+(?::|$)/.test(line))
    : lines.findLast((line) => /^\s*Caused by: /.test(line));
  const found = described ?? caused;
  return found === undefined ? undefined : bare(found);
}

function bare(line: string): string {
  return line
    .trim()
    .replace(/^(?:(?:Caused|Wrapped) by: )+/, '')
    .replace(/^(?:Message|SQL State) {0,8}: /, '');
}
