// manifests/ as a user applies it: everything is taken by an API server, and so is every sample.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateReport } from '../../../src/api/validate.ts';
import { startApiServer, type ApiServer } from '../../stack/apiserver/server.ts';
import { kubectl, type RunResult } from '../../stack/kubectl.ts';
import { kustomized, MANIFESTS, objectsIn } from './render.ts';

const SAMPLES = join(MANIFESTS, 'samples');
const samples = (await readdir(SAMPLES)).filter((name) => name.endsWith('.yaml'));

describe('manifests', () => {
  let server: ApiServer;
  const run = (...args: string[]): Promise<RunResult> => kubectl(args, { kubeconfig: server.kubeconfig() });

  beforeAll(async () => {
    server = await startApiServer();
    const applied = await run('apply', '--server-side', '-k', MANIFESTS);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    await run('create', 'namespace', 'recognize');
  });
  afterAll(() => server.stop());

  it('are all there after kubectl apply -k', async () => {
    for (const { kind, metadata } of await kustomized()) {
      const found = await run('get', kind, metadata.name, '-n', metadata.namespace ?? 'default', '-o', 'name');
      expect(found, `${kind} ${metadata.name}`).toMatchObject({ code: 0 });
    }
  });

  it('change nothing when applied again', async () => {
    const before = await run('get', 'deployment', '-n', 'recognize-health', '-o', 'jsonpath={.items[0].metadata}');
    expect(await run('apply', '--server-side', '-k', MANIFESTS)).toMatchObject({ code: 0 });
    const after = await run('get', 'deployment', '-n', 'recognize-health', '-o', 'jsonpath={.items[0].metadata}');
    expect(after.stdout).toBe(before.stdout);
  });

  it('have samples', () => {
    expect(samples.length).toBeGreaterThanOrEqual(4);
  });

  it.each(samples)('hold a sample that is valid: %s', async (name) => {
    const [report, ...more] = objectsIn(await readFile(join(SAMPLES, name), 'utf8'));
    expect(more).toEqual([]);
    expect(validateReport(report)).toMatchObject({ ok: true });
    const applied = await run('apply', '--server-side', '-f', join(SAMPLES, name));
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
  });

  it('asked for no path that our server should know and does not', () => {
    expect(server.unknownPaths).toEqual([]);
  });
});
