// From the first start to the last: an operator that is newer than the installed definition, the way to the new one
// with the real kubectl, a shutdown whatever hangs, and what is left when all is taken away.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crd } from '../../../src/api/crd.ts';
import {
  API_VERSION,
  CRD_NAME,
  FIELD_MANAGER,
  KIND,
  SCHEMA_VERSION,
  SCHEMA_VERSION_ANNOTATION,
} from '../../../src/api/names.ts';
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { kubectl } from '../../stack/kubectl.ts';
import { fastClock, said, startArena, until, type Arena, type ArenaOptions, type OperatorProcess } from './arena.ts';

const MANIFESTS = new URL('../../../manifests', import.meta.url).pathname;
const WELL = 'Warning';

let arena: Arena;
const arise = async (options: ArenaOptions = {}): Promise<void> => {
  arena = await startArena(options);
};
afterEach(() => arena.close());

const examined = (name = 'prod', verdict = WELL): Promise<unknown> =>
  until(
    'examined',
    () => arena.status(name),
    (status) => status?.verdict === verdict,
  );

/** The definition of a version before: without a field that we write, and annotated so unless nobody annotated then. */
function older(annotated: boolean): AnyObject {
  const definition = JSON.parse(JSON.stringify(crd())) as AnyObject & {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { status: { properties: object } } } } }[] };
  };
  const annotations = definition.metadata['annotations'] as Record<string, string>;
  if (annotated) annotations[SCHEMA_VERSION_ANNOTATION] = String(Number(SCHEMA_VERSION) - 1);
  else Reflect.deleteProperty(annotations, SCHEMA_VERSION_ANNOTATION);
  const { properties } = definition.spec.versions[0]!.schema.openAPIV3Schema.properties.status;
  Reflect.deleteProperty(properties, 'transitions');
  Reflect.deleteProperty(properties, 'topology');
  return definition;
}

/** What `recognize-health crd` prints. */
async function printedDefinition(): Promise<string> {
  const out: string[] = [];
  const terminal = {
    out: (text: string) => void out.push(text),
    err: () => undefined,
    paint: plain,
    signal: new AbortController().signal,
  };
  expect(await run(['crd'], terminal)).toBe(0);
  return out.join('\n');
}

const apply = async (input: string): Promise<void> => {
  const applied = await kubectl(['apply', '--server-side', '-f', '-'], {
    kubeconfig: arena.server.kubeconfig(),
    input,
  });
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
};
const applyDefinition = async (): Promise<void> => apply(await printedDefinition());

/** The API server serves a kind a moment after its definition is there. */
const served = (): Promise<unknown> =>
  until('served', () => arena.admin.serves({ apiVersion: API_VERSION, kind: KIND }), Boolean);

/** An arena whose definition was installed when that version came out, the way one is told to. */
async function ariseWith(definition: AnyObject, options: ArenaOptions = {}): Promise<void> {
  await arise({ ...options, definition: false });
  await apply(JSON.stringify(definition));
  await served();
}

