// What the upgrade checks see of a workload beyond its health: settings, budgets, pauses, digests, and whose pools are
// on which database.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget, Target } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import type { ObjectsOptions } from '../../stack/recognize/objects.ts';
import { deployment, installation, namespaceObjects, resolve, spec } from './objects.ts';

const IMAGE = 'quay.io/keyless_technologies/circuit-storage:1.22.0';

async function targetOf(objects: readonly KubernetesObject[], id: ServiceTarget['id'], input: object = {}) {
  const { targets } = await resolve({ objects: namespaceObjects(objects), spec: spec(input) });
  const found = targets.find((target): target is ServiceTarget => target.kind === 'service' && target.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

describe('settings', () => {
  /** A Deployment with this in its application's container and its pod. */
  const configured = (container: object, pod: object = {}): KubernetesObject => {
    const object = deployment('circuit-storage', IMAGE, { containers: [{ name: 'app', image: IMAGE, ...container }] });
    Object.assign((object.spec as { template: { spec: object } }).template.spec, pod);
    return object;
  };
  const volumes = [
    { name: 'config', configMap: { name: 'mounted', items: [{ key: 'application.yaml', path: 'a' }] } },
    { name: 'all', projected: { sources: [{ configMap: { name: 'projected' } }, { secret: { name: 'secret' } }] } },
    { name: 'other', configMap: { name: 'not-mounted' } },
    { name: 'secret', secret: { secretName: 'secret' } },
  ];

  test('are looked for where the pod template leads, in its order, and nowhere else', async () => {
    const object = configured(
      {
        env: [
          { name: 'PLAIN', value: 'x' },
          // The service knows it by the variable's name: keys of that ConfigMap say nothing.
          { name: 'FROM_MAP', valueFrom: { configMapKeyRef: { name: 'one-key', key: 'bucket.name' } } },
          { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'secret', key: 'x' } } },
        ],
        envFrom: [
          { configMapRef: { name: 'variables' } },
          { configMapRef: { name: 'prefixed' }, prefix: 'P_' },
          { secretRef: { name: 'secret' } },
        ],
        volumeMounts: [
          { name: 'config', mountPath: '/c' },
          { name: 'all', mountPath: '/a' },
          { name: 'secret', mountPath: '/s' },
        ],
      },
      { volumes },
    );
    expect((await targetOf([object], 'circuit-storage')).configuration).toEqual({
      namespace: 'recognize',
      variables: ['PLAIN', 'FROM_MAP', 'FROM_SECRET'],
      configMaps: [
        { name: 'variables' },
        { name: 'prefixed', prefix: 'P_' },
        { name: 'mounted', keys: ['application.yaml'] },
        { name: 'projected' },
      ],
      references: [{ variable: 'FROM_MAP', name: 'one-key', key: 'bucket.name' }],
    });
  });

  test('come with the release that is wanted', async () => {
    const target = await targetOf([configured({})], 'circuit-storage', { upgrade: { targetVersion: '1.4.0' } });
    expect(target.configuration).toEqual({
      namespace: 'recognize',
      variables: [],
      configMaps: [],
      targetVersion: '1.4.0',
    });
  });

  test('of eight ConfigMaps at most', async () => {
    const envFrom = Array.from({ length: 20 }, (_, at) => ({ configMapRef: { name: `map-${at}` } }));
    expect((await targetOf([configured({ envFrom })], 'circuit-storage')).configuration?.configMaps).toHaveLength(8);
  });

  test('of what is reached by URL are not known', async () => {
    const services = [{ name: 'circuit-storage', url: 'http://127.0.0.1:1' }];
    expect((await targetOf([], 'circuit-storage', { services })).configuration).toBeUndefined();
  });
});

