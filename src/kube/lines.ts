// A byte stream as lines of JSON, each with a limit: a broken peer must not grow a string forever.

/** Longest line of a watch: an object is at most 1.5 MiB in etcd, and an event wraps it. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** Thrown when a line exceeds the limit; the stream cannot be trusted after it. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** The lines of `chunks` without their ends. Empty lines are left out; a last line without an end is given too. */
export async function* lines(chunks: AsyncIterable<Buffer>, maxBytes = MAX_LINE_BYTES): AsyncGenerator<string> {
  let kept = NOTHING;
  let size = 0;
  /** In a buffer that doubles: a peer that sends byte by byte must not cost an object for each. */
  const keep = (part: Buffer): void => {
    if (size + part.length > kept.length) {
      const larger = Buffer.alloc(Math.max(2 * kept.length, size + part.length));
      kept.copy(larger, 0, 0, size);
      kept = larger;
    }
    part.copy(kept, size);
    size += part.length;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, end);
      if (size + part.length > maxBytes) throw new LineTooLong(`a line is longer than ${maxBytes} bytes`);
      if (size > 0) keep(part);
      const line = size === 0 ? part : kept.subarray(0, size);
      if (line.length > 0) yield line.toString('utf8');
      kept = NOTHING;
      size = 0;
      from = end + 1;
    }
    if (from < chunk.length) {
      if (size + chunk.length - from > maxBytes) throw new LineTooLong(`a line is longer than ${maxBytes} bytes`);
      keep(chunk.subarray(from));
    }
  }
  if (size > 0) yield kept.toString('utf8', 0, size);
}
