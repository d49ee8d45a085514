// The command as a plugin of the real kubectl: a link in PATH is all, and kubectl's own flags stand before the verb.
import { execFile, type ExecFileException } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { binaryPath } from '../../stack/binaries.ts';
import { BUNDLE, buildWhenNeeded } from '../../stack/operator-process.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';

let cluster: BareCluster;
let folder: string;

beforeAll(async () => {
  buildWhenNeeded();
  folder = mkdtempSync(join(tmpdir(), 'recognize-health-plugin-'));
  cluster = await startBareCluster();
  symlinkSync(BUNDLE, join(folder, 'kubectl-recognize'));
});
afterAll(async () => {
  await cluster.stop();
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
  return ended((done) => execFile(program, argv, { env }, done));
}

type Done = (error: ExecFileException | null, out: string, err: string) => void;

/** What a program wrote, and its exit code. */
function ended(start: (done: Done) => unknown): Promise<Ended> {
  return new Promise((resolve) => {
    start((error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trim(), err: err.trim() });
    });
  });
}

it('is found by kubectl, and says its version', async () => {
  const { code, out } = await kubectl('recognize', 'version', '-o', 'json');
  expect([code, JSON.parse(out)]).toMatchObject([0, { schema: '2', api: 'v1alpha1' }]);
});

it("takes kubectl's flags before the verb", async () => {
  const flags = ['--kubeconfig', cluster.admin, '-n', 'recognize', '--request-timeout=10s'];
  expect(await kubectl('recognize', ...flags, 'status')).toEqual({
    code: 0,
    out: '',
    err: 'recognize-health: no HealthReport in namespace recognize',
  });
});

it('is one file that works where it is copied to, with Node alone', async () => {
  const alone = mkdtempSync(join(tmpdir(), 'recognize-health-copied-'));
  const file = join(alone, 'kubectl-recognize');
  const root = join(import.meta.dirname, '../../..');
  const node = (cwd: string, env: NodeJS.ProcessEnv, ...argv: readonly string[]): Promise<Ended> =>
    ended((done) => execFile(process.execPath, argv, { cwd, env }, done));
  const copied = (...argv: readonly string[]): Promise<Ended> => node(alone, { HOME: alone }, file, ...argv);
  try {
    expect(await node(root, process.env, 'build.mjs', '--plugin', file)).toEqual({ code: 0, out: '', err: '' });
    expect(JSON.parse((await copied('version', '-o', 'json')).out)).toMatchObject({ schema: '2' });
    // What is loaded late is in it as well: the client of Kubernetes, the guide.
    const { err } = await copied('status', '--kubeconfig', cluster.admin, '-n', 'recognize');
    expect(err).toBe('recognize-health: no HealthReport in namespace recognize');
    expect((await copied('explain', 'REC-AV-003')).out).toContain('REC-AV-003');
    expect(readdirSync(alone)).toEqual(['kubectl-recognize']);
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
});

it('gives kubectl its exit code', async () => {
  expect((await kubectl('recognize', 'frobnicate', '--help')).code).toBe(2);
});
