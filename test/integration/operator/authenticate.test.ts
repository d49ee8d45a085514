// /metrics and /gate of an operator that asks the API server who asks, and whether he may.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policyRules } from '../../../tools/packaging/roles.ts';
import type { JsonObject } from '../../stack/apiserver/json.ts';
import { NAMESPACE, startArena, until, type Arena, type RunningOperator } from './arena.ts';

let arena: Arena;
let operator: RunningOperator;
const tokens = new Map<string, string>();

const rbac = 'rbac.authorization.k8s.io';
const grant = (name: string, user: string, rules: readonly object[], namespace?: string): JsonObject[] => {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const [role, binding] =
    namespace === undefined ? (['ClusterRole', 'ClusterRoleBinding'] as const) : (['Role', 'RoleBinding'] as const);
  return [
    { apiVersion: `${rbac}/v1`, kind: role, metadata, rules: rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: binding,
      metadata,
      roleRef: { apiGroup: rbac, kind: role, name },
      subjects: [{ kind: 'User', name: user, apiGroup: rbac }],
    },
  ];
};
const ask = async (path: string, user?: string): Promise<number> => {
  const token = user === undefined ? undefined : (tokens.get(user) ?? user);
  const answer = await fetch(`http://127.0.0.1:${String(operator.port())}${path}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  await answer.text();
  return answer.status;
};
const GATE = `/gate/${NAMESPACE}/prod`;

beforeAll(async () => {
  arena = await startArena();
  for (const user of ['prometheus', 'pipeline', 'stranger', 'elsewhere'])
    tokens.set(user, arena.server.createUser(user));
  const reports = { apiGroups: ['recognize.health'], resources: ['healthreports'], verbs: ['get'] };
  await arena.server.seed([
    ...grant('endpoints', 'operator', policyRules('operator', ['endpoints'])),
    ...grant('scrape', 'prometheus', [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]),
    ...grant('read', 'pipeline', [{ ...reports, resourceNames: ['prod'] }], NAMESPACE),
    ...grant('read', 'elsewhere', [reports], 'default'),
  ]);
  await arena.admin.create(arena.report('prod', { upgrade: { waive: ['Databases', 'Buckets', 'Keys'] } }));
  operator = await arena.start({ authenticate: true });
  // The gate judges what its watch has told it, a moment after the status is stored.
  await until(
    'the gate passes',
    () => ask(GATE, 'pipeline'),
    (status) => status === 200,
  );
});
afterAll(() => arena.close());

describe('an operator that asks who asks', () => {
  test.each<[string, string, string | undefined, number]>([
    ['Prometheus with the right to get /metrics', '/metrics', 'prometheus', 200],
    ['a pipeline with the right to get that report', GATE, 'pipeline', 200],
    ['a pipeline that asks for the metrics', '/metrics', 'pipeline', 403],
    ['a pipeline that asks for another report', `/gate/${NAMESPACE}/other`, 'pipeline', 403],
    ['a reader of another namespace', GATE, 'elsewhere', 403],
    ['Prometheus that asks the gate', GATE, 'prometheus', 403],
    ['somebody without rights', '/metrics', 'stranger', 403],
    ['somebody with a token that nobody knows', GATE, 'made-up', 401],
    ['somebody without a token, at the gate', GATE, undefined, 401],
    ['somebody without a token, at the metrics', '/metrics', undefined, 401],
    ['the kubelet, which has none', '/healthz', undefined, 200],
    ['the kubelet, which has none', '/readyz', undefined, 200],
  ])('answers %s at %s', async (_, path, user, status) => {
    expect(await ask(path, user)).toBe(status);
  });

  test('lets nobody in while the API server does not say who it is', async () => {
    const end = arena.server.faults.inject({ match: ({ resource }) => resource === 'tokenreviews', status: 500 });
    // One whom it has not asked for: what was said of others is believed for some seconds.
    tokens.set('late', arena.server.createUser('late'));
    expect(await ask('/metrics', 'late')).toBe(503);
    end();
    expect(await ask('/metrics', 'late')).toBe(403);
  });
});
