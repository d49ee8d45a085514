// A text as somebody may have dressed it before they sent it: broken over lines, with invisible characters in it,
// escaped, percent-encoded. Each view undoes one dress and keeps the place of each character in the original.

/** A text as it is searched. `start` and `end` give the place of the character at `index` in the original. */
export interface View {
  readonly text: string;
  readonly start: (index: number) => number;
  readonly end: (index: number) => number;
}

/** Line breaks, other control characters and what turns their order around, with the blanks beside them. */
const BREAKS =
  /[ ]{0,64}[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069][\s\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*/g;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]+/gu;
/** Commands that colour a terminal: one is a break and letters, which would stay behind. */
const ANSI = /\u001b\[[0-9;:?]{0,64}[A-Za-z]/g;
/** A line that quoted-printable goes on with. */
const SOFT_BREAK = /=\r?\n/g;
const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi;
const QUOTED_RUN = /(?:=[0-9a-f]{2})+/gi;
/** Escapes of JSON, Java, JavaScript, C, XML, HTML and old URLs, with the name or number that each has in a group. */
const ESCAPE =
  /[\\%]u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,6})\}|\\U([0-9a-fA-F]{8})|\\x([0-9a-fA-F]{2})|\\([0-7]{3})|\\([nrtbfv0])|\\(["'\\/])|&#[xX]([0-9a-fA-F]{1,8});?|&#([0-9]{1,9});?|&(amp|lt|gt|quot|apos|nbsp);/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** Bytes as numbers, as a language prints an array of them. */
const NUMBERS = /(?:0x[0-9a-f]{1,2}|-?[0-9]{1,3})(?:[\s,;]{1,4}(?:0x[0-9a-f]{1,2}|-?[0-9]{1,3})){4,}(?![0-9a-z])/gi;
/** Long enough to be an encoding and no word. What it hides is believed only where it is a text. */
const HEX_RUN = /(?:[0-9a-f]{2}){6,}/gi;
const BASE64_RUN = /[A-Za-z0-9+/_-]{12,}={0,2}/g;
const TEXT = /^[\u0000\u0009\u000a\u000d\u0020-\u007e]+$/;
const NOT_ASCII = /[^\u0000-\u007f]/gu;
/** What can be put between the characters of a value, seen or unseen. */
const BETWEEN = /[^\p{L}\p{N}]+/gu;

/** How often a dress is taken off: a value in a URL, in a message, in a document, in base64. */
const DRESSES = 4;

/** The text without line breaks, control and invisible characters, and without the blanks beside breaks. */
export function withoutBreaks(text: string): string {
  return text.replace(BREAKS, '').replace(INVISIBLE, '');
}

/** The text with a blank for each run of breaks, and without invisible characters. */
export function onOneLine(text: string): string {
  return text.replace(BREAKS, ' ').replace(INVISIBLE, '');
}

/** The views of a text: every one that differs from the ones before it, and the last of them without anything between. */
export interface Views {
  readonly views: readonly View[];
  /** Letters and digits alone, for values that were spelled out. */
  readonly squeezed: readonly View[];
}

/** The views of a text. The first is the text without breaks and invisible characters. */
export function viewsOf(text: string): Views {
  const seen = rewritten(rewritten(whole(text), INVISIBLE, nothing), ANSI, nothing);
  const joined = rewritten(seen, BREAKS, nothing);
  const views = new Set([joined]);
  const add = (view: View): View => (views.add(view), view);
  if (joined !== seen) add(rewritten(seen, BREAKS, () => ' '));
  const view = undressedView(joined, add);
  add(rewritten(view, NUMBERS, ([run]) => numbered(run)));
  const quoted = rewritten(rewritten(seen, SOFT_BREAK, nothing), QUOTED_RUN, ([run]) => escapedBytes(run, '='));
  if (quoted !== seen) add(quoted);
  const plain = add(rewritten(view, NOT_ASCII, ([letter]) => withoutMarks(letter)));
  const bare = new Set([joined, plain].map((one) => rewritten(one, BETWEEN, nothing)));
  return { views: [...views], squeezed: [...bare] };
}

/** The text with every dress off that it seems to wear, also one that is its own. */
export function undressed(text: string): string {
  return undressedView(whole(text), (view) => view).text;
}

/** Takes off escapes and encodings, one after the other; `add` is given each view on the way. */
function undressedView(joined: View, add: (view: View) => View): View {
  let view = joined;
  for (let dress = 0; dress < DRESSES; dress += 1) {
    const before = view;
    // What is dressed again within a run of base64 would tear it in two: all else comes off first, as often as it was put on.
    for (let layer = 0, last: View | undefined; layer < DRESSES && view !== last; layer += 1) {
      last = view;
      view = add(rewritten(view, ESCAPE, (match) => withoutBreaks(unescaped(match))));
      view = add(rewritten(view, PERCENT_RUN, ([run]) => escapedBytes(run, '%')));
      view = add(rewritten(view, HEX_RUN, ([run]) => hidden(run, 'hex')));
    }
    view = add(rewritten(view, BASE64_RUN, ([run]) => hidden(run, 'base64')));
    if (view === before) break;
  }
  return view;
}

/** Letters as they are without what stands on them, and in their usual width. */
export function withoutMarks(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}+/gu, '');
}

