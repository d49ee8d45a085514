// Text that may leave the process. `redact` is its only maker; status, Events, logs and output take nothing else.

declare const brand: unique symbol;

/** A text that went through `redact`: no secret that we know or recognise, no control character, bounded. */
export type SafeText = string & { readonly [brand]: true };

const MASK = '[redacted]';

/**
 * What gives a secret away by its shape. Every pattern is linear: no nested quantifier, no ambiguous alternation.
 * The first group is kept, the rest is masked.
 */
const SHAPES: readonly RegExp[] = [
  // userinfo of a URL: scheme://user:password@
  /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s@"'<>]{1,512}(?=@)/gi,
  // key=value, key: value and "key":"value" for names that say what they hold
  /((?:pass(?:word|wd|phrase)?|pwd|secret(?:[_-]?access[_-]?key|[_-]?key)?|access[_-]?token|api[_-]?key|token|authorization|x-amz-security-token|x-amz-signature|aws_secret_access_key|sessiontoken|client[_-]?secret|private[_-]?key)["']?\s{0,4}[=:]\s{0,4}["']?(?:bearer |basic )?)[^\s"',;&<>}]{1,4096}/gi,
  /\b((?:bearer|basic) )[A-Za-z0-9._~+/=-]{8,4096}/gi,
  // AWS access key ids, JWTs, long base64 or hexadecimal runs of the length of an AWS secret
  /()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()\beyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{4,4096}(?:\.[A-Za-z0-9_-]{0,4096})?/g,
];

const PEM = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;

/** How many bytes a redacted text may have unless the caller says otherwise. */
export const DEFAULT_SAFE_BYTES = 256;

/**
 * Makes a text fit to be shown: known secrets and secret shapes masked, control characters and line breaks turned
 * into spaces, cut at `maxBytes` of UTF-8 on a character's boundary (with an ellipsis).
 *
 * @param text whatever the other side sent
 * @param known values that were used in the conversation; masked wherever they appear, also percent-encoded
 */
export function redact(text: string, known: readonly string[] = [], maxBytes: number = DEFAULT_SAFE_BYTES): SafeText {
  // A cap before the patterns keeps the work constant on hostile input; what is cut here would be cut below anyway.
  const cut = text.length > maxBytes * 8;
  let out = cut ? text.slice(0, maxBytes * 8) : text;
  const before = out;
  for (const value of known) {
    if (value.length < 3) continue;
    out = out.split(value).join(MASK);
    const encoded = encodeURIComponent(value);
    if (encoded !== value) out = out.split(encoded).join(MASK);
  }
  if (PEM.test(out)) out = out.slice(0, out.search(PEM)) + MASK;
  for (const shape of SHAPES) out = out.replace(shape, `$1${MASK}`);
  // Masking shortens: then what the first cut left of its last word, perhaps half a secret, could come into view.
  if (cut && out !== before) out = out.replace(/\S{1,4096}$/, '');
  out = out.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return clip(out, maxBytes) as SafeText;
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
