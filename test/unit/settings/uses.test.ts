// What is joined to the services of a run: the backends that their own settings name, without those that are waived.
import { expect, test } from 'vitest';
import { ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { withUses } from '../../../src/settings/index.ts';
import { namespaceObjects, resolve } from '../targets/objects.ts';
import { configMapsIn, fixture } from './templates.ts';

async function usesOf(waive: readonly ('Databases' | 'Buckets' | 'Keys')[], hasCluster = true) {
  const all = fixture('split').map((object) => ({
    ...object,
    metadata: { ...object.metadata, uid: object.metadata.name },
  }));
  const maps = configMapsIn(all);
  const objects = namespaceObjects(all);
  const { targets } = await resolve({ objects });
  const asked: string[] = [];
  const joined = await withUses({
    targets,
    objects,
    namespace: 'recognize',
    read: hasCluster
      ? (name) => {
          asked.push(name);
          return Promise.resolve(maps.get(name) ?? ok(undefined));
        }
      : undefined,
    waive,
    signal: new AbortController().signal,
  });
  const services = joined.filter((target): target is ServiceTarget => target.kind === 'service');
  return { asked, uses: Object.fromEntries(services.map(({ id, uses }) => [id, uses?.map(({ kind }) => kind)])) };
}

test('each service with its own, and each ConfigMap asked for once', async () => {
  const { asked, uses } = await usesOf([]);
  expect(uses).toEqual({
    'node-persistence': ['database'],
    'circuit-storage': ['database', 'bucket'],
    'auth-vault': ['kms'],
  });
  expect(asked.sort()).toEqual(['auth-vault', 'circuit-storage']);
});

test('what the spec waives is not compared, and without a cluster nothing is', async () => {
  expect((await usesOf(['Databases', 'Keys'])).uses).toEqual({ 'circuit-storage': ['bucket'] });
  expect((await usesOf([], false)).uses['circuit-storage']).toBeUndefined();
});