/** Letters and digits alone. */
export function squeezed(text: string): string {
  return text.replace(BETWEEN, '');
}

const nothing = (): string => '';
const whole = (text: string): View => ({ text, start: (index) => index, end: (index) => index + 1 });

/** The text that a run of digits hides; the run itself where that is none. */
function hidden(run: string, encoding: 'hex' | 'base64'): string {
  const text = Buffer.from(run, encoding).toString('latin1');
  return TEXT.test(text) ? withoutBreaks(text) : run;
}

/** The text of bytes that have a mark in front of each. */
function escapedBytes(run: string, mark: '%' | '='): string {
  return withoutBreaks(Buffer.from(run.replaceAll(mark, ''), 'hex').toString('utf8'));
}

function numbered(run: string): string {
  const bytes = run.split(/[\s,;]+/).map((number) => Number(number) & 0xff);
  return withoutBreaks(Buffer.from(bytes).toString('utf8'));
}

function unescaped(match: RegExpExecArray): string {
  const [whole, unicode, braced, wide, byte, octal, control, kept, hex, decimal, name] = match;
  if (control !== undefined) return '';
  if (kept !== undefined) return kept;
  if (name !== undefined) return NAMED[name] ?? whole;
  const code = unicode ?? braced ?? wide ?? byte ?? hex;
  const point =
    code !== undefined
      ? Number.parseInt(code, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8) & 0xff
        : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}

/** The view with every match replaced; the same view when nothing changes. Each new character stands for the match. */
function rewritten(view: View, pattern: RegExp, replace: (match: RegExpExecArray) => string): View {
  const matches = [...view.text.matchAll(pattern)].map((match) => ({ match, instead: replace(match) }));
  if (matches.every(({ match: [run], instead }) => run === instead)) return view;
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const put = (text: string, place: (offset: number) => readonly [first: number, last: number]): void => {
    parts.push(text);
    for (let offset = 0; offset < text.length; offset += 1) {
      const [first, last] = place(offset);
      starts.push(view.start(first));
      ends.push(view.end(last));
    }
  };
  let done = 0;
  for (const { match, instead } of matches) {
    const { index } = match;
    const from = done;
    put(view.text.slice(from, index), (offset) => [from + offset, from + offset]);
    done = index + match[0].length;
    put(instead, () => [index, done - 1]);
  }
  put(view.text.slice(done), (offset) => [done + offset, done + offset]);
  return { text: parts.join(''), start: (index) => starts[index] ?? 0, end: (index) => ends[index] ?? 0 };
}
