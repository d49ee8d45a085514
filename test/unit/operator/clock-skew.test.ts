// A clock that is wrong is told: on every report and as a metric.
import { describe, expect, it } from 'vitest';
import { clockSkew } from '../../../src/operator/clock-skew.ts';
import { conditionIn, report, run, START } from '../judge/fixtures.ts';

describe('the Date of an answer', () => {
  const told: number[] = [];
  const skew = clockSkew({ now: () => START }, (seconds) => told.push(seconds));

  it.each([
    [0, 'Mon, 23 Nov 2026 10:00:00 GMT'],
    [600, 'Mon, 23 Nov 2026 09:50:00 GMT'],
    [-90, 'Mon, 23 Nov 2026 10:01:30 GMT'],
  ])('shows that ours is %i s ahead', (seconds, date) => {
    skew.heard(date);
    expect([skew.aheadMs(), told.at(-1)]).toEqual([seconds * 1000, seconds]);
  });

  it('that is none, or missing, changes nothing', () => {
    const before = [skew.aheadMs(), told.length];
    skew.heard(undefined);
    skew.heard('yesterday');
    expect([skew.aheadMs(), told.length]).toEqual(before);
  });
});

describe('Ready', () => {
  const ready = (clockAheadMs: number): string =>
    conditionIn(report(run(), undefined, { report: { clockAheadMs } }), 'Ready').message;

  it.each([
    [600_000, /^The operator's clock is 10m ahead of the API server's: /],
    [-120_000, /^The operator's clock is 2m behind the API server's: /],
    [29_000, /^The report is current/],
    [0, /^The report is current/],
  ])('of a clock that is %i ms ahead', (ahead, expected) => {
    expect(ready(ahead)).toMatch(expected);
  });

  it('says the same from run to run', () => {
    expect(ready(601_000)).toBe(ready(598_000));
  });
});
