// Reading a response: the same answer however the bytes arrive, and bounds that hold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResponseReader, MAX_BODY_BYTES, type HttpResponse } from '../../../src/clients/http-response.ts';

/** What the reader says of these bytes, given in these pieces, the connection being closed after them. */
function read(text: string, pieces: readonly number[] = []): HttpResponse | string {
  const reader = createResponseReader();
  let bytes = Buffer.from(text, 'latin1');
  for (const size of pieces) {
    if (bytes.length === 0) break;
    const progress = reader.push(bytes.subarray(0, size));
    if (progress !== undefined) return progress;
    bytes = bytes.subarray(size);
  }
  const progress = bytes.length === 0 ? undefined : reader.push(bytes);
  return progress ?? reader.end();
}

const ok = 'HTTP/1.1 200 OK\r\n';

describe('a response', () => {
  it('has the status, the type, the date and the announced body', () => {
    const text = `${ok}Content-Type: application/json\r\nDate: Mon, 23 Nov 2026 05:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}surplus`;
    expect(read(text)).toEqual({
      status: 200,
      contentType: 'application/json',
      date: 'Mon, 23 Nov 2026 05:00:00 GMT',
      body: '{}',
      truncated: false,
    });
  });

  it.each([
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n', '{"a":1}'],
    ['ended by the connection', '\r\n{"a":1}', '{"a":1}'],
    ['empty', 'Content-Length: 0\r\n\r\n', ''],
    ['announced twice alike', 'Content-Length: 1\r\ncontent-length: 1\r\n\r\nx', 'x'],
    [
      'chunked, whatever the length says',
      'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
      'x',
    ],
  ])('reads a body that is %s', (_, rest, body) => {
    expect(read(ok + rest)).toMatchObject({ body });
  });

  it('passes over interim answers', () => {
    expect(read(`HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`)).toMatchObject({
      status: 200,
      body: 'x',
    });
  });

  it.each([204, 304])('has no body with status %d', (status) => {
    expect(read(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\n`)).toMatchObject({ status, body: '' });
  });

  it('needs no reason phrase', () => {
    expect(read('HTTP/1.0 503\r\n\r\n')).toMatchObject({ status: 503 });
  });

  it('reads the same however the bytes are cut', () => {
    const texts = [
      `HTTP/1.1 100 Continue\r\n\r\n${ok}Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n`,
      `${ok}Content-Length: 7\r\n\r\n{"a":1}`,
      `${ok}Content-Type: text/plain\r\n\r\n{"a":1}`,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.integer({ min: 1, max: 40 })), (text, pieces) => {
        expect(read(text, pieces)).toEqual(read(text));
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        fc.array(fc.nat({ max: 9 })),
        (text, prefixed, pieces) => {
          expect(() => read((prefixed ? ok : '') + text, pieces)).not.toThrow();
        },
      ),
    );
  });
});

describe('a body beyond 64 KiB', () => {
  const large = 'x'.repeat(MAX_BODY_BYTES + 1);
  it.each([
    ['announced', `${ok}Content-Length: 209715200\r\n\r\n${large}`],
    ['chunked', `${ok}Transfer-Encoding: chunked\r\n\r\nfffffff\r\n${large}`],
    ['endless', `${ok}\r\n${large}`],
  ])('is cut when it is %s', (_, text) => {
    const answer = read(text) as HttpResponse;
    expect([answer.truncated, answer.body.length]).toEqual([true, MAX_BODY_BYTES]);
  });

  it('is whole at exactly 64 KiB', () => {
    const answer = read(`${ok}Content-Length: ${MAX_BODY_BYTES}\r\n\r\n${'x'.repeat(MAX_BODY_BYTES)}`) as HttpResponse;
    expect([answer.truncated, answer.body.length]).toEqual([false, MAX_BODY_BYTES]);
  });
});

describe('what is no answer', () => {
  it.each([
    ['nothing', '', 'closed the connection without an answer'],
    ['half a head', 'HTTP/1.1 200 OK\r\nConte', 'closed the connection in the middle of its headers'],
    ['half a body', `${ok}Content-Length: 9\r\n\r\nx`, 'closed the connection in the middle of its answer'],
    [
      'half a chunk',
      `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nx`,
      'closed the connection in the middle of its answer',
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'does not answer in HTTP'],
    ['a strange status', 'HTTP/1.1 999 X\r\n\r\n', 'does not answer in HTTP'],
    ['endless headers', `${ok}${'A: b\r\n'.repeat(9000)}`, 'sends more than 32 KiB of headers'],
    ['endless interim answers', 'HTTP/1.1 100 X\r\n\r\n'.repeat(3000), 'sends more than 32 KiB of headers'],
    ['a length that is no number', `${ok}Content-Length: -1\r\n\r\n`, 'sends a content length that is no number'],
    ['two lengths', `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`, 'sends two different content lengths'],
    ['an unknown coding', `${ok}Transfer-Encoding: gzip\r\n\r\n`, 'sends a body in an encoding that was not asked for'],
    ['broken chunks', `${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'sends a body whose chunks are malformed'],
    [
      'chunks without line breaks',
      `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nxyy\r\n`,
      'sends a body whose chunks are malformed',
    ],
    [
      'an endless chunk line',
      `${ok}Transfer-Encoding: chunked\r\n\r\n${'1'.repeat(2000)}`,
      'sends a body whose chunks are malformed',
    ],
  ])('%s', (_, text, words) => {
    expect(read(text)).toBe(words);
  });
});

describe('a body of megabytes that is taken as it comes', () => {
  const tiny = Buffer.from('1\r\nx\r\n'.repeat(16_384));

  it('ends when chunks of a byte each hold it up, long before it is as large as it may be', () => {
    const reader = createResponseReader({ maxBytes: 4 * 1024 * 1024, onText: () => undefined });
    expect(reader.push(Buffer.from(`${ok}Transfer-Encoding: chunked\r\n\r\n`))).toBeUndefined();
    const answers = Array.from({ length: 7 }, () => reader.push(tiny));
    expect(answers.slice(0, 6)).toEqual(Array.from({ length: 6 }));
    expect(answers[6]).toBe('sends chunks that hold almost nothing');
  });

  it('is read to its end in chunks of the usual size', () => {
    const kept: string[] = [];
    const reader = createResponseReader({ maxBytes: 4 * 1024 * 1024, onText: (text) => kept.push(text) });
    const chunk = `2000\r\n${'y'.repeat(0x2000)}\r\n`;
    const answer = reader.push(Buffer.from(`${ok}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(256)}0\r\n\r\n`));
    expect(answer).toMatchObject({ status: 200, truncated: false });
    expect(kept.join('')).toHaveLength(256 * 0x2000);
  });
});
