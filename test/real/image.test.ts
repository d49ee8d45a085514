// The image as buildah makes it from the Dockerfile, run as a user from nowhere; and the operator in it as the chart runs it,
// on the real API server. That the Dockerfile says what it should: test/integration/chart/image.test.ts.
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { API_VERSION, KIND } from '../../src/api/names.ts';
import { createAdmin } from '../stack/admin.ts';
import { helm } from '../stack/kubectl.ts';
import { descendants } from '../stack/process-tree.ts';
import { CONTROL_PLANE, startControlPlane } from './parts/control-plane.ts';
import { canHaveImage, makeContainer, type ImageContainer } from './parts/image.ts';

const ROOT = join(import.meta.dirname, '../..');
const USER_ID = 1_000_650_000;
const SYSTEM = 'recognize-health';
/** Where a pod finds its account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly command: string[]; readonly args: string[] }[] };
    };
  };
}

// Who is not root was told so before the run.
describe.skipIf(!canHaveImage)(`the image, as user ${USER_ID}`, () => {
  let image: ImageContainer;
  let entryPoint: readonly string[];
  beforeAll(() => {
    image = makeContainer(USER_ID);
    entryPoint = image.config.Entrypoint ?? [];
  });
  afterAll(() => image.remove());

  it('says how it starts, as whom, and what it is', () => {
    expect(image.version).toMatch(/^buildah version 1\./);
    expect(image.config).toMatchObject({
      User: '65532:65532',
      ExposedPorts: { '8080/tcp': {} },
      WorkingDir: '/app',
      Cmd: ['operator'],
      Labels: {
        'org.opencontainers.image.title': 'recognize-health',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.version': packageJson.version,
        'org.opencontainers.image.revision': 'unknown',
        'org.opencontainers.image.base.name': 'localhost/run',
      },
    });
    expect(image.config.Env).toContain('NODE_ENV=production');
  });

  it('adds less than ten megabytes to its base, in one layer', () => {
    expect(image.layers).toHaveLength(2);
    expect(image.layers[1]).toBeLessThan(10_000_000);
  });

  it('answers with its version', () => {
    expect(image.run([...entryPoint, '--version'])).toMatchObject({ status: 0, out: `${packageJson.version}\n` });
  });

  it('explains an entry of the guide', () => {
    const explained = image.run([...entryPoint, 'explain', 'REC-AV-003']);
    expect(explained).toMatchObject({ status: 0, out: expect.stringMatching(/^REC-AV-003/) as string });
  });

  it('examines a report without a cluster, which is never a pass', () => {
    const sample = readFileSync(join(ROOT, 'manifests/samples/discovery.yaml'), 'utf8');
    const checked = image.run([...entryPoint, 'check', '--offline', '-f', '-'], sample);
    // What the command itself ended with, as buildah tells it.
    expect([checked.status, checked.err], checked.out).toEqual([5, expect.stringContaining('exit status 5')]);
  });

  it('can write nowhere in /app, nor change what is there', () => {
    const tried = image.run([
      'node',
      '-p',
      `const fs = require('node:fs');
       const all = ['/app', ...fs.readdirSync('/app', { recursive: true }).map((name) => '/app/' + name)];
       const can = (what) => { try { what(); return true; } catch { return false; } };
       JSON.stringify({
         user: process.getuid(),
         looked: all.length,
         wrote: can(() => fs.writeFileSync('/app/new', '')),
         writable: all.filter((path) => can(() => fs.accessSync(path, fs.constants.W_OK))),
       })`,
    ]);
    const { looked, ...rest } = JSON.parse(tried.out) as { looked: number };
    expect(looked).toBeGreaterThan(10);
    expect(rest).toEqual({ user: USER_ID, wrote: false, writable: [] });
  });

  it('holds no program but node: no shell, no package manager', () => {
    expect(image.run(['node', '--version']).out).toMatch(/^v24\./);
    for (const program of ['sh', '/bin/sh', 'bash', 'npm', 'apt-get', 'dpkg']) {
      const { status, err } = image.run([program, '--version']);
      expect([status, err], program).toEqual([1, expect.stringMatching(/executable file not found|no such file/)]);
    }
  });

  describe(`on kube-apiserver ${CONTROL_PLANE.version}`, () => {
    const ending: (() => Promise<unknown>)[] = [];
    afterAll(async () => {
      for (const end of ending.reverse()) await end();
    });

    it('is ready as the operator of the chart, and ends when it is asked to', async () => {
      const account = mkdtempSync(join(tmpdir(), 'account-'));
      chmodSync(account, 0o755);
      ending.push(() => rm(account, { recursive: true, force: true }));
      const plane = await startControlPlane({ controllers: 'namespaces' });
      ending.push(() => plane.stop());
      const admin = createAdmin(plane.access);
      ending.push(() => admin.close());
      // Whose reports it reads, by the chart's defaults.
      await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'recognize' } });
      const chart = join(ROOT, 'helm/recognize-health');
      const installed = await helm(
        ['install', 'rh', chart, '--namespace', SYSTEM, '--create-namespace', '--set', 'fullnameOverride=rh'],
        { kubeconfig: readFileSync(plane.kubeconfig, 'utf8') },
      );
      expect(installed, installed.stderr).toMatchObject({ code: 0 });
      await vi.waitUntil(() => admin.serves({ apiVersion: API_VERSION, kind: KIND }), { timeout: 300_000 });
      const at = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'rh', namespace: SYSTEM } };
      const { spec } = (await admin.get(at)) as unknown as Deployment;
      const { command, args } = spec.template.spec.containers[0]!;
      expect(command).toEqual(entryPoint);

      // As a kubelet mounts it.
      const { hostname, port } = new URL(plane.access.url);
      const mounted = { token: await admin.token(SYSTEM, 'rh'), 'ca.crt': plane.access.caPem, namespace: SYSTEM };
      for (const [name, text] of Object.entries(mounted)) writeFileSync(join(account, name), text, { mode: 0o644 });
      const operator = await image.start(
        [...command, ...args.filter((argument) => !argument.startsWith('--listen')), '--listen', '127.0.0.1:0'],
        [
          ...['--volume', `${account}:${ACCOUNT}:ro`, '--env', `KUBERNETES_SERVICE_HOST=${hostname}`],
          ...['--env', `KUBERNETES_SERVICE_PORT=${port}`],
        ],
        { isReady: (said) => said.includes('operator started') },
      );
      const [node] = descendants(operator.pid).slice(-1);
      let ended = false;
      void operator.died.then(() => (ended = true));
      ending.push(() => (ended ? Promise.resolve() : operator.stop()));
      const listening = Number(/"port":(\d+)/.exec(operator.said())?.[1]);
      await expect
        .poll(async () => (await fetch(`http://127.0.0.1:${listening}/readyz`)).status, { timeout: 300_000 })
        .toBe(200);
      expect(readFileSync(`/proc/${node}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\\t${USER_ID}\\t`, 'm'));
      process.kill(node!, 'SIGTERM');
      expect((await operator.died).message).toMatch(/^the image ended with code 0 in the middle/);
    });
  });
});
