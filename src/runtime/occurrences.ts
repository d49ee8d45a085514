// Where a word stands in a text, whole or cut off at the text's ends. One pass each (Knuth, Morris, Pratt), because
// both may be hostile: `indexOf` and shortening the word step by step cost the product of their lengths.

/** A range of characters: `from` inclusive, `to` exclusive. */
export type Range = readonly [from: number, to: number];

/**
 * The ranges of the text that are the word, end with its first characters, or begin with its last ones.
 *
 * @param shortestPiece a shorter piece at an end is found by chance. In characters; the word is no shorter
 */
export function* occurrences(text: string, word: string, shortestPiece: number): Generator<Range> {
  if (word === '' || text === '') return;
  // The common case costs two native searches for a few characters.
  const head = Math.min(word.length, shortestPiece);
  if (text.includes(word.slice(0, head))) {
    const shown = text.replace(/(?:…|\.{3})$/, '').length;
    const { found, state } = matched(text, word, shown);
    for (const end of found) yield [end - word.length, end];
    if (state >= shortestPiece && state < word.length) yield [shown - state, shown];
  }
  if (word.length > shortestPiece && text.includes(word.slice(-shortestPiece))) {
    const { state } = matched(reversed(text), reversed(word), text.length);
    if (state >= shortestPiece && state < word.length) yield [0, state];
  }
}

/** Where the word ends in the text, and how many of its first characters stand before `at`. */
function matched(
  text: string,
  word: string,
  at: number,
): { readonly found: readonly number[]; readonly state: number } {
  // No more of the word can be matched than there is text.
  const pattern = word.slice(0, text.length + 1);
  const fallback = fallbacks(pattern);
  const found: number[] = [];
  let state = 0;
  let stateThen = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (index === at) stateThen = state;
    const unit = text.charCodeAt(index);
    while (state > 0 && (state === pattern.length || pattern.charCodeAt(state) !== unit))
      state = fallback[state - 1] ?? 0;
    if (pattern.charCodeAt(state) === unit) state += 1;
    if (state === word.length) found.push(index + 1);
  }
  return { found, state: at >= text.length ? state : stateThen };
}

/** For each length of a beginning of the word: the longest shorter beginning that also ends it. */
function fallbacks(word: string): Int32Array {
  const lengths = new Int32Array(word.length);
  let length = 0;
  for (let index = 1; index < word.length; index += 1) {
    const unit = word.charCodeAt(index);
    while (length > 0 && word.charCodeAt(length) !== unit) length = lengths[length - 1] ?? 0;
    if (word.charCodeAt(length) === unit) length += 1;
    lengths[index] = length;
  }
  return lengths;
}

function reversed(text: string): string {
  let out = '';
  for (let index = text.length - 1; index >= 0; index -= 1) out += text.charAt(index);
  return out;
}
