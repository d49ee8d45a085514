// What a run asks of the cluster: the same ConfigMap is for several questions, and is read once.
import { expect, test } from 'vitest';
import { examine } from '../../src/examine.ts';
import { failed, ok } from '../../src/facts/outcome.ts';
import { literal } from '../../src/runtime/safe-text.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { clients } from './probes/clients.ts';
import { configMapsIn, fixture } from './settings/templates.ts';
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
