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
const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi;
/** Escapes of JSON, Java, JavaScript, XML and HTML, with the name or number that each has in a group. */
const ESCAPE =
  /\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|\\x([0-9a-f]{2})|\\([nrtbfv0])|\\(["'\\/])|&#x([0-9a-f]{1,6});|&#([0-9]{1,7});|&(amp|lt|gt|quot|apos|nbsp);/gi;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** How often percent-encoding is undone: a value in a URL, inside a URL, inside a message. */
const DECODINGS = 3;

/** The text without line breaks, control and invisible characters, and without the blanks beside breaks. */
export function withoutBreaks(text: string): string {
  return text.replace(BREAKS, '').replace(INVISIBLE, '');
}

/** The text with a blank for each run of breaks, and without invisible characters. */
export function onOneLine(text: string): string {
  return text.replace(BREAKS, ' ').replace(INVISIBLE, '');
}

/** Every view that differs from the ones before it; the first is the text without breaks and invisible characters. */
export function viewsOf(text: string): readonly View[] {
  const whole: View = { text, start: (index) => index, end: (index) => index + 1 };
  const seen = rewritten(whole, INVISIBLE, () => '');
  const joined = rewritten(seen, BREAKS, () => '');
  const views = [joined];
  if (joined !== seen) views.push(rewritten(seen, BREAKS, () => ' '));
  const plain = rewritten(joined, ESCAPE, (match) => withoutBreaks(unescaped(match)));
  if (plain !== joined) views.push(plain);
  for (let view = plain, decoding = 0; decoding < DECODINGS; decoding += 1) {
    const decoded = rewritten(view, PERCENT_RUN, ([run]) =>
      withoutBreaks(Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8')),
    );
    if (decoded === view) break;
    views.push(decoded);
    view = decoded;
  }
  return views;
}

function unescaped([whole, unicode, braced, byte, control, kept, hex, decimal, name]: RegExpExecArray): string {
  if (control !== undefined) return '';
  if (kept !== undefined) return kept;
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
  const code = unicode ?? braced ?? byte ?? hex;
  const point = code === undefined ? Number(decimal) : Number.parseInt(code, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}

/** The view with every match replaced; the same view when there is none. Each new character stands for the match. */
function rewritten(view: View, pattern: RegExp, replace: (match: RegExpExecArray) => string): View {
  const matches = [...view.text.matchAll(pattern)];
  if (matches.length === 0) return view;
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
  for (const match of matches) {
    const { index } = match;
    const from = done;
    put(view.text.slice(from, index), (offset) => [from + offset, from + offset]);
    done = index + match[0].length;
    put(replace(match), () => [index, done - 1]);
  }
  put(view.text.slice(done), (offset) => [done + offset, done + offset]);
  return { text: parts.join(''), start: (index) => starts[index] ?? 0, end: (index) => ends[index] ?? 0 };
}