describe.each([
  ['annotated with its version', true],
  ['that nobody annotated', false],
])('an operator on an older definition %s', (_, annotated) => {
  /** What the operator of that version had found: a streak, a latch and a baseline that nobody can find again. */
  const stored = {
    observedGeneration: 1,
    verdict: 'Failing',
    rootCause: 'ServiceDown (core-daemon)',
    lastRunTime: '2026-11-01T10:00:00Z',
    freshUntil: '2026-11-01T10:10:00Z',
    conditions: ['Ready', 'Healthy', 'Upgradeable'].map((type) => ({
      type,
      status: 'False',
      reason: 'HealthDown',
      message: 'as it was',
      lastTransitionTime: '2026-11-01T10:00:00Z',
    })),
    checks: [
      {
        id: 'key-management/jwt/public-key',
        component: 'key-management',
        result: 'pass',
        state: 'pass',
        baseline: 'sha256:first-seen',
        since: '2026-11-01T10:00:00Z',
      },
    ],
  };

  beforeEach(async () => {
    await ariseWith(older(annotated), { clock: fastClock(10) });
    const report = arena.report('prod');
    await arena.admin.create(report);
    await arena.admin.setStatus(report, stored);
  });

  test('says so in fields that every version has, loses nothing, and goes on by itself after the upgrade', async () => {
    const operator = await arena.start();
    const outdated = await until(
      'said',
      () => arena.status('prod'),
      (status) => status?.conditions.some(({ reason }) => reason === 'CrdOutdated') === true,
    );
    const conditions = Object.fromEntries(outdated!.conditions.map(({ type, status }) => [type, status]));
    expect(conditions).toMatchObject({ Ready: 'False', Healthy: 'Unknown', Upgradeable: 'Unknown' });
    expect(outdated).toMatchObject({ verdict: 'Unknown', checks: stored.checks, lastRunTime: stored.lastRunTime });
    const ready = outdated!.conditions.find(({ type }) => type === 'Ready');
    expect(ready?.message).toMatch(/crd \| kubectl apply/);
    // Written once, and not again and again.
    const writes = (): number =>
      arena.server.requests.filter(({ subresource, status }) => subresource === 'status' && status === 200).length;
    // The status is seen a moment before its write is recorded as done.
    const before = await until('recorded', writes, (count) => count > 0);
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect(writes()).toBe(before);

    await applyDefinition();
    await examined();
    expect((await arena.status('prod'))?.topology).toBeDefined();
    const complaints = operator.lines.filter(({ level }) => level === 'error');
    expect(complaints.map(({ message }) => message)).toEqual([expect.stringMatching(/older than this operator/)]);
  });
});

describe('a definition that is upgraded with kubectl', () => {
  test('keeps every stored status', async () => {
    await ariseWith(older(true));
    const report = arena.report('prod', { suspend: true });
    await arena.admin.create(report);
    const status = {
      observedGeneration: 1,
      verdict: 'Warning',
      healthy: '1/1',
      lastRunTime: '2026-11-01T10:00:00Z',
      conditions: [],
      checks: [
        { id: 'a/b', component: 'database', result: 'warn', state: 'warn', streak: 2, since: '2026-11-01T10:00:00Z' },
      ],
    };
    await arena.admin.setStatus(report, status);
    const before = await arena.admin.get(report);
    await applyDefinition();
    const after = await arena.admin.get(report);
    expect(after?.['status']).toEqual(before?.['status']);
    expect(after?.metadata['generation']).toBe(before?.metadata['generation']);
    const definition = await arena.admin.get(older(true));
    expect(definition?.metadata['annotations']).toMatchObject({ [SCHEMA_VERSION_ANNOTATION]: SCHEMA_VERSION });
    // Again: nothing to change.
    await applyDefinition();
    const again = await arena.admin.get(older(true));
    expect(again?.metadata['resourceVersion']).toBe(definition?.metadata['resourceVersion']);
  });
});

