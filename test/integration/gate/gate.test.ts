// The gate on the whole stack: the real command line, the real operator, the API server; and every way to get no answer.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gateOverrideRole, gateRole } from '../../../src/kube/roles.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { OPERATOR_ACCOUNT } from '../../stack/operator-account.ts';
import { startStack, type OwnStack } from '../../stack/stack.ts';
import { startOperator, type RunningOperator } from '../faults/operator.ts';
import { command, type CommandResult } from './command.ts';

let stack: OwnStack;
let operator: RunningOperator | undefined;
/** The report that covers everything, after a good run. */
let good: AnyObject;
const NAMED = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' } as const;

const kubeconfigOf = async (user: string): Promise<string> => {
  const path = join(dirname(stack.kubeconfig.adminFile), `${user}.yaml`);
  await writeFile(path, stack.server.kubeconfig(user), { mode: 0o600 });
  return path;
};
const binding = (role: object, user: string): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `${user}-${(role as AnyObject).metadata.name}`, namespace: stack.namespace },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: (role as AnyObject).metadata.name,
  },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
});

/** As a pipeline: with the rights of the gate's role, and nothing more. */
let pipeline: string;
const gate = (...argv: readonly string[]): Promise<CommandResult> =>
  command('gate', '--kubeconfig', pipeline, '-n', stack.namespace, ...argv);

beforeAll(async () => {
  stack = await startStack({ replicas: {}, cluster: 'ours' });
  await stack.put([gateRole(), gateOverrideRole(), binding(gateRole(), 'pipeline')]);
  pipeline = await kubeconfigOf('pipeline');
  await stack.admin.create(stack.report('all'));
  operator = await startOperator(stack.kubeconfig.operatorFile);
  await gate('all');
  const stored = await stack.admin.get({ ...NAMED, metadata: { name: 'all', namespace: stack.namespace } });
  if (stored === undefined) throw new Error('no report');
  good = stored;
});
afterEach(() => {
  stack.server.faults.clear();
});
afterAll(async () => {
  await operator?.stop();
  await stack.stop();
});

