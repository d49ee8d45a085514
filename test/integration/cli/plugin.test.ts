// The command as a plugin of the real kubectl: a link in PATH is all, and kubectl's own flags stand before the verb.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crd } from '../../../src/api/crd.ts';
import type { JsonObject } from '../../stack/apiserver/json.ts';
import { startApiServer, type ApiServer } from '../../stack/apiserver/server.ts';
import { binaryPath } from '../../stack/binaries.ts';
import { BUNDLE, buildWhenNeeded } from '../../stack/operator-process.ts';

let server: ApiServer;
let folder: string;

beforeAll(async () => {
  buildWhenNeeded();
  folder = mkdtempSync(join(tmpdir(), 'recognize-health-plugin-'));
  server = await startApiServer();
  server.seed([
    JSON.parse(JSON.stringify(crd())) as JsonObject,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'recognize' } },
  ]);
  writeFileSync(join(folder, 'config'), server.kubeconfig(), { mode: 0o600 });
  symlinkSync(BUNDLE, join(folder, 'kubectl-recognize'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function kubectl(...argv: readonly string[]): Promise<Ended> {
  const program = await binaryPath('kubectl');
  const env = { HOME: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    execFile(program, argv, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trim(), err: err.trim() });
    });
  });
}

it('is found by kubectl, and says its version', async () => {
  const { code, out } = await kubectl('recognize', 'version', '-o', 'json');
  expect([code, JSON.parse(out)]).toMatchObject([0, { schema: '2', api: 'v1alpha1' }]);
});

it("takes kubectl's flags before the verb", async () => {
  const flags = ['--kubeconfig', join(folder, 'config'), '-n', 'recognize', '--request-timeout=10s'];
  expect(await kubectl('recognize', ...flags, 'status')).toEqual({
    code: 0,
    out: '',
    err: 'recognize-health: no HealthReport in namespace recognize',
  });
});

it('gives kubectl its exit code', async () => {
  expect((await kubectl('recognize', 'frobnicate', '--help')).code).toBe(2);
});
