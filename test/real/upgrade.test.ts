// An upgrade from 1.2.5 to 1.3.0 on the real Deployment controller, forward, back, and with each of eight mistakes: what
// gate, gate --after and gate --way-back say. In memory, with more of them: unit/situations/upgrade.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { command, type CommandResult } from '../integration/gate/command.ts';
import { startOperator } from '../integration/faults/operator.ts';
import { createAdmin, type Admin, type AnyObject } from '../stack/admin.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import type { StackDatabase } from '../stack/switches/database.ts';
import { undo, type Undo } from '../stack/switches/undo.ts';
import { replicaAddress, servicesOf } from '../stack/recognize/topology.ts';
import { CONTROL_PLANE, startControlPlane, type ControlPlane } from './parts/control-plane.ts';
import { playKubelet, type Fate } from './parts/playing-kubelet.ts';

const SERVICES = servicesOf('Split');
const DEPLOYMENTS = SERVICES.map(({ name }) => name);
const STORAGE = SERVICES.find(({ component }) => component === 'circuit-storage')?.name ?? '';
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
    readonly template: { readonly spec: { readonly containers: { name: string; env?: object[] }[] } };
  };
  readonly status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
  };
}

interface Pod extends AnyObject {
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status?: { readonly containerStatuses?: readonly object[] };
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
  const setContainer = async (name: string, changes: object): Promise<void> => {
    const { spec } = await deployment(name);
    const containers = spec.template.spec.containers.map((container) => ({ ...container, ...changes }));
    await admin.patch(named(name), { spec: { template: { spec: { containers, nodeName } } } });
  };
  /** A new image, as helm upgrade leaves it. */
  const setImage = (name: string, tag: string): Promise<void> => setContainer(name, { image: image(name, tag) });
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
        timeout: 300_000,
        interval: 300,
      })
      .then(() => undefined);
  /** The new pod is there and the kubelet has said what became of it. */
  const inTrouble = (name: string, tag: string): Promise<unknown> =>
    vi.waitUntil(
      async () => {
        const pods = (await admin.list({ apiVersion: 'v1', kind: 'Pod', namespace: stack.namespace })) as Pod[];
        return pods.some(
          ({ spec, status }) =>
            spec.containers[0]?.image === image(name, tag) && status?.containerStatuses !== undefined,
        );
      },
      { timeout: 300_000, interval: 300 },
    );

  const file = (name: string): string => join(folder, name);
  const gate = (...argv: readonly string[]): Promise<CommandResult> =>
    command('gate', 'recognize', '-n', stack.namespace, '--kubeconfig', plane.kubeconfig, ...argv);
  const after = async (
    before = 'before.json',
    timeout = '2m',
  ): Promise<{
    readonly code: number;
    readonly said: Said['reports'][number];
    readonly out: string;
  }> => {
    const { code, out } = await gate('--after', file(before), '--timeout', timeout, '-o', 'json');
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
  const persistence = (): StackDatabase => {
    const database = stack.databases.find(({ name }) => name === 'node-persistence');
    if (database === undefined) throw new Error('There is no such database.');
    return database;
  };
  const history = (statement: string): Promise<unknown> => {
    const { server, schema, name } = persistence();
    return server.query(statement.replace('HISTORY', `"${schema}".flyway_schema_history`), undefined, name);
  };
  const failMigration = async (): Promise<Undo> => {
    await history(`INSERT INTO HISTORY VALUES (2, '42', 'bad', 'SQL', 'V42.sql', 5, 'np', now(), 3, false)`);
    return undo(() => history('DELETE FROM HISTORY WHERE installed_rank = 2'));
  };
  /** Another database on the server, at another migration; the Secret leads there. */
  const moveDatabase = async (): Promise<Undo> => {
    const { server, schema, owner, monitor } = persistence();
    await server.createDatabase('moved', { owner: owner.user });
    await server.query(
      `CREATE SCHEMA "${schema}" AUTHORIZATION "${owner.user}";
       CREATE TABLE "${schema}".flyway_schema_history (
         installed_rank integer PRIMARY KEY, version text, description text, type text, script text, checksum integer,
         installed_by text, installed_on timestamptz DEFAULT now(), execution_time integer, success boolean);
       INSERT INTO "${schema}".flyway_schema_history VALUES (1, '42', 'all', 'SQL', 'V42.sql', 5, 'np', now(), 3, true);
       GRANT USAGE ON SCHEMA "${schema}" TO "${monitor.user}";
       GRANT SELECT ON "${schema}".flyway_schema_history TO "${monitor.user}"`,
      undefined,
      'moved',
    );
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: named('database-node-persistence').metadata };
    const { data } = (await admin.get(secret)) as AnyObject & { data: { url: string } };
    const url = `jdbc:postgresql://${server.host}:${server.port}/moved`;
    await admin.patch(secret, { data: { url: Buffer.from(url).toString('base64') } });
    return undo(() => admin.patch(secret, { data: { url: data.url } }));
  };
  const nothing = (): Promise<Undo> => Promise.resolve(undo(() => Promise.resolve()));

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
    const { databases } = stack.report()['spec'] as { databases: object[] };
    await admin.create(
      stack.report('recognize', {
        thresholds: { failure: 1, success: 1 },
        logs: { enabled: false },
        // Pools that a surge would feel.
        databases: databases.map((database) => ({ ...database, poolSize: 12 })),
      }),
    );
    const saved = await gate('--save', file('before.json'));
    expect(saved.code, `${saved.out}\n${saved.err}`).toBe(0);
  });
  // What was started, the last one first, however far it came.
  afterAll(async () => {
    for (const end of ending.reverse()) await end();
  });

  it('asks about a service that stayed behind while the others went', async () => {
    await rollout(
      '1.3.0',
      DEPLOYMENTS.filter((name) => name !== 'auth-vault'),
    );
    await settled();
    const { code, said, out } = await after();
    expect([code, said.reason], out).toEqual([0, 'NewWarnings']);
    expect(said.message).toContain('auth-vault still runs auth-vault:1.2.5, while');
  });

  it('goes forward, and what it migrated does not go back with the images', async () => {
    await history(`INSERT INTO HISTORY VALUES (2, '42', 'more', 'SQL', 'V42.sql', 5, 'np', now(), 3, true)`);
    await setImage('auth-vault', '1.3.0');
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
    await settled();
    const { code, said, out } = await after();
    expect([code, said.reason, said.images], out).toEqual([0, 'AsGoodAsBefore', []]);
  });

  it.each<[string, string, string, () => Promise<Undo>, says: string, ofTheWayBack: string]>([
    [
      'an image that cannot be pulled',
      'auth-vault',
      '1.3.0-gone',
      nothing,
      'cannot pull its image (ImagePullBackOff)',
      '',
    ],
    ['a Secret that is lost', 'node-persistence', '1.3.0-secret', nothing, 'waits for Secret node-persistence-db', ''],
    [
      'a migration that fails',
      'node-persistence',
      '1.3.0-crash',
      failMigration,
      'DatabaseMigrationFailed',
      'Flyway of no release goes on',
    ],
    [
      'a key that is another one',
      'auth-vault',
      '1.3.0',
      () => stack.key.pointAliasElsewhere(),
      'KeyFingerprintChanged',
      'the key of key-management/jwt-signing is another one',
    ],
    [
      'a database that moved',
      'node-persistence',
      '1.3.0',
      moveDatabase,
      'database/node-persistence does not hold migration 1 any more: it is another database',
      'restore node-persistence to',
    ],
  ])('ends at once with %s, and is well when it was taken back', async (_, service, tag, act, says, ofTheWayBack) => {
    const takeBack = await act();
    try {
      await setImage(service, tag);
      await (FATES[tag] === undefined ? settled() : inTrouble(service, tag));
      const { code, said, out } = await after();
      expect([code, said.reason], out).toEqual([3, 'Worse']);
      expect(said.message).toContain('Waiting does not mend this: ');
      expect(said.message).toContain(says);
      if (ofTheWayBack !== '') expect((await wayBack()).said.message).toContain(ofTheWayBack);
    } finally {
      await takeBack();
      await setImage(service, '1.2.5');
      await settled();
    }
    const well = await gate();
    expect(well.code, well.out).toBe(0);
  });

  it('tells an old key name before it hurts, and at once when the release came that does not read it', async () => {
    const report = { ...stack.report(), metadata: named('recognize').metadata };
    await admin.patch(report, { spec: { upgrade: { targetVersion: '1.3.0' } } });
    await setContainer(STORAGE, { env: [{ name: 'BUCKET_NAME', value: 'recognize-circuits' }] });
    await settled();
    try {
      const told = await gate('--save', file('old-key.json'));
      expect(told.code, told.out).toBe(3);
      expect(told.out).toContain('1.3.0 does not read configMap.bucket.name → cloudAwsS3BucketName');
      await setImage(STORAGE, '1.3.0');
      await settled();
      const { code, said, out } = await after('old-key.json');
      expect([code, said.reason], out).toEqual([3, 'Worse']);
      expect(said.message).toContain(
        'Waiting does not mend this: upgrade/circuit-storage/renamed-keys UpgradeKeysRenamed',
      );
    } finally {
      await admin.patch(report, { spec: { upgrade: { targetVersion: null } } });
      await setContainer(STORAGE, { env: [], image: image(STORAGE, '1.2.5') });
      await settled();
    }
    const well = await gate();
    expect(well.code, well.out).toBe(0);
  });

  it('tells too few connections before they hurt, and when a surge took the last one', async () => {
    const almost = await stack.database.fillSlots(20);
    const told = await gate().finally(almost);
    expect(told.code, told.out).toBe(3);
    expect(told.out).toContain('a rolling update adds 12 (connections)');
    await setImage('node-persistence', '1.3.0');
    await settled();
    const all = await stack.database.fillSlots();
    try {
      // They may be given back, so it waits for a quarter of this.
      const { code, said, out } = await after('before.json', '20s');
      expect([code, said.reason], out).toEqual([3, 'Worse']);
      expect(out).toContain('DatabaseSlotsExhausted');
    } finally {
      await all();
      await setImage('node-persistence', '1.2.5');
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
      { timeout: 300_000 },
    );
    expect(told.code, told.out).toBe(0);
    expect(told.out).toContain('PodDisruptionBudget blocks allows no eviction: 2 of 2 pods must stay');
    await rollout('1.3.0', ['core-daemon']);
    await settled();
  });
});
