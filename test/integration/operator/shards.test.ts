// Shards as processes of their own on one API server: each report is written by one of them, also while their number
// changes, and each reports' runs go on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOfShard, shardLeaseName } from '../../../src/operator/shard.ts';
import { OPERATOR_NAMESPACE } from '../../stack/operator-account.ts';
import { type Arena, type OperatorProcess, said, startArena, until } from './arena.ts';

const TIMES = ['--lease-duration', '20s', '--lease-renew-deadline', '16s', '--lease-retry-period', '1s'];
const NAMESPACES = Array.from({ length: 12 }, (_, index) => `shop-${index}`);

let arena: Arena;

beforeAll(async () => {
  arena = await startArena();
  // As the chart grants them with `shards`: Leases by their names.
  const rbac = 'rbac.authorization.k8s.io';
  const resourceNames = [2, 3].flatMap((of) =>
    Array.from({ length: of }, (_, index) => shardLeaseName('recognize-health', { index: index + 1, of })),
  );
  const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  const metadata = { name: 'shards', namespace: OPERATOR_NAMESPACE };
  await arena.server.seed([
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ ...lease, resourceNames, verbs: ['get', 'update', 'patch'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'shards' },
      subjects: [{ kind: 'Group', name: 'system:serviceaccounts', apiGroup: rbac }],
    },
  ]);
  for (const namespace of NAMESPACES) {
    await arena.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const report = arena.report('prod');
    await arena.admin.create({ ...report, metadata: { ...report.metadata, namespace } });
  }
});
afterAll(() => arena.close());

const spawn = (index: number, of: number): Promise<OperatorProcess> =>
  arena.spawn(`shard-${index}-of-${of}`, '--shard', `${index}/${of}`, ...TIMES);

/** Who wrote the status of the report of each namespace, in order. */
const writers = (): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const { subresource, method, status, user, namespace = '' } of arena.server.requests)
    if (subresource === 'status' && method === 'PATCH' && status === 200)
      found.set(namespace, [...(found.get(namespace) ?? []), user]);
  return found;
};
const ownerOf = (namespace: string, of: number): string =>
  `shard-${Array.from({ length: of }, (_, index) => index + 1).find((index) => isOfShard(namespace, { index, of })) ?? 0}-of-${of}`;

describe('shards', () => {
  test('write each report once, and hand over without a double write when their number changes', async () => {
    const old = [await spawn(1, 2), await spawn(2, 2)];
    await until(
      'each report has been written',
      () => ({
        of: [...writers().keys()],
        said: old.map(({ lines }) => lines.filter(({ level }) => level !== 'info' && level !== 'debug')),
      }),
      (seen) => NAMESPACES.every((one) => seen.of.includes(one)),
      90_000,
    );
    for (const [namespace, users] of writers())
      expect(new Set(users), namespace).toEqual(new Set([ownerOf(namespace, 2)]));

    // Three of the new number come while both of the old one work.
    const young = [await spawn(1, 3), await spawn(2, 3), await spawn(3, 3)];
    // Each has its own Lease at once, and waits for the one that all hold together.
    await until(
      'the new ones have their Leases',
      () => young,
      (all) => all.every(({ lines }) => said(lines, 'leading')),
      90_000,
    );
    for (const { child, exit } of old) {
      child.kill('SIGTERM');
      await exit;
    }
    await until(
      'each report has been written by its new shard',
      writers,
      (seen) => NAMESPACES.every((one) => seen.get(one)?.at(-1) === ownerOf(one, 3)),
      90_000,
    );
    for (const namespace of NAMESPACES) {
      // First the old owner alone, then the new one alone.
      const turns = (writers().get(namespace) ?? []).filter((user, index, all) => user !== all[index - 1]);
      expect(turns, namespace).toEqual([ownerOf(namespace, 2), ownerOf(namespace, 3)]);
    }
  }, 300_000);
});
