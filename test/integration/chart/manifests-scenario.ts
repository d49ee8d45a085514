// manifests/ as a user applies it, on an OpenShift cluster: everything is taken by an API server, the operator works
// with the account and the rights that it is given there, and every sample is valid. Played on ours and on the real one.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { validateReport } from '../../../src/api/validate.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { kubectl } from '../../stack/kubectl.ts';
import { operatorAccountObjects } from '../../stack/operator-account.ts';
import {
  asked,
  expectGrantsToMatchCalls,
  filesOfOperator,
  runOfReport,
  startAsDeployed,
  succeed,
  type Release,
  type StartReleaseCluster,
} from './deployed.ts';
import { buildImage } from './image.ts';
import { kustomized, MANIFESTS, objectsIn } from './render.ts';

const SAMPLES = join(MANIFESTS, 'samples');
const samples = (await readdir(SAMPLES)).filter((name) => name.endsWith('.yaml'));
const DEPLOYMENT = ['get', 'deployment', '-n', 'recognize-health', '-o', 'jsonpath={.items[0].metadata}'];

/** Plays the scenario on the cluster that `start` gives. */
export function describeManifests(where: string, start: StartReleaseCluster): void {
  describe(`manifests on ${where}`, () => {
    let release: Release;
    const run = (...args: string[]): Promise<string> => succeed(release, kubectl, args);

    beforeAll(async () => {
      const cluster = await start({ openshift: true });
      const { admin } = cluster.stack;
      release = { ...cluster, image: await buildImage(), namespace: 'recognize-health', name: 'recognize-health' };
      // The stack's own account goes: what the operator has then is what the manifests give it.
      for (const object of operatorAccountObjects().reverse() as unknown as AnyObject[]) {
        await admin.remove(object);
        await vi.waitUntil(async () => (await admin.get(object)) === undefined, { timeout: 60_000 });
      }
      await run('apply', '--server-side', '--force-conflicts', '-k', MANIFESTS);
    });
    afterAll(async () => {
      await release.stop();
      await release.image.remove();
    });

    it('are all there after kubectl apply -k', async () => {
      for (const { kind, metadata } of await kustomized())
        await run('get', kind, metadata.name, '-n', metadata.namespace ?? 'default', '-o', 'name');
    });

    it('change nothing when applied again', async () => {
      const before = await run(...DEPLOYMENT);
      await run('apply', '--server-side', '-k', MANIFESTS);
      expect(await run(...DEPLOYMENT)).toBe(before);
    });

    it('run an operator that reaches a first report, on OpenShift, with the account that they create', async () => {
      await succeed(release, kubectl, ['apply', '-f', '-'], JSON.stringify(release.stack.report()));
      const operator = await startAsDeployed(release);
      try {
        await runOfReport(release, 'first');
        await release.stack.service('core-daemon').status503();
        await release.stack.service('auth-vault').trouble({ kind: 'NotReady' });
        // A write that lost a race is followed by a fresh read.
        await release.losingAWrite((attempt) => runOfReport(release, `broken-${attempt}`));
        const status = ['-n', release.stack.namespace, 'get', 'healthreport', 'recognize', '-o'];
        expect(await run(...status, 'jsonpath={.status.verdict}'), operator.log()).toBe('Failing');
        expect(await run(...status, 'jsonpath={.status.checks[?(@.id=="platform/version")].result}')).toBe('pass');
      } finally {
        expect(await operator.stop(), operator.log()).toBe(0);
      }
      expect(await filesOfOperator()).toEqual([]);
      const openshift = asked(release).filter(({ group }) => group.endsWith('.openshift.io'));
      expect([...new Set(openshift.map(({ resource, status }) => `${resource} ${status}`))].sort()).toEqual([
        'clusterversions 200',
        'deploymentconfigs 200',
      ]);
    });

    it('grant what the operator asks and nothing else', () => expectGrantsToMatchCalls(release));

    it('have samples', () => {
      expect(samples.length).toBeGreaterThanOrEqual(4);
    });

    it.each(samples)('hold a sample that is valid: %s', async (name) => {
      const [report, ...more] = objectsIn(await readFile(join(SAMPLES, name), 'utf8'));
      expect(more).toEqual([]);
      expect(validateReport(report)).toMatchObject({ ok: true });
      await run('apply', '--server-side', '-f', join(SAMPLES, name));
    });
  });
}
