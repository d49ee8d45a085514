// Runs the commands of the pages with the real kubectl and helm, in the situation that the page says, for the exit code it
// says. Which commands no test runs, and why, stands above them (contract/docs).
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { crd } from '../../src/api/crd.ts';
import type { AnyObject } from '../stack/admin.ts';
import { binaryPath } from '../stack/binaries.ts';
import { operatorAccountObjects } from '../stack/operator-account.ts';
import { shellBlocks, type Situation } from '../support/doc-blocks.ts';
import { onPath } from '../support/on-path.ts';
import { BUNDLE } from '../stack/operator-process.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startOperator, type RunningOperator } from './faults/operator.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NP_SECRET = 'database-node-persistence';

interface Recipe {
  readonly situation: Situation;
  readonly code: number;
  readonly script: string;
}

const RECIPES: readonly Recipe[] = shellBlocks().flatMap(({ fate, script }) =>
  fate?.kind === 'run' ? [{ situation: fate.situation, code: fate.code, script }] : [],
);

let stack: Stack;
let operator: RunningOperator | undefined;
let bin: string;

/** Runs a block as a person would paste it: in bash, from the repository, with kubectl and recognize-health in the PATH. */
function paste(script: string): Promise<{ code: number; output: string }> {
  const written = /(?<=> )(?:gate|upgrade)\.\w+|\b(?:before|after)\.json\b|\breport\.yaml\b/g;
  const home = mkdtempSync(join(bin, 'home-'));
  mkdirSync(join(home, '.local/bin'), { recursive: true });
  const child = spawn('bash', ['-ec', script.replace(written, `${bin}/$&`)], {
    cwd: ROOT,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, KUBECONFIG: stack.kubeconfig.adminFile },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => {
    output += part.toString();
    // Ctrl-C, once something is seen: a terminal sends it to all that runs in it.
    if (script.includes('--watch') && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  });
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/** curl finds the operator's Service here: what DNS does in a cluster. */
function serviceAt(port: number): void {
  const curl = join(bin, 'curl');
  const connect = `recognize-health.recognize-health:8080:127.0.0.1:${port}`;
  writeFileSync(curl, `#!/bin/sh\nPATH="\${PATH#*:}"\nexec curl --connect-to ${connect} "$@"\n`);
  chmodSync(curl, 0o755);
}

/** What `helm upgrade` does to the cluster here: nothing, or these lines. */
function helmDoes(lines = ''): void {
  const helm = join(bin, 'helm');
  writeFileSync(helm, `#!/bin/sh -e\n${lines}\n`);
  chmodSync(helm, 0o755);
}

const inSituation = (situation: Situation): readonly (readonly [string, Recipe])[] =>
  RECIPES.filter((recipe) => recipe.situation === situation).map((recipe) => [recipe.script.trim(), recipe]);

const runRecipe = async (
  [, { script, code }]: readonly [string, Recipe],
  { skip }: { skip: (when: boolean, why: string) => void },
): Promise<void> => {
  skip(script.startsWith('curl ') && !onPath('curl'), 'no curl on this machine');
  const result = await paste(script);
  expect([result.code, result.output]).toEqual([code, expect.any(String)]);
};

beforeAll(async () => {
  bin = mkdtempSync(join(tmpdir(), 'recognize-health-recipes-'));
  symlinkSync(await binaryPath('kubectl'), join(bin, 'kubectl'));
  const program = join(bin, 'recognize-health');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${BUNDLE}' "$@"\n`);
  chmodSync(program, 0o755);
  helmDoes();
  // The program is built, and a test installs nothing.
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\n[ "$*" = ci ]\n');
  chmodSync(join(bin, 'npm'), 0o755);
  // The pages name the namespace.
  stack = await startStack({ replicas: {}, cluster: 'switched', namespaces: true, configured: true });
  await stack.admin.create(stack.report('prod'));
  operator = await startOperator(stack.kubeconfig.operatorFile, stack.watched, {
    onReady: ({ port }) => serviceAt(port),
  });
  const named = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } };
  await stack.admin.apply(named);
});
afterAll(async () => {
  await operator?.stop();
  await stack.stop();
  rmSync(bin, { recursive: true, force: true });
});

describe('while everything is well', () => {
  it.for(inSituation('healthy'))('%s', runRecipe);
});

describe('the script of a CI job', () => {
  const script = RECIPES.find((recipe) => recipe.script.includes('--way-back before.json ||'))?.script ?? '';

  it('ends with the code of the step that failed, keeps the page, and has asked for the way back', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: NP_SECRET, namespace: 'recognize' } };
    const kept = await stack.admin.get(secret);
    helmDoes(`kubectl -n recognize delete secret ${NP_SECRET}`);
    try {
      const { code, output } = await paste(script);
      expect(code, output).toBe(3);
      expect(output.replaceAll(/\s+/g, ' ')).toContain(`Secret ${NP_SECRET} is gone, and the old release reads it`);
      expect(readFileSync(join(bin, 'upgrade.html'), 'utf8')).toContain('SecretMissing');
    } finally {
      helmDoes();
      await stack.admin.create({ ...secret, type: kept?.['type'], data: kept?.['data'] });
    }
    const well = await paste('recognize-health gate prod -n recognize');
    expect(well.code, well.output).toBe(0);
  });

  it('upgrades nothing where the gate says no', async () => {
    helmDoes('echo upgraded');
    const undo = await stack.key.disable();
    try {
      const { code, output } = await paste(script);
      expect([code, output]).toEqual([3, expect.not.stringContaining('upgraded')]);
    } finally {
      helmDoes();
      await undo();
    }
  });
});

describe('while the signing key is disabled', () => {
  let undo: () => Promise<void>;
  beforeAll(async () => {
    undo = await stack.key.disable();
  });
  afterAll(() => undo());
  it.for(inSituation('blocked'))('%s', runRecipe);
});

describe('after the operator died and the key was disabled', () => {
  beforeAll(async () => {
    expect((await paste('recognize-health gate prod -n recognize')).code).toBe(0);
    await operator?.stop();
    operator = undefined;
    await stack.key.disable();
  });
  it.for(inSituation('dead'))('%s', runRecipe);
});

describe('with nothing of ours in the cluster, one after the other', () => {
  beforeAll(async () => {
    await operator?.stop();
    operator = undefined;
    rmSync(join(bin, 'helm'));
    symlinkSync(await binaryPath('helm'), join(bin, 'helm'));
    // What the stack made, and the blocks before, takes the place of what is installed here.
    const { code, output } = await paste('kubectl delete --ignore-not-found -f manifests/rbac/people.yaml');
    expect(code, output).toBe(0);
    for (const object of [...operatorAccountObjects(), crd()].reverse() as unknown as AnyObject[]) {
      await stack.admin.remove(object);
      await vi.waitUntil(async () => (await stack.admin.get(object)) === undefined, { timeout: 60_000 });
    }
  });
  it.for(inSituation('installing'))('%s', runRecipe);
});
