// Masks what a secret name is given, however a format writes name and value: key=value, "key": "value", [key] => value,
// <key>value</key>, --key value, ('key', 'value'), name=key value=value, or a sentence. Read from left to right, once.
import { MASK } from './known-secrets.ts';
import { NAME_HINT, secretName } from './secret-names.ts';
import { after, bareAt, elementAt, matchAt, quotedAt, type Span, valueAt } from './secret-values.ts';

/** What closes a name: the quote that opened it, the bracket of an index. */
const QUOTE = '(?:\\\\{0,7}["\']|&quot;|&#(?:34|39);|&apos;|%2[27]|\\\\{1,7}u002[27])';
const EQUALS = '(?:[:?+.]=|={1,3}|%3d|\\\\{1,7}u003d|\\\\x3d|&#(?:61|x3d);|＝)>?';
const COLON = '(?:::(?=\\s)|:|%3a|\\\\{1,7}u003a|\\\\x3a|&#(?:58|x3a);|：)';
const ARROW = '(?:(?<=\\s)->|→)';
/** What stands between a name and its value. An index, or a column of several, is followed by an equals sign alone. */
const IS = new RegExp(
  `${QUOTE}?\\s{0,16}(?:${EQUALS}|${COLON}|${ARROW})\\s{0,64}|(?:${QUOTE}?(?:\\]|%5d)|(?:, ?\\w{1,64}){0,8}\\)(?==\\())\\s{0,4}${EQUALS}\\s{0,64}`,
  'iy',
);
/** The rest of a tag. */
const TAG = /(?:\s[^<>]{0,512})?(?<!\/)>|(?:\s[^<>&]{0,512})?&gt;|\\{1,7}u003e|%3e/iy;
/** Whose it is: password for user "app": x */
const WHOSE =
  /\s{1,4}(?:(?:for|of)\s{1,4}(?:(?:the\s)?(?:user|role|login|account|key|database|keystore|host)\s{1,4})?(?:"[^"]{1,128}"|'[^']{1,128}'|[^\s:="']{1,128})|provided|given|supplied|used|sent|received)(?:[ \t]{0,4}[:=]|[ \t](?:is|was))[ \t]{0,4}|\s{1,4}(?:provided|given|supplied|used|sent|received)\s{1,4}(?=['"(])/iy;
/** The first of two in brackets: ('key', 'value') and {key, <<"value">>}. */
const PAIR = new RegExp(`${QUOTE}?\\s{0,4},\\s{0,4}(?=(?:<<)?${QUOTE})`, 'iy');
/** The name of a key whose value is called so: name="key" value="value", <key>name</key><string>value</string>. */
const VALUE_OF =
  /["']?\s{0,4}(?:<\/[\w:.-]{1,32}>\s{0,64}<|\/?>\s{0,64}<|[,;]?\s{0,64}["']?)(?:[a-z_-]{0,20}val(?:ue)?|string)["']?\s{0,4}[=:>]\s{0,4}/iy;
const OPTION = /(?:[ \t=:]{1,4}|\s{1,4}|["']\s{0,4},\s{0,4}|\r?\n[ \t]{0,64}-\s{1,4})(?!["']?-)(?=\S)/y;
/** The same in a list without quotes. */
const LISTED = /\s{0,4},\s{0,4}(?!-)(?=\S)/y;
/** Commands and settings whose next word is the value. */
const SETS = /(?:^|[\s"'])(?:setenv|ENV|configure set|machine\s\S{1,64}\s{1,8}login\s\S{1,64})\s{1,4}$/;
const BLANK =
  /(?:\s{0,4}\|\s{1,4}|\s{1,4}(?:(?:(?:is|was|proceed):?|like|to|set|changed|reset|now|equals|from \S{1,64}|[-–—])\s{1,4}){0,3}|\s{0,4}(?=[([]))["'([“]?/iy;
/** What SQL writes behind the word: a literal of one of its kinds. */
const LITERAL = /\s{1,4}(?:(?:[EN]|U&)?(?=')|(?=")|(?=\$\w{0,16}\$))/iy;
/** A word that may be a password: with letters, and digits or signs between. */
const WORD =
  /(?=[^\s]{0,64}[a-z])(?=[^\s]{0,64}(?:[0-9]|[!$%^*#@;~+?=]\w))(?![0-9]{4}-[0-9]{2})[^\s"'()[\]<>“”|]{6,4096}/iy;
/** What is said of a secret, and no secret. */
const SAID =
  /(?:is|was|are|not?|none|null|nil|undefined|true|false|required|missing|expired|invalid|incorrect|wrong|empty|blank|unset|unknown|denied|rejected|refused|failed|authentication|permission|must|cannot|can't|too|has|have|does|needs|changed|mismatch(?:ed)?|malformed|unsupported|unauthorized|forbidden|verification|signature)(?=[,;.)"']?(?:\s|$))|[a-z]{1,32}:(?=\s|$)/iy;

/** The text with the value of every secret name masked. */
export function maskNamed(text: string): string {
  if (!NAME_HINT.test(text)) return text;
  const name = secretName();
  const parts: string[] = [];
  let shown = 0;
  for (let match = name.exec(text); match !== null; match = name.exec(text)) {
    const value = valueOf(text, match.index, match.index + match[0].length, match[1] !== undefined);
    if (value === undefined || value.to <= value.from) continue;
    parts.push(text.slice(shown, value.from), MASK);
    shown = value.to;
    // A change: "old" -> "new"
    const changed = after(/["']?\s{1,4}->\s{1,4}(?=["'])/y, text, shown);
    const other = changed > shown ? quotedAt(text, changed) : undefined;
    if (other !== undefined && other.to > other.from) {
      parts.push(text.slice(shown, other.from), MASK);
      shown = other.to;
    }
    name.lastIndex = shown;
  }
  return parts.join('') + text.slice(shown);
}

/** The value that belongs to the name from `start` to `end`, if it has one there. */
function valueOf(text: string, start: number, end: number, areSeveral: boolean): Span | undefined {
  const key = /[\w.$-]*$/.exec(text.slice(Math.max(0, start - 64), start))?.[0] ?? '';
  const before = text.slice(Math.max(0, start - key.length - 160), start - key.length);
  const paired = after(VALUE_OF, text, end);
  if (paired > end) return text.charAt(paired - 1) === '>' ? elementAt(text, paired) : valueAt(text, paired);
  if (/(?:<|&lt;|\\u003c|%3c)(?:[\w.-]{1,30}:)?[\w.-]{0,64}$/i.test(before + key)) {
    const tag = after(TAG, text, end);
    if (tag > end) return elementAt(text, tag);
  }
  if (/^--?[a-z]/i.test(`${key}${text.charAt(start)}`) || (key.startsWith('-') && !/\w$/.test(before))) {
    const option = /\[[^\]\n]{0,128}$/.test(before)
      ? Math.max(after(LISTED, text, end), after(OPTION, text, end))
      : after(OPTION, text, end);
    if (option > end) return valueAt(text, option);
  }
  const is = matchAt(IS, text, end)?.[0];
  // How many there are, or which, is no secret; a list of them is.
  if (areSeveral && !/^[[({"'-]/.test(text.charAt(end + (is?.length ?? 0)))) return undefined;
  if (is !== undefined) return given(text, end, is, key, before);
  const whose = after(WHOSE, text, end);
  if (whose > end) return matchAt(SAID, text, whose) === null ? valueAt(text, whose) : undefined;
  const pair = /[({]\s{0,4}["':]?$/.test(before) ? after(PAIR, text, end) : end;
  if (pair > end) return valueAt(text, pair);
  return saidOf(text, start, end, key, before);
}

/** What stands behind an equals sign or a colon, unless it is said about the secret. */
function given(text: string, end: number, is: string, key: string, before: string): Span | undefined {
  const at = end + is.length;
  const isSentence = /^:[ \t]+$/.test(is);
  // A part of a name with colons, as in an ARN; a file of that name.
  if (is === ':' && key === '' && /\w:$/.test(before)) return undefined;
  if (isSentence && before.endsWith('/')) return wordAt(text, at);
  if (isSentence && matchAt(SAID, text, at) !== null) return undefined;
  return valueAt(text, at);
}

/** The value in a sentence or a setting without a sign between. */
function saidOf(text: string, start: number, end: number, key: string, before: string): Span | undefined {
  const name = text.slice(start, end);
  if (SETS.test(before) || /(?:requirepass|master_?auth|^identified[^]*)$/i.test(`${key}${name}`)) {
    const next = after(/["']?\s{1,4}/y, text, end);
    return next > end ? (quotedAt(text, next) ?? bareAt(text, next)) : undefined;
  }
  const literal = /^pass./i.test(name) ? after(LITERAL, text, end) : end;
  if (literal > end) return valueAt(text, literal);
  const blank = after(BLANK, text, end);
  const word = blank > end ? wordAt(text, blank) : undefined;
  if (word === undefined) return undefined;
  // The names of Secrets and tokens of a cluster are words with dashes and digits as well.
  return /^(?:pass.|pwd|api)/i.test(name) || looksGenerated(text.slice(word.from, word.to)) ? word : undefined;
}

function wordAt(text: string, at: number): Span | undefined {
  const to = text.startsWith(MASK, at - 1) ? at : after(WORD, text, at);
  return to > at ? { from: at, to } : undefined;
}

function looksGenerated(word: string): boolean {
  return word.length >= 10 && /[a-z]/.test(word) && /[A-Z]/.test(word) && /[0-9]/.test(word);
}