describe('while the operator runs, the gate', () => {
  it('passes a good installation, on a run that it asked for', async () => {
    const result = await gate('all', '-o', 'json');
    const answer = JSON.parse(result.out) as { exitCode: number; reports: { request: string; reason: string }[] };
    expect([result.code, answer.reports[0]?.reason], result.out).toEqual([
      0,
      expect.stringMatching(/Upgradeable|PassingWithWarnings/),
    ]);
    const stored = await stack.admin.get({ ...NAMED, metadata: { name: 'all', namespace: stack.namespace } });
    expect(stored?.['status']).toMatchObject({ lastHandledRequest: answer.reports[0]?.request });
  });

  it('answers two that ask at once', async () => {
    const results = await Promise.all([gate('all'), gate('all'), gate('all')]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('says what blocks and what the guide says to do', async () => {
    const undo = await stack.key.disable();
    try {
      const { code, out } = await gate('all');
      expect(code).toBe(3);
      expect(out).toMatch(
        /BLOCKED[^]*KmsKeyDisabled {2}key-management\/jwt-signing\/state[^]*Cause[^]*Next[^]*REC-AV-003/,
      );
    } finally {
      await undo();
    }
  });

  it('lets nobody leave a blocker out without the right to record it', async () => {
    const undo = await stack.key.disable();
    try {
      const blockers = JSON.parse((await gate('all', '-o', 'json')).out) as {
        reports: { blockers: { check: string }[] }[];
      };
      const skips = (blockers.reports[0]?.blockers ?? []).flatMap(({ check }) => ['--skip', check]);
      expect(skips.length).toBeGreaterThan(0);
      expect((await gate('all', ...skips)).code).toBe(2);
      expect((await gate('all', '--override', 'the vendor said so')).code).toBe(2);

      await stack.put([binding(gateOverrideRole(), 'pipeline')]);
      expect((await gate('all', ...skips)).code).toBe(0);
      const overridden = await gate('all', '--override', 'the vendor said so');
      expect([overridden.code, overridden.out]).toEqual([
        0,
        expect.stringContaining('OVERRIDDEN (exit code 3): the vendor said so'),
      ]);
      const events = await stack.admin.list({
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        namespace: stack.namespace,
      });
      expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['GateSkipped', 'GateOverridden']));
    } finally {
      await undo();
    }
  });

  it('takes the worst of several reports', async () => {
    await stack.admin.create(stack.report('bare', { databases: [], buckets: [], keys: [] }));
    expect((await gate('bare')).code).toBe(5);
    expect((await gate('all', 'bare')).code).toBe(5);
    await stack.admin.remove({ ...NAMED, metadata: { name: 'bare', namespace: stack.namespace } });
  });

  it('does not take a suspended report for an answer', async () => {
    await stack.admin.create(stack.report('asleep', { suspend: true }));
    expect((await gate('asleep')).code).toBe(5);
    await stack.admin.remove({ ...NAMED, metadata: { name: 'asleep', namespace: stack.namespace } });
  });
});

describe('without evidence, the gate', () => {
  beforeAll(async () => {
    await operator?.stop();
    operator = undefined;
  });

  it.each([
    ['of a report that is not there', () => gate('missing'), 2],
    [
      'of a namespace that is not there',
      () => command('gate', 'all', '-n', 'nowhere', '--kubeconfig', stack.kubeconfig.adminFile),
      2,
    ],
    ['of a name that leads elsewhere', () => gate('../secrets'), 2],
    ['without a name', () => gate(), 2],
    ['with -A and a name', () => command('gate', 'all', '-A'), 2],
    ['with a duration that is none', () => gate('all', '--timeout', 'soon'), 2],
    [
      'without rights',
      async () => command('gate', 'all', '-n', stack.namespace, '--kubeconfig', await kubeconfigOf('nobody')),
      2,
    ],
    ['when the operator does not answer in time', () => gate('all', '--timeout', '1s'), 6],
    ['when the last run is too old for --max-age', () => gate('all', '--no-refresh', '--max-age', '1ms'), 5],
    ['with a kubeconfig that is not there', () => command('gate', 'all', '--kubeconfig', '/nonexistent'), 2],
  ] as const)('is no pass: %s', async (_, ask, code) => {
    const result = await ask();
    expect([result.code, result.err + result.out]).toEqual([code, expect.not.stringContaining('internal error')]);
  });

  it('is no pass when the report was never examined', async () => {
    await stack.admin.create(stack.report('new'));
    expect((await gate('new', '--timeout', '1s')).code).toBe(5);
    expect((await gate('new', '--no-refresh')).code).toBe(5);
  });

  it('is no pass when the report is deleted while it waits', async () => {
    const waiting = gate('new', '--timeout', '20s');
    await expect
      .poll(
        async () =>
          (await stack.admin.get({ ...NAMED, metadata: { name: 'new', namespace: stack.namespace } }))?.metadata[
            'annotations'
          ],
      )
      .toBeDefined();
    await stack.admin.remove({ ...NAMED, metadata: { name: 'new', namespace: stack.namespace } });
    expect((await waiting).code).toBe(2);
  });

  it('is no pass past freshUntil by the clock of the API server', async () => {
    const old = { lastRunTime: '2020-01-01T00:00:00Z', freshUntil: '2020-01-01T00:10:00Z' };
    await stack.put([{ ...good, status: { ...(good['status'] as object), ...old } }]);
    expect((await gate('all', '--timeout', '1s')).code).toBe(5);
    expect((await gate('all', '--no-refresh', '--max-age', '24h')).code).toBe(5);
    await stack.put([good]);
  });

  it.each([
    ['refuses', { status: 503 }, 5],
    ['cuts', { reset: true }, 5],
    ['hangs', { hang: true }, 5],
    ['throttles', { status: 429 }, 5],
    ['denies', { status: 403 }, 2],
  ] as const)('is no pass when the API server %s', async (_, fault, code) => {
    stack.server.faults.inject({ match: ({ user }) => user === 'pipeline', ...fault });
    expect((await gate('all', '--timeout', '1s')).code).toBe(code);
  });

  it('is no pass when the API server goes away while it waits', async () => {
    let calls = 0;
    stack.server.faults.inject({ match: ({ user }) => user === 'pipeline' && (calls += 1) > 3, reset: true });
    expect((await gate('all', '--timeout', '2s')).code).toBe(5);
    expect(calls).toBeGreaterThan(3);
  });
});

describe('an operator that dies', () => {
  // The last status is good and fresh, the key is disabled since: a pass would be a lie.
  it.each([1, 2, 3, 5, 8, 11, 14, 17, 20, 24, 28, 33])('at its call %i to the API leads to no pass', async (nth) => {
    const { metadata, ...rest } = good;
    const annotations = {};
    await stack.put([{ ...rest, metadata: { ...metadata, annotations } }]);
    const undo = await stack.key.disable();
    let calls = 0;
    stack.server.faults.inject({
      match: ({ user }) => user.endsWith(`:${OPERATOR_ACCOUNT}`) && (calls += 1) >= nth,
      reset: true,
    });
    const dying = await startOperator(stack.kubeconfig.operatorFile);
    try {
      const { code, out } = await gate('all', '--timeout', '2s');
      expect([3, 5, 6], out).toContain(code);
    } finally {
      await dying.stop();
      await undo();
    }
  });
});
