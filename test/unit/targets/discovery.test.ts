// Which workloads are a service when several may be, and what is expected though nothing of it was found.
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { failed } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import type { ResolvedTargets } from '../../../src/targets/index.ts';
import { deployment, installation, namespaceObjects, resolve, spec } from './objects.ts';

const IMAGE = 'quay.io/keyless_technologies/circuit-storage:1.9.0';
const labels = { app: 'circuit-storage' };

const service = (name: string, selector: object): KubernetesObject => ({
  kind: 'Service',
  metadata: { name },
  spec: { selector, ports: [{ port: 80 }] },
});
/** A Deployment that asks for this many replicas and has all of them. */
const running = (name: string, replicas: number, image = IMAGE, own: Record<string, string> = labels) => {
  const object = deployment(name, image, { labels: own });
  return { ...object, spec: { ...(object.spec as object), replicas }, status: { observedGeneration: 1, replicas } };
};
const of = ({ targets }: ResolvedTargets, id: string): ServiceTarget | undefined =>
  targets.find((target): target is ServiceTarget => target.kind === 'service' && target.id === id);

describe('of several workloads that look like circuit-storage', () => {
  const see = async (objects: readonly KubernetesObject[], more: object = {}) => {
    const resolved = await resolve({ objects: namespaceObjects(objects), spec: spec(more) });
    const target = of(resolved, 'circuit-storage');
    return {
      sure: [target?.workload, ...(target?.others ?? [])].map((workload) => workload?.name),
      unsure: (target?.unsure ?? []).map(({ name }) => name),
      notes: resolved.notExamined,
    };
  };

  it('an idle one does not hide the one that runs', async () => {
    expect(await see([running('circuit-storage', 0), running('circuit-storage-2', 1)])).toEqual({
      sure: ['circuit-storage-2'],
      unsure: [],
      notes: [
        'circuit-storage: Deployment circuit-storage-2 is examined; Deployment circuit-storage asks for no replica',
      ],
    });
  });

  it('an old one that is scaled to zero is a note', async () => {
    expect((await see([running('circuit-storage', 2), running('circuit-storage-1', 0)])).sure).toEqual([
      'circuit-storage',
    ]);
  });

  it('all of them are seen that one Service leads to, a canary of another image too', async () => {
    const objects = [
      running('circuit-storage', 3),
      running('zz-canary', 1, 'mirror.example/cs:2'),
      service('circuit-storage', labels),
    ];
    expect((await see(objects)).sure).toEqual(['circuit-storage', 'zz-canary']);
  });

  it('those are seen that have Services of their own', async () => {
    const own = (name: string) => ({ app: name });
    const objects = ['circuit-storage', 'circuit-storage-2'].flatMap((name) => [
      running(name, 1, IMAGE, own(name)),
      service(name, own(name)),
    ]);
    expect((await see(objects)).sure).toEqual(['circuit-storage', 'circuit-storage-2']);
  });

  it('one that no Service leads to may be it or be left over', async () => {
    const objects = [
      running('circuit-storage', 1),
      service('circuit-storage', labels),
      running('circuit-storage-old', 1, IMAGE, { app: 'old' }),
    ];
    expect(await see(objects)).toMatchObject({ sure: ['circuit-storage'], unsure: ['circuit-storage-old'] });
    const named = { services: [{ name: 'circuit-storage', workload: { name: 'circuit-storage' } }] };
    expect(await see(objects, named)).toEqual({ sure: ['circuit-storage'], unsure: [], notes: [] });
  });

  it('without any Service the others are not told apart', async () => {
    expect(await see([running('circuit-storage', 1), running('circuit-storage-2', 1)])).toMatchObject({
      sure: ['circuit-storage'],
      unsure: ['circuit-storage-2'],
    });
  });

  it('a weaker likeness without a part in its Service is a note', async () => {
    const objects = [
      running('circuit-storage', 1),
      service('circuit-storage', labels),
      running('circuit-storage-reloader', 1, 'stakater/reloader:1', { app: 'reloader' }),
    ];
    expect(await see(objects)).toMatchObject({ sure: ['circuit-storage'], unsure: [] });
  });
});

