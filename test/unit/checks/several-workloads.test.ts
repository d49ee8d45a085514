// A service that runs in several workloads: each is asked, and one that may be it is no failure of it, and no pass.
import { describe, expect, it } from 'vitest';
import { capacityLimits } from '../../../src/checks/pods/limits.ts';
import { capacityReplicas } from '../../../src/checks/pods/replicas.ts';
import { upgradeImages } from '../../../src/checks/pods/upgrade-images.ts';
import { upgradeRollout } from '../../../src/checks/pods/upgrade-rollout.ts';
import { serviceWorkload } from '../../../src/checks/pods/workload.ts';
import type { Check } from '../../../src/facts/answer.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import type { Workload } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { container, pod, podsSeen, service, workload } from './seen.ts';

function ask(check: Check<'pods'>, changes: Partial<ServiceTarget>, first: Workload = workload()): string {
  const answer = check.ask(podsSeen(service(changes), ok(first)));
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
}

const looping = pod('canary-x', {
  ready: false,
  containers: [container({ ready: false, restarts: 7, waiting: { reason: 'CrashLoopBackOff', message: '' } })],
});
const canary = (changes: Partial<Workload> = {}): Workload => workload({ name: 'canary', desired: 1, ...changes });
const broken = canary({ available: 0, pods: [looping] });

describe('the workloads of a service', () => {
  it.each<[string, Partial<ServiceTarget>, string]>([
    ['that are well', { others: [canary()] }, 'pass: 3 of 3 replicas available; 1 of 1 of canary'],
    [
      'of which a canary loops',
      { others: [broken] },
      'CrashLooping: 0 of 1 replicas available; container app of pod canary-x keeps ending (7 restarts)',
    ],
    ['beside one that may be it and is well', { unsure: [canary()] }, 'pass: 3 of 3 replicas available'],
    [
      'beside one that may be it and loops',
      { unsure: [broken] },
      'WorkloadAmbiguous: Deployment canary may be core-daemon (say so in spec.services): 0 of 1 replicas available; container app of pod canary-x keeps ending (7 restarts)',
    ],
    [
      'beside one that may be it and loops, and one that is it',
      { unsure: [broken], others: [broken] },
      'CrashLooping: 0 of 1 replicas available; container app of pod canary-x keeps ending (7 restarts)',
    ],
  ])('%s', (_, changes, expected) => {
    expect(ask(serviceWorkload, changes)).toBe(expected);
  });

  it('gives the names of the one that is in trouble', () => {
    const answer = serviceWorkload.ask(podsSeen(service({ others: [broken] }), ok(workload())));
    expect(answer).toMatchObject({ fault: { names: { workload: 'canary', kind: 'deployment', pod: 'canary-x' } } });
  });

  it.each<[string, Check<'pods'>, Partial<Workload>, string]>([
    [
      'rollouts',
      upgradeRollout,
      { paused: true },
      'UpgradeRolloutUnfinished: Deployment canary: its rollouts are paused',
    ],
    [
      'images',
      upgradeImages,
      { image: 'core-daemon:9' },
      'UpgradeImageSkew: 1 of 1 pods runs core-daemon:2.30.0, Deployment canary asks for core-daemon:9',
    ],
    [
      'limits',
      capacityLimits,
      { limits: { cpu: '100m' } },
      "LimitsBelowTested: limits below those of the vendor's test: cpu 100m (tested: 1800m)",
    ],
    ['numbers of pods', capacityReplicas, {}, 'ReplicasAboveTested: 4 pods, at most 3 were tested'],
  ])('are asked about their %s', (_, check, changes, expected) => {
    expect(ask(check, { others: [canary(changes)] })).toBe(expected);
  });
});

it('tells a service that was never found as unknown', () => {
  const addresses = failed('ServiceNotFound', literal('no workload of it was found, and core-daemon needs it'));
  const target = service({ presence: 'expected', workload: undefined, addresses });
  expect(serviceWorkload.ask(podsSeen(target, addresses))).toMatchObject({
    fault: { code: 'ServiceNotFound', detail: 'no workload of it was found, and core-daemon needs it' },
  });
});
