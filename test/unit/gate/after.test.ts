// After an upgrade: "not yet", "worse" and "never" are three things, and only what was seen good twice is a pass.
import { describe, expect, it, test } from 'vitest';
import { afterStep, type AfterLook } from '../../../src/gate/after.ts';
import { compareReports } from '../../../src/gate/compare.ts';
import type { SnapshotCheck, SnapshotReport } from '../../../src/gate/snapshot.ts';

const check = (id: string, result: SnapshotCheck['result'], fault?: string): SnapshotCheck => ({
  id,
  result,
  state: result,
  ...(fault === undefined ? {} : { fault, message: `Saw ${fault}.` }),
});

const well = [
  check('auth-vault/health', 'pass'),
  check('upgrade/auth-vault/rollout', 'pass'),
  check('database/x/connect', 'pass'),
];
const withOne = (other: SnapshotCheck): SnapshotCheck[] => [...well.filter(({ id }) => id !== other.id), other];
const rolling = withOne(check('upgrade/auth-vault/rollout', 'fail', 'UpgradeRolloutUnfinished'));
const down = withOne(check('auth-vault/health', 'fail', 'HealthDown'));
const pull = withOne(check('auth-vault/workload', 'warn', 'PodCannotStart')).concat(
  rolling.filter(({ id }) => id.startsWith('upgrade/')),
);
const blind = withOne(check('database/x/connect', 'error', 'DatabaseTimeout'));

const report = (checks: readonly SnapshotCheck[], second: number, tag = '1.2.5'): SnapshotReport => ({
  namespace: 'recognize',
  name: 'prod',
  uid: 'u-1',
  lastRunTime: new Date(Date.UTC(2026, 10, 28, 14, 0, second)).toISOString(),
  exitCode: 0,
  reason: 'Upgradeable',
  truncated: 0,
  checks: [...checks],
  images: [{ component: 'auth-vault', image: `registry/auth-vault:${tag}` }],
});
const before = report(well, 0);
/** A run every ten seconds, and what each saw. */
const looks = (runs: readonly (readonly SnapshotCheck[])[], tag = '1.3.0'): readonly AfterLook[] =>
  runs.map((checks, index) => ({
    comparison: compareReports(before, report(checks, 10 * (index + 1), tag)),
    atMs: 10_000 * (index + 1),
  }));
const step = (
  runs: readonly (readonly SnapshotCheck[])[],
  timeoutMs = 900_000,
  tag = '1.3.0',
): ReturnType<typeof afterStep> => afterStep(looks(runs, tag), 0, timeoutMs);
const said = (...args: Parameters<typeof step>): string => {
  const answer = step(...args);
  return answer.kind === 'wait'
    ? `wait: ${answer.message}`
    : `${answer.comparison.exitCode} ${answer.comparison.reason}: ${answer.comparison.message}`;
};

