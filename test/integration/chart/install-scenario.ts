// The chart on a cluster, from a release with an older definition to the last trace of it. What runs is the operator as
// the Deployment says (deployed.ts). The scenario is played on our own API server and on the real one.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRD_NAME, SCHEMA_VERSION } from '../../../src/api/names.ts';
import { helm, kubectl } from '../../stack/kubectl.ts';
import {
  asked,
  callOf,
  callsIn,
  expectGrantsToMatchCalls,
  filesOfOperator,
  runOfReport,
  startAsDeployed,
  succeed,
  type Release,
  type StartReleaseCluster,
} from './deployed.ts';
import { buildImage } from './image.ts';
import { CHART } from './render.ts';

const NAMESPACE = 'health-system';
const WIDE = ['--set', 'watch.allNamespaces=true'];
const OLDER_VERSION = '0';

/** Plays the scenario on the cluster that `start` gives. */
export function describeChart(where: string, start: StartReleaseCluster): void {
  let release: Release;
  /** The chart as it was one schema ago. */
  let olderChart: string;

  const run = (command: typeof helm, args: readonly string[], input?: string): Promise<string> =>
    succeed(release, command, args, input);

  const ofReport = (path: string): Promise<string> =>
    run(kubectl, ['-n', release.stack.namespace, 'get', 'healthreport', 'recognize', '-o', `jsonpath=${path}`]);

  const ofDefinition = (path: string): Promise<string> =>
    run(kubectl, ['get', 'crd', CRD_NAME, '-o', `jsonpath=${path}`]);
  const schemaVersion = (): Promise<string> =>
    ofDefinition('{.metadata.annotations.recognize\\.health/schema-version}');

  /** Everything that the release still has in the cluster, CRD aside. */
  async function left(): Promise<string[]> {
    const kinds =
      'deployments,services,serviceaccounts,networkpolicies,poddisruptionbudgets,roles,rolebindings,clusterroles,clusterrolebindings,configmaps,secrets';
    const selector = 'app.kubernetes.io/instance=rh';
    return (await run(kubectl, ['get', kinds, '-A', '-l', selector, '-o', 'name'])).split('\n').filter(Boolean);
  }

  /** The chart with a definition of the schema before: an older version, and a column less. */
  async function chartOfOlderSchema(): Promise<string> {
    const chart = join(await mkdtemp(join(tmpdir(), 'older-chart-')), 'recognize-health');
    await cp(CHART, chart, { recursive: true });
    const template = join(chart, 'templates/crd.yaml');
    const text = await readFile(template, 'utf8');
    const older = text
      .replace(`schema-version: "${SCHEMA_VERSION}"`, `schema-version: "${OLDER_VERSION}"`)
      .replace(/ {4}- name: Upgradeable\n(?: {6}.*\n)+/, '');
    expect(text.length - older.length).toBeGreaterThan(50);
    await writeFile(template, older);
    return chart;
  }

  const columns = async (): Promise<string[]> =>
    (await ofDefinition('{.spec.versions[0].additionalPrinterColumns[*].name}')).split(' ');

  describe(`the chart on ${where}`, () => {
    beforeAll(async () => {
      const cluster = await start();
      release = { ...cluster, image: await buildImage(), namespace: NAMESPACE, name: 'rh-recognize-health' };
      olderChart = await chartOfOlderSchema();
      await run(helm, ['install', 'rh', olderChart, '--namespace', NAMESPACE, '--create-namespace', ...WIDE]);
    });
    afterAll(async () => {
      await release.stop();
      await release.image.remove();
      await rm(join(olderChart, '..'), { recursive: true, force: true });
    });

    it('runs an operator that says when the definition is older than it', async () => {
      expect(await schemaVersion()).toBe(OLDER_VERSION);
      expect(await columns()).not.toContain('Upgradeable');
      await run(kubectl, ['apply', '-f', '-'], JSON.stringify(release.stack.report()));
      const operator = await startAsDeployed(release);
      try {
        await run(kubectl, [
          'wait',
          '-n',
          release.stack.namespace,
          'healthreport/recognize',
          '--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=CrdOutdated',
          '--timeout=60s',
        ]);
      } finally {
        expect(await operator.stop(), operator.log()).toBe(0);
      }
    });

    it('upgrades the definition with helm upgrade, and keeps it and every report', async () => {
      const uid = await ofReport('{.metadata.uid}');
      const definition = await ofDefinition('{.metadata.uid}');
      await run(helm, ['upgrade', 'rh', CHART, '--namespace', NAMESPACE, ...WIDE]);
      expect(await schemaVersion()).toBe(SCHEMA_VERSION);
      expect(await columns()).toContain('Upgradeable');
      expect(await ofDefinition('{.metadata.annotations.helm\\.sh/resource-policy}')).toBe('keep');
      expect(await ofDefinition('{.metadata.uid}')).toBe(definition);
      expect(await ofReport('{.metadata.uid}')).toBe(uid);
    });

    it('runs the operator with all namespaces, through an outage and its end', async () => {
      const operator = await startAsDeployed(release);
      const { stack } = release;
      try {
        await runOfReport(release, 'first');
        const mend = await stack.database.stop();
        // Why a pod waits is only asked while one does.
        const recover = await stack.service('auth-vault').trouble({ kind: 'NotReady' });
        // A write that lost a race is followed by a fresh read.
        await release.losingAWrite((attempt) => runOfReport(release, `broken-${attempt}`));
        await mend();
        await recover();
        await runOfReport(release, 'mended');
        expect(await ofReport('{.status.verdict}'), operator.log()).toMatch(/^(Healthy|Warning)$/);
      } finally {
        expect(await operator.stop(), operator.log()).toBe(0);
      }
      expect(await filesOfOperator()).toEqual([]);
    });

    it('has a second replica stand by for the first, and take over from it', async () => {
      const leader = await startAsDeployed(release);
      await expect.poll(() => leader.log()).toContain('"leading"');
      const standby = await startAsDeployed(release);
      try {
        await expect.poll(() => standby.log()).toContain('standing by');
        expect(await leader.stop()).toBe(0);
        await expect.poll(() => standby.log()).toContain('"leading"');
        await runOfReport(release, 'taken-over');
      } finally {
        await leader.stop();
        expect(await standby.stop()).toBe(0);
      }
    });

    it('grants what the operator asks and nothing else', () => expectGrantsToMatchCalls(release));

    it('lets nobody but the operator write a status', async () => {
      const roles = await release.stack.admin.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
      const writers = roles
        .filter(({ metadata }) => metadata.name.startsWith('rh-'))
        .filter((role) => [...callsIn([role])].some((call) => call.includes('healthreports/status')))
        .map(({ metadata }) => metadata.name);
      expect(writers).toEqual([release.name]);
    });

    it('does not let those who may edit a namespace create reports', async () => {
      const roles = await release.stack.admin.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
      const added = roles
        .filter(({ metadata }) => metadata.name.startsWith('rh-'))
        .flatMap(({ metadata }) => Object.keys((metadata['labels'] as object | undefined) ?? {}))
        .filter((label) => label.startsWith('rbac.authorization.k8s.io/aggregate-to-'));
      expect(added.sort()).toEqual([
        'rbac.authorization.k8s.io/aggregate-to-admin',
        'rbac.authorization.k8s.io/aggregate-to-view',
      ]);
    });

    it('is upgraded to one namespace, with Roles there alone', async () => {
      const narrow = [
        '--set',
        'watch.allNamespaces=false',
        '--set',
        `watch.namespaces={${release.stack.namespace}}`,
        '--set',
        'rbac.clusterFacts=false',
      ];
      await run(helm, ['upgrade', 'rh', CHART, '--namespace', NAMESPACE, ...narrow]);
      const before = asked(release).length;
      const operator = await startAsDeployed(release);
      try {
        await runOfReport(release, 'narrow');
      } finally {
        expect(await operator.stop(), operator.log()).toBe(0);
      }
      const refused = asked(release)
        .slice(before)
        .filter(({ status }) => status === 403)
        .map(callOf);
      // The facts of the cluster, which the operator was not to have.
      const facts = [
        'get apiextensions.k8s.io/customresourcedefinitions',
        'get config.openshift.io/clusterversions',
        'list /nodes',
      ];
      expect([...new Set(refused)].sort()).toEqual(facts);
      expect((await left()).filter((name) => name.startsWith('clusterrolebinding'))).toEqual([]);
    });

    it('leaves nothing behind but the definition and the reports', async () => {
      expect((await left()).length).toBeGreaterThan(5);
      await run(helm, ['uninstall', 'rh', '--namespace', NAMESPACE]);
      expect(await left()).toEqual([]);
      expect(await run(kubectl, ['get', 'healthreports', '-A', '-o', 'name'])).toBe(
        'healthreport.recognize.health/recognize\n',
      );
    });

    it('is installed again over the definition that it left', async () => {
      await run(helm, ['install', 'rh', CHART, '--namespace', NAMESPACE, ...WIDE]);
      expect(await schemaVersion()).toBe(SCHEMA_VERSION);
    });
  });
}
