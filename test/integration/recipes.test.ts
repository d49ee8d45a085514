// Runs every command of docs/gate.md with the real kubectl, in the situation that the page says, for the exit code it says.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryPath } from '../stack/binaries.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { startOperator, type RunningOperator } from './faults/operator.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/gate.md'), 'utf8');
const BLOCK = /<!-- test: (healthy|blocked|dead) ([0-9]+) -->\n\n```sh\n([^]*?)```/g;

interface Recipe {
  readonly situation: string;
  readonly code: number;
  readonly script: string;
}

const RECIPES = [...PAGE.matchAll(BLOCK)].map(([, situation = '', code, script = '']): Recipe => ({
  situation,
  code: Number(code),
  script,
}));

let stack: Stack;
let operator: RunningOperator | undefined;
let bin: string;

/** Runs a block as a person would paste it: in bash, from the repository, with kubectl and recognize-health in the PATH. */
function paste(script: string): Promise<{ code: number; output: string }> {
  const child = spawn('bash', ['-ec', script.replace(/> (gate\.\w+)/g, `> ${bin}/$1`)], {
    cwd: ROOT,
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: bin, KUBECONFIG: stack.kubeconfig.adminFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

const inSituation = (situation: string): readonly (readonly [string, Recipe])[] =>
  RECIPES.filter((recipe) => recipe.situation === situation).map((recipe) => [recipe.script.trim(), recipe]);

const runRecipe = async (_: string, { script, code }: Recipe): Promise<void> => {
  const result = await paste(script);
  expect([result.code, result.output]).toEqual([code, expect.any(String)]);
};

beforeAll(async () => {
  bin = mkdtempSync(join(tmpdir(), 'recognize-health-recipes-'));
  symlinkSync(await binaryPath('kubectl'), join(bin, 'kubectl'));
  const program = join(bin, 'recognize-health');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' --import tsx '${ROOT}src/main.ts' "$@"\n`);
  chmodSync(program, 0o755);
  stack = await startStack({ replicas: {} });
  await stack.admin.create(stack.report('prod'));
  operator = await startOperator(stack.kubeconfig.operatorFile);
});
afterAll(async () => {
  await operator?.stop();
  await stack.stop();
  rmSync(bin, { recursive: true, force: true });
});

describe('docs/gate.md', () => {
  it('has no command that is not run here', () => {
    expect(PAGE.match(/```sh/g)).toHaveLength(RECIPES.length);
    expect(RECIPES.length).toBeGreaterThan(5);
  });
});

describe('while everything is well', () => {
  it.each(inSituation('healthy'))('%s', runRecipe);
});

describe('while the signing key is disabled', () => {
  let undo: () => Promise<void>;
  beforeAll(async () => {
    undo = await stack.key.disable();
  });
  afterAll(() => undo());
  it.each(inSituation('blocked'))('%s', runRecipe);
});

describe('after the operator died and the key was disabled', () => {
  beforeAll(async () => {
    expect((await paste('recognize-health gate prod -n recognize')).code).toBe(0);
    await operator?.stop();
    operator = undefined;
    await stack.key.disable();
  });
  it.each(inSituation('dead'))('%s', runRecipe);
});
