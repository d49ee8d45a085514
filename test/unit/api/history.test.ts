// Availability over time: durations, not runs; Unknown is never up; nothing is counted twice, whatever the clock does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { healthReportStatus } from '../../../src/api/health-report.ts';
import { availabilityOf, historyAfter, WINDOWS, type Window } from '../../../src/api/history.ts';
import { jsonBytes } from '../../../src/report/index.ts';
import { timestamp } from '../../../src/runtime/timestamp.ts';
import { report, run } from '../judge/fixtures.ts';
import { cases } from '../../support/cases.ts';

type State = 'True' | 'False' | 'Unknown';
const START_S = Date.UTC(2026, 10, 1) / 1_000;

/** A status of a run at a second, which stays fresh for `freshS`. */
function ran(previous: HealthReportStatus | undefined, atS: number, state: State, freshS = 600): HealthReportStatus {
  const now = new Date(atS * 1_000);
  const time = timestamp(now);
  return {
    ...healthReportStatus.parse({}),
    observedGeneration: 1,
    lastRunTime: time,
    freshUntil: timestamp(new Date((atS + freshS) * 1_000)),
    conditions: ['Healthy', 'DatabaseHealthy'].map((type) => ({
      type,
      status: state,
      reason: 'X',
      message: '',
      lastTransitionTime: time,
    })),
    history: historyAfter(previous, now),
  };
}

/** Runs one after the other: seconds since the one before, and what it found. */
function over(steps: readonly (readonly [number, State])[], freshS?: number): HealthReportStatus {
  let at = START_S;
  let status: HealthReportStatus | undefined;
  for (const [pause, state] of steps) {
    at += pause;
    status = ran(status, at, state, freshS);
  }
  if (status === undefined) throw new Error('no run');
  return status;
}

const of = (
  { history }: HealthReportStatus,
  window: Window,
  component = 'database',
): ReturnType<typeof availabilityOf> =>
  history === undefined ? undefined : availabilityOf(history, component, window);
const every = (count: number, pause: number, state: State): readonly (readonly [number, State])[] =>
  Array.from({ length: count }, () => [pause, state] as const);

describe('availability', () => {
  it('is what the states lasted, the rest is unknown', () => {
    const status = over([
      [0, 'True'],
      [60, 'True'],
      [60, 'False'],
      [60, 'True'],
      [60, 'Unknown'],
      [60, 'True'],
    ]);
    expect(of(status, '1h')).toEqual({ up: 180, down: 60, unknown: 3_600 - 240 });
    expect(of(status, '1h', 'all')).toEqual(of(status, '1h'));
    expect(of(status, '30d')).toEqual({ up: 180, down: 60, unknown: WINDOWS['30d'] - 240 });
    expect(of(status, '1h', 'auth-vault')).toBeUndefined();
  });

  it('is unknown over a gap without an operator', () => {
    const status = over([
      [0, 'True'],
      [60, 'True'],
      [1_800, 'True'],
      [60, 'True'],
    ]);
    expect(of(status, '1h')).toEqual({ up: 120, down: 0, unknown: 3_480 });
  });

  it('is whole after an hour, a day, a month of good runs, and forgets what no window reaches', () => {
    const hour = over(every(14, 300, 'True'));
    expect(of(hour, '1h')).toEqual({ up: 3_600, down: 0, unknown: 0 });
    const month = over([[0, 'False'], ...every(32 * 24 * 2, 1_800, 'True')], 3_600);
    for (const window of ['1h', '24h', '7d', '30d'] as const)
      expect(of(month, window), window).toEqual({ up: WINDOWS[window], down: 0, unknown: 0 });
  });

  it.each<State>(['True', 'False'])('counts no time twice after the clock was set back, then %s', (state) => {
    const status = over([
      [0, 'True'],
      [200, state],
      [-150, state],
      [250, 'True'],
    ]);
    const seen = of(status, '1h');
    expect((seen?.up ?? 0) + (seen?.down ?? 0)).toBe(300);
  });

  it('survives a history that somebody has written into', () => {
    const status = over(every(4, 300, 'True'));
    for (const up of ['', ';;', 'x', '99999*99;99999*99;99999*99', '-1', '1e9', '300*99', 'a'.repeat(512)]) {
      const edited = {
        ...status,
        history: { until: status.history?.until ?? '', components: [{ component: 'database', up, down: up }] },
      };
      const next = ran(edited, START_S + 1_500, 'True');
      for (const window of ['1h', '24h', '7d', '30d'] as const) {
        const seen = of(next, window);
        expect((seen?.up ?? 0) + (seen?.down ?? 0) + (seen?.unknown ?? 0)).toBe(WINDOWS[window]);
        expect(Math.min(seen?.up ?? 0, seen?.down ?? 0, seen?.unknown ?? 0)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('adds up to its window and is never more up than time that a good state lasted, whatever happens', () => {
    const step = fc.tuple(fc.integer({ min: -900, max: 7_200 }), fc.constantFrom<State>('True', 'False', 'Unknown'));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const status = over(steps);
        const good = { True: 0, False: 0, Unknown: 0 };
        steps.forEach(([, state], index) => {
          const pause = steps[index + 1]?.[0] ?? 0;
          if (pause > 0 && pause <= 600) good[state] += pause;
        });
        for (const window of ['1h', '24h', '7d', '30d'] as const) {
          const seen = of(status, window) ?? { up: 0, down: 0, unknown: WINDOWS[window] };
          expect(seen.up + seen.down + seen.unknown).toBe(WINDOWS[window]);
          expect(seen.up).toBeLessThanOrEqual(good.True);
          expect(seen.down).toBeLessThanOrEqual(good.False);
        }
        expect(() => healthReportStatus.parse(status)).not.toThrow();
      }),
    );
  });

  it('is the same for runs in between that say the same', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }), (pauses) => {
        const total = pauses.reduce((sum, one) => sum + one, 0);
        const often = over([[0, 'True'], ...pauses.map((pause) => [pause, 'True'] as const)], 100_000);
        const once = over(
          [
            [0, 'True'],
            [total, 'True'],
          ],
          100_000,
        );
        for (const window of ['1h', '24h', '30d'] as const) expect(of(often, window)).toEqual(of(once, window));
      }),
    );
  });

  it('stays small, whatever a month was like', () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.constantFrom<State>('True', 'False'));
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 150 }), (steps) => {
        // Two of fifteen components.
        expect(jsonBytes(over(steps, 100_000).history)).toBeLessThan(1_800);
      }),
      cases(20),
    );
  });

  it('is in a report after its second run', () => {
    const first = report(run()).status;
    const second = report(run(), first, { now: new Date(Date.parse(first.lastRunTime ?? '') + 60_000) }).status;
    expect(of(second, '1h')).toEqual({ up: 60, down: 0, unknown: 3_540 });
    expect(of(second, '1h', 'core-daemon')).toMatchObject({ up: 60 });
  });
});
