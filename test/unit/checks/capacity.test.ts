// Capacity against the vendor's test: limits, pods, and what an autoscaler may do.
import { describe, expect, it } from 'vitest';
import { traits } from '../../../src/api/faults.ts';
import { capacityLimits } from '../../../src/checks/pods/limits.ts';
import { capacityReplicas } from '../../../src/checks/pods/replicas.ts';
import type { Workload } from '../../../src/facts/workload.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { askCheck, serviceTarget, trouble, verdict, WORKLOAD } from './targets.ts';

const workload = (more: Partial<Workload>) => ({ workload: ok({ ...WORKLOAD, ...more }) });

describe('limits', () => {
  it.each([
    ['core-daemon', { cpu: '1800m', memory: '2Gi' }, 'pass'],
    ['core-daemon', { cpu: '1.8', memory: '2048Mi' }, 'pass'],
    ['core-daemon', { cpu: '4', memory: '8Gi' }, 'pass'],
    ['core-daemon', { cpu: '1799m', memory: '2Gi' }, 'LimitsBelowTested'],
    ['core-daemon', { cpu: '1800m', memory: '2G' }, 'LimitsBelowTested'],
    ['circuit-storage', { cpu: '1', memory: '2000Mi' }, 'pass'],
    ['circuit-storage', { cpu: '1000m', memory: '1999Mi' }, 'LimitsBelowTested'],
    ['operations-service', { cpu: '1500m', memory: '2Gi' }, 'pass'],
    ['auth-vault', { cpu: '1500m', memory: '2Gi' }, 'LimitsBelowTested'],
    ['node-persistence', { memory: '2Gi' }, 'pass'],
    ['node-persistence', {}, 'pass'],
    ['node-persistence', { cpu: '500m' }, 'LimitsBelowTested'],
  ] as const)('%s with %j is %s', (service, limits, code) => {
    expect(verdict(askCheck(capacityLimits, serviceTarget(service), workload({ limits })))).toBe(code);
  });

  it('names what is below, and what was tested', () => {
    const answer = askCheck(
      capacityLimits,
      serviceTarget('core-daemon'),
      workload({ limits: { cpu: '1', memory: '1Gi' } }),
    );
    expect(answer).toMatchObject({
      fault: { detail: expect.stringMatching(/cpu 1 \(tested: 1800m\), memory 1Gi \(tested: 2Gi\)/) as string },
    });
  });

  it.each(['metrics-collector', 'admin-dashboard', 'enrollment-agent'] as const)(
    'is not asked of %s, which was not part of the test',
    (service) => expect(capacityLimits.applies?.(serviceTarget(service))).toBe(false),
  );

  it('is not asked of a service that is reached by URL only', () => {
    expect(capacityLimits.applies?.(serviceTarget('core-daemon', { workload: undefined }))).toBe(false);
  });
});

describe('replicas', () => {
  it.each([
    [3, undefined, 3, 'pass'],
    [4, undefined, 3, 'ReplicasAboveTested'],
    [0, undefined, 3, 'pass'],
    [1, { min: 1, max: 3 }, 3, 'pass'],
    [1, { min: 1, max: 100 }, 3, 'ReplicasAboveTested'],
    [5, { min: 1, max: 5 }, 5, 'pass'],
    [6, undefined, 5, 'ReplicasAboveTested'],
  ])('%j pods with autoscaler %j and at most %j is %s', (desired, autoscaler, maxPods, code) => {
    const target = serviceTarget('core-daemon', { maxPods });
    const seen = workload({ desired, ...(autoscaler === undefined ? {} : { autoscaler }) });
    expect(verdict(askCheck(capacityReplicas, target, seen))).toBe(code);
  });
});

describe('capacity', () => {
  it.each([capacityLimits, capacityReplicas])('$question is at most a warning', (check) => {
    expect(check.component).toBe('capacity');
    expect(check.faults.map((code) => traits(code).result)).not.toContain('fail');
  });

  it.each([capacityLimits, capacityReplicas])("$question does not repeat a workload's own fault", (check) => {
    const target = serviceTarget('core-daemon');
    expect(verdict(askCheck(check, target, { workload: trouble('ServiceMissing') }))).toBe('NotAsked');
    expect(verdict(askCheck(check, target, { workload: trouble('ClusterUnavailable') }))).toBe('ClusterUnavailable');
  });
});
