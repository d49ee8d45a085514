// What moved since everything was well: on the resource, in the Event and on the screen, with the operator and its Roles.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { command } from '../gate/command.ts';
import { startScene, tell, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  await scene.create();
  // The services may still be connecting when the first run looks at them.
  const status = await scene.runUntil(({ lastHealthy }) => lastHealthy !== undefined, 100);
  expect(status.verdict, tell(status)).toBe('Healthy');
});
afterAll(() => scene.close());

/** A name that the report reads a Secret by. */
const aSecret = async (): Promise<string> => {
  const { lastHealthy } = await scene.status();
  const id = lastHealthy?.watched?.map((one) => one.id).find((one) => one.startsWith('secret/'));
  if (id === undefined) throw new Error('No Secret is watched.');
  return id.slice('secret/'.length);
};

describe('the last healthy run', () => {
  it('is kept with everything that people change, and no value of a Secret', async () => {
    const status = await scene.status();
    const watched = status.lastHealthy?.watched ?? [];
    for (const kind of ['image', 'replicas', 'limits', 'secret', 'key', 'version', 'address'])
      expect(watched.filter(({ id }) => id.startsWith(`${kind}/`)).length, `${kind}: ${tell(status)}`).toBeGreaterThan(
        0,
      );
    expect(status).not.toHaveProperty('sinceHealthy');
    const text = JSON.stringify(status.lastHealthy);
    for (const value of scene.stack.planted) expect(text).not.toContain(value);
  });

  it('is what a failure is compared with when nobody has changed anything', async () => {
    await scene.during(scene.stack.key.disable(), async (status) => {
      expect(status.sinceHealthy).toMatch(/^Healthy until .*; since then: nothing (moved of|is known to have moved)/);
      // One that was made while it fails has nothing to compare with.
      const { admin } = scene.stack;
      const made = await admin.create(scene.stack.report('again'));
      const again = await vi.waitUntil(
        async () => ((await admin.get(made)) as { status?: HealthReportStatus } | undefined)?.status?.sinceHealthy,
        { timeout: 60_000, interval: 300 },
      );
      expect(again).toMatch(
        /^No healthy run is on record since this report was made at \d{4}-.*Z, so nobody knows what/,
      );
      await admin.remove(made);
    });
    expect(await scene.status()).not.toHaveProperty('sinceHealthy');
  });

  it('tells a Secret that was written, image and Event included', async () => {
    const name = await aSecret();
    const disable = async (): ReturnType<typeof scene.stack.key.disable> => {
      await scene.stack.admin.patch(
        { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: scene.stack.namespace } },
        { metadata: { annotations: { 'example.com/rotated': 'now' } } },
      );
      return scene.stack.key.disable();
    };
    await scene.during(disable(), async (status) => {
      expect(status.sinceHealthy).toContain(`since then: Secret ${name} was written`);
      // The Event follows the status.
      await expect
        .poll(async () => (await scene.events()).map((event) => String(event['note'])))
        .toContainEqual(expect.stringContaining(`Secret ${name} was written`));
      const argv = [
        'status',
        'recognize',
        '-n',
        scene.stack.namespace,
        '--kubeconfig',
        scene.stack.kubeconfig.adminFile,
      ];
      for (const format of ['table', 'markdown', 'html']) {
        const { out } = await command(...argv, '-o', format);
        expect(out.replace(/\s+/g, ' '), format).toContain(`Secret ${name} was written`);
      }
    });
  });
});
