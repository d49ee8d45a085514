// The control plane itself: that it is the one we built, refuses what the emulator cannot know of, and that its audit
// log can be read back.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAdmin, type Admin } from '../stack/admin.ts';
import { kubectl } from '../stack/kubectl.ts';
import { CONTROL_PLANE, startControlPlane, type ControlPlane } from './parts/control-plane.ts';

describe(`kube-apiserver ${CONTROL_PLANE.version} with its controllers`, () => {
  let plane: ControlPlane;
  let admin: Admin;
  beforeAll(async () => {
    plane = await startControlPlane({ controllers: 'all' });
    admin = createAdmin(plane.access);
  });
  afterAll(async () => {
    await admin.close();
    await plane.stop();
  });

  it('says the version that it was built from', async () => {
    expect(CONTROL_PLANE.version).toMatch(`${await admin.version()}.`);
  });

  it('refuses loopback addresses in an EndpointSlice', async () => {
    const slice = (address: string): Parameters<Admin['create']>[0] => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `at-${address}`, namespace: 'default' },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address] }],
      ports: [],
    });
    await expect(admin.create(slice('127.0.1.1'))).rejects.toThrow('may not be in the loopback range');
    await expect(admin.create(slice('10.244.1.1'))).resolves.toMatchObject({ kind: 'EndpointSlice' });
  });

  it('makes pods of a Deployment', async () => {
    const made = await kubectl(['create', 'deployment', 'web', '--image=example.test/web:1', '--replicas=2'], {
      kubeconfig: await readFile(plane.kubeconfig, 'utf8'),
    });
    expect(made.stderr).toBe('');
    await expect
      .poll(async () => (await admin.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'default' })).length, {
        timeout: 300_000,
      })
      .toBe(2);
  });

  it('writes down who asked for what and what came of it', async () => {
    await admin.get({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'absent', namespace: 'default' } });
    const found = plane.audited().filter(({ objectRef }) => objectRef?.name === 'absent');
    expect(found).toMatchObject([{ verb: 'get', user: { username: 'admin' }, responseStatus: { code: 404 } }]);
  });
});
