import { describe, expect, it } from 'vitest';
import { healthReportStatus, type HealthReportStatus } from '../../../src/api/health-report.ts';
import {
  isStale,
  outdatedStatus,
  stalledStatus,
  staleStatus,
  suspendedStatus,
  type Occasion,
} from '../../../src/report/index.ts';
import { minutes, report, run, START } from '../judge/fixtures.ts';

const before = report(run()).status;
const failing = report(run({ 'circuit-storage/health': 'HealthDown' })).status;
const occasion = (previous: HealthReportStatus | undefined): Occasion => ({ previous, generation: 2, now: minutes(3) });

const summary = (status: HealthReportStatus): readonly string[] =>
  ['Ready', 'Healthy', 'Upgradeable', 'Reconciling', 'Stalled'].flatMap((type) => {
    const condition = status.conditions.find((one) => one.type === type);
    return condition === undefined ? [] : [`${type}=${condition.status}/${condition.reason}`];
  });

describe('a status that no run wrote', () => {
  it.each<[string, (previous: HealthReportStatus | undefined) => HealthReportStatus, readonly string[]]>([
    [
      'suspended',
      (previous) => suspendedStatus(occasion(previous)),
      ['Ready=True/Suspended', 'Healthy=Unknown/Suspended', 'Upgradeable=Unknown/Suspended'],
    ],
    [
      'stalled',
      (previous) => stalledStatus(occasion(previous), 'SpecInvalid', 'spec.databases[0].host is empty.'),
      [
        'Ready=False/SpecInvalid',
        'Healthy=Unknown/SpecInvalid',
        'Upgradeable=Unknown/SpecInvalid',
        'Stalled=True/SpecInvalid',
      ],
    ],
    [
      'stale',
      (previous) => staleStatus(previous ?? before, minutes(20)),
      ['Ready=False/Stale', 'Healthy=Unknown/Stale', 'Upgradeable=Unknown/Stale'],
    ],
  ])('%s never says healthy', (_, build, expected) => {
    for (const previous of [undefined, before, failing]) {
      const status = build(previous);
      expect(summary(status)).toEqual(expected);
      expect(status.verdict).toBe('Unknown');
      expect(() => healthReportStatus.parse(status)).not.toThrow();
    }
  });

  it('of an outdated definition has no field that the stored one has not, but for those that every version has', () => {
    const older = { ...failing };
    delete older.transitions;
    for (const stored of [failing, older, undefined]) {
      const status = outdatedStatus(stored, 2, minutes(3), 'Older.');
      const known = ['observedGeneration', 'verdict', 'conditions', ...Object.keys(stored ?? {})];
      expect(Object.keys(status).filter((field) => !known.includes(field))).toEqual([]);
      expect(summary(status)).toEqual([
        'Ready=False/CrdOutdated',
        'Healthy=Unknown/CrdOutdated',
        'Upgradeable=Unknown/CrdOutdated',
      ]);
      expect(status.checks).toEqual(stored?.checks);
    }
  });

  it('keeps what was found, for people to read', () => {
    expect(staleStatus(failing, minutes(20))).toMatchObject({ checks: failing.checks, rootCause: failing.rootCause });
  });

  it('does not claim to have seen a newer spec when it is stale', () => {
    expect(staleStatus(before, minutes(20)).observedGeneration).toBe(before.observedGeneration);
  });
});

describe('staleness', () => {
  it.each([
    ['at its last moment', before, minutes(10), false],
    ['a moment later', before, new Date(minutes(10).getTime() + 1), true],
    ['without any run', undefined, START, true],
  ])('%s', (_, status, now, expected) => {
    expect(isStale(status, now)).toBe(expected);
  });
});
