// What a test that has a real API server for itself relies on: its users, what is ordered on the way, the record, and
// that nothing of it is there for the next one.
import { request } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crd } from '../../src/api/crd.ts';
import { createAdmin, type Admin } from '../stack/admin.ts';
import { startSwitchedServer, type SwitchedServer } from '../stack/switched-server.ts';
import { CONTROL_PLANE } from './parts/control-plane.ts';

const REPORTS = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' };
const RBAC = 'rbac.authorization.k8s.io';
const readersOfMaps = [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'reader' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'reader' },
    subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'readers' }],
  },
];
const map = (name: string): Parameters<Admin['get']>[0] => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

describe(`kube-apiserver ${CONTROL_PLANE.version} that a test has for itself`, () => {
  let server: SwitchedServer;
  const admins: Admin[] = [];
  const as = (token: string): Admin => {
    const admin = createAdmin({ url: server.url, caPem: server.caPem, token });
    admins.push(admin);
    return admin;
  };
  beforeEach(async () => {
    server = await startSwitchedServer();
  });
  afterEach(async () => {
    for (const admin of admins.splice(0)) await admin.close();
    await server.close();
  });

  it('knows users by their tokens, and lets them do what their groups may', async () => {
    await server.seed(readersOfMaps);
    const reader = as(server.createUser('ann', ['readers']));
    await expect.poll(() => reader.get(map('absent')).catch(String)).toBeUndefined();
    await expect(as(server.createUser('bob')).get(map('absent'))).rejects.toThrow('User \\"bob\\" cannot get resource');
    await expect(as('of nobody').get(map('absent'))).rejects.toThrow('401');
  });

  it('records who asked for what and what came of it', async () => {
    await as(server.createUser('ann')).get(map('absent')).catch(String);
    await as(server.adminToken).get(map('absent'));
    expect(server.requests).toMatchObject([
      { user: 'ann', verb: 'get', resource: 'configmaps', namespace: 'default', name: 'absent', status: 403 },
      { user: 'admin', verb: 'get', resource: 'configmaps', status: 404 },
    ]);
  });

  it('cannot be reached where that is ordered, and answers the others', async () => {
    const admin = as(server.adminToken);
    server.faults.inject({ match: ({ name }) => name === 'cut', reset: true, times: 1 });
    server.faults.inject({ match: ({ name }) => name === 'busy', status: 503 });
    await expect(admin.apply({ ...map('cut') })).rejects.toThrow();
    await expect(admin.get(map('busy'))).rejects.toThrow('503');
    await expect(admin.apply({ ...map('cut') })).resolves.toMatchObject({ kind: 'ConfigMap' });
  });

  it('cuts watches, and answers one from before it forgot its history with 410', async () => {
    const admin = as(server.adminToken);
    const { metadata } = await admin.apply({ ...map('first') });
    await admin.apply({ ...map('second') });
    const path = `/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=${String(metadata['resourceVersion'])}`;
    const { said, ended } = watch(server, path);
    // What it tells comes after its head.
    await expect.poll(said).toContain('"name":"second"');
    expect(server.openWatches()).toBe(1);
    expect(server.dropWatches()).toBe(1);
    await ended;
    await server.compact();
    const late = watch(server, path);
    await late.ended;
    expect(late.said()).toContain('"code":410');
  });

  describe('and that another had before', () => {
    it('holds what is put into it', async () => {
      await server.seed([crd(), map('kept')]);
      const admin = as(server.adminToken);
      await expect.poll(() => admin.serves(REPORTS)).toBe(true);
      server.createUser('ann');
    });

    it('holds nothing of that', async () => {
      const admin = as(server.adminToken);
      expect(await admin.serves(REPORTS)).toBe(false);
      expect(await admin.get(map('kept'))).toBeUndefined();
      await server.seed([crd()]);
      await expect.poll(() => admin.serves(REPORTS)).toBe(true);
      expect(await admin.list(REPORTS)).toEqual([]);
    });
  });
});

/** What a watch has sent so far; `ended` when it ends or is cut. */
function watch(
  { url, caPem, adminToken }: SwitchedServer,
  path: string,
): { readonly said: () => string; readonly ended: Promise<void> } {
  let said = '';
  const ended = new Promise<void>((resolve) => {
    const asked = request(
      url + path,
      { ca: caPem, agent: false, headers: { authorization: `Bearer ${adminToken}` } },
      (answer) => {
        answer.on('data', (part: Buffer) => void (said += part.toString('utf8')));
        answer.on('error', () => undefined);
        answer.on('close', resolve);
      },
    );
    asked.on('error', () => resolve());
    asked.end();
  });
  return { said: () => said, ended };
}
