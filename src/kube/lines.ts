// A byte stream as lines of JSON, each with a limit: a broken peer must not grow a string forever.

/** Longest line of a watch: an object is at most 1.5 MiB in etcd, and an event wraps it. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** Thrown when a line exceeds the limit; the stream cannot be trusted after it. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** The lines of `chunks` without their ends. Empty lines are left out; a last line without an end is given too. */
export async function* lines(chunks: AsyncIterable<Buffer>, maxBytes = MAX_LINE_BYTES): AsyncGenerator<string> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, end);
      if (size + part.length > maxBytes) throw new LineTooLong(`a line is longer than ${maxBytes} bytes`);
      const line = size === 0 ? part : Buffer.concat([...kept, part]);
      if (line.length > 0) yield line.toString('utf8');
      kept = [];
      size = 0;
      from = end + 1;
    }
    if (from < chunk.length) {
      kept.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > maxBytes) throw new LineTooLong(`a line is longer than ${maxBytes} bytes`);
    }
  }
  if (size > 0) yield Buffer.concat(kept).toString('utf8');
}