describe('after an upgrade', () => {
  test.each<[string, readonly (readonly SnapshotCheck[])[], RegExp]>([
    ['one good run is none yet', [well], /^wait: 1 of 2 good runs/],
    ['two good runs are a pass', [well, well], /^0 AsGoodAsBefore: All that was healthy is healthy again\.$/],
    ['a rollout is waited for', [rolling], /^wait: not yet: Saw UpgradeRolloutUnfinished/],
    ['good runs before a rollout do not count', [well, rolling, well], /^wait: 1 of 2/],
    ['good runs with a bad one between do not count', [well, down, well], /^wait: 1 of 2/],
    [
      'a failure in a rollout is not yet worse',
      [withOne(check('auth-vault/health', 'fail', 'HealthDown')).concat(rolling.slice(-1)), rolling],
      /^wait: not yet/,
    ],
    [
      'a failure right after the rollout may pass',
      [rolling, down, down],
      /^wait: the rollout is done; 1 check fails now.*It may pass\.$/,
    ],
    ['a failure that stays is worse', [rolling, ...Array<typeof down>(8).fill(down)], /^3 Worse: 1 check fails now/],
    ['a question that stays without an answer is unknown', Array<typeof blind>(8).fill(blind), /^5 LostSight/],
    ['one failed pull may pass', [pull], /^wait: not yet/],
    [
      'what waiting cannot mend ends it early',
      [pull, pull],
      /^3 Worse: Waiting does not mend this: auth-vault\/workload PodCannotStart/,
    ],
    [
      'a disabled key ends it early',
      Array<typeof well>(2).fill(withOne(check('key-management/jwt/state', 'fail', 'KmsKeyDisabled'))),
      /^3 Worse: Waiting does not mend this: key-management\/jwt\/state KmsKeyDisabled/,
    ],
  ])('%s', (_what, runs, expected) => {
    expect(said(runs)).toMatch(expected);
  });

  test.each<[string, readonly (readonly SnapshotCheck[])[], RegExp]>([
    ['a rollout is "not yet", not "worse"', [rolling], /^6 NotYet: Not done within 10s: Saw UpgradeRolloutUnfinished/],
    ['one good run is not enough', [well], /^6 NotYet: Not done within 10s: 1 of 2 good runs/],
    ['a failure after the rollout is worse', [down], /^3 Worse/],
    ['no answer is unknown', [blind], /^5 LostSight/],
  ])('when the time is up, %s', (_what, runs, expected) => {
    expect(said(runs, 10_000)).toMatch(expected);
  });

  it('ends with what the last run said when the time is up before another one comes', () => {
    expect(afterStep(looks([rolling]), 0, 60_000, 60_000)).toMatchObject({ kind: 'end', comparison: { exitCode: 6 } });
    expect(afterStep(looks([down]), 0, 60_000, 60_000)).toMatchObject({ kind: 'end', comparison: { exitCode: 3 } });
    expect(afterStep(looks([well]), 0, 60_000, 60_000)).toMatchObject({ kind: 'end', comparison: { exitCode: 6 } });
  });

  it('asks whether the upgrade was applied where every image is the one of before', () => {
    expect(said([well, well], 900_000, '1.2.5')).toMatch(
      /^0 AsGoodAsBefore: .* No image has another name than before: was the upgrade applied\?$/,
    );
  });

  it('does not wait for a report that was made again', () => {
    const comparison = compareReports(before, { ...report(well, 10), uid: 'u-2' });
    expect(afterStep([{ comparison, atMs: 1 }], 0, 900_000)).toMatchObject({
      kind: 'end',
      comparison: { exitCode: 2, reason: 'NotComparable' },
    });
  });

  it('does not end early for what was as bad before', () => {
    const disabled = withOne(check('key-management/jwt/state', 'fail', 'KmsKeyDisabled'));
    const was = report(disabled, 0);
    const both = [10, 20].map((second) => ({
      comparison: compareReports(was, report(disabled, second)),
      atMs: second * 1_000,
    }));
    expect(afterStep(both, 0, 900_000)).toMatchObject({ kind: 'end', comparison: { exitCode: 0 } });
  });

  it('counts no muted rollout, and no muted failure', () => {
    const quiet = [...down, ...rolling.slice(-1)].map((one) => (one.result === 'pass' ? one : { ...one, muted: true }));
    expect(said([quiet, quiet])).toMatch(/^0 /);
  });

  it('says how long each part took', () => {
    const done = step([rolling, down, well, well]);
    expect(done).toMatchObject({
      comparison: {
        phases: [
          { name: 'rollout', ms: 20_000 },
          { name: 'until healthy', ms: 10_000 },
          { name: 'confirmed', ms: 10_000 },
        ],
      },
    });
    const never = step([rolling], 10_000);
    expect(never).toMatchObject({ comparison: { phases: [{ name: 'rollout, not finished', ms: 10_000 }] } });
  });
});
