// The Jobs that ask the gate before Argo CD syncs and before Helm upgrades: applied by the real kubectl, and their own
// command run as the account that they name, with the rights that they bring along.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../stack/admin.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import { helm, kubectl, type RunResult } from '../../stack/kubectl.ts';
import { BUNDLE } from '../../stack/operator-process.ts';
import { rightsAreHeard } from '../../stack/rights-heard.ts';
import { startStack, type OwnStack } from '../../stack/stack.ts';
import { MANIFESTS, objectsIn, ofKind } from '../chart/render.ts';
import { breaches, type PodSpec } from '../chart/restricted.ts';
import { startOperator, type RunningOperator } from '../faults/operator.ts';

interface Job extends AnyObject {
  readonly spec: {
    readonly backoffLimit: number;
    readonly activeDeadlineSeconds: number;
    readonly template: {
      readonly spec: PodSpec & {
        readonly serviceAccountName: string;
        readonly restartPolicy: string;
        readonly containers: readonly { readonly image: string; readonly command: string[]; readonly args: string[] }[];
      };
    };
  };
}

const PRESYNC = join(MANIFESTS, 'gitops/argocd/presync-gate.yaml');
const POSTSYNC = join(MANIFESTS, 'gitops/argocd/postsync-gate.yaml');
const EVIDENCE = join(MANIFESTS, 'gitops/argocd/evidence.yaml');
const HOOK = join(MANIFESTS, 'gitops/helm-hook');

let stack: OwnStack;
let operator: RunningOperator | undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-jobs-'));
  stack = await startStack({ replicas: {}, cluster: 'switched' });
  await stack.admin.create(stack.report('prod'));
  operator = await startOperator(stack.kubeconfig.operatorFile);
});
afterAll(async () => {
  await operator?.stop();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function succeed(command: typeof helm, args: readonly string[], input?: string): Promise<string> {
  const result = await command(args, { kubeconfig: stack.kubeconfig.admin, ...(input === undefined ? {} : { input }) });
  expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ code: 0 });
  return result.stdout;
}

