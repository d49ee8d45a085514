import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { failed } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { discover, titleOf } from '../../../src/targets/discovery.ts';
import type { ResolvedTargets } from '../../../src/targets/index.ts';
import { share } from '../../../src/targets/rollout.ts';
import { cases } from '../../support/cases.ts';
import { deployment, installation, namespaceObjects, resolve, spec } from './objects.ts';

const REGISTRY = 'quay.io/keyless_technologies';

const services = ({ targets }: ResolvedTargets): ServiceTarget[] =>
  targets.filter((target) => target.kind === 'service');
const service = (resolved: ResolvedTargets, id: string): ServiceTarget =>
  services(resolved).find((target) => target.id === id)!;
const addressesOf = (target: ServiceTarget): string[] =>
  target.addresses.ok ? target.addresses.value.map(({ origin }) => origin) : [target.addresses.fault.code];

describe('each topology is found with its own names', () => {
  test.each([
    [
      'Umbrella',
      [
        'core-daemon=node-keylessd',
        'operations-service=operations-api-keylessd',
        'node-persistence=node-persistence-keylessd',
        'circuit-storage=circuit-storage-keylessd',
      ],
    ],
    [
      'Split',
      [
        'core-daemon=core-daemon',
        'operations-service=operations-service',
        'node-persistence=node-persistence',
        'circuit-storage=circuit-storage-2',
        'auth-vault=auth-vault',
        'enrollment-agent=keyless-agent',
      ],
    ],
    [
      'Consolidated',
      [
        'core-daemon=core-daemon',
        'operations-service=operations-service',
        'metrics-collector=metrics-collector',
        'admin-dashboard=admin-dashboard',
      ],
    ],
  ] as const)('%s', async (topology, expected) => {
    for (const labels of ['conventional', 'none'] as const) {
      const resolved = await resolve({ objects: namespaceObjects(installation({ topology, labels })) });
      const found = services(resolved).map(({ id, workload }) => `${id}=${workload?.name ?? ''}`);
      expect(found).toEqual(expect.arrayContaining([...expected]));
      expect(resolved.topology).toBe(topology);
      expect(resolved.notExamined).toEqual([]);
    }
  });
});

describe('a workload is told by image, then labels, then name', () => {
  test('a release called node-persistence with the image of core-daemon is core-daemon', () => {
    const { found } = discover(namespaceObjects([deployment('node-persistence', `${REGISTRY}/core-daemon:1.30.0`)]));
    expect([...found].map(([id, { sure }]) => `${id}: ${titleOf(sure[0])}`)).toEqual([
      'core-daemon: Deployment node-persistence',
    ]);
  });

  test('a mesh in front of the application does not hide it', () => {
    const containers = [
      { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.24' },
      { name: 'app', image: `${REGISTRY}/auth-vault:1.17.0` },
    ];
    expect([...discover(namespaceObjects([deployment('x', '', { containers })])).found.keys()]).toEqual(['auth-vault']);
  });

  test('the image wins over a name of the same service, and the other one is named', async () => {
    const objects = namespaceObjects([
      deployment('core-daemon', 'example.org/wrapper:1'),
      deployment('zzz', `${REGISTRY}/core-daemon:2.30.0`),
    ]);
    const resolved = await resolve({ objects });
    expect(service(resolved, 'core-daemon').workload?.name).toBe('zzz');
    expect(resolved.notExamined).toEqual([
      'core-daemon: Deployment zzz is examined; Deployment core-daemon looks like it too (name one in spec.services)',
    ]);
  });

  test('the order of the objects does not matter', () => {
    const objects = [
      ...installation({ topology: 'Split' }),
      deployment('auth-vault-canary', `${REGISTRY}/auth-vault:1.18.0`),
    ];
    const names = (list: typeof objects): string[] =>
      [...discover(namespaceObjects(list)).found].map(([id, { sure }]) => `${id}=${sure.map(titleOf).join(',')}`);
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        expect(names(shuffled)).toEqual(names(objects));
      }),
      cases(30),
    );
  });
});

