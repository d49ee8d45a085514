// Runs every command of docs/gate.md, docs/upgrades.md and docs/gitops.md with the real kubectl, in the situation that the page says, for
// the exit code it says.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryPath } from '../stack/binaries.ts';
import { onPath } from '../support/on-path.ts';
import { BUNDLE } from '../stack/operator-process.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startOperator, type RunningOperator } from './faults/operator.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = ['docs/gate.md', 'docs/upgrades.md', 'docs/gitops.md'].map((path) =>
  readFileSync(join(ROOT, path), 'utf8'),
);
const NP_SECRET = 'database-node-persistence';
const BLOCK = /<!-- test: (healthy|blocked|dead) ([0-9]+) -->\n\n```sh\n([^]*?)```/g;

interface Recipe {
  readonly situation: string;
  readonly code: number;
  readonly script: string;
}

const RECIPES = PAGES.flatMap((page) => [...page.matchAll(BLOCK)]).map(
  ([, situation = '', code, script = '']): Recipe => ({
    situation,
    code: Number(code),
    script,
  }),
);

let stack: Stack;
let operator: RunningOperator | undefined;
let bin: string;

/** Runs a block as a person would paste it: in bash, from the repository, with kubectl and recognize-health in the PATH. */
function paste(script: string): Promise<{ code: number; output: string }> {
  const child = spawn(
    'bash',
    ['-ec', script.replace(/(?<=> )(?:gate|upgrade)\.\w+|\b(?:before|after)\.json\b/g, `${bin}/$&`)],
    {
      cwd: ROOT,
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: bin, KUBECONFIG: stack.kubeconfig.adminFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
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

const inSituation = (situation: string): readonly (readonly [string, Recipe])[] =>
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
  // The pages name the namespace.
  stack = await startStack({ replicas: {}, cluster: 'ours' });
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

describe('the pages', () => {
  it('has no command that is not run here', () => {
    const blocks = PAGES.flatMap(
      (page) => page.match(/```(?:sh|bash|console)?\n/g)?.filter((fence) => fence !== '```\n') ?? [],
    );
    expect(blocks).toHaveLength(RECIPES.length);
    expect(RECIPES.length).toBeGreaterThan(5);
  });
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
