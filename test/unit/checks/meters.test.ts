// What the meters of a service mean: a pool at its end, and a 95th percentile above that of the vendor's test.
import { describe, expect, it } from 'vitest';
import { traits } from '../../../src/api/faults.ts';
import { capacityLatency } from '../../../src/checks/meters/latency.ts';
import { servicePool } from '../../../src/checks/meters/pool.ts';
import type { LatencySeen, MetersObserved, PoolFigures } from '../../../src/facts/observed.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address } from './seen.ts';
import { askCheck, serviceTarget, trouble, verdict } from './targets.ts';

const NOTHING = failed('MetricsNotReadable', literal('/actuator/metrics answers 404'));
const target = serviceTarget('core-daemon');

const pool = (active: number, max: number, pending: number, name = 'HikariPool-1'): PoolFigures => ({
  pool: name,
  active,
  max,
  pending,
});
type One = MetersObserved['answers'][number];
const pools = (...figures: readonly PoolFigures[]): One['pools'] =>
  ok({ pending: figures.reduce((sum, { pending }) => sum + pending, 0), pools: figures });

function askPool(...seen: readonly One['pools'][]) {
  const answers = seen.map((one, index) => ({
    address: address(index + 1),
    pools: one,
    latency: NOTHING,
    errors: NOTHING,
  }));
  return askCheck(servicePool, target, { answers });
}

function askLatency(...seen: readonly Outcome<LatencySeen>[]) {
  const answers = seen.map((latency, index) => ({
    address: address(index + 1),
    pools: NOTHING,
    latency,
    errors: NOTHING,
  }));
  return askCheck(capacityLatency, target, { answers });
}

const sentence = (answer: ReturnType<typeof askPool>): string =>
  answer.kind === 'pass' ? answer.note : answer.fault.detail;

describe('a pool', () => {
  it.each([
    [4, 4, 1, 'PoolExhausted'],
    [5, 4, 1, 'PoolExhausted'],
    [3, 4, 1, 'pass'],
    [0, 4, 3, 'PoolStarved'],
    [4, 4, 0, 'pass'],
    [0, 0, 1, 'pass'],
  ])('with %d of %d connections in use and %d callers waiting is %s', (active, max, pending, code) => {
    expect(verdict(askPool(pools(pool(active, max, pending))))).toBe(code);
  });

  it('is named with its pod, its figures and those who wait', () => {
    const answer = askPool(pools(pool(1, 4, 1), pool(4, 4, 3, 'HikariPool-2')));
    expect(sentence(answer)).toBe(
      'core-daemon-1: 4 of 4 connections of HikariPool-2 are in use, and 3 callers wait for one',
    );
  });

  it('at its end on one of three pods counts, and says on how many', () => {
    const answer = askPool(pools(), pools(pool(4, 4, 2)), NOTHING);
    expect(verdict(answer)).toBe('PoolExhausted');
    expect(sentence(answer)).toMatch(/^1 of 3 pods: core-daemon-2: /);
  });

  it('at its end is a warning that a database can explain, and explains nothing itself', () => {
    expect(traits('PoolExhausted')).toMatchObject({ result: 'warn', explainable: true });
    expect(traits('PoolExhausted').explainsDependents).toBeUndefined();
  });

  it('with callers that wait while connections are free says so', () => {
    expect(sentence(askPool(pools(pool(2, 4, 3))))).toContain('3 callers wait for one while 2 of 4 connections');
  });

  it('that cannot be read is skipped with the reason', () => {
    expect(askPool(NOTHING)).toMatchObject({
      fault: { code: 'MetricsNotReadable', detail: '/actuator/metrics answers 404' },
    });
    expect(verdict(askPool(NOTHING, pools()))).toBe('pass');
    expect(verdict(askPool())).toBe('NotAsked');
    expect(verdict(askPool(trouble('DatabaseTimeout')))).toBe('Unclassified');
  });
});

describe('the latency', () => {
  it.each<[LatencySeen, string]>([
    [{ maxMs: 500 }, 'pass'],
    [{ maxMs: 501 }, 'MetricsNotReadable'],
    [{ maxMs: 0 }, 'MetricsNotReadable'],
    [{}, 'MetricsNotReadable'],
    [{ p95Ms: 500 }, 'pass'],
    [{ p95Ms: 500.1 }, 'LatencyAboveTested'],
    [{ maxMs: 9000, p95Ms: 499 }, 'pass'],
    [{ p95Ms: 500, p95IsMore: true }, 'LatencyAboveTested'],
    [{ p95Ms: 100, p95IsMore: true }, 'MetricsNotReadable'],
  ])('%j is %s', (seen, code) => expect(verdict(askLatency(ok(seen)))).toBe(code));

  it('names the pod, the route and both figures', () => {
    const answer = askLatency(ok({ maxMs: 100 }), ok({ p95Ms: 812.4, route: 'POST /v2/operations' }));
    expect(sentence(answer)).toBe(
      '1 of 2 pods: core-daemon-2: p95 of POST /v2/operations is 812 ms, under 500 ms in the test',
    );
  });

  it('of one pod that is not known is no pass for the others', () => {
    expect(verdict(askLatency(ok({ maxMs: 100 }), ok({ maxMs: 900 })))).toBe('MetricsNotReadable');
  });

  it('that cannot be read is skipped with the reason', () => {
    expect(verdict(askLatency(NOTHING))).toBe('MetricsNotReadable');
    expect(verdict(askLatency())).toBe('NotAsked');
  });

  it('is at most a warning of capacity', () => {
    expect(capacityLatency.component).toBe('capacity');
    expect(capacityLatency.faults.map((code) => traits(code).result)).not.toContain('fail');
  });
});

describe.each([servicePool, capacityLatency])('$question', (check) => {
  it.each([
    ['/actuator/health', 'spring' as const, true],
    ['/health-check', 'agent' as const, false],
    ['/', 'page' as const, false],
    ['/status', 'spring' as const, false],
  ])('with the health path %s of a %s service: %s', (path, format, applies) => {
    expect(check.applies?.(serviceTarget('core-daemon', { health: { path, format, named: false } }))).toBe(applies);
  });
});
