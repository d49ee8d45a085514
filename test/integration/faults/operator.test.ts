// What the operator owes whatever happens to it or to the report in the middle of its work.
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../../stack/kubectl.ts';
import { describeDiscretion } from './discretion.ts';
import { expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

let scene: Scene;
const reach = 'object-storage/circuits/reach';
const missing = { check: reach, fault: 'BucketMissing', entry: 'REC-CS-002', condition: 'ObjectStorageHealthy' };

/** Events of a report, once there is one: they follow the status that they tell of. */
async function eventsOf(report: string, reason: string): Promise<number> {
  const end = performance.now() + 30_000;
  for (;;) {
    const { length } = (await scene.events()).filter(
      (event) => event['reason'] === reason && (event['regarding'] as { name?: string } | undefined)?.name === report,
    );
    if (length > 0 || performance.now() > end) return length;
    await sleep(20);
  }
}

/** Waits until a service that hangs was asked: a run is in the middle of its work. */
async function untilAsked(before: number): Promise<void> {
  const { replicas } = scene.stack.service('operations-service').running;
  while ((replicas[0]?.requests.length ?? 0) <= before) await sleep(10);
}
const askedSoFar = (): number => scene.stack.service('operations-service').running.replicas[0]?.requests.length ?? 0;

describe('the operator', () => {
  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene.close());

  describe('with thresholds of three bad runs and two good ones', () => {
    beforeAll(async () => {
      expectHealthy(await scene.create('recognize', { thresholds: { failure: 3, success: 2 } }));
    });
    afterAll(() => scene.remove());

    it('confirms an outage over a restart, tells of it once, and confirms its end', async () => {
      const mend = await scene.stack.bucket.remove();
      const first = await scene.run();
      expect(checkOf(first, reach), tell(first)).toMatchObject({ result: 'fail', state: 'pass', streak: 1 });
      // Healthy waits for confirmation; an upgrade does not.
      expect(conditionOf(first, 'ObjectStorageHealthy')).toMatch(/^True\//);
      expect(conditionOf(first, 'Upgradeable')).toMatch(/^False\//);

      // A process that forgot would take its first look for the truth, as it does with a new report.
      await scene.stopOperator();
      await scene.startOperator();
      expect(checkOf(await scene.run(), reach)).toMatchObject({ state: 'pass', streak: 2 });
      const third = await scene.run();
      expectRootCause(third, missing);
      expect(await eventsOf('recognize', 'BucketMissing')).toBe(1);

      await scene.stopOperator();
      await scene.startOperator();
      expectRootCause(await scene.run(), missing);
      expect(await eventsOf('recognize', 'BucketMissing')).toBe(1);

      await mend();
      expect(checkOf(await scene.run(), reach)).toMatchObject({ result: 'pass', state: 'fail' });
      expect(checkOf(await scene.run(), reach)).toMatchObject({ result: 'pass', state: 'pass' });
      expect(await eventsOf('recognize', 'Recovered')).toBe(1);
      expectHealthy(await scene.status());
    });

    it('counts a disabled key at once', async () => {
      const mend = await scene.stack.key.disable();
      expect(checkOf(await scene.run(), 'key-management/jwt-signing/state')).toMatchObject({ state: 'fail' });
      await mend();
      expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
    });
  });

  it('cancels a run when the spec is edited, and observes the new generation', async () => {
    expectHealthy(await scene.create('edited', { timeout: '30s' }));
    const mend = await scene.stack.service('operations-service').hang();
    const before = askedSoFar();
    const old = await scene.request('edited');
    await untilAsked(before);
    await scene.edit({ timeout: '10s', discovery: 'None' }, 'edited');
    // The cancelled run would have had 30 s; the new one does not visit the service at all.
    const status = await scene.until(({ observedGeneration }) => observedGeneration === 2, 'edited');
    expect(status.lastHandledRequest).toBe(old);
    expect(status.checks?.some(({ id }) => id === 'object-storage/circuits/reach')).toBe(true);
    expect(status.checks?.find(({ id }) => id === 'operations-service/health')?.fault).not.toBe('ServiceTimeout');
    await mend();
    await scene.remove('edited');
  });

  it('writes nothing of a deleted report into the one that takes its name', async () => {
    expectHealthy(await scene.create('reborn', { timeout: '8s' }));
    const mend = await scene.stack.service('operations-service').hang();
    const before = askedSoFar();
    const old = await scene.request('reborn');
    await untilAsked(before);
    await scene.remove('reborn');
    const status = await scene.create('reborn', { discovery: 'None' });
    // Long enough for the old run to have written, had nobody cancelled it.
    await sleep(8500);
    for (const seen of [status, await scene.status('reborn')]) {
      expect(seen.lastHandledRequest).not.toBe(old);
      expect(seen.checks?.filter(({ component }) => component === 'operations-service')).toEqual([]);
      expect(seen.inventory ?? []).toEqual([]);
    }
    await mend();
    await scene.remove('reborn');
  });

  describe('with a spec that cannot be', () => {
    const apply = (name: string, changes: Record<string, unknown>) =>
      kubectl(['apply', '-f', '-'], {
        kubeconfig: scene.stack.kubeconfig.admin,
        input: stringify(scene.stack.report(name, changes), { aliasDuplicateObjects: false }),
      });
    const database = { name: 'one', host: '127.0.0.1', database: 'one' };

    const refused: [string, Record<string, unknown>, RegExp][] = [
      ['a duration that is none', { interval: 'soon' }, /spec\.interval/],
      ['a duration that is too short', { interval: '1s' }, /spec\.interval.*10s/s],
      ['a credential in the spec', { databases: [{ ...database, password: 'hunter2-hunter2' }] }, /Secret/],
      [
        'a credential in a URL',
        { services: [{ name: 'auth-vault', url: 'http://u:hunter2-hunter2@host' }] },
        /services\[0\].*url/,
      ],
      ['two databases of one name', { databases: [database, database] }, /Duplicate value/],
    ];
    it.each(refused)(
      'is refused by the API server for %s, in a sentence that repeats no secret',
      async (_what, changes, said) => {
        const { code, stderr } = await apply('refused', changes);
        expect(code, stderr).toBe(1);
        expect(stderr).toMatch(said);
        expect(stderr).not.toContain('hunter2-hunter2');
        expect(stderr.split('\n').filter((line) => line.includes('spec')).length, stderr).toBe(1);
      },
    );
  });

  it('says on the check which Secret, or which key of it, is missing', async () => {
    const database = { name: 'node-persistence', tls: { mode: 'Require' } };
    const status = await scene.create('secretless', {
      databases: [
        { ...database, urlSecretRef: { name: 'nowhere', key: 'url' } },
        { ...database, name: 'circuit-storage', urlSecretRef: { name: 'stack-ca', key: 'url' } },
      ],
    });
    const absent = checkOf(status, 'database/node-persistence/connect');
    expect(absent, tell(status)).toMatchObject({ result: 'error', fault: 'SecretMissing' });
    expect(absent.message).toContain('nowhere');
    const keyless = checkOf(status, 'database/circuit-storage/connect');
    expect(keyless).toMatchObject({ result: 'error', fault: 'SecretKeyMissing' });
    expect(keyless.message).toContain('stack-ca');
    expect(status.rootCauses ?? []).toEqual([]);
    expect(conditionOf(status, 'Upgradeable')).toMatch(/^Unknown\//);
    await scene.remove('secretless');
  });

  describeDiscretion(() => scene);
});