describe('budgets', () => {
  const labels = { app: 'circuit-storage', tier: 'data' };
  const budget = (name: string, selector: unknown, status: object = {}): KubernetesObject => ({
    kind: 'PodDisruptionBudget',
    metadata: { name, generation: 2 },
    spec: selector === undefined ? {} : { selector },
    status: { observedGeneration: 2, ...status },
  });
  const covering = async (...budgets: readonly KubernetesObject[]): Promise<readonly string[]> => {
    const { workload } = await targetOf(
      [deployment('circuit-storage', IMAGE, { labels }), ...budgets],
      'circuit-storage',
    );
    return workload?.disruptionBudgets.ok === true ? workload.disruptionBudgets.value.map(({ name }) => name) : ['?'];
  };

  test.each<[string, unknown, boolean]>([
    ['its labels', { matchLabels: { app: 'circuit-storage' } }, true],
    ['labels of another', { matchLabels: { app: 'node-persistence' } }, false],
    ['more labels than it has', { matchLabels: { app: 'circuit-storage', x: 'y' } }, false],
    ['everything', {}, true],
    ['nothing', undefined, false],
    [
      'a value among several',
      { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'circuit-storage'] }] },
      true,
    ],
    ['a value not among several', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] }, true],
    ['not its value', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['circuit-storage'] }] }, false],
    ['a label that it has', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    ['a label that it has not', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
    ['an operator that nobody knows', { matchExpressions: [{ key: 'tier', operator: 'Gt', values: ['1'] }] }, false],
    [
      'one of two rules',
      { matchLabels: { app: 'circuit-storage' }, matchExpressions: [{ key: 'x', operator: 'Exists' }] },
      false,
    ],
  ])('that select %s', async (_what, selector, expected) => {
    expect(await covering(budget('b', selector))).toEqual(expected ? ['b'] : []);
  });

  test('are read as their controller left them, by name', async () => {
    const status = { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 };
    const objects = [
      deployment('circuit-storage', IMAGE, { labels }),
      budget('b', {}, status),
      budget('a', {}, { observedGeneration: 1 }),
    ];
    const { workload } = await targetOf(objects, 'circuit-storage');
    expect(workload?.disruptionBudgets).toEqual(
      ok([
        { name: 'a', isObserved: false, allowed: 0, healthy: 0, wanted: 0, expected: 0 },
        { name: 'b', isObserved: true, allowed: 1, healthy: 3, wanted: 2, expected: 3 },
      ]),
    );
  });

  test('that may not be listed are no budgets, and no absence of them either', async () => {
    const disruptionBudgets = failed('CheckerNotAuthorized', literal('cannot list'));
    const objects = { ...namespaceObjects([deployment('circuit-storage', IMAGE)]), disruptionBudgets };
    const { targets } = await resolve({ objects });
    expect(targets.find(({ id }) => id === 'circuit-storage')).toMatchObject({ workload: { disruptionBudgets } });
  });
});

test.each([
  ['Paused', { paused: true }],
  ['RolloutInProgress', { paused: false, rollingOut: true }],
] as const)('a workload that is %s', async (kind, expected) => {
  const objects = installation({ workloads: { 'core-daemon': { trouble: { kind } } } });
  expect((await targetOf(objects, 'core-daemon')).workload).toMatchObject(expected);
});

test('a moved tag shows in the digests of the pods', async () => {
  const objects = installation({ workloads: { 'core-daemon': { replicas: 2, trouble: { kind: 'TagMoved' } } } });
  const { workload } = await targetOf(objects, 'core-daemon');
  const running = workload?.pods.map(({ containers: [first] }) => [first?.image, first?.digest]) ?? [];
  expect(new Set(running.map(([image]) => image)).size).toBe(1);
  expect(new Set(running.map(([, digest]) => digest)).size).toBe(2);
  for (const [, digest] of running) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

describe('pools', () => {
  const databases = (...names: readonly (string | object)[]): object => ({
    databases: names.map((name) => ({
      urlSecretRef: { name: 'db', key: 'url' },
      ...(typeof name === 'string' ? { name } : name),
    })),
  });
  const pooledBy = async (topology: ObjectsOptions['topology'], input: object): Promise<Record<string, unknown>> => {
    const { targets } = await resolve({
      objects: namespaceObjects(installation({ topology })),
      spec: spec(input),
      secrets: { read: () => Promise.resolve(ok(secret('postgres://u:p@db/x'))) },
    });
    const found = targets.filter(
      (target): target is Extract<Target, { kind: 'database' }> => target.kind === 'database',
    );
    return Object.fromEntries(found.map((target) => [target.name, target.pooledBy]));
  };

  test.each<[ObjectsOptions['topology'], object, Record<string, readonly string[]>]>([
    [
      'Split',
      databases('node-persistence', 'circuit-storage'),
      { 'node-persistence': ['node-persistence'], 'circuit-storage': ['circuit-storage'] },
    ],
    ['Split', databases('main'), { main: ['circuit-storage', 'node-persistence'] }],
    // Which of the two a service uses is not known: counted twice, the sum would be too high.
    ['Split', databases('one', 'two'), { one: [], two: [] }],
    [
      'Split',
      databases({ name: 'one', usedBy: ['node-persistence'] }, { name: 'two', usedBy: ['circuit-storage'] }),
      { one: ['node-persistence'], two: ['circuit-storage'] },
    ],
    // core-daemon has two data sources, the others one.
    ['Consolidated', databases('one', 'two'), { one: ['core-daemon'], two: ['core-daemon'] }],
    ['Consolidated', databases({ name: 'one', usedBy: ['node-persistence'] }), { one: ['core-daemon'] }],
  ])('%s with %j', async (topology, input, expected) => {
    expect(await pooledBy(topology, input)).toEqual(expected);
  });
});
