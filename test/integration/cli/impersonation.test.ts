// As whom a verb asks: what goes over the wire when kubectl's flags stand before the verb or behind it, and what an API
// server makes of it.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { viewerRole } from '../../../tools/packaging/roles.ts';
import { answer, startStub, status, type Stub } from '../../unit/kube/api-server-stub.ts';
import { command, type CommandResult } from '../gate/command.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';

async function stub(): Promise<Stub> {
  const made = await startStub((_request, response) => answer(response, 403, status(403, 'Forbidden')));
  onTestFinished(() => made.close());
  return made;
}

it.each([
  [
    'before the verb',
    (file: string) => ['--kubeconfig', file, '--as', 'jane', '--as-group=a', '--as-group', 'b', '-n', 'x', 'status'],
  ],
  [
    'behind the verb',
    (file: string) => ['status', '-n', 'x', '--as=jane', '--as-group', 'a', '--as-group=b', '--kubeconfig', file],
  ],
])('--as and its groups %s are sent with every call', async (_, argv) => {
  const { kubeconfig, requests } = await stub();
  expect((await command(...argv(kubeconfig))).code).toBe(2);
  expect(requests.map(({ line }) => line)).toContainEqual(expect.stringContaining('/namespaces/x/healthreports'));
  for (const { headers } of requests)
    expect([headers['impersonate-user'], headers['impersonate-group']]).toEqual(['jane', 'a, b']);
});

it('without --as nobody is impersonated', async () => {
  const { kubeconfig, requests } = await stub();
  await command('status', '--kubeconfig', kubeconfig);
  expect(requests.length).toBeGreaterThan(0);
  for (const { headers } of requests) expect(Object.keys(headers).join()).not.toContain('impersonate');
});

it('--request-timeout ends the wait for one answer', async () => {
  const made = await startStub(() => undefined);
  onTestFinished(() => made.close());
  const { code, err } = await command('run', 'prod', '--kubeconfig', made.kubeconfig, '--request-timeout', '1s');
  expect([code, err]).toEqual([5, expect.stringContaining('no answer before the deadline')]);
});

describe('an API server', () => {
  let cluster: BareCluster;
  beforeAll(async () => {
    cluster = await startBareCluster();
    await cluster.seed([
      viewerRole(),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'readers', namespace: 'recognize' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'recognize-health-view' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' }],
      },
    ]);
  });
  afterAll(() => cluster.stop());

  const statusAs = (kubeconfig: string, ...flags: readonly string[]): Promise<CommandResult> =>
    command('status', '-n', 'recognize', '--kubeconfig', kubeconfig, ...flags);

  it('lets the user do what his groups may, and nothing that the administrator may', async () => {
    const asReader = ['--as', 'jane', '--as-group', 'others', '--as-group', 'readers'];
    await expect.poll(() => statusAs(cluster.admin, ...asReader)).toMatchObject({ code: 0 });
    const { code, err } = await statusAs(cluster.admin, '--as', 'jane');
    expect([code, err]).toEqual([2, expect.stringContaining('User "jane" cannot list resource "healthreports"')]);
  });

  it('lets nobody take the name of another who may not', async () => {
    const { code, err } = await statusAs(await cluster.kubeconfigOf('bob'), '--as', 'jane');
    expect([code, err]).toEqual([2, expect.stringContaining('User "bob" cannot impersonate-on:user-info:list')]);
  });
});
