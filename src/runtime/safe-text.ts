// Text that may leave the process. `redact` is its only maker; status, Events, logs and output take nothing else.
import { maskKnown } from './known-secrets.ts';
import { maskShapes } from './secret-shapes.ts';

declare const brand: unique symbol;

/** A text that went through `redact`: no secret that we know or recognise, no control character, bounded. */
export type SafeText = string & { readonly [brand]: true };

/** Control characters, line breaks, and what turns the order of characters on a screen around (CVE-2021-42574). */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g;

/** What a screen leaves out: soft hyphens, joiners, fillers, tags. It hides words from a search and texts in texts. */
const INVISIBLE =
  /(?:(?![\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb])+/gu;

/** How many bytes a redacted text may have unless the caller says otherwise. */
export const DEFAULT_SAFE_BYTES = 256;

/** Texts that came through as they were, so that the next run need not look again: most of a report is said each time. */
const clean = new Set<string>();
const MOST_CLEAN = 4_000;
const LONGEST_CLEAN = 512;

/**
 * Makes a text fit to be shown: known secrets and secret shapes masked, control characters and line breaks turned
 * into spaces, cut at `maxBytes` of UTF-8 on a character's boundary (with an ellipsis).
 *
 * @param text whatever the other side sent
 * @param known values that were used in the conversation; masked wherever they appear, also encoded or cut off
 */
export function redact(text: string, known: readonly string[] = [], maxBytes: number = DEFAULT_SAFE_BYTES): SafeText {
  const mayBeClean = known.length === 0 && text.length <= LONGEST_CLEAN && text.length <= maxBytes * 8;
  if (mayBeClean && clean.has(text)) return clip(text, maxBytes) as SafeText;
  // A cap before the patterns keeps the work constant on hostile input; what is cut here would be cut below anyway.
  const cut = text.length > maxBytes * 8;
  let out = (cut ? text.slice(0, maxBytes * 8) : text).replace(INVISIBLE, '');
  const before = out;
  out = maskShapes(maskKnown(out, known));
  // Masking shortens: then what the first cut left of its last word, perhaps half a secret, could come into view.
  if (cut && out !== before) out = out.replace(/\S{1,4096}$/, '');
  const shown = visible(out).trim();
  if (mayBeClean && shown === text) {
    if (clean.size >= MOST_CLEAN) clean.clear();
    clean.add(text);
  }
  return clip(shown, maxBytes) as SafeText;
}

/** The text without what a terminal acts on or leaves out instead of showing it: for what is ours or was redacted. */
export function visible(text: string): string {
  return text.replace(UNSEEN, ' ').replace(INVISIBLE, '');
}

/** Joins texts that are safe already (and constants of the program) without another pass. */
export function safe(strings: TemplateStringsArray, ...values: readonly (SafeText | number)[]): SafeText {
  return String.raw({ raw: strings }, ...values) as SafeText;
}

/** A constant of the program as SafeText. The type lets only literals of the source through, never a `string`. */
export function literal<T extends string>(text: string extends T ? never : T): SafeText {
  return text as string as SafeText;
}

/** Cuts at `maxBytes` of UTF-8, never inside a character, and marks the cut. */
export function clip(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const ellipsis = '…';
  let bytes = Buffer.byteLength(ellipsis);
  let out = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    out += character;
  }
  return out + ellipsis;
}

/** `clip` for a text that is safe already. */
export function clipSafe(text: SafeText, maxBytes: number): SafeText {
  return clip(text, maxBytes) as SafeText;
}
