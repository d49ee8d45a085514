// Is what was healthy healthy again? A table of what may happen to a check, and what may never pass as "as good as before".
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RESULTS } from '../../../src/api/faults/traits.ts';
import { compareAll, compareReports, exitOf } from '../../../src/gate/compare.ts';
import type { SnapshotCheck, SnapshotReport } from '../../../src/gate/snapshot.ts';

type Result = SnapshotCheck['result'];

const check = (id: string, result: Result, more: Partial<SnapshotCheck> = {}): SnapshotCheck => ({
  id,
  result,
  state: result,
  ...(result === 'pass' || result === 'skip' ? {} : { fault: 'DatabaseUnreachable' }),
  ...more,
});

const well = check('core-daemon/health', 'pass');

function report(checks: readonly SnapshotCheck[], more: Partial<SnapshotReport> = {}): SnapshotReport {
  return {
    namespace: 'recognize',
    name: 'prod',
    uid: 'u-1',
    lastRunTime: '2026-11-28T14:00:00Z',
    exitCode: 0,
    reason: 'Upgradeable',
    truncated: 0,
    checks: [...checks],
    images: [],
    ...more,
  };
}

const LATER = { lastRunTime: '2026-11-28T14:20:00Z' };
const compared = (
  before: readonly SnapshotCheck[],
  after: readonly SnapshotCheck[],
  more: Partial<SnapshotReport> = {},
): ReturnType<typeof compareReports> => compareReports(report(before), report(after, { ...LATER, ...more }));

const LISTS = ['regressions', 'fixes', 'added', 'gone', 'lostSight', 'still'] as const;

describe('a check', () => {
  test.each<[Result | undefined, Result | undefined, string, number]>([
    ['pass', 'pass', 'unchanged', 0],
    ['pass', 'warn', 'regressions', 0],
    ['pass', 'fail', 'regressions', 3],
    ['pass', 'error', 'lostSight', 5],
    ['pass', 'skip', 'lostSight', 5],
    ['pass', undefined, 'gone', 5],
    ['warn', 'pass', 'fixes', 0],
    ['warn', 'warn', 'still', 0],
    ['warn', 'fail', 'regressions', 3],
    ['warn', 'skip', 'lostSight', 5],
    ['fail', 'pass', 'fixes', 0],
    ['fail', 'warn', 'fixes', 0],
    ['fail', 'fail', 'still', 0],
    ['fail', 'error', 'lostSight', 5],
    ['fail', 'skip', 'lostSight', 5],
    ['fail', undefined, 'gone', 5],
    ['error', 'pass', 'unchanged', 0],
    ['error', 'error', 'unseen', 0],
    ['error', 'fail', 'regressions', 3],
    ['skip', 'skip', 'unseen', 0],
    ['skip', undefined, 'gone', 0],
    [undefined, 'pass', 'added', 0],
    [undefined, 'warn', 'added', 0],
    [undefined, 'fail', 'added', 3],
    [undefined, 'error', 'added', 5],
    [undefined, 'skip', 'added', 0],
  ])('that was %s and is %s is told under %s, exit code %i', (before, after, list, exitCode) => {
    const of = (result: Result | undefined): SnapshotCheck[] =>
      result === undefined ? [well] : [well, check('database/x/connect', result)];
    const said = compared(of(before), of(after));
    expect(said.exitCode, said.message).toBe(exitCode);
    const told = LISTS.filter((one) => said[one].some((change) => change.check === 'database/x/connect'));
    expect([
      ...told,
      ...(said.unseen.length === 1 ? ['unseen'] : []),
      ...(said.unchanged === 2 ? ['unchanged'] : []),
    ]).toEqual([list]);
  });

  it('that fails in another way is worse', () => {
    const said = compared(
      [well, check('database/x/connect', 'fail')],
      [well, check('database/x/connect', 'fail', { fault: 'DatabaseAuthenticationFailed' })],
    );
    expect(said).toMatchObject({
      exitCode: 3,
      reason: 'Worse',
      regressions: [{ faultBefore: 'DatabaseUnreachable', faultAfter: 'DatabaseAuthenticationFailed' }],
    });
  });

  it('of which the report still says pass though nobody asked is out of sight', () => {
    const said = compared([well], [{ ...well, result: 'skip' }]);
    expect(said).toMatchObject({ exitCode: 5, reason: 'LostSight', lostSight: [{ before: 'pass', after: 'skip' }] });
  });

  it('that failed in this run counts before the thresholds believe it, and a good one only after', () => {
    expect(compared([well], [{ ...well, result: 'fail' }]).exitCode).toBe(3);
    const failed = check('database/x/connect', 'fail');
    expect(compared([well, failed], [well, { ...failed, result: 'pass' }]).still).toHaveLength(1);
  });

  it('that a mute silences is told and does not count', () => {
    const said = compared([well, check('x/y', 'pass')], [well, check('x/y', 'fail', { muted: true })]);
    expect(said).toMatchObject({ exitCode: 0, regressions: [{ check: 'x/y', muted: true }] });
  });

  it('that was never required may go out of sight, and may not fail', () => {
    const optional = check('capacity/limits', 'pass', { required: false });
    expect(compared([well, optional], [well, { ...optional, result: 'skip' }]).exitCode).toBe(0);
    expect(compared([well, optional], [well]).exitCode).toBe(0);
    expect(compared([well, optional], [well, { ...optional, result: 'fail' }]).exitCode).toBe(3);
  });
});

