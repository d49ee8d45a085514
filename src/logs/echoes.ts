// One failure that several records tell: Hibernate logs each exception of a chain, then the service logs it once more, and
// Spring warns of a start that it cancels before it says that it failed. It is counted once.

/** What a record tells, and in which words. */
export interface Telling {
  /** The failure; the same for all that tell it. Empty where records cannot be compared. */
  readonly what: string;
  /** The beginning of the record without its figures. A second failure of the kind begins with the same words again. */
  readonly words: string;
}

export interface Echoes {
  /** Whether the record tells again what the ones right before it told, in other words. */
  readonly isEcho: (occurrence: { readonly told: Telling; readonly time?: number | undefined }) => boolean;
}

/** Records of one failure are written at once. In milliseconds. */
const AT_ONCE_MS = 1000;
const MOST_WORDS = 8;
const WORDS_CHARACTERS = 240;
const WHAT_CHARACTERS = 400;

export function createEchoes(): Echoes {
  let what = '';
  let since: number | undefined;
  let words: string[] = [];
  return {
    isEcho({ told, time }) {
      const atOnce = time === undefined || since === undefined || Math.abs(time - since) <= AT_ONCE_MS;
      if (
        told.what !== '' &&
        told.what === what &&
        atOnce &&
        !words.includes(told.words) &&
        words.length < MOST_WORDS
      ) {
        words.push(told.words);
        return true;
      }
      what = told.what;
      since = time;
      words = [told.words];
      return false;
    },
  };
}

/**
 * @param start where the match stands in the record
 * @param deepest the deepest cause, where it is known
 */
export function tellingOf(text: string, start: number, deepest: string | undefined): Telling {
  const lineEnd = text.indexOf('\n', start);
  const words = text.slice(0, WORDS_CHARACTERS).replace(/\d+/g, '#');
  return { what: (deepest ?? refusedBy(text, start, lineEnd)).slice(0, WHAT_CHARACTERS), words };
}

/** What the database said, with the key that it refused. */
function refusedBy(text: string, start: number, lineEnd: number): string {
  const line = text.slice(start, Math.min(lineEnd === -1 ? text.length : lineEnd, start + 8 * WHAT_CHARACTERS));
  const at = line.lastIndexOf('ERROR: ');
  if (at === -1) return '';
  const detail =
    lineEnd === -1
      ? null
      : /^\s{1,8}Detail: [^\n]{0,200}?\)=\([^)\n]{0,200}\)/.exec(text.slice(lineEnd + 1, lineEnd + 500));
  return line.slice(at).replace(/[\s\].]+$/, '') + (detail?.[0] ?? '');
}
