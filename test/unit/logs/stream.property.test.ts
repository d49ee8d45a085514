// The result depends on the log alone: not on how a pipe cut it, nor on where a block ends, nor on what else is in it.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogScan } from '../../../src/logs/scan.ts';
import { addErrors, DEFAULT_RATE, isRateHigh, NO_ERRORS } from '../../../src/logs/rate.ts';
import { newLines, type LogCursor } from '../../../src/logs/resume.ts';
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

describe('the error rate', () => {
  it('is high from the 21st error within 5 minutes on, and no longer when the first of them is 5 minutes old', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 299_999 }), { minLength: 20, maxLength: 20 }), (others) => {
        const twenty = addErrors(NO_ERRORS, others, DEFAULT_RATE);
        expect(isRateHigh(twenty, 300_000, DEFAULT_RATE)).toBe(false);
        const more = addErrors(twenty, [0], DEFAULT_RATE);
        expect(isRateHigh(more, 299_999, DEFAULT_RATE)).toBe(true);
        expect(isRateHigh(more, 300_000, DEFAULT_RATE)).toBe(false);
      }),
    );
  });
});

describe('reading on', () => {
  it('counts every line once, however the reads overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }), fc.nat(40), (steps, split) => {
        let second = 0;
        const all = steps.map((step, index) => {
          second += step;
          return { second, line: `${new Date(second * 1000).toISOString().replace('Z', '000000Z')} line ${index}\n` };
        });
        const first = newLines(
          Buffer.from(
            all
              .slice(0, split)
              .map(({ line }) => line)
              .join(''),
          ),
        );
        const since = all[Math.min(split, all.length) - 1]?.second ?? 0;
        const again = newLines(
          Buffer.from(
            all
              .filter((one) => one.second >= since)
              .map(({ line }) => line)
              .join(''),
          ),
          first.cursor,
        );
        expect(first.bytes.toString() + again.bytes.toString()).toBe(all.map(({ line }) => line).join(''));
        expect(again.gap).toBe(false);
      }),
    );
  });

  it('notices that lines are missing', () => {
    const cursor: LogCursor = { time: '2026-11-20T09:00:00.000000000Z', lines: 1 };
    expect(newLines(Buffer.from('2026-11-20T09:00:05.000000000Z x\n'), cursor).gap).toBe(true);
  });
});