describe('a comparison', () => {
  it('says what fails before and after, beside an exit code of 0', () => {
    const failing = check('database/x/connect', 'fail');
    const said = compareReports(
      report([well, failing], { exitCode: 3 }),
      report([well, failing], { ...LATER, exitCode: 3 }),
    );
    expect(said.exitCode).toBe(0);
    expect(said.message).toMatch(/healthy again\. 1 check failed before and still does\./);
  });

  it('counts new warnings with --fail-on warn alone', () => {
    const sides = [report([well]), report([{ ...well, result: 'warn' }], LATER)] as const;
    expect(compareReports(...sides).exitCode).toBe(0);
    expect(compareReports(...sides, 'warn')).toMatchObject({ exitCode: 4, reason: 'NewWarnings' });
  });

  it('passes nothing where nothing was healthy', () => {
    const failing = check('database/x/connect', 'fail');
    expect(compared([failing], [failing])).toMatchObject({ exitCode: 5, reason: 'NothingWasHealthy' });
    expect(compared([], [well])).toMatchObject({ exitCode: 5, reason: 'NothingWasHealthy' });
  });

  it.each([3, 5] as const)('does not pass where the gate says %i and no check says why', (exitCode) => {
    const said = compared([well], [well], { exitCode, reason: 'NotExamined' });
    expect(said).toMatchObject({ exitCode, reason: 'GateSaysNo' });
    expect(said.message).toContain('NotExamined');
  });

  it('names the images that moved', () => {
    const [before, after] = ['1.2.5', '1.3.0'].map((tag) => [{ component: 'auth-vault', image: `registry/av:${tag}` }]);
    const said = compareReports(
      report([well], { images: before ?? [] }),
      report([well], { ...LATER, images: after ?? [] }),
    );
    expect(said.images).toEqual([{ component: 'auth-vault', before: 'registry/av:1.2.5', after: 'registry/av:1.3.0' }]);
  });

  it.each([
    [
      'a report that was deleted and made again',
      { ...LATER, uid: 'u-2' },
      /two reports of one name.*uid u-1, then u-2/,
    ],
    ['one run twice', {}, /nothing was examined since/],
    [
      'a clock that was set back',
      { lastRunTime: '2026-11-28T13:00:00Z' },
      /1h before the first one: they are swapped, or/,
    ],
  ])('refuses %s', (_what, more, why) => {
    const said = compareReports(report([well]), report([well], more));
    expect(said).toMatchObject({ exitCode: 2, reason: 'NotComparable' });
    expect(said.message).toMatch(why);
  });

  it('lets no report of either side go unseen', () => {
    const other = report([well], { name: 'other' });
    const said = compareAll(
      [report([well]), other],
      [report([well], LATER), report([well], { ...LATER, name: 'new' })],
    );
    expect(said.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['prod', 0],
      ['other', 5],
      ['new', 5],
    ]);
    expect(exitOf(said)).toBe(5);
  });

  it('passes only where every check that was well and required is well or warned of, whatever the rest is', () => {
    const result = fc.constantFrom(...RESULTS);
    const checks = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), result, state: result }), {
      selector: ({ id }) => id,
      maxLength: 5,
    });
    fc.assert(
      fc.property(checks, checks, (before, after) => {
        const said = compared(before, after);
        if (said.exitCode !== 0) return;
        const isWell = (one: SnapshotCheck | undefined, ...good: Result[]): boolean =>
          one !== undefined && good.includes(one.result) && good.includes(one.state);
        const found = new Map(after.map((one) => [one.id, one]));
        for (const one of before.filter((was) => isWell(was, 'pass')))
          expect(isWell(found.get(one.id), 'pass', 'warn'), JSON.stringify({ before, after })).toBe(true);
      }),
    );
  });

  it('tells each check once, whatever the two sides are', () => {
    const result = fc.constantFrom(...RESULTS);
    const checks = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), result, state: result }), {
      selector: ({ id }) => id,
    });
    fc.assert(
      fc.property(checks, checks, (before, after) => {
        const said = compared(before, after);
        const told = [...LISTS.flatMap((one) => said[one].map((change) => change.check)), ...said.unseen];
        expect(new Set(told).size).toBe(told.length);
        expect(told.length + said.unchanged).toBe(new Set([...before, ...after].map(({ id }) => id)).size);
      }),
    );
  });
});
