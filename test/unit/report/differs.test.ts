import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { significantlyDiffers } from '../../../src/report/index.ts';
import { minutes, report, run } from '../judge/fixtures.ts';

const item = { component: 'core-daemon', since: '2026-11-23T10:00:00Z', image: 'a:1' };
const base: HealthReportStatus = {
  ...report(run({ 'circuit-storage/health': 'HealthDown' })).status,
  inventory: [item],
};

type Change = (status: HealthReportStatus) => HealthReportStatus;
const check =
  (change: object): Change =>
  (status) => ({ ...status, checks: status.checks?.map((one, i) => (i === 0 ? { ...one, ...change } : one)) });
const condition =
  (change: object): Change =>
  (status) => ({ ...status, conditions: status.conditions.map((one, i) => (i === 0 ? { ...one, ...change } : one)) });

describe('a status differs', () => {
  it.each<[string, Change]>([
    ['verdict', (status) => ({ ...status, verdict: 'Unknown' })],
    ['generation', (status) => ({ ...status, observedGeneration: 9 })],
    ['request', (status) => ({ ...status, lastHandledRequest: 'now' })],
    ['topology', (status) => ({ ...status, topology: 'Umbrella' })],
    ['inventory', (status) => ({ ...status, inventory: [] })],
    ['image', (status) => ({ ...status, inventory: [{ ...item, image: 'a:2' }] })],
    ["condition's status", condition({ status: 'Unknown' })],
    ["condition's reason", condition({ reason: 'Other' })],
    ["check's result", check({ result: 'warn' })],
    ["check's state", check({ state: 'warn' })],
    ["check's fault", check({ fault: 'OutOfMemory' })],
    ["check's suppression", check({ suppressedBy: 'x/y' })],
    ["check's mute", check({ muted: true })],
    ["check's streak", check({ streak: 1 })],
    ["check's latch", check({ latchedSince: '2026-11-23T10:00:00Z' })],
    ['number of checks', (status) => ({ ...status, checks: status.checks?.slice(1) })],
  ])('by its %s', (_, change) => {
    expect(significantlyDiffers(base, change(base))).toBe(true);
  });

  it.each<[string, Change]>([
    ["a condition's message", condition({ message: 'Other words.' })],
    ["a check's message", check({ message: 'Other words.' })],
    ["a check's evidence", check({ evidence: 'Other words.' })],
    ['times', (status) => ({ ...status, lastRunTime: '2026-11-23T11:00:00Z', freshUntil: '2026-11-23T12:00:00Z' })],
    ['the order of the checks', (status) => ({ ...status, checks: [...(status.checks ?? [])].reverse() })],
  ])('not by %s', (_, change) => {
    expect(significantlyDiffers(base, change(base))).toBe(false);
  });

  it('not between two runs that saw the same', () => {
    const first = report(run()).status;
    expect(significantlyDiffers(first, report(run(), first, { now: minutes(1) }).status)).toBe(false);
  });

  it('from nothing', () => {
    expect(significantlyDiffers(undefined, base)).toBe(true);
  });
});
