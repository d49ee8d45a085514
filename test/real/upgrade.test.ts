// An upgrade from 1.2.5 to 1.3.0 on the real Deployment controller, forward, back, and with what stops a rollout: what
// gate, gate --after, diff and gate --way-back say. The mistakes that no rollout is needed for are played in memory
// (unit/situations/upgrade).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { command, type CommandResult } from '../integration/gate/command.ts';
import { startOperator } from '../integration/faults/operator.ts';
import { createAdmin, type Admin, type AnyObject } from '../stack/admin.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { replicaAddress, servicesOf } from '../stack/recognize/topology.ts';
import { CONTROL_PLANE, startControlPlane, type ControlPlane } from './parts/control-plane.ts';
import { playKubelet, type Fate } from './parts/playing-kubelet.ts';

const SERVICES = servicesOf('Split');
const DEPLOYMENTS = SERVICES.map(({ name }) => name);
const SERVICE_KINDS = { apiVersion: 'apps/v1', kind: 'Deployment' };
const image = (service: string, tag: string): string => `registry.example/recognize/${service}:${tag}`;

/** A tag says what becomes of its pods. */
const FATES: Readonly<Record<string, Fate>> = {
  '1.3.0-gone': 'ImagePullBackOff',
  '1.3.0-secret': 'CreateContainerConfigError',
  '1.3.0-crash': 'CrashLoopBackOff',
};

interface Deployment extends AnyObject {
  readonly metadata: AnyObject['metadata'] & { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly selector: object;
    readonly template: { readonly spec: { readonly containers: { name: string }[] } };
  };
  readonly status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
  };
}

interface Said {
  readonly exitCode: number;
  readonly reports: readonly {
    readonly message: string;
    readonly reason: string;
    readonly images: readonly unknown[];
    readonly obstacles: readonly string[];
    readonly unknown: readonly string[];
    readonly regressions: readonly { readonly check: string; readonly faultAfter?: string }[];
    readonly phases?: readonly { readonly name: string }[];
  }[];
}

