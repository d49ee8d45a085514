// Where a value begins and ends, in whatever way the format writes it: quoted once or three times, within a text within
// a text, in an element, in a block of lines, in brackets, or bare. Each reads on from its beginning alone, so that the
// work stays in proportion to the text.
import { MASK } from './known-secrets.ts';

/** What is masked: `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A quote as it is, or as a text within a text has it. */
const OPENING = /\\{0,7}["']|`(?=\S)|&quot;|&#(?:34|39|x22|x27);|&apos;|%2[27]|\\{1,7}u002[27]|[“‘«]/iy;
const CLOSED_BY: Readonly<Record<string, string>> = { '“': '”', '‘': '’', '«': '»' };
/** What a language puts in front of a quoted value: N'x', r#"x", Some("x"), string(5) "x", <<"x">>, {"x"}. */
const WRAPPER = /(?:[nebrful@$&]{1,2}#?|<<|[a-z][a-z. ]{0,31}(?:\([0-9]{1,6}\)[ ]|\([ ]?))(?=\\{0,7}["'`])/iy;
/** The scheme of a credential. */
const LEAD = /(?:(?:bearer|basic|token)[ \t]{1,4}|sha[0-9]{1,3}=)(?=\S)/iy;
/** A type and an anchor of YAML. A password may begin like one. */
const TAGS = /(?:[!&][\w!:/.-]{1,64}[ \t]{1,4}){1,2}(?=\S)/iy;
const CDATA = /(?:<|&lt;|\\{1,7}u003c)!\[CDATA\[/iy;
const HEREDOC = /<<[-~]?[ ]?["']?([A-Za-z_]\w{0,31})["']?[^\r\n]{0,16}\r?\n/y;
const BLOCK = /[|>][+-]?[0-9]?[+-]?[ \t]{0,16}(?:\r?\n|(?=[ \t]))/y;
const BLOCK_LINES = /(?:[ \t][^\n]*(?:\n|$)|\r?\n)+/y;
const LIST_LINES = /(?:[ \t]*-[ \t][^\n]*(?:\n|$))+/y;
const DOLLARS = /\$[A-Za-z_]{0,16}\$(?=\S)/y;
const SCHEME = /\{[A-Za-z0-9-]{2,16}\}(?=[^\s"'<>,;}])/y;
const MEMBER = /\{\s{0,4}(?:\\{0,7}["']|&quot;)?([a-z_$]{1,32})(?:\\{0,7}["']|&quot;)?\s{0,4}[=:]\s{0,4}/iy;
const NEXT_KEY = /[\w.-]{1,64}[ \t]?(?::(?:\s|$)|=(?![=\s]|$))/y;
/** A bare value has all but blanks and what ends it. */
const BARE =
  /(?:[^\s"'<>&;,\\]|&(?!(?:amp;)?[\w.%-]{1,64}=|(?:lt|gt|quot|apos|#\w{2,4});)|["'](?=[A-Za-z0-9])|<(?![/!]|[a-z][\w:.-]{0,64}[\s/>])|>(?=\S)|[;,](?!\s?(?:[a-z][\w.-]{0,40}|(?:user|initial|integrated|data|application|connect|trust|multiple)[a-z ]{1,40})\s?=)|\\\r?\n[ \t]*|\\(?!\\{0,7}["']|\r?\n|u003c))+/iy;
const CLOSING_TAG = /^(?:<\/|&lt;\/|\\{1,7}u003c\/|%3c(?:\/|%2f)|$)/i;
/** How far a bracket is looked for. */
const MOST_WITHIN = 1024;
const BRACKETS: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** The match of a sticky pattern at a place. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Where a sticky pattern ends when it matches at a place, or the place. */
export function after(pattern: RegExp, text: string, at: number): number {
  return at + (matchAt(pattern, text, at)?.[0].length ?? 0);
}

/** The place where `end` begins, or the end of the text where the value was cut off. */
function upTo(text: string, end: string, at: number): number {
  const found = text.indexOf(end, at);
  return found === -1 ? text.length : found;
}

/** The value that begins at a place, if one does. */
export function valueAt(text: string, start: number, depth = 0): Span | undefined {
  const from = after(LEAD, text, start);
  const tagged = /\s/.test(text.charAt(from - 1)) ? after(TAGS, text, from) : from;
  const wrapped = after(WRAPPER, text, tagged);
  const quoted = quotedAt(text, wrapped);
  if (quoted !== undefined) return quoted;
  if (tagged > from && depth === 0) {
    const value = valueAt(text, tagged, depth + 1);
    return value === undefined ? bareAt(text, from) : { from, to: value.to };
  }
  return cdataAt(text, from) ?? lines(text, from) ?? within(text, from, depth) ?? bareAt(text, from);
}

/** A value in quotes, to the one that closes it: with as many backslashes, and as often, as the one that opens it. */
export function quotedAt(text: string, at: number): Span | undefined {
  const opening = matchAt(OPENING, text, at)?.[0];
  if (opening === undefined) return undefined;
  let from = at + opening.length;
  const quote = opening.slice(-1);
  const backslashes = /^\\*["'`]$/.test(opening) ? opening.length - 1 : undefined;
  if (backslashes === undefined) return { from, to: upTo(text, CLOSED_BY[opening] ?? opening, from) };
  if (backslashes > 0) return { from, to: escapedEnd(text, quote, backslashes, from) };
  while (text.charAt(from) === quote && from - at < 3) from += 1;
  const times = from - at;
  // Two quotes are an empty value, or a quoted one within a quoted text.
  if (times === 2 && !/[\w$]/.test(text.charAt(from))) return { from, to: from };
  if (times > 1) return { from, to: upTo(text, quote.repeat(times), from) };
  return { from, to: escapedEnd(text, quote, 0, from) };
}

/** Where a quote with so many backslashes closes; a quote with fewer is one of the text around. */
function escapedEnd(text: string, quote: string, backslashes: number, from: number): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let run = 0;
    while (at - run > from && text.charAt(at - run - 1) === '\\') run += 1;
    if (run < backslashes) return at - run;
    // Backslashes of the value come in pairs, each written with as many as its depth takes.
    const own = (run - backslashes) / (backslashes + 1);
    if (own % 2 !== 0) continue;
    if (backslashes === 0 && text.charAt(at + 1) === quote) at += 1;
    else return at - backslashes;
  }
  return text.length;
}

function cdataAt(text: string, at: number): Span | undefined {
  const opening = matchAt(CDATA, text, at)?.[0];
  if (opening === undefined) return undefined;
  const from = at + opening.length;
  return { from, to: upTo(text, opening.startsWith('<') ? ']]>' : ']]', from) };
}

/** A value of several lines: a heredoc, a block or a list of YAML. */
function lines(text: string, at: number): Span | undefined {
  const heredoc = matchAt(HEREDOC, text, at);
  if (heredoc !== null) {
    const from = at + heredoc[0].length;
    const end = text.slice(from).search(new RegExp(`^[ \\t]*${heredoc[1] ?? ''}\\b`, 'm'));
    return { from, to: end === -1 ? text.length : from + Math.max(0, end - 1) };
  }
  const block = after(BLOCK, text, at);
  if (block > at && text.charAt(block - 1) === '\n') return { from: block, to: after(BLOCK_LINES, text, block) };
  if (block > at) return bareAt(text, after(/[ \t]{0,64}/y, text, block));
  const list = after(LIST_LINES, text, at);
  if (list > at && /\n[ \t]*$/.test(text.slice(Math.max(0, at - 64), at))) return { from: at + 1, to: list };
  const dollars = matchAt(DOLLARS, text, at)?.[0];
  if (dollars === undefined) return undefined;
  const from = at + dollars.length;
  const end = text.slice(from, from + MOST_WITHIN).indexOf(dollars);
  return end === -1 ? undefined : { from, to: from + end };
}

/** A value in brackets: a list as a whole, of an object its first member. */
function within(text: string, at: number, depth: number): Span | undefined {
  const closing = BRACKETS[text.charAt(at)];
  // What was masked before is a bare value.
  if (closing === undefined || text.startsWith(MASK, at) || matchAt(SCHEME, text, at) !== null) return undefined;
  const member = matchAt(MEMBER, text, at);
  // Where the value is kept is no secret.
  if (/^(?:secretKeyRef|valueFrom|configMapKeyRef|secretName|type)$/.test(member?.[1] ?? ''))
    return { from: at, to: at };
  if (member !== null && depth < 3) return valueAt(text, at + member[0].length, depth + 1);
  for (let end = at + 1; end < Math.min(text.length, at + MOST_WITHIN); end += 1) {
    const character = text.charAt(end);
    if (character === '[' && text.startsWith(MASK, end)) end += MASK.length - 1;
    else if (character === closing) return { from: at + 1, to: end };
    else if (character === '"' || character === "'") end = escapedEnd(text, character, 0, end + 1);
  }
  if (closing === ']') return { from: at + 1, to: Math.min(text.length, at + MOST_WITHIN) };
  return /\S/.test(text.charAt(at + 1)) ? undefined : { from: at, to: at };
}

/** A value without quotes. What ends one may also be a part of it; a blank is not. */
export function bareAt(text: string, from: number): Span | undefined {
  const next = /\n[ \t]*$/.test(text.slice(Math.max(0, from - 64), from));
  if (next && matchAt(NEXT_KEY, text, from) !== null) return undefined;
  const to = after(BARE, text, from);
  return to > from ? { from, to } : undefined;
}

/** What an element holds, to the tag that closes it or the element's own, within others too. */
export function elementAt(text: string, start: number): Span | undefined {
  const open = after(/\s{0,64}(?:(?:<[a-z][^<>/]{0,64}>|&lt;[a-z][^<>&/]{0,64}&gt;)\s{0,64}){0,2}/iy, text, start);
  const cdata = cdataAt(text, open);
  if (cdata !== undefined) return cdata;
  const rest = after(/[^<&\\%]*(?:(?:&(?!lt;)|\\(?!\\{0,6}u003c)|%(?!3c))[^<&\\%]*)*/iy, text, open);
  const isClosed = CLOSING_TAG.test(text.slice(rest, rest + 16));
  // A placeholder of a sentence, `<password> is`, holds nothing.
  if (/[\s>;:@,./)]/.test(text.charAt(start)) && (!isClosed || rest === text.length)) return undefined;
  if (!isClosed || rest === open) return bareAt(text, open);
  return { from: open, to: rest };
}
