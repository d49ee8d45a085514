// Finds what a text gives away of a secret: the value, a piece of it, or either in another encoding.

/** A shorter piece of a secret is found in texts by chance, and of no use to who reads it. */
const PIECE = 8;
/** As many characters as a piece has in this form: eight digits are in every long number, and half a piece. */
const IN_HEXADECIMAL = 2 * PIECE;

/** What of `secret` shows in `text`, by the name of its form. Empty when nothing does. */
export function leaksOf(secret: string, text: string): string[] {
  const forms: readonly (readonly [string, string, number])[] = [
    ['as it is', secret, PIECE],
    ['percent-encoded', encodeURIComponent(secret), PIECE],
    ['in hexadecimal', Buffer.from(secret).toString('hex'), IN_HEXADECIMAL],
    ...[0, 1, 2].map((shift) => {
      const text = Buffer.from('\0'.repeat(shift) + secret).toString('base64');
      return [`in base64 at ${shift}`, text.slice(shift === 0 ? 0 : 4, -4), PIECE] as const;
    }),
  ];
  // Line breaks would hide a value from a search, not from a reader.
  const joined = text.replace(/\\n|\s+/g, '');
  return forms.flatMap(([form, value, size]) => {
    for (let at = 0; at + size <= value.length; at++) {
      const piece = value.slice(at, at + size);
      const found = [text, joined].map((each) => each.indexOf(piece)).find((index) => index !== -1);
      if (found !== undefined) return [`${form}: …${text.slice(Math.max(0, found - 60), found + 40)}…`];
    }
    return [];
  });
}
