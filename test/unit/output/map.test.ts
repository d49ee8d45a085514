// The dependency map as data: who is drawn, which path fails, what is only a symptom; and that ids that are none of ours
// are drawn nowhere.
import { describe, expect, it } from 'vitest';
import { concernsOf, figureOf } from '../../../src/output/concerns.ts';
import { mapGraph } from '../../../src/output/page/graph.ts';
import { dependencyMap } from '../../../src/output/page/map.ts';
import { report, run } from '../judge/fixtures.ts';

const { status } = report(
  run({
    'database/node-persistence/connect': 'DatabaseMissing',
    'node-persistence/health': 'HealthDown',
    'core-daemon/health': 'HealthDown',
  }),
);
const split = { ...status, topology: 'Split' } as const;

describe('the map', () => {
  it('marks where it begins, the way it takes, and what it explains', () => {
    const { nodes, edges } = mapGraph(split, {});
    expect(nodes.find(({ isCause }) => isCause)).toMatchObject({
      id: 'database/node-persistence',
      fault: 'DatabaseMissing',
    });
    expect(nodes.filter(({ isSymptom }) => isSymptom).map(({ id }) => id)).toEqual(['core-daemon', 'node-persistence']);
    expect(edges.filter(({ isFailing }) => isFailing).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'core-daemon node-persistence',
      'node-persistence database/node-persistence',
    ]);
    expect(edges).toContainEqual({ from: 'circuit-storage', to: 'object-storage/circuits', isFailing: false });
  });

  it('joins backends with those that the spec names, not with those that their name speaks of', () => {
    const spec = { databases: [{ name: 'node-persistence', usedBy: ['circuit-storage', 'nobody', 5] }, null] };
    const users = mapGraph(split, spec).edges.filter(({ to }) => to === 'database/node-persistence');
    expect(users.map(({ from }) => from)).toContain('circuit-storage');
  });

  it('without a topology still shows what explains what', () => {
    const { topology: _, ...unknown } = split;
    expect(mapGraph(unknown, undefined).edges.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'core-daemon database/node-persistence',
      'node-persistence database/node-persistence',
    ]);
  });

  it.each(['core-daemon/a/b/c/health', 'database/UPPER/connect', 'database//connect', '__proto__/health', 'x'])(
    'draws no target of the id %s',
    (id) => {
      const [check] = split.checks ?? [];
      if (check === undefined) throw new Error('no check');
      expect(mapGraph({ ...split, checks: [{ ...check, id }] }, {}).nodes).toEqual([]);
    },
  );

  it('is drawn in its own size: a map of few targets is not blown up to the width of the page', () => {
    const drawn = dependencyMap(mapGraph({ ...split, checks: (split.checks ?? []).slice(0, 1) }, {}), 'x').join('');
    for (const [, width = '', box = ''] of drawn.matchAll(
      /<svg class="map \w+" width="([\d.]+)" viewBox="0 0 ([\d.]+) /g,
    ))
      expect(width).toBe(box);
    expect(drawn.match(/<svg class="map \w+" width="/g)?.length).toBe(2);
  });

  it('is nothing where nothing was examined, and ends where dependencies go in a circle', () => {
    expect(dependencyMap({ nodes: [], edges: [] }, 'x')).toEqual([]);
    const node = { kind: 'service', state: 'pass', isCause: false, isSymptom: false, fault: '' } as const;
    const nodes = [
      { ...node, id: 'a', name: 'a' },
      { ...node, id: 'b', name: 'b' },
    ];
    const circle = [
      { from: 'a', to: 'b', isFailing: false },
      { from: 'b', to: 'a', isFailing: false },
    ];
    expect(dependencyMap({ nodes, edges: circle }, 'x').join('')).toContain(
      'a: well, depends on b. b: well, depends on a.',
    );
  });
});

describe('what is only being confirmed', () => {
  const healthy = report(run()).status;
  const { status: first } = report(
    run({
      'database/node-persistence/connect': 'DatabaseUnreachable',
      'node-persistence/health': 'HealthDatabaseDown',
    }),
    healthy,
  );

  it('is drawn as what it is now, and where it begins', () => {
    expect([first.verdict, first.rootCauses]).toEqual(['Healthy', []]);
    const { nodes } = mapGraph({ ...first, topology: 'Split' }, {});
    expect(nodes.filter(({ state }) => state !== 'pass')).toMatchObject([
      { id: 'node-persistence', state: 'fail', isCause: false, isSymptom: true },
      { id: 'database/node-persistence', state: 'fail', isCause: true, fault: 'DatabaseUnreachable' },
    ]);
  });

  it('is no good tile either, and what was not asked this time is no figure', () => {
    const databases = concernsOf(first).find(({ title }) => title === 'Databases');
    expect(databases?.targets.map(({ name, worst }) => [name, worst])).toContainEqual(['node-persistence', 'fail']);
    expect(
      figureOf({ id: 'database/a/version', component: 'database', state: 'pass', result: 'skip' } as never),
    ).toEqual([]);
    expect(
      figureOf({
        id: 'database/a/version',
        component: 'database',
        state: 'fail',
        result: 'skip',
        fault: 'NotAsked',
      } as never),
    ).toEqual(['version FAIL (NotAsked)']);
  });
});
