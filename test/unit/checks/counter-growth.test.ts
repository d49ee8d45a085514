// Errors counted by the services' own counters: a rate out of moments that are remembered, in any rhythm of runs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertErrorRate } from '../../../src/checks/logs/error-rate.ts';
import { counterGrowth } from '../../../src/checks/counter-growth.ts';
import type { Answer } from '../../../src/facts/answer.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address, NOW, service } from './seen.ts';
import { verdict } from './targets.ts';

const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;
const START = NOW.getTime();

/** Runs at these minutes with these counts of one pod: what the last of them says. */
function after(...runs: readonly (readonly [minute: number, count: number])[]): ReturnType<typeof counterGrowth> {
  let last: ReturnType<typeof counterGrowth> | undefined;
  for (const [minute, count] of runs) {
    last = counterGrowth([{ name: 'a', count }], last?.baseline, START + minute * MINUTE, WINDOW);
  }
  if (last === undefined) throw new Error('no run');
  return last;
}

describe('the growth of a counter', () => {
  it('is unknown in the first run', () => {
    expect(after([0, 4711])).toMatchObject({ grown: undefined });
  });

  it.each([
    [
      'in the next run',
      [
        [0, 10],
        [1, 13],
      ],
      3,
      1,
    ],
    [
      'over several runs',
      [
        [0, 10],
        [1, 13],
        [2, 31],
      ],
      21,
      2,
    ],
    [
      'without what is older than the window',
      [
        [0, 0],
        [1, 50],
        [3, 50],
        [6, 50],
        [9, 51],
      ],
      1,
      3,
    ],
    [
      'of a process that started anew',
      [
        [0, 900],
        [1, 4],
      ],
      4,
      1,
    ],
    [
      'after that',
      [
        [0, 900],
        [1, 4],
        [2, 30],
      ],
      30,
      2,
    ],
    [
      'over a pause longer than the window, as it is',
      [
        [0, 10],
        [20, 60],
      ],
      50,
      20,
    ],
  ] as const)('is told %s', (_, runs, errors, minutes) => {
    expect(after(...runs)).toMatchObject({ grown: errors, overMs: minutes * MINUTE });
  });

  it.each([
    [
      'after a pause of more than an hour',
      [
        [0, 10],
        [61, 60],
      ],
    ],
    [
      'after the clock was set back',
      [
        [0, 10],
        [-1, 60],
      ],
    ],
  ] as const)('is unknown again %s', (_, runs) => {
    expect(after(...runs).grown).toBeUndefined();
  });

  it('of a pod that was not there before counts from then on', () => {
    const first = counterGrowth([{ name: 'a', count: 1 }], undefined, START, WINDOW);
    const second = counterGrowth(
      [
        { name: 'a', count: 1 },
        { name: 'b', count: 99 },
      ],
      first.baseline,
      START + MINUTE,
      WINDOW,
    );
    expect(second.grown).toBe(0);
    const third = counterGrowth([{ name: 'b', count: 101 }], second.baseline, START + 2 * MINUTE, WINDOW);
    expect(third.grown).toBe(2);
  });

  it.each(['', 'x', '1 2 3', 'a b c=d', '____ ____', 'z'.repeat(200)])(
    'is unknown with %j for a memory',
    (baseline) => {
      expect(counterGrowth([{ name: 'a', count: 5 }], baseline, START, WINDOW).grown).toBeUndefined();
    },
  );

  it('is remembered in 128 bytes, and no burst is missed or kept for long, in any rhythm', () => {
    const gap = fc.integer({ min: 1, max: 2 * 60 }).map((seconds) => seconds * 1_000);
    fc.assert(
      fc.property(fc.array(gap, { minLength: 10, maxLength: 60 }), fc.nat({ max: 59 }), (gaps, at) => {
        let now = START;
        let count = 1e9;
        let baseline: string | undefined;
        let burstAt: number | undefined;
        let seen = false;
        for (const [run, gapMs] of [0, ...gaps].entries()) {
          now += gapMs;
          if (run === 1 + (at % gaps.length)) {
            count += 21;
            burstAt = now;
          }
          const pods = Array.from({ length: 7 }, (_, pod) => ({ name: `core-daemon-7d9c5b8f4-${pod}`, count }));
          const growth = counterGrowth(pods, baseline, now, WINDOW);
          ({ baseline } = growth);
          expect(Buffer.byteLength(baseline)).toBeLessThanOrEqual(128);
          // At once, whatever the rhythm: all pods counted the burst, and the baseline remembers five of them.
          if (burstAt === now) seen = growth.inWindow === 5 * 21;
          if (burstAt !== undefined && now - burstAt > WINDOW + 4 * MINUTE) expect(growth.grown).toBe(0);
        }
        expect(seen).toBe(true);
      }),
    );
  });
});

describe('the error rate by counters', () => {
  const target = service({ errorAlert: { threshold: 20, windowMs: WINDOW } });
  const ask = (errors: readonly Outcome<number>[], minute: number, baseline?: string): Answer => {
    const nothing = failed('MetricsNotReadable', literal('unused'));
    const answers = errors.map((one, index) => ({
      address: address(index + 1),
      pools: nothing,
      latency: nothing,
      errors: one,
    }));
    return alertErrorRate.ask({
      target,
      observed: { logs: failed('NotAsked', literal('not asked, because the spec says so')) },
      all: { visits: [{ kind: 'meters', target, observed: { answers } }] },
      now: new Date(START + minute * MINUTE),
      ...(baseline === undefined ? {} : { baseline }),
    });
  };

  it.each([
    [20, 'pass'],
    [21, 'ErrorRateHigh'],
  ])('with %i errors of two pods in a minute is %s', (errors, expected) => {
    const first = ask([ok(100), ok(7)], 0);
    expect(verdict(first)).toBe('NotAsked');
    const second = ask([ok(100 + errors - 5), ok(12)], 1, first.baseline);
    expect(verdict(second)).toBe(expected);
    expect(second.baseline).toBeDefined();
  });

  it('that were logged over two windows counts their average', () => {
    const { baseline } = ask([ok(0)], 0);
    expect(verdict(ask([ok(40)], 10, baseline))).toBe('pass');
    expect(verdict(ask([ok(42)], 10, baseline))).toBe('ErrorRateHigh');
  });

  it('says how many addresses it rests on', () => {
    const unread = failed('MetricsNotReadable', literal('answers 404'));
    const { baseline } = ask([ok(0), unread], 0);
    const answer = ask([ok(1), unread], 1, baseline);
    expect(answer.kind === 'pass' && answer.note).toMatch(/^1 error events in 1m, .* 1 of 2 addresses answer$/);
  });

  it('is unknown, with the reason, where no counter can be read', () => {
    expect(verdict(ask([failed('MetricsNotReadable', literal('answers 404'))], 0))).toBe('MetricsNotReadable');
  });

  it('is not asked of what is no Spring Boot service when the spec leaves logs alone', () => {
    expect(alertErrorRate.applies?.(target)).toBe(true);
    const health = { path: '/health-check', named: false, format: 'agent' as const };
    expect(alertErrorRate.applies?.(service({ health }))).toBe(false);
  });
});