describe(`an upgrade under kube-controller-manager ${CONTROL_PLANE.version}`, () => {
  const ending: (() => Promise<unknown>)[] = [];
  let plane: ControlPlane;
  let admin: Admin;
  let stack: Stack;
  let folder: string;
  let nodeName: string;

  const named = (
    name: string,
  ): { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } => ({
    ...SERVICE_KINDS,
    metadata: { name, namespace: stack.namespace },
  });
  const deployment = async (name: string): Promise<Deployment> => (await admin.get(named(name))) as Deployment;
  /** A new image, as helm upgrade leaves it. */
  const setImage = async (name: string, tag: string): Promise<void> => {
    const { spec } = await deployment(name);
    const containers = spec.template.spec.containers.map((container) => ({ ...container, image: image(name, tag) }));
    await admin.patch(named(name), { spec: { template: { spec: { containers, nodeName } } } });
  };
  const rollout = async (tag: string, which: readonly string[] = DEPLOYMENTS): Promise<void> => {
    await Promise.all(which.map((name) => setImage(name, tag)));
  };
  const isDone = async (name: string): Promise<boolean> => {
    const { metadata, spec, status = {} } = await deployment(name);
    return (
      status.observedGeneration === metadata.generation &&
      [status.replicas, status.updatedReplicas, status.availableReplicas].every((count) => count === spec.replicas)
    );
  };
  const settled = (): Promise<void> =>
    vi
      .waitUntil(async () => (await Promise.all(DEPLOYMENTS.map(isDone))).every(Boolean), {
        timeout: 60_000,
        interval: 300,
      })
      .then(() => undefined);

  const file = (name: string): string => join(folder, name);
  const gate = (...argv: readonly string[]): Promise<CommandResult> =>
    command('gate', 'recognize', '-n', stack.namespace, '--kubeconfig', plane.kubeconfig, ...argv);
  const after = async (): Promise<{
    readonly code: number;
    readonly said: Said['reports'][number];
    readonly out: string;
  }> => {
    const { code, out } = await gate('--after', file('before.json'), '--timeout', '2m', '-o', 'json');
    const [said] = (JSON.parse(out) as Said).reports;
    if (said === undefined) throw new Error(out);
    return { code, said, out };
  };
  const wayBack = async (): Promise<{ readonly code: number; readonly said: Said['reports'][number] }> => {
    const { code, out } = await gate('--way-back', file('before.json'), '-o', 'json');
    const [said] = (JSON.parse(out) as Said).reports;
    if (said === undefined) throw new Error(out);
    return { code, said };
  };
  const history = (statement: string): Promise<unknown> => {
    const database = stack.databases.find(({ name }) => name === 'node-persistence');
    if (database === undefined) throw new Error('There is no such database.');
    const { server, schema, name } = database;
    return server.query(statement.replace('HISTORY', `"${schema}".flyway_schema_history`), undefined, name);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recognize-health-upgrade-'));
    ending.push(() => rm(folder, { recursive: true, force: true }));
    plane = await startControlPlane({ controllers: 'all' });
    ending.push(() => plane.stop());
    admin = createAdmin(plane.access);
    ending.push(() => admin.close());
    stack = await startStack({ cluster: plane.access, replicas: { 'core-daemon': 2 } });
    ending.push(() => stack.stop());
    // There is no scheduler; a pod of a node that is not there would be collected.
    nodeName = (await admin.list({ apiVersion: 'v1', kind: 'Node' }))[0]?.metadata.name ?? '';
    const addressOf = (pod: string): string | undefined => {
      const [service] = SERVICES.filter(({ name }) => pod.startsWith(`${name}-`)).sort(
        (a, b) => b.name.length - a.name.length,
      );
      return service && replicaAddress('Split', service.component, 1);
    };
    const kubelet = playKubelet(
      admin,
      stack.namespace,
      addressOf,
      (of) => FATES[of.slice(of.lastIndexOf(':') + 1)] ?? 'ready',
    );
    ending.push(() => kubelet.stop());
    await rollout('1.2.5');
    await settled();
    Object.assign(process.env, stack.ambient, { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' });
    const operator = await startOperator(stack.kubeconfig.operatorFile, stack.watched);
    ending.push(() => operator.stop());
    await admin.create(stack.report('recognize', { thresholds: { failure: 1, success: 1 }, logs: { enabled: false } }));
    const saved = await gate('--save', file('before.json'));
    expect(saved.code, `${saved.out}\n${saved.err}`).toBe(0);
  });
  // What was started, the last one first, however far it came.
  afterAll(async () => {
    for (const end of ending.reverse()) await end();
  });

  it('goes forward, and what it migrated does not go back with the images', async () => {
    await history(`INSERT INTO HISTORY VALUES (2, '42', 'more', 'SQL', 'V42.sql', 5, 'np', now(), 3, true)`);
    await rollout('1.3.0');
    const { code, said, out } = await after();
    expect([code, said.reason], out).toEqual([0, 'AsGoodAsBefore']);
    expect(said.images).toHaveLength(DEPLOYMENTS.length);
    expect(said.phases?.map(({ name }) => name)).toEqual(['rollout', 'until healthy', 'confirmed']);
    const back = await wayBack();
    expect(back.code).toBe(3);
    expect(back.said.message).toContain('migration 42 is applied to the schema of node-persistence');
    // The controller keeps the ReplicaSet of the release before.
    expect(back.said.unknown).toEqual([]);
    await history('DELETE FROM HISTORY WHERE installed_rank = 2');
    expect(await wayBack()).toMatchObject({ code: 0, said: { reason: 'Reversible' } });
  });

  it('goes back, and all is as it was', async () => {
    await rollout('1.2.5');
    const { code, said, out } = await after();
    expect([code, said.reason, said.images], out).toEqual([0, 'AsGoodAsBefore', []]);
  });

  it.each([
    ['an image that cannot be pulled', 'auth-vault', '1.3.0-gone', 'cannot pull its image (ImagePullBackOff)'],
    ['a Secret that is lost', 'node-persistence', '1.3.0-secret', 'waits for Secret node-persistence-db'],
    ['a migration that fails', 'node-persistence', '1.3.0-crash', 'DatabaseMigrationFailed'],
  ])('ends at once with %s, and is well when it was taken back', async (_, service, tag, words) => {
    const isMigration = words === 'DatabaseMigrationFailed';
    try {
      if (isMigration)
        await history(`INSERT INTO HISTORY VALUES (2, '42', 'bad', 'SQL', 'V42.sql', 5, 'np', now(), 3, false)`);
      await setImage(service, tag);
      const { code, said, out } = await after();
      expect([code, said.reason], out).toEqual([3, 'Worse']);
      expect(said.message).toContain('Waiting does not mend this: ');
      expect(said.message).toContain(words);
      if (isMigration) expect((await wayBack()).said.message).toContain('Flyway of no release goes on');
    } finally {
      if (isMigration) await history('DELETE FROM HISTORY WHERE installed_rank = 2');
      await setImage(service, '1.2.5');
      await settled();
    }
    const well = await gate();
    expect(well.code, well.out).toBe(0);
  });

  it('tells a budget that a drain waits for before it hurts, and does not stop a rolling update for it', async () => {
    const { selector } = (await deployment('core-daemon')).spec;
    const about = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: named('blocks').metadata };
    await admin.create({ ...about, spec: { minAvailable: 2, selector } });
    const told = await vi.waitUntil(
      async () => {
        const seen = await gate();
        return seen.out.includes('UpgradeEvictionBlocked') ? seen : undefined;
      },
      { timeout: 30_000 },
    );
    expect(told.code, told.out).toBe(0);
    expect(told.out).toContain('PodDisruptionBudget blocks allows no eviction: 2 of 2 pods must stay');
    await rollout('1.3.0', ['core-daemon']);
    await settled();
  });
});
