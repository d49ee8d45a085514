import { describe, expect, it } from 'vitest';
import { isService, type Component, type Service } from '../../../src/api/components.ts';
import { dependencyEdges, recognise, TOPOLOGIES, type TopologyName } from '../../../src/product/index.ts';

const ref = (
  id: string,
  usedBy: readonly Service[] = [],
): { id: string; component: Component; usedBy: readonly Service[] } => ({
  id,
  component: id.split('/')[0] as Component,
  usedBy,
});

const edges = (name: TopologyName, ...targets: readonly ReturnType<typeof ref>[]): readonly string[] =>
  dependencyEdges(TOPOLOGIES[name], targets)
    .map(({ from, to }) => `${from} -> ${to}`)
    .sort();

describe('recognising the topology', () => {
  it.each<[string, readonly Service[], TopologyName | 'Auto', TopologyName | undefined, boolean, TopologyName]>([
    ['what the spec says', ['auth-vault'], 'Consolidated', 'Split', false, 'Consolidated'],
    ['an auth-vault', ['core-daemon', 'auth-vault'], 'Auto', undefined, false, 'Split'],
    ['a node-persistence', ['core-daemon', 'node-persistence'], 'Auto', undefined, false, 'Split'],
    ['names of the umbrella chart', ['core-daemon', 'node-persistence'], 'Auto', undefined, true, 'Umbrella'],
    [
      'core-daemon and its companions alone',
      ['core-daemon', 'operations-service'],
      'Auto',
      undefined,
      false,
      'Consolidated',
    ],
    ['Split that lost its services', ['core-daemon'], 'Auto', 'Split', false, 'Split'],
    ['Umbrella that lost its services', ['core-daemon'], 'Auto', 'Umbrella', false, 'Umbrella'],
    ['Split that lost everything', [], 'Auto', 'Split', false, 'Split'],
    ['Umbrella that gained an auth-vault', ['auth-vault'], 'Auto', 'Umbrella', false, 'Split'],
    [
      'Consolidated that gained a circuit-storage',
      ['core-daemon', 'circuit-storage'],
      'Auto',
      'Consolidated',
      false,
      'Split',
    ],
  ])('goes by %s', (_, found, spec, previous, umbrella, expected) => {
    expect(recognise(found, spec, previous, umbrella)).toBe(expected);
  });
});

describe('topologies', () => {
  it.each(Object.values(TOPOLOGIES))('$name depends only on services that it has', (topology) => {
    const named = Object.entries(topology.dependsOn).flatMap(([service, on]) => [service, ...on]);
    const strangers = named.filter((name) => isService(name) && !topology.services.includes(name));
    expect(strangers).toEqual([]);
  });

  it.each(['Umbrella', 'Split', 'Consolidated'] as const)(
    '%s holds two pools per pod where the guide multiplies by 2',
    (name) => {
      const { pools } = TOPOLOGIES[name];
      const guided: readonly Service[] = ['core-daemon', 'node-persistence', 'circuit-storage'];
      expect(guided.reduce((sum, service) => sum + (pools[service] ?? 0), 0)).toBe(2);
    },
  );
});

describe('dependency edges', () => {
  it('are those of the split topology', () => {
    expect(edges('Split', ...TOPOLOGIES.Split.services.map((id) => ref(id)))).toEqual([
      'admin-dashboard -> core-daemon',
      'admin-dashboard -> metrics-collector',
      'auth-vault -> node-persistence',
      'core-daemon -> auth-vault',
      'core-daemon -> circuit-storage',
      'core-daemon -> node-persistence',
      'enrollment-agent -> operations-service',
      'operations-service -> node-persistence',
    ]);
  });

  it('join every user with a single database', () => {
    expect(edges('Split', ref('node-persistence'), ref('circuit-storage'), ref('database/main'))).toEqual([
      'circuit-storage -> database/main',
      'node-persistence -> database/main',
    ]);
  });

  it('follow the names where there are several databases', () => {
    const all = [ref('node-persistence'), ref('circuit-storage'), ref('metrics-collector')];
    expect(
      edges(
        'Split',
        ...all,
        ref('database/node-persistence'),
        ref('database/prod-circuit-storage'),
        ref('database/bi'),
      ),
    ).toEqual([
      'circuit-storage -> database/prod-circuit-storage',
      'metrics-collector -> database/bi',
      'node-persistence -> database/node-persistence',
    ]);
  });

  it('join all with all where no name tells', () => {
    const all = [ref('node-persistence'), ref('circuit-storage'), ref('database/a'), ref('database/b')];
    expect(edges('Split', ...all)).toHaveLength(4);
  });

  it('let usedBy decide', () => {
    const all = [
      ref('node-persistence'),
      ref('circuit-storage'),
      ref('database/a', ['circuit-storage']),
      ref('database/b'),
    ];
    expect(edges('Split', ...all)).toContain('circuit-storage -> database/a');
    expect(edges('Split', ...all)).not.toContain('node-persistence -> database/a');
  });

  it('find a merged service in the one that holds it now', () => {
    expect(edges('Consolidated', ref('core-daemon'), ref('key-management/jwt', ['auth-vault']))).toEqual([
      'core-daemon -> key-management/jwt',
    ]);
    expect(
      edges(
        'Consolidated',
        ref('core-daemon'),
        ref('metrics-collector'),
        ref('database/node-persistence'),
        ref('database/metrics'),
      ),
    ).toEqual(['core-daemon -> database/node-persistence', 'metrics-collector -> database/metrics']);
  });

  it('join only what is there', () => {
    expect(edges('Split', ref('core-daemon'))).toEqual([]);
  });
});