/** The container of the Job in the cluster, run here: its command, its arguments, its account, nothing else around it. */
async function runAsPod(
  name: string,
  change: (args: readonly string[]) => readonly string[] = (args) => args,
): Promise<RunResult> {
  const text = await succeed(kubectl, ['-n', stack.namespace, 'get', 'job', name, '-o', 'json']);
  const { serviceAccountName, containers } = (JSON.parse(text) as Job).spec.template.spec;
  const [{ command: [node, program], args } = { command: [], args: [] }] = containers;
  expect([node, program]).toEqual(['node', '/app/recognize-health.js']);
  const { url, caPem } = stack.server;
  // A pod starts later than its rights hold.
  await rightsAreHeard(stack.admin);
  const token = await stack.server.createServiceAccountToken(stack.namespace, serviceAccountName);
  const config = join(folder, `${name}.kubeconfig`);
  await writeFile(config, kubeconfigText({ url, caPem, user: serviceAccountName, token, namespace: stack.namespace }));
  const child = spawn(process.execPath, [BUNDLE, ...change(args)], {
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', KUBECONFIG: config },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (part: Buffer) => (output.stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output.stderr += part.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...output, code: code ?? -1 }));
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

function expectGateJob(job: Job): void {
  const { backoffLimit, activeDeadlineSeconds, template } = job.spec;
  expect([backoffLimit, template.spec.restartPolicy, breaches(template.spec)]).toEqual([0, 'Never', []]);
  const minutes = /--timeout=(\d+)m/.exec(template.spec.containers[0]?.args.join(' ') ?? '')?.[1];
  // The gate must end by itself: with some seconds for its last call and for the image to come.
  expect(activeDeadlineSeconds).toBeGreaterThanOrEqual(Number(minutes) * 60 + 60);
}

describe("Argo CD's PreSync Job", () => {
  let job: Job;
  let objects: AnyObject[];
  beforeAll(async () => {
    await succeed(kubectl, ['apply', '-f', PRESYNC]);
    objects = objectsIn(
      (
        await kubectl(['create', '--dry-run=client', '-o', 'yaml', '-f', PRESYNC], {
          kubeconfig: stack.kubeconfig.admin,
        })
      ).stdout,
    );
    job = ofKind(objects, 'Job') as Job;
  });

  it('is a hook before the sync, after its account, and stays until the next one', () => {
    for (const { kind, metadata } of objects) {
      expect(metadata['annotations'], kind).toMatchObject({
        'argocd.argoproj.io/hook': 'PreSync',
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
        'argocd.argoproj.io/sync-wave': kind === 'Job' ? '0' : '-1',
      });
    }
    expect(objects.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'Role', 'RoleBinding', 'Job']);
  });

  it('asks once, ends in time, and meets the restricted Pod Security Standard', () => {
    expectGateJob(job);
  });

  it('lets a sync go on', async () => {
    const result = await runAsPod(job.metadata.name);
    expect(result, result.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('recognize/prod  PASS') as string,
    });
  });

  it('stops a sync, and says why', async () => {
    const result = await whileBlocked(() => runAsPod(job.metadata.name));
    expect(result.code).toBe(3);
    expect(result.stdout).toMatch(/BLOCKED[^]*KmsKeyDisabled[^]*Next[^]*REC-AV-003/);
  });

  it('may ask about its report and do nothing else', async () => {
    expect((await runAsPod(job.metadata.name, (args) => [...args, 'other'])).code).toBe(2);
    expect((await runAsPod(job.metadata.name, (args) => [...args, '--override=x'])).code).toBe(0);
    const overridden = await whileBlocked(() => runAsPod(job.metadata.name, (args) => [...args, '--override=x']));
    expect(overridden.code).toBe(2);
  });
});

describe("Argo CD's PostSync Job", () => {
  const AFTER = 'recognize-health-after';
  /** The volume is a folder here: both Jobs mount it. */
  const here = (args: readonly string[]): readonly string[] => args.map((arg) => arg.replace('/evidence', folder));
  let job: Job;
  beforeAll(async () => {
    // The account and its rights are those of the Job before the sync.
    for (const file of [PRESYNC, EVIDENCE, POSTSYNC]) await succeed(kubectl, ['apply', '-f', file]);
    const text = await succeed(kubectl, ['-n', stack.namespace, 'get', 'job', AFTER, '-o', 'json']);
    job = JSON.parse(text) as Job;
  });

  it('is a hook after the sync, ends in time, and meets the restricted Pod Security Standard', () => {
    expectGateJob(job);
    expect(job.metadata['annotations']).toMatchObject({
      'argocd.argoproj.io/hook': 'PostSync',
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    });
  });

  it('reads what the Job before the sync kept, and says whether all is healthy again', async () => {
    const keep = (args: readonly string[]): readonly string[] => here([...args, '--save=/evidence/before.json']);
    expect((await runAsPod('recognize-health-gate', keep)).code).toBe(0);
    const worse = await whileBlocked(() => runAsPod(AFTER, here));
    expect(worse.code, worse.stderr).toBe(3);
    expect(worse.stdout).toMatch(/Waiting does not mend this:[^]*KmsKeyDisabled/);
  });

  it('fails without it, and says what is missing', async () => {
    const result = await runAsPod(AFTER, (args) => here(args).map((arg) => arg.replace('before.json', 'absent.json')));
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('absent.json cannot be read');
  });
});

describe("a wrapper chart's Helm hook", () => {
  let chart: string;
  const rendered = async (...set: readonly string[]): Promise<string> =>
    succeed(helm, ['template', 'recognize', chart, '--namespace', stack.namespace, '--is-upgrade', ...set]);
  beforeAll(async () => {
    chart = join(folder, 'chart');
    await cp(HOOK, chart, { recursive: true });
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: recognize-wrapper\nversion: 0.1.0\n');
  });

  it('passes helm lint', async () => {
    await succeed(helm, ['lint', '--strict', chart]);
  });

  it('runs before an upgrade, after its account, and stays until the next one', async () => {
    const objects = objectsIn(await rendered());
    expect(objects.map(({ kind }) => kind).sort()).toEqual(['Job', 'Role', 'RoleBinding', 'ServiceAccount']);
    for (const { kind, metadata } of objects) {
      expect(metadata['annotations'], kind).toEqual({
        'helm.sh/hook': 'pre-upgrade',
        'helm.sh/hook-weight': kind === 'Job' ? '0' : '-10',
        'helm.sh/hook-delete-policy': 'before-hook-creation',
      });
    }
    expectGateJob(ofKind(objects, 'Job') as Job);
  });

  it('is not there when it is switched off', async () => {
    expect(objectsIn(await rendered('--set', 'recognizeHealth.gate.enabled=false'))).toEqual([]);
  });

  /** As Helm does before it makes the hook: `before-hook-creation`. */
  const removeEarlier = (): Promise<string> =>
    succeed(kubectl, ['-n', stack.namespace, 'delete', 'job', 'recognize-health-gate', '--ignore-not-found']);

  it('cannot be applied over an earlier Job, whose pods are not to be changed', async () => {
    const { code, stderr } = await kubectl(['apply', '-f', '-'], {
      kubeconfig: stack.kubeconfig.admin,
      input: await rendered('--set', 'recognizeHealth.gate.override=another'),
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('field is immutable')]);
  });

  it('lets an upgrade go on, or stops it', async () => {
    await removeEarlier();
    await succeed(kubectl, ['apply', '-f', '-'], await rendered());
    const passed = await runAsPod('recognize-health-gate');
    expect(passed, passed.stderr).toMatchObject({ code: 0 });
    expect(await whileBlocked(() => runAsPod('recognize-health-gate'))).toMatchObject({ code: 3 });
  });

  it('is opened by a reason, which is recorded', async () => {
    const reason = 'change 4711: the key is "replaced" today';
    await removeEarlier();
    await succeed(kubectl, ['apply', '-f', '-'], await rendered('--set', `recognizeHealth.gate.override=${reason}`));
    const result = await whileBlocked(() => runAsPod('recognize-health-gate'));
    expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
    const events = await succeed(kubectl, ['-n', stack.namespace, 'get', 'events.events.k8s.io', '-o', 'json']);
    expect(events).toContain('change 4711: the key is \\"replaced\\" today');
  });
});
