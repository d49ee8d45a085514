// Finds what a text gives away of a secret: the value, a piece of it, or either in another encoding.

/** A shorter piece is found in texts by chance, and of no use to who reads it. */
const PIECE = 8;

/** What of `secret` shows in `text`, by the name of its form. Empty when nothing does. */
export function leaksOf(secret: string, text: string): string[] {
  const forms: Readonly<Record<string, string>> = {
    'as it is': secret,
    'percent-encoded': encodeURIComponent(secret),
    'in hexadecimal': Buffer.from(secret).toString('hex'),
    ...Object.fromEntries(
      [0, 1, 2].map((shift) => [
        `in base64 at ${shift}`,
        Buffer.from('\0'.repeat(shift) + secret)
          .toString('base64')
          .slice(shift === 0 ? 0 : 4, -4),
      ]),
    ),
  };
  // Line breaks would hide a value from a search, not from a reader.
  const joined = text.replace(/\\n|\s+/g, '');
  return Object.entries(forms).flatMap(([form, value]) => {
    for (let at = 0; at + PIECE <= value.length; at++) {
      const piece = value.slice(at, at + PIECE);
      const found = [text, joined].map((each) => each.indexOf(piece)).find((index) => index !== -1);
      if (found !== undefined) return [`${form}: …${text.slice(Math.max(0, found - 60), found + 40)}…`];
    }
    return [];
  });
}