describe('a workload of another kind', () => {
  const spec_ = (deployed: KubernetesObject): object => ({ ...(deployed.spec as object) });
  it.each(['Rollout', 'DaemonSet', 'StatefulSet'] as const)('%s is found', async (kind) => {
    const object = running('core-daemon', 1, 'quay.io/keyless_technologies/core-daemon:2.30.0');
    const objects = namespaceObjects([{ ...object, kind, spec: spec_(object) }]);
    expect(of(await resolve({ objects }), 'core-daemon')?.workload).toMatchObject({ kind, name: 'core-daemon' });
  });

  it('is not known to be absent where its list is refused, and that is said', async () => {
    const denied = failed('CheckerNotAuthorized', literal('cannot list rollouts in namespace recognize'));
    const resolved = await resolve({
      objects: { ...namespaceObjects(installation({ without: ['auth-vault'] })), rollouts: denied },
    });
    expect(of(resolved, 'auth-vault')).toMatchObject({ presence: 'listed', addresses: denied });
    expect(resolved.notExamined).toContain('cannot list rollouts in namespace recognize');
  });
});

describe('a service that was never found', () => {
  const missing = async (objects: readonly KubernetesObject[], more: object = {}): Promise<string[]> => {
    const { targets } = await resolve({ objects: namespaceObjects(objects), spec: spec(more) });
    return targets.flatMap((target) =>
      target.kind === 'service' && target.presence === 'expected' && !target.addresses.ok
        ? [`${target.addresses.fault.code}: ${target.addresses.fault.detail}`]
        : [],
    );
  };
  const without = installation({ without: ['auth-vault'] });

  it('is told where another one needs it', async () => {
    expect(await missing(without)).toEqual([
      'ServiceNotFound: no workload of auth-vault was found in namespace recognize, and core-daemon needs it',
    ]);
  });

  it('is told where a Service carries its name', async () => {
    expect(await missing([...without, service('auth-vault', { app: 'vault' })])).toEqual([
      'ServiceNotFound: no workload of auth-vault was found in namespace recognize, and there is a Service auth-vault',
    ]);
  });

  it('is told where a configuration names it, by name and never by its value', async () => {
    const env = [{ name: 'METRICS_URL', value: 'http://u:hunter2@metrics-collector.recognize.svc:8080/x' }];
    const containers = [{ name: 'core-daemon', image: 'quay.io/keyless_technologies/core-daemon:2.30.0', env }];
    const said = await missing([
      deployment('core-daemon', '', { containers }),
      deployment('operations-service', 'x/operations-service:1'),
    ]);
    expect(said).toEqual([
      'ServiceNotFound: no workload of metrics-collector was found in namespace recognize, and the configuration of core-daemon names it',
    ]);
  });

  it.each<[string, KubernetesObject[], object]>([
    ['the spec says that it may be absent', without, { services: [{ name: 'auth-vault', required: false }] }],
    ['a database carries its name', [...installation(), service('metrics-collector-rw', { cnpg: 'x' })], {}],
    ['nothing at all was found', [], {}],
    ['services are not discovered', [], { discovery: 'None', services: [] }],
  ])('is not expected where %s', async (_, objects, more) => {
    expect(await missing(objects, more)).toEqual([]);
  });

  it('is found by the Service in front of it, whatever its image and name', async () => {
    const renamed = deployment('vlt', 'mirror.example/team/av:7', { labels: { app: 'vlt' } });
    const objects = namespaceObjects([...without, renamed, service('auth-vault', { app: 'vlt' })]);
    expect(of(await resolve({ objects }), 'auth-vault')).toMatchObject({
      presence: 'found',
      workload: { name: 'vlt' },
    });
  });
});
