// Masks values that we know to be secret wherever a text repeats them: as they are, encoded, broken over lines, or cut
// off at either end of the text. What the other side did to a value before it repeated it is not ours to choose.

/** What is shown in place of a secret. */
export const MASK = '[redacted]';

/** Shorter values are no secrets, and masking them would tear texts apart. In characters. */
const SHORTEST_VALUE = 3;
/** A shorter piece of an encoded value, or of one that was cut off, is found in texts by chance. In characters. */
const SHORTEST_PIECE = 5;

/** A text as it is searched, with the place of each of its characters in the original. */
interface View {
  readonly text: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Line breaks and other control characters, with the blanks around them. */
const BREAKS = /[ ]*[\u0000-\u001f\u007f-\u009f\u2028\u2029][\s\u0000-\u001f\u007f-\u009f]*/g;
const PERCENT_RUN = /(?:%[0-9a-f]{2})+/gi;

/** The text with every value of `known` masked. */
export function maskKnown(text: string, known: readonly string[]): string {
  const values = known.filter((value) => value.length >= SHORTEST_VALUE);
  if (values.length === 0) return text;
  const joined = withoutBreaks(text);
  const views = [joined, withoutPercents(joined)];
  const found: [from: number, to: number][] = [];
  for (const value of values) {
    for (const dress of dressesOf(value.replace(BREAKS, ''))) {
      for (const view of views) collect(view, dress, found);
    }
  }
  return masked(text, found);
}

/** The forms in which a value is repeated. Percent-encoding is undone in the text instead: there are too many of it. */
function dressesOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const xml = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const encoded = [
    json,
    xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    xml.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    value.replaceAll(' ', '+'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].flatMap((shift) => base64Within(bytes, shift)),
  ].filter((dress) => dress.length >= SHORTEST_PIECE);
  return [...new Set([value, ...encoded])];
}

/** The part of a base64 text that is the value's alone when `shift` bytes (modulo three) come before it. */
function base64Within(value: Buffer, shift: number): readonly string[] {
  const whole = Buffer.concat([Buffer.alloc(shift), value]).toString('base64');
  const part = whole.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + value.length) * 8) / 6));
  return [part, part.replaceAll('+', '-').replaceAll('/', '_')];
}

function collect({ text, from, to }: View, dress: string, found: [number, number][]): void {
  const add = (first: number, end: number): void => {
    found.push([from[first] ?? 0, to[end - 1] ?? 0]);
  };
  for (let at = text.indexOf(dress); at !== -1; at = text.indexOf(dress, at + dress.length)) add(at, at + dress.length);
  const end = text.replace(/(?:…|\.{3})$/, '').length;
  for (let length = Math.min(dress.length - 1, end); length >= SHORTEST_PIECE; length--) {
    if (text.endsWith(dress.slice(0, length), end)) {
      add(end - length, end);
      break;
    }
  }
  for (let length = Math.min(dress.length - 1, text.length); length >= SHORTEST_PIECE; length--) {
    if (text.startsWith(dress.slice(-length))) {
      add(0, length);
      break;
    }
  }
}

function masked(text: string, found: readonly [from: number, to: number][]): string {
  let out = '';
  let done = 0;
  for (const [from, to] of found.toSorted((a, b) => a[0] - b[0])) {
    if (to <= done) continue;
    // A piece that overlaps the one before belongs to the same mask.
    if (from >= done) out += text.slice(done, from) + MASK;
    done = to;
  }
  return out + text.slice(done);
}

function withoutBreaks(text: string): View {
  return rewritten({ text, from: indexes(text, 0), to: indexes(text, 1) }, BREAKS, () => '');
}

function withoutPercents(view: View): View {
  return rewritten(view, PERCENT_RUN, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** A view with every match replaced. Each character of a replacement stands for the whole match. */
function rewritten(view: View, pattern: RegExp, replace: (match: string) => string): View {
  let text = '';
  const from: number[] = [];
  const to: number[] = [];
  let done = 0;
  const copy = (end: number): void => {
    text += view.text.slice(done, end);
    for (let index = done; index < end; index++) {
      from.push(view.from[index] ?? 0);
      to.push(view.to[index] ?? 0);
    }
  };
  for (const match of view.text.matchAll(pattern)) {
    copy(match.index);
    done = match.index + match[0].length;
    const replacement = replace(match[0]);
    text += replacement;
    for (let index = 0; index < replacement.length; index++) {
      from.push(view.from[match.index] ?? 0);
      to.push(view.to[done - 1] ?? 0);
    }
  }
  copy(view.text.length);
  return { text, from, to };
}

const indexes = (text: string, plus: number): number[] =>
  Array.from({ length: text.length }, (_, index) => index + plus);