describe('addresses', () => {
  test('are the ready endpoints of the Service under the port that its targetPort stands for, every one', async () => {
    const workloads = { 'auth-vault': { replicas: 7 } };
    const resolved = await resolve({ objects: namespaceObjects(installation({ port: 9090, workloads })) });
    const { addresses } = service(resolved, 'auth-vault');
    expect(addresses.ok && addresses.value).toHaveLength(7);
    expect(addresses.ok && addresses.value.every(({ origin }) => /^http:\/\/127\.[0-9.]+:9090$/.test(origin))).toBe(
      true,
    );
  });

  test('leave out a pod that is not ready', async () => {
    const workloads = { 'auth-vault': { replicas: 2, trouble: { kind: 'NotReady', pods: 1 } } } as const;
    const resolved = await resolve({ objects: namespaceObjects(installation({ workloads })) });
    expect(addressesOf(service(resolved, 'auth-vault'))).toHaveLength(1);
  });

  test('are NoReadyEndpoints when no pod is ready', async () => {
    const workloads = { 'auth-vault': { trouble: { kind: 'CrashLoopBackOff' } } } as const;
    const resolved = await resolve({ objects: namespaceObjects(installation({ workloads })) });
    expect(addressesOf(service(resolved, 'auth-vault'))).toEqual(['NoReadyEndpoints']);
  });

  describe('of a Service of this moment, which has no EndpointSlice yet', () => {
    const bare = (options: Parameters<typeof installation>[0] = {}): KubernetesObject[] =>
      installation({ port: 9090, ...options })
        .filter(({ kind }) => kind !== 'EndpointSlice')
        .map((object) =>
          object.kind === 'Service'
            ? { ...object, metadata: { ...object.metadata, creationTimestamp: '2026-11-23T09:59:00Z' } }
            : object,
        );
    const changed = (kind: string, name: string, change: (object: KubernetesObject) => object): KubernetesObject[] =>
      bare().map((object) =>
        object.kind === kind && object.metadata.name.startsWith(name) ? { ...object, ...change(object) } : object,
      );
    const asked = async (objects: readonly KubernetesObject[]): Promise<string[]> =>
      addressesOf(service(await resolve({ objects: namespaceObjects(objects) }), 'auth-vault'));
    const withPort = (port: object): KubernetesObject[] =>
      changed('Service', 'auth-vault', ({ spec: of }) => ({ spec: { ...(of as object), ports: [port] } }));

    test('are those that its slice would hold', async () => {
      const workloads = { 'auth-vault': { replicas: 3, trouble: { kind: 'NotReady', pods: 1 } } } as const;
      const withSlices = await asked(installation({ port: 9090, workloads }));
      expect(withSlices).toHaveLength(2);
      expect(await asked(bare({ workloads }))).toEqual(withSlices);
    });

    test.each([
      ['a number', { port: 80, targetPort: 7070 }, [':7070']],
      ['left out', { port: 80 }, [':80']],
      ['a name that a container has', { port: 80, targetPort: 'http' }, [':9090']],
      ['a name that no container has', { port: 80, targetPort: 'web' }, ['NoReadyEndpoints']],
    ])('are under its targetPort: %s', async (_, port, ends) => {
      expect((await asked(withPort(port))).map((origin) => origin.replace(/^http:.*(?=:\d+$)/, ''))).toEqual(ends);
    });

    test('leave out a pod that is being deleted', async () => {
      const terminating = changed('Pod', 'auth-vault', ({ metadata }) => ({
        metadata: { ...metadata, deletionTimestamp: '2026-11-23T09:59:00Z' },
      }));
      expect(await asked(terminating)).toEqual(['NoReadyEndpoints']);
    });

    test('are the IPv4 address of a pod that has two', async () => {
      const dual = changed('Pod', 'auth-vault', ({ status }) => ({
        status: { ...(status as object), podIPs: [{ ip: 'fd00::7' }, { ip: '127.0.9.9' }] },
      }));
      expect(await asked(dual)).toEqual(['http://127.0.9.9:9090']);
    });

    test('are the fault of the pods that could not be listed', async () => {
      const denied = failed('CheckerNotAuthorized', literal('pods is forbidden'));
      const resolved = await resolve({ objects: { ...namespaceObjects(bare()), pods: denied } });
      expect(addressesOf(service(resolved, 'auth-vault'))).toEqual(['CheckerNotAuthorized']);
    });
  });

  test('an empty EndpointSlice is believed: ready pods are not asked in its stead', async () => {
    const emptied = installation().map((object) =>
      object.kind === 'EndpointSlice' ? { ...object, endpoints: [] } : object,
    );
    const resolved = await resolve({ objects: namespaceObjects(emptied) });
    expect(addressesOf(service(resolved, 'auth-vault'))).toEqual(['NoReadyEndpoints']);
  });

  test('are https on port 8443, with the name of the Service as what the certificate is for', async () => {
    const resolved = await resolve({ objects: namespaceObjects(installation({ port: 8443 })) });
    const target = service(resolved, 'auth-vault');
    expect(addressesOf(target)[0]).toMatch(/^https:/);
    expect(target.tls.serverName).toBe('auth-vault.recognize.svc');
  });

  test('are the URL of the spec where it names one, a path of it before the health path', async () => {
    const services_ = [{ name: 'auth-vault', url: 'https://vault.example.org:8443/base/' }];
    const target = service(await resolve({ spec: spec({ services: services_ }) }), 'auth-vault');
    expect(target.addresses).toEqual({
      ok: true,
      value: [{ name: 'vault.example.org:8443', origin: 'https://vault.example.org:8443', schemeSaid: true }],
    });
    expect(target.health).toEqual({ path: '/base/actuator/health', named: false, format: 'spring' });
    expect(target.tls).toEqual({});
  });

  test('are the fault of the list that could not be read', async () => {
    const denied = failed('CheckerNotAuthorized', literal('endpointslices is forbidden'));
    const resolved = await resolve({ objects: { ...namespaceObjects(installation()), endpointSlices: denied } });
    expect(addressesOf(service(resolved, 'auth-vault'))).toEqual(['CheckerNotAuthorized']);
  });
});

