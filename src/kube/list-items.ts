// A list of the API server, read item by item as its bytes arrive: each item is parsed alone and may be reduced before
// the next one comes, so that a page of any size takes the memory of its largest item.

/** Longest item: an object is at most 1.5 MiB in etcd, and may be twice that in JSON. */
const MAX_ITEM_BYTES = 8 * 1024 * 1024;
/** Everything of a list that is not its items: kind, version, metadata. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Thrown when what arrives is no list that could be read. */
export class UnreadableList extends Error {
  override readonly name = 'UnreadableList';
}

export interface ItemReader {
  /** The next bytes. @throws UnreadableList, SyntaxError */
  push(chunk: Buffer): void;
  /** After the last byte: the list without its items. @throws UnreadableList, SyntaxError */
  end(): unknown;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The end of what precedes the list of items, at the outermost level. */
const BEFORE_ITEMS = /(?<!\\)"items"\s*:\s*$/;
const TAIL = 64;

/** A reader that hands over each item of the outermost `items` once it is complete. */
export function readItems(onItem: (item: unknown) => void): ItemReader {
  let depth = 0;
  let inString = false;
  /** The string's last byte so far was a backslash that escapes the next. */
  let escaped = false;
  let inItems = false;
  /** As latin1, since a character may be cut in two. */
  let frame = '';
  /** Bytes of the item, or of the frame, that earlier chunks ended with. */
  let kept: Buffer[] = [];
  let size = 0;

  const take = (chunk: Buffer, from: number, to: number): Buffer => {
    const part = chunk.subarray(from, to);
    if (kept.length === 0) return part;
    const whole = Buffer.concat([...kept, part]);
    kept = [];
    size = 0;
    return whole;
  };
  const item = (bytes: Buffer): void => {
    const text = bytes.toString('utf8').trim();
    if (text !== '') onItem(JSON.parse(text));
  };
  const addFrame = (bytes: Buffer): void => {
    frame += bytes.toString('latin1');
    if (frame.length > MAX_FRAME_BYTES) throw new UnreadableList('the answer is no list');
  };

  /** Where the string that is open ends: the byte after its quote, or the chunk's end. */
  const skipString = (chunk: Buffer, from: number): number => {
    let at = from;
    if (escaped) {
      escaped = false;
      at += 1;
    }
    for (;;) {
      const quote = chunk.indexOf(QUOTE, at);
      const end = quote === -1 ? chunk.length : quote;
      let slashes = 0;
      while (end - slashes > at && chunk[end - slashes - 1] === BACKSLASH) slashes += 1;
      if (quote === -1) {
        escaped = slashes % 2 === 1;
        return chunk.length;
      }
      if (slashes % 2 === 0) {
        inString = false;
        return quote + 1;
      }
      at = quote + 1;
    }
  };

  return {
    push(chunk) {
      let from = 0;
      let at = 0;
      while (at < chunk.length) {
        if (inString) {
          at = skipString(chunk, at);
          continue;
        }
        const byte = chunk[at];
        at += 1;
        switch (byte) {
          case QUOTE:
            inString = true;
            break;
          case OPEN_BRACKET:
          case OPEN_BRACE:
            depth += 1;
            if (depth === 2 && byte === OPEN_BRACKET && !inItems) {
              addFrame(take(chunk, from, at - 1));
              from = at - 1;
              inItems = BEFORE_ITEMS.test(frame.slice(-TAIL));
              if (inItems) {
                frame += '[';
                from = at;
              }
            }
            break;
          case CLOSE_BRACE:
          case CLOSE_BRACKET:
            depth -= 1;
            if (inItems && depth === 1) {
              item(take(chunk, from, at - 1));
              from = at - 1;
              inItems = false;
            }
            break;
          case COMMA:
            if (inItems && depth === 2) {
              item(take(chunk, from, at - 1));
              from = at;
            }
            break;
          // Whatever else a byte is, it changes nothing.
          case undefined:
          default:
            break;
        }
      }
      if (from >= chunk.length) return;
      const rest = chunk.subarray(from);
      if (!inItems) {
        addFrame(take(chunk, from, chunk.length));
        return;
      }
      // A copy: the sender may use its buffer again.
      kept.push(Buffer.from(rest));
      size += rest.length;
      if (size > MAX_ITEM_BYTES) throw new UnreadableList(`an item is larger than ${MAX_ITEM_BYTES / 1024 / 1024} MiB`);
    },
    end: () => JSON.parse(Buffer.from(frame, 'latin1').toString('utf8')) as unknown,
  };
}