describe('a shutdown', () => {
  beforeEach(() => arise());

  /** Longer than a shutdown may take and shorter than what it would wait for: a call's deadline, a probe's timeout. */
  const WITHIN_MS = 13_000;
  const ends = (operator: OperatorProcess): Promise<number | NodeJS.Signals | 'still there'> =>
    Promise.race([
      operator.exit,
      new Promise<'still there'>((resolve) => setTimeout(() => resolve('still there'), WITHIN_MS).unref()),
    ]);

  /** An operator in the middle of a run whose target hangs for two minutes. */
  async function busy(...flags: readonly string[]): Promise<OperatorProcess> {
    await arena.admin.create(arena.report('prod', { timeout: '2m' }));
    const operator = await arena.spawn('first', ...flags);
    await examined();
    arena.service.mood = 'hang';
    const asked = arena.service.asked;
    await arena.request('prod', 'never answered');
    await until(
      'asked',
      () => arena.service.asked,
      (count) => count > asked,
    );
    return operator;
  }

  test('in the middle of a run that hangs writes nothing of it', async () => {
    const operator = await busy();
    operator.child.kill('SIGTERM');
    expect(await ends(operator)).toBe(0);
    expect((await arena.status('prod'))?.lastHandledRequest).toBeUndefined();
    expect(said(operator.lines, 'lease released')).toBe(true);
  });

  test('while the API server hangs ends all the same', async () => {
    const operator = await busy();
    arena.server.faults.inject({ match: ({ user }) => user === operator.user, hang: true });
    arena.server.dropWatches();
    // Until its calls hang.
    await until(
      'a renewal hangs',
      () => arena.server.requests.findLast(({ resource }) => resource === 'leases'),
      (request) => request?.status === 0,
    );
    operator.child.kill('SIGTERM');
    expect(await ends(operator)).toBe(0);
    expect(said(operator.lines, 'operator stopped')).toBe(true);
  });

  test('before there is a definition, or an API server at all, ends', async () => {
    await arena.admin.remove(JSON.parse(JSON.stringify(crd())) as AnyObject);
    const operator = await arena.spawn('first');
    await until(
      'said',
      () => operator.lines,
      (lines) => lines.some(({ message }) => message.includes(`${CRD_NAME} is not installed`)),
    );
    await arena.server.stop();
    operator.child.kill('SIGTERM');
    expect(await ends(operator)).toBe(0);
    await arena.server.restart();
  });

  test('of a standby ends, and takes nothing from the leader', async () => {
    const leader = await busy();
    const standby = await arena.spawn('second');
    await until(
      'stands by',
      () => standby.lines,
      (lines) => said(lines, 'standing by: another replica leads'),
    );
    standby.child.kill('SIGTERM');
    expect(await ends(standby)).toBe(0);
    expect(leader.child.exitCode).toBeNull();
    expect(said(leader.lines, 'lease lost')).toBe(false);
  });

  test('asked for twice ends at once', async () => {
    const operator = await busy();
    arena.server.faults.inject({ match: ({ user }) => user === operator.user, hang: true });
    operator.child.kill('SIGTERM');
    await until(
      'stopping',
      () => operator.lines,
      (lines) => said(lines, 'operator stopping'),
    );
    operator.child.kill('SIGTERM');
    expect(await ends(operator)).toBe(130);
  });
});

describe('the manifests', () => {
  test('taken away again leave nothing behind, and no report is held by anything', async () => {
    await arise({ definition: false, namespaces: true });
    const { server, admin } = arena;
    const cluster = async (): Promise<string[]> => {
      const kinds =
        'namespaces,customresourcedefinitions,clusterroles,clusterrolebindings,deployments,services,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets';
      const { stdout, stderr, code } = await kubectl(['get', kinds, '-A', '-o', 'name'], {
        kubeconfig: server.kubeconfig(),
      });
      expect(code, stderr).toBe(0);
      return stdout
        .split('\n')
        .filter((name) => name !== '' && !name.endsWith('default'))
        .sort();
    };
    // It is there before them and stays after them, and lives on what they grant.
    const operator = await arena.start();
    for (const name of ['recognize-health', 'recognize-health-cluster']) {
      const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } };
      await admin.remove({ ...binding, kind: 'ClusterRoleBinding' });
      await admin.remove({ ...binding, kind: 'ClusterRole' });
    }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'recognize-health' } };
    await admin.remove(namespace);
    await expect.poll(() => admin.get(namespace)).toBeUndefined();
    const before = await cluster();
    const run = async (...args: string[]): Promise<void> => {
      const result = await kubectl(args, { kubeconfig: server.kubeconfig() });
      expect(result, result.stderr).toMatchObject({ code: 0 });
    };
    await run('apply', '--server-side', '-k', MANIFESTS);
    await served();
    await admin.create(arena.report('prod'));
    await examined();
    const report = await admin.get(arena.report('prod'));
    expect(report?.metadata['finalizers']).toBeUndefined();
    const managers = (report?.metadata['managedFields'] as { manager: string }[]).map(({ manager }) => manager);
    expect(managers).toContain(FIELD_MANAGER);
    // The Namespace goes first and takes what is in it along.
    await run('delete', '--ignore-not-found', '-k', MANIFESTS);
    expect(await cluster()).toEqual(before);
    const complaints = operator.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(complaints.filter((message) => !message.includes(`${CRD_NAME} is not installed`))).toEqual([]);
  });
});
