// What the workloads say before an upgrade: rollouts, images, budgets.
import { describe, expect, it } from 'vitest';
import { traits } from '../../../src/api/faults.ts';
import { upgradeDisruptionBudget } from '../../../src/checks/pods/upgrade-disruption-budget.ts';
import { upgradeImages } from '../../../src/checks/pods/upgrade-images.ts';
import { upgradeRollout } from '../../../src/checks/pods/upgrade-rollout.ts';
import type { Answer, Check } from '../../../src/facts/answer.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { DisruptionBudget, Workload } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { container, pod, podsSeen, service, workload } from './seen.ts';
import { trouble } from './targets.ts';

const CHECKS = [upgradeRollout, upgradeImages, upgradeDisruptionBudget] as const;
const text = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
const ask = (check: Check<'pods'>, changes: Partial<Workload>): string =>
  text(check.ask(podsSeen(service(), ok(workload(changes)))));

describe.each(CHECKS)('$question', (check) => {
  it('feeds Upgradeable alone, and is asked of a workload alone', () => {
    expect([check.component, check.feeds]).toEqual(['upgrade', 'Upgradeable']);
    expect(check.applies?.(service({ workload: undefined }))).toBe(false);
  });

  it('passes where all is well', () => {
    expect(ask(check, {})).toMatch(/^pass: /);
  });

  it.each([
    ['ServiceMissing', 'NotAsked'],
    ['CheckerNotAuthorized', 'CheckerNotAuthorized'],
    ['ClusterUnavailable', 'ClusterUnavailable'],
  ] as const)('says of %s no more than that it was not looked at: %s', (code, expected) => {
    expect(text(check.ask(podsSeen(service(), trouble(code)))).split(':')[0]).toBe(expected);
  });
});

describe('rollout', () => {
  it.each<[Partial<Workload>, string]>([
    [{}, 'pass: 3 of 3 replicas are of the last template'],
    [{ available: 1, ready: 1 }, 'UpgradeRolloutUnfinished: Deployment core-daemon: 1 of 3 replicas are available'],
    [
      { desired: 2, available: 0, ready: 0 },
      'UpgradeRolloutUnfinished: Deployment core-daemon: 0 of 2 replicas are available',
    ],
    [{ desired: 0 }, 'pass: 0 of 0 replicas are of the last template'],
    [
      { rollingOut: true, updated: 1 },
      'UpgradeRolloutUnfinished: Deployment core-daemon: 1 of 3 replicas are updated, 3 available',
    ],
    [
      { rollingOut: true, updated: 3, available: 2 },
      'UpgradeRolloutUnfinished: Deployment core-daemon: 2 of 3 replicas are available',
    ],
    [
      { rollingOut: true },
      'UpgradeRolloutUnfinished: Deployment core-daemon: pods of an earlier template are still there',
    ],
    [{ stuck: true }, 'UpgradeRolloutUnfinished: Deployment core-daemon: its controller gave the last rollout up'],
    [
      { lagging: true },
      'UpgradeRolloutUnfinished: Deployment core-daemon: its controller has not looked at the last change yet',
    ],
    [{ paused: true }, 'UpgradeRolloutUnfinished: Deployment core-daemon: its rollouts are paused'],
    [{ deleting: true }, 'UpgradeRolloutUnfinished: Deployment core-daemon: it is being deleted'],
    [
      { stuck: true, rollingOut: true, updated: 1, available: 3 },
      'UpgradeRolloutUnfinished: Deployment core-daemon: 1 of 3 replicas are updated, 3 available',
    ],
  ])('%o', (changes, expected) => {
    expect(ask(upgradeRollout, changes)).toBe(expected);
  });
});