describe('gone is not absent', () => {
  const since = '2026-01-01T00:00:00Z';
  const previous = {
    inventory: [{ component: 'auth-vault', kind: 'Deployment', name: 'auth-vault', since }],
    topology: 'Split',
  } as const;
  const without = namespaceObjects(installation({ without: ['auth-vault'] }));
  const before = { ...previous, inventory: [...previous.inventory] };

  test('a service that was there is gone, stays in the inventory and keeps the topology', async () => {
    const resolved = await resolve({ objects: without, previous: before });
    expect(service(resolved, 'auth-vault')).toMatchObject({
      presence: 'gone',
      required: true,
      addresses: { fault: { code: 'ServiceMissing' } },
    });
    expect(resolved.inventory).toContainEqual(before.inventory[0]);
    expect(resolved.topology).toBe('Split');
  });

  test('required: false lets it go', async () => {
    const resolved = await resolve({
      objects: without,
      previous: before,
      spec: spec({ services: [{ name: 'auth-vault', required: false }] }),
    });
    expect(service(resolved, 'auth-vault')).toBeUndefined();
    expect(resolved.inventory.map(({ component }) => component)).not.toContain('auth-vault');
  });

  test('a service that was never there, and that nobody needs, is no target', async () => {
    const objects = namespaceObjects(installation({ without: ['metrics-collector', 'admin-dashboard'] }));
    expect(service(await resolve({ objects }), 'metrics-collector')).toBeUndefined();
  });

  test('a listed service that is nowhere is gone', async () => {
    const resolved = await resolve({ objects: without, spec: spec({ services: [{ name: 'auth-vault' }] }) });
    expect(service(resolved, 'auth-vault').presence).toBe('gone');
  });

  test('it is not gone while the list it may be in is forbidden', async () => {
    const denied = failed('CheckerNotAuthorized', literal('statefulsets is forbidden'));
    const resolved = await resolve({ objects: { ...without, statefulSets: denied }, previous: before });
    expect(service(resolved, 'auth-vault')).toMatchObject({ presence: 'listed', addresses: denied });
    expect(resolved.inventory).toContainEqual(before.inventory[0]);
    expect(resolved.notExamined).toContain('statefulsets is forbidden');
  });

  test('what is found again keeps the time when it was first found', async () => {
    const { inventory } = await resolve({ previous: before });
    expect(inventory.find(({ component }) => component === 'auth-vault')?.since).toBe(since);
  });
});

describe('the most pods that are wanted', () => {
  test.each([
    ['are those of the test', {}, 3],
    ['are what the spec says', { capacity: { maxPodsPerService: 7 } }, 7],
  ])('%s', async (_, more, most) => {
    const found = services(await resolve({ spec: spec(more), objects: namespaceObjects(installation()) }));
    expect(found.map(({ maxPods }) => maxPods)).toEqual(found.map(() => most));
  });
});

