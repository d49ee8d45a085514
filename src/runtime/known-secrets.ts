// Masks values that we know to be secret wherever a text repeats them: as they are, encoded, escaped, in another case,
// broken over lines, or cut off at either end of the text. What the other side did to a value before it repeated it is
// not ours to choose. Both are hostile: the work is linear in the text, whatever the values are.
import { encodings } from './encodings.ts';
import { occurrences } from './occurrences.ts';
import { onOneLine, squeezed, undressed, type View, viewsOf, withoutBreaks, withoutMarks } from './text-views.ts';

/** What is shown in place of a secret. */
export const MASK = '[redacted]';

/** Shorter values are no secrets, and masking them would tear texts apart. In characters. */
const SHORTEST_VALUE = 3;
/** A shorter piece of a value, or one in another case or encoding, is found in texts by chance. In characters. */
const SHORTEST_PIECE = 5;
/** The same among letters and digits alone, where the words of a sentence run together. */
const SHORTEST_SQUEEZED = 8;

/** The text with every value of `known` masked. */
export function maskKnown(text: string, known: readonly string[]): string {
  const words = wordsOf(known, text.length);
  if (words.exact.size + words.folded.size === 0) return text;
  const depth = new Int32Array(text.length + 1);
  const search = (view: View, searched: string, word: string, shortest: number): void => {
    for (const [from, to] of occurrences(searched, word, shortest)) {
      const [first, end] = [view.start(from), view.end(to - 1)];
      depth[first] = (depth[first] ?? 0) + 1;
      depth[end] = (depth[end] ?? 0) - 1;
    }
  };
  const { views, squeezed: bare } = viewsOf(text);
  for (const view of views) {
    for (const word of words.exact) search(view, view.text, word, SHORTEST_PIECE);
    const folded = fold(view.text);
    for (const word of words.folded) search(view, folded, word, SHORTEST_PIECE);
  }
  for (const view of bare) {
    const folded = fold(view.text);
    for (const word of words.squeezed) search(view, folded, word, SHORTEST_SQUEEZED);
    for (const word of words.backwards) search(view, folded, word, word.length);
  }
  return masked(text, depth);
}

/**
 * What is looked for: `exact` as it stands, `folded` in either case, `squeezed` among letters and digits alone, and
 * `backwards` there, as a whole.
 */
interface Words {
  readonly exact: ReadonlySet<string>;
  readonly folded: ReadonlySet<string>;
  readonly squeezed: ReadonlySet<string>;
  readonly backwards: ReadonlySet<string>;
}

function wordsOf(known: readonly string[], length: number): Words {
  const exact = new Set<string>();
  const folded = new Set<string>();
  const squeezedWords = new Set<string>();
  const backwards = new Set<string>();
  for (const value of known) {
    for (const part of ends(value, length)) {
      // A value of breaks alone leaves nothing to look for.
      for (const form of new Set([withoutBreaks(part).trim(), onOneLine(part).trim()])) {
        if (form.length < SHORTEST_VALUE) continue;
        if (form.length < SHORTEST_PIECE) exact.add(form);
        else folded.add(fold(form)).add(fold(form.replaceAll(' ', '+')));
        // What looks like an escape within a value is taken off with the real ones, or was escaped with the rest.
        for (const word of [undressed(form).trim(), JSON.stringify(form).slice(1, -1), percentEncoded(form)])
          if (word.length >= SHORTEST_PIECE) folded.add(fold(word));
        const { caseless, cased } = encodings(form);
        for (const word of caseless) if (word.length >= SHORTEST_PIECE) folded.add(fold(word));
        for (const word of cased) if (word.length >= SHORTEST_PIECE) exact.add(word);
        const unmarked = withoutMarks(form);
        if (unmarked.length >= SHORTEST_PIECE) folded.add(fold(unmarked));
        for (const word of [unmarked, ...caseless]) {
          const bare = fold(squeezed(word));
          if (bare.length >= SHORTEST_SQUEEZED) squeezedWords.add(bare);
        }
        const bare = fold(squeezed(unmarked));
        if (bare.length >= SHORTEST_SQUEEZED) backwards.add(Array.from(bare).reverse().join(''));
      }
    }
  }
  return { exact, folded, squeezed: squeezedWords, backwards };
}

/** As in a URL. Half of a pair of surrogates, which UTF-8 does not know, is replaced as every writer of bytes does. */
function percentEncoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** Of a value that is longer than the text only the beginning or the end can stand in it beside anything else. */
function ends(value: string, length: number): readonly string[] {
  const most = length + SHORTEST_PIECE;
  return value.length <= 2 * most ? [value] : [value.slice(0, most), value.slice(-most)];
}

/** Small letters, character by character: places stay what they are, and no letter depends on its neighbours. */
function fold(text: string): string {
  const small = text.toLowerCase();
  if (/^[\u0000-\u007f]*$/.test(text)) return small;
  return text.replace(/[^\u0000-\u007f]|[A-Z]/g, (letter) => {
    const lower = letter.toLowerCase();
    return lower.length === letter.length ? lower : letter;
  });
}

/** Masks where the depth is above zero; ranges that touch are one. */
function masked(text: string, depth: Int32Array): string {
  const parts: string[] = [];
  let level = 0;
  let shownFrom = 0;
  for (let index = 0; index < text.length; index += 1) {
    const before = level;
    level += depth[index] ?? 0;
    if (before === 0 && level > 0) parts.push(text.slice(shownFrom, index), MASK);
    if (before > 0 && level === 0) shownFrom = index;
  }
  if (level === 0) parts.push(text.slice(shownFrom));
  return parts.join('');
}
