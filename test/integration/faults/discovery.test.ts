// Nothing written by hand: an empty spec, the report that a person would write and the one that init drafts say the same,
// whatever happens to the backends; a service that moves to another database is followed, and told of where it is listed.
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { healthReport } from '../../stack/health-report.ts';
import type { TopologyName } from '../../stack/recognize/topology.ts';
import { writtenBackends } from '../../stack/recognize/written.ts';
import type { Stack } from '../../stack/stack.ts';
import type { Undo } from '../../stack/switches/undo.ts';
import { command } from '../gate/command.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

const EMPTY = 'empty';
const DRAFTED = 'drafted';

const written = (topology: TopologyName, { databases, aws }: Stack): object =>
  writtenBackends(topology, databases, aws.url);

/** What every report of this file has beside its backends. */
function common(topology: TopologyName, stack: Stack): Record<string, unknown> {
  const { mutes } = stack.report()['spec'] as { mutes?: unknown };
  return {
    interval: '1h',
    thresholds: { failure: 1, success: 1 },
    ...(mutes === undefined ? {} : { mutes }),
    ...(topology === 'Umbrella' ? { upgrade: { waive: ['Keys'] } } : {}),
  };
}

/** What a report says: each check with its answer and citations, conditions, root causes. No texts, no times. */
function digest(status: HealthReportStatus): object {
  const { verdict, topology, rootCauses = [], conditions, checks = [], citations = [] } = status;
  return {
    verdict,
    topology,
    rootCauses: rootCauses.map(({ check, fault }) => `${check} ${fault}`),
    conditions: conditions.map(({ type }) => `${type} ${conditionOf(status, type)}`),
    citations: citations.map(({ id }) => id),
    checks: checks
      .filter(({ id }) => !id.endsWith('/pool') && !id.startsWith('alerts/') && !/latency/.test(id))
      .map(
        ({ id, result, fault = '', suppressedBy = '', citations: cited = [] }) =>
          `${id} ${result} ${fault} ${suppressedBy} ${cited.map((one) => one.id).join(',')}`,
      ),
  };
}

/** Each fault of a backend once, on the topology that is configured in the way that suits it least. */
const MATRIX: Readonly<Record<TopologyName, readonly (readonly [string, (stack: Stack) => Promise<Undo>])[]>> = {
  Umbrella: [
    ['no server', (stack) => stack.databaseNamed('node-persistence').stop()],
    ['another password', (stack) => stack.databaseNamed('circuit-storage').wrongPassword()],
    ['no bucket', ({ bucket }) => bucket.remove()],
    ['a bucket in another region', ({ bucket }) => bucket.move()],
  ],
  Split: [
    ['a database that takes no writes', (stack) => stack.databaseNamed('node-persistence').readOnly()],
    ['a bucket that is denied', ({ bucket }) => bucket.deny()],
    ['throttling', ({ bucket }) => bucket.throttle()],
    ['a key that is disabled', ({ key }) => key.disable()],
  ],
  Consolidated: [
    ['no server', ({ database }) => database.stop()],
    ['a bucket with a rotated key', ({ bucket }) => bucket.rotateSecret()],
    ['a key that waits for its deletion', ({ key }) => key.scheduleDeletion()],
    ['a key that may not sign', ({ key }) => key.denySign('own')],
  ],
};