describe('a workload', () => {
  test.each([
    ['CrashLoopBackOff', { waiting: { reason: 'CrashLoopBackOff' } }],
    ['ImagePullBackOff', { waiting: { reason: 'ImagePullBackOff' } }],
    ['OOMKilled', { lastTermination: { reason: 'OOMKilled', exitCode: 137 } }],
  ] as const)('shows %s of its container', async (kind, expected) => {
    const workloads = { 'core-daemon': { replicas: 2, trouble: { kind, pods: 1 } } };
    const { workload } = service(
      await resolve({ objects: namespaceObjects(installation({ workloads })) }),
      'core-daemon',
    );
    expect(workload?.pods).toHaveLength(2);
    const troubled = workload?.pods.flatMap(({ containers }) => containers).filter(({ ready }) => !ready);
    expect(troubled).toHaveLength(1);
    expect(troubled?.[0]).toMatchObject(expected);
  });

  test.each(['Deployment', 'StatefulSet', 'DeploymentConfig'] as const)(
    'a %s knows its pods and is not rolling out',
    async (kind) => {
      const workloads = { 'core-daemon': { kind, replicas: 3 } };
      const { workload } = service(
        await resolve({ objects: namespaceObjects(installation({ workloads })) }),
        'core-daemon',
      );
      expect(workload).toMatchObject({
        kind,
        desired: 3,
        updated: 3,
        available: 3,
        rollingOut: false,
        lagging: false,
        stuck: false,
      });
      expect(workload?.pods).toHaveLength(3);
      expect(workload?.limits).toEqual({ cpu: '1800m', memory: '2Gi' });
    },
  );

  test.each([
    ['RolloutInProgress', { rollingOut: true, stuck: false, maxSurge: 1, maxUnavailable: 0 }],
    ['RolloutStuck', { rollingOut: true, stuck: true }],
    ['ScaledToZero', { desired: 0, rollingOut: false }],
  ] as const)('tells %s', async (kind, expected) => {
    const workloads = { 'core-daemon': { replicas: kind === 'ScaledToZero' ? 1 : 3, trouble: { kind } } };
    const resolved = await resolve({ objects: namespaceObjects(installation({ workloads })) });
    expect(service(resolved, 'core-daemon').workload).toMatchObject(expected);
  });

  test('knows its autoscaler', async () => {
    const workloads = { 'core-daemon': { autoscaler: { minReplicas: 1, maxReplicas: 100 } } };
    const resolved = await resolve({ objects: namespaceObjects(installation({ workloads })) });
    expect(service(resolved, 'core-daemon').workload?.autoscaler).toEqual({ min: 1, max: 100 });
  });

  test.each([
    ['25%', 3, Math.ceil, 1],
    ['25%', 3, Math.floor, 0],
    ['25%', 4, Math.floor, 1],
    ['100%', 3, Math.ceil, 3],
    [2, 3, Math.ceil, 2],
    ['much', 3, Math.ceil, 0],
  ])('a bound of %s of %i', (value, desired, round, expected) => {
    expect(share(value, desired, round)).toBe(expected);
  });
});

test.each([
  ['enrollment-agent', '/health-check', 'agent'],
  ['admin-dashboard', '/', 'page'],
  ['core-daemon', '/actuator/health', 'spring'],
])('%s is asked at %s', async (name, path, format) => {
  const target = service(await resolve({ spec: spec({ services: [{ name, url: 'http://127.0.0.1:1' }] }) }), name);
  expect(target.health).toEqual({ path, named: false, format });
});

test('without a cluster only URLs can be asked, and the cluster itself is no target', async () => {
  const resolved = await resolve({
    objects: undefined,
    spec: spec({ services: [{ name: 'auth-vault' }, { name: 'core-daemon', url: 'http://127.0.0.1:1' }] }),
  });
  expect(services(resolved).map(addressesOf)).toEqual([['http://127.0.0.1:1'], ['NoCluster']]);
  expect(resolved.targets.some(({ kind }) => kind === 'cluster')).toBe(false);
});

test('discovery: None looks only at what the spec lists', async () => {
  const resolved = await resolve({
    spec: spec({ discovery: 'None', services: [{ name: 'auth-vault', workload: { name: 'auth-vault' } }] }),
  });
  expect(services(resolved).map(({ id, presence }) => `${id} ${presence}`)).toEqual(['auth-vault found']);
});