describe('images', () => {
  const wanted = 'quay.io/keyless_technologies/core-daemon:1.30.0';
  const running = (...images: readonly string[]): Partial<Workload> => ({
    image: wanted,
    pods: images.map((image, index) => pod(`core-daemon-${index}`, { containers: [container({ image })] })),
  });
  const verdictOf = (changes: Partial<Workload>): string => ask(upgradeImages, changes).split(':')[0] ?? '';

  it.each<[string, string, string]>([
    ['the same', wanted, 'pass'],
    ['another tag', 'quay.io/keyless_technologies/core-daemon:1.29.0', 'UpgradeImageSkew'],
    ['another name', 'quay.io/keyless_technologies/node:1.30.0', 'UpgradeImageSkew'],
    ['no tag, which is latest', 'quay.io/keyless_technologies/core-daemon', 'UpgradeImageSkew'],
    ['the same from a mirror with a port', 'mirror.example:5000/a/b/core-daemon:1.30.0', 'pass'],
    ['the same with its digest', `${wanted}@sha256:${'a'.repeat(64)}`, 'pass'],
    ['its digest alone', `quay.io/keyless_technologies/core-daemon@sha256:${'a'.repeat(64)}`, 'pass'],
    ['a digest of another tag', `quay.io/x/core-daemon:1.29.0@sha256:${'a'.repeat(64)}`, 'UpgradeImageSkew'],
  ])('%s', (_what, image, expected) => {
    expect(verdictOf(running(wanted, image))).toBe(expected);
  });

  it('compares digests where both name one', () => {
    const [a, b] = ['a', 'b'].map((letter) => `r/core-daemon@sha256:${letter.repeat(64)}`) as [string, string];
    expect(verdictOf({ ...running(a), image: a })).toBe('pass');
    expect(verdictOf({ ...running(b), image: a })).toBe('UpgradeImageSkew');
  });

  it('says how many run what, and what was asked for', () => {
    expect(ask(upgradeImages, running(wanted, 'r/core-daemon:1.29.0', 'r/core-daemon:1.29.0'))).toBe(
      'UpgradeImageSkew: 2 of 3 pods run core-daemon:1.29.0, Deployment core-daemon asks for core-daemon:1.30.0',
    );
  });

  it('leaves pods out that are on their way, and sidecars', () => {
    const old = container({ image: 'r/core-daemon:1.29.0' });
    const pods = [
      pod('a', { containers: [container({ image: wanted }), container({ name: 'istio-proxy', image: 'x:1' })] }),
      pod('b', { containers: [old], terminating: true }),
      pod('c', { containers: [old], phase: 'Failed' }),
    ];
    expect(ask(upgradeImages, { image: wanted, pods })).toBe('pass: 1 pods run core-daemon:1.30.0');
  });

  it.each([{ rollingOut: true }, { lagging: true }, { pods: [] }])('is not asked with %o', (changes) => {
    expect(verdictOf({ ...running(wanted, 'r/core-daemon:1.29.0'), ...changes })).toBe('NotAsked');
  });

  it.each([
    [['a', 'a'], 'pass'],
    [['a', 'b'], 'UpgradeImageDigestsDiffer'],
    [['a', undefined], 'pass'],
    [[undefined, undefined], 'pass'],
  ])('with the digests %j under one tag is %s', (letters, expected) => {
    const pods = letters.map((letter, index) =>
      pod(`p${index}`, {
        containers: [
          container({ image: wanted, ...(letter === undefined ? {} : { digest: `sha256:${letter.repeat(64)}` }) }),
        ],
      }),
    );
    expect(verdictOf({ image: wanted, pods })).toBe(expected);
  });
});

describe('disruption budget', () => {
  const budget = (changes: Partial<DisruptionBudget> = {}): DisruptionBudget => ({
    name: 'core',
    isObserved: true,
    allowed: 1,
    healthy: 3,
    wanted: 2,
    expected: 3,
    ...changes,
  });
  it.each<[string, readonly DisruptionBudget[], string]>([
    ['none', [], 'pass: no PodDisruptionBudget covers its pods'],
    ['one that leaves room', [budget()], 'pass: PodDisruptionBudget core allows 1 evictions now'],
    [
      'one that asks for all',
      [budget({ wanted: 3, allowed: 0 })],
      'UpgradeEvictionBlocked: PodDisruptionBudget core allows no eviction: 3 of 3 pods must stay',
    ],
    [
      'one that asks for more than there are',
      [budget({ wanted: 4, allowed: 0, healthy: 3 })],
      'UpgradeEvictionBlocked: PodDisruptionBudget core allows no eviction: 4 of 3 pods must stay',
    ],
    [
      'one that asks for all, while one is not healthy',
      [budget({ wanted: 3, allowed: 0, healthy: 2 })],
      'UpgradeEvictionBlocked: PodDisruptionBudget core allows no eviction: 3 of 3 pods must stay',
    ],
    [
      'one whose controller gave up, with every pod healthy',
      [budget({ allowed: 0 })],
      'UpgradeEvictionBlocked: PodDisruptionBudget core allows no eviction: 2 of 3 pods must stay',
    ],
    [
      'one that waits for a pod that is not healthy',
      [budget({ allowed: 0, healthy: 2 })],
      'pass: PodDisruptionBudget core allows 0 evictions now',
    ],
    [
      'one over no pods',
      [budget({ allowed: 0, healthy: 0, wanted: 0, expected: 0 })],
      'pass: PodDisruptionBudget core allows 0 evictions now',
    ],
    [
      'one that nobody has looked at',
      [budget({ isObserved: false, wanted: 3, allowed: 0 })],
      'NotAsked: not asked, because the controller of PodDisruptionBudget core has not looked at it yet',
    ],
    [
      'two over the same pods',
      [budget(), budget({ name: 'other' })],
      'UpgradeEvictionBlocked: 2 PodDisruptionBudgets cover the same pods, so that every eviction is refused: core, other',
    ],
  ])('%s', (_what, budgets, expected) => {
    expect(ask(upgradeDisruptionBudget, { disruptionBudgets: ok(budgets) })).toBe(expected);
  });

  it('warns and does not block: rolling updates do not ask budgets', () => {
    expect(traits('UpgradeEvictionBlocked').result).toBe('warn');
  });

  it('is an error when budgets may not be listed, so that an upgrade is not waved through', () => {
    const disruptionBudgets = failed('CheckerNotAuthorized', literal('cannot list poddisruptionbudgets'));
    expect(ask(upgradeDisruptionBudget, { disruptionBudgets })).toBe(
      'CheckerNotAuthorized: cannot list poddisruptionbudgets',
    );
    expect(traits('CheckerNotAuthorized').result).toBe('error');
  });
});