describe.each<TopologyName>(['Umbrella', 'Split', 'Consolidated'])('a %s installation', (topology) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await startScene({ topology, configured: true }, { podSecrets: 'all' });
    const { stack } = scene;
    const spec = common(topology, stack);
    await stack.admin.create(healthReport(stack.namespace, 'recognize', { ...spec, ...written(topology, stack) }));
    await stack.admin.create(healthReport(stack.namespace, EMPTY, spec));
    const { out, err, code } = await command(
      'init',
      '--kubeconfig',
      stack.kubeconfig.adminFile,
      '-n',
      stack.namespace,
      '--name',
      DRAFTED,
    );
    expect(code, `${err}\n${out}`).toBe(0);
    const drafted = parse(out) as { spec: Record<string, unknown> };
    await stack.admin.create(healthReport(stack.namespace, DRAFTED, { ...spec, ...drafted.spec }));
  });
  afterAll(() => scene.close());

  const all = async (): Promise<readonly [HealthReportStatus, object, object]> => {
    const [hand, empty, drafted] = await Promise.all([scene.run(), scene.run(EMPTY), scene.run(DRAFTED)]);
    return [hand, digest(empty), digest(drafted)];
  };

  it('is healthy by an empty spec as by a written one, and says where each backend was found', async () => {
    const [hand, empty, drafted] = await all();
    expect(hand.verdict, tell(hand)).toBe('Healthy');
    expect(empty).toEqual(digest(hand));
    expect(drafted).toEqual(digest(hand));
    expect(conditionOf(hand, 'Upgradeable'), tell(hand)).toBe('True/Upgradeable');
    const { inventory = [] } = await scene.status(EMPTY);
    const found = inventory.filter(({ origin }) => origin !== undefined);
    expect(found.map(({ component }) => component).sort()).toEqual([
      ...scene.stack.databases.map(() => 'database'),
      ...(topology === 'Umbrella' ? [] : ['key-management']),
      'object-storage',
    ]);
    for (const { origin } of found) expect(origin).toMatch(/^Deployment [\w-]+, /);
  });

  it.each(MATRIX[topology])('says the same in every form of %s', async (_, breaks) => {
    // The hand-written report recovers before the next row.
    await scene.during(breaks(scene.stack), async () => {
      // Some faults count from the second run on.
      await all();
      const [hand, empty, drafted] = await all();
      expect(hand.verdict, tell(hand)).not.toBe('Healthy');
      expect(empty).toEqual(digest(hand));
      expect(drafted).toEqual(digest(hand));
    });
    await scene.runUntil(({ verdict }) => verdict === 'Healthy', 20, EMPTY);
    await scene.runUntil(({ verdict }) => verdict === 'Healthy', 20, DRAFTED);
  });
});

describe('a service that moves to another database', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene({ configured: true }, { podSecrets: 'all' });
    const { stack } = scene;
    const spec = common('Split', stack);
    await stack.admin.create(healthReport(stack.namespace, 'recognize', { ...spec, ...written('Split', stack) }));
    // Nobody asks this one for a run: it has an interval of its own.
    await stack.admin.create(healthReport(stack.namespace, EMPTY, { ...spec, interval: '10s' }));
    await scene.run();
    await scene.until(({ verdict }) => verdict === 'Healthy', EMPTY);
  });
  afterAll(() => scene.close());

  it('is followed by an empty spec within an interval, and told of by a written one in the next run', async () => {
    const back = await scene.stack.service('node-persistence').configure({ variables: { DB_PORT: '1' } });
    try {
      const id = 'database/node-persistence/connect';
      // The service itself is still well: its simulation has not moved. A run may come while its pods are written.
      const empty = await scene.until(
        ({ checks = [] }) => checks.some((check) => check.id === id && check.fault === 'UnreachableFromChecker'),
        EMPTY,
      );
      expect(checkOf(empty, id).message).toContain(':1 ');
      const hand = await scene.run();
      expect(checkOf(hand, id)).toMatchObject({ result: 'pass' });
      const drift = (hand.checks ?? []).filter(({ fault }) => fault === 'TargetDrifted');
      expect(
        drift.map(({ component }) => component),
        tell(hand),
      ).toEqual(['node-persistence']);
      expect(conditionOf(hand, 'Upgradeable')).toMatch(/^Unknown/);
    } finally {
      await back();
    }
  });
});

describe('an operator that does not use the Secrets of pods', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene({ configured: true }, { podSecrets: 'none' });
    await scene.stack.admin.create(healthReport(scene.stack.namespace, EMPTY, common('Split', scene.stack)));
  });
  afterAll(() => scene.close());

  it('says what answers, what is needed for more, and lets no gate pass', async () => {
    const status = await scene.run(EMPTY);
    for (const [id, words] of [
      ['database/node-persistence/connect', /^accepts connections; Secret database-node-persistence/],
      ['object-storage/circuits/reach', /nobody signed/],
      ['key-management/signing/state', /nobody signed/],
    ] as const) {
      const check = checkOf(status, id);
      expect(check).toMatchObject({ result: 'skip', fault: 'SecretNotRead' });
      expect(check.message).toMatch(words);
    }
    expect(checkOf(status, 'database/node-persistence/certificate').result).toBe('pass');
    expect(conditionOf(status, 'Upgradeable')).toMatch(/^Unknown/);
    expect(JSON.stringify(status)).not.toContain(scene.stack.planted[1]);
  });

  it('still tells a server that is gone', async () => {
    const mend = await scene.stack.databaseNamed('node-persistence').stop();
    try {
      const status = await scene.run(EMPTY);
      expect(checkOf(status, 'database/node-persistence/connect')).toMatchObject({
        result: 'fail',
        fault: 'DatabaseUnreachable',
      });
    } finally {
      await mend();
    }
  });
});
