// The encodings in which others repeat a value: hexadecimal, base32, base64, each wherever it begins within a longer
// text. Percent-encoding and escapes are undone in the text instead: there are too many spellings of them.

export interface Encodings {
  /** Those in which the case of a letter says nothing. */
  readonly caseless: readonly string[];
  readonly cased: readonly string[];
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** The characters that are the value's alone, in each encoding. */
export function encodings(value: string): Encodings {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].map((before) => within(bytes, before, 6, (padded) => padded.toString('base64')));
  return {
    caseless: [bytes.toString('hex'), ...[0, 1, 2, 3, 4].map((before) => within(bytes, before, 5, base32))],
    cased: [...base64, ...base64.map((word) => word.replaceAll('+', '-').replaceAll('/', '_'))],
  };
}

/** The part of an encoded text that comes from the value alone when `before` bytes stand in front of it. */
function within(value: Buffer, before: number, bits: number, encode: (bytes: Buffer) => string): string {
  const whole = encode(Buffer.concat([Buffer.alloc(before), value]));
  return whole.slice(Math.ceil((before * 8) / bits), Math.floor(((before + value.length) * 8) / bits));
}

function base32(bytes: Buffer): string {
  let out = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32.charAt((held >> (bits - 5)) & 31);
  }
  return bits === 0 ? out : out + BASE32.charAt((held << (5 - bits)) & 31);
}
