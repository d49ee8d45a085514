// What a run asks of the cluster: the same ConfigMap is for several questions, and is read once. Nobody waits for one that
// others name.
import { describe, expect, test } from 'vitest';
import { examine } from '../../src/examine.ts';
import type { KubernetesObject } from '../../src/facts/namespace-objects.ts';
import { failed, ok, type Outcome } from '../../src/facts/outcome.ts';
import { literal } from '../../src/runtime/safe-text.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { earlyReader } from '../../src/settings/index.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { clients } from './probes/clients.ts';
import { deployment } from './settings/discover.ts';
import { configMapsIn, env, fixture } from './settings/templates.ts';
import { namespaceObjects, NO_SECRETS, spec } from './targets/objects.ts';

const unavailable = failed('ClusterUnavailable', literal('not asked here'));

test.each(['umbrella', 'split', 'consolidated'] as const)('a run of %s reads each ConfigMap once', async (topology) => {
  const all = fixture(topology).map((object) => ({
    ...object,
    metadata: { ...object.metadata, uid: object.metadata.name },
  }));
  const maps = configMapsIn(all);
  const asked: string[] = [];
  await examine({
    namespace: 'recognize',
    generation: 1,
    spec: spec({ upgrade: { targetVersion: '1.3.0' }, logs: { enabled: false } }),
    previous: undefined,
    objects: namespaceObjects(all),
    secrets: NO_SECRETS,
    podSecretsOff: true,
    clients: clients({
      cluster: {
        version: () => Promise.resolve(unavailable),
        architectures: () => Promise.resolve(unavailable),
        readLog: () => Promise.resolve({ ok: true, value: undefined }),
        readConfigMap: (_namespace, name) => {
          asked.push(name);
          return Promise.resolve(maps.get(name) ?? ok(undefined));
        },
      },
    }),
    clock: systemClock,
    signal: new AbortController().signal,
  });
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.toSorted()).toEqual([...new Set(asked)].sort());
});

describe('a ConfigMap that never answers', () => {
  const named = (name: string, url: object): KubernetesObject => {
    const one = deployment(name, [
      { name: 'SPRING_DATASOURCE_URL', ...url },
      ...env({ SPRING_DATASOURCE_USERNAME: 'app' }),
    ]);
    return { ...one, metadata: { ...one.metadata, uid: name } };
  };
  const inMap = (name: string) => ({ valueFrom: { configMapKeyRef: { name, key: 'url' } } });

  /** A run on virtual time. `told`: when which host was asked for its database. */
  const begun = (maps: Readonly<Record<string, Promise<Outcome<Record<string, string>>>>>) => {
    const clock = virtualClock();
    const told: string[] = [];
    const status = examine({
      namespace: 'recognize',
      generation: 1,
      spec: spec({ logs: { enabled: false }, timeout: '10s', thresholds: { failure: 1, success: 1 } }),
      previous: undefined,
      objects: namespaceObjects([
        named('node-persistence', { value: 'jdbc:postgresql://np.example/np' }),
        named('circuit-storage', inMap('slow')),
      ]),
      secrets: NO_SECRETS,
      podSecretsOff: true,
      clients: clients({
        postgres: {
          connect: ({ host }) => {
            told.push(`${clock.monotonicMs()} ${host}`);
            return Promise.resolve(failed('DatabaseUnreachable', literal('nobody is there')));
          },
        },
        cluster: {
          version: () => Promise.resolve(unavailable),
          architectures: () => Promise.resolve(unavailable),
          readLog: () => Promise.resolve({ ok: true, value: undefined }),
          readConfigMap: (_namespace, name) => maps[name] ?? Promise.resolve(ok(undefined)),
        },
      }),
      clock,
      signal: new AbortController().signal,
    });
    return { clock, told, status };
  };
  const never = new Promise<never>(() => undefined);

  test('holds back nothing that others name, and is said of its own service', async () => {
    const { clock, told, status } = begun({ slow: never });
    await clock.advance(500);
    expect(told).toEqual(['500 np.example']);
    await clock.advance(30_000);
    const { checks = [], inventory = [] } = await status;
    expect(told).toEqual(['500 np.example']);
    expect(inventory.flatMap(({ component, name }) => (component === 'database' ? [name] : []))).toEqual([
      'node-persistence',
    ]);
    expect(checks.find(({ id }) => id === 'circuit-storage/backends')?.message).toContain('did not come in time');
  });

  test('that answers late after all is followed, and what it names with others is asked once', async () => {
    let answer = (_: Outcome<Record<string, string>>): void => undefined;
    const slow = new Promise<Outcome<Record<string, string>>>((resolve) => (answer = resolve));
    const { clock, told, status } = begun({ slow });
    await clock.advance(1_000);
    answer(ok({ url: 'jdbc:postgresql://cs.example/cs' }));
    await clock.advance(30_000);
    await status;
    expect(told).toEqual(['500 np.example', '1000 cs.example']);
  });

  test('and where each comes in time, nothing is asked before all of it is known', async () => {
    const { clock, told, status } = begun({ slow: Promise.resolve(ok({ url: 'jdbc:postgresql://np.example/np' })) });
    await clock.advance(30_000);
    await status;
    expect(told).toEqual(['0 np.example']);
  });

  test('is the only reason to read a beginning', async () => {
    const { signal } = new AbortController();
    const read = () => Promise.resolve(ok({}));
    const known = { objects: namespaceObjects([]), namespace: 'recognize', read, spec: spec(), signal };
    expect(await earlyReader(known, signal)([], 'Split')).toBeUndefined();
  });
});
