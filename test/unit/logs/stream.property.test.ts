// The result depends on the log alone: not on how a pipe cut it, nor on where a block ends, nor on what else is in it.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogScan } from '../../../src/logs/scan.ts';
import { counts, scanned } from './log-lines.ts';

const root = new URL('../../fixtures/logs/', import.meta.url);
const log = Buffer.concat(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt') && !name.startsWith('benign'))
    .sort()
    .map((name) => readFileSync(new URL(name, root))),
);

describe('a log in pieces', () => {
  const whole = scanned(log);

  it('is the same cut in two anywhere', () => {
    for (let cut = 0; cut <= log.length; cut += 29) {
      const scan = createLogScan();
      scan.push(log.subarray(0, cut));
      scan.push(log.subarray(cut));
      expect(scan.end()).toEqual(whole);
    }
  });

  it('is the same wherever blocks end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }), (blockBytes, piece) => {
        const scan = createLogScan({ blockBytes });
        for (let at = 0; at < log.length; at += piece) scan.push(log.subarray(at, at + piece));
        expect(scan.end()).toEqual(whole);
      }),
    );
  });
});

describe('hostile input', () => {
  const error = '2026-11-20 09:00:00.000 ERROR 1 --- [main] a.B : Failed JWT token sign';

  it.each<[string, Buffer, Record<string, number>]>([
    [
      'a line of 50 MB before an error',
      Buffer.concat([Buffer.alloc(50e6, 'x'), Buffer.from(`\n${error}\n`)]),
      { 'REC-AV-003': 1 },
    ],
    ['no line feed at the end', Buffer.from(error), { 'REC-AV-003': 1 }],
    ['line ends of Windows', Buffer.from(`${error}\r\n${error}\r\n`), { 'REC-AV-003': 2 }],
    ['NUL bytes around an error', Buffer.from(`\0\0\n${error}\0\n\0`), { 'REC-AV-003': 1 }],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(`${error} \xe9\n`, 'latin1')]),
      { 'REC-AV-003': 1 },
    ],
    [
      'half a JSON object',
      Buffer.from('{"@timestamp":"2026-11-20T09:00:00Z","level":"ERROR","message":"Failed JWT token sign\n'),
      {},
    ],
    ['an empty log', Buffer.alloc(0), {}],
  ])('%s', (_what, input, expected) => {
    expect(counts(scanned(input))).toEqual(expected);
  });

  it('is counted', () => {
    const { counters } = scanned(
      Buffer.concat([
        Buffer.from(`a\0b\n{"level":"ERROR","message":"Failed JWT token sign\n`),
        Buffer.from([0xff, 0x0a]),
      ]),
    );
    expect(counters).toMatchObject({ lines: 3, linesWithNul: 1, linesNotUtf8: 1, brokenJson: 1 });
  });
});
