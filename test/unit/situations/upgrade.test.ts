// An upgrade from 1.2.5 to 1.3.0, forward and back, as it goes well and with each of eight mistakes: what the gate says
// before, what diff, gate --after and gate --way-back say after it, and that all is well when it was taken back.
import { describe, expect, it } from 'vitest';
import { compareReports } from '../../../src/gate/compare.ts';
import { judgeWayBack } from '../../../src/gate/way-back.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { renderDiff } from '../../../src/output/diff.ts';
import { jsonBytes } from '../../../src/report/index.ts';
import type { WorkloadOptions } from '../../stack/recognize/workload-options.ts';
import {
  afterRuns,
  flat,
  FORWARD,
  history,
  installed,
  NEW_SCHEMA,
  OLD_SCHEMA,
  play,
  SECRETS,
  WELL,
  type Played,
  type Release,
} from './upgrades.ts';
import { edit, INSTALLED, WHOLE, type Situation } from './world.ts';

const TARGET = { upgrade: { targetVersion: '1.3.0' } };

interface Mistake {
  /** The moment before, with the mistake in it as far as anybody can see it. */
  readonly before?: Situation;
  /** What the gate says then. */
  readonly gate: readonly [exitCode: number, says: string];
  readonly after: Situation;
  /** What diff says: exit code, and words of the certificate. */
  readonly diff: readonly [exitCode: number, ...says: string[]];
  /** What gate --after says after two runs: `end` at once, or what it waits for. */
  readonly afterwards: readonly ['end' | 'wait', says: string];
  /** What gate --way-back says beside the migration that every upgrade brings. */
  readonly wayBack?: string;
  /** What stands first under the root cause. */
  readonly moved?: string;
}

const image = (service: string, release: Release): string => `registry.example/recognize/${service}:${release}`;
const OLD_KEYS = { 'application.yaml': 'configMap:\n  bucket:\n    name: circuits\n' };
const configured: WorkloadOptions = { trouble: { kind: 'Configured', configMap: OLD_KEYS } };
const used = (connections: number): NonNullable<Situation['sql']> => ({
  superuser_reserved_connections: ok([{ max: 100, reserved: 3, used: connections, pid: 7 }]),
});
const POOLS = { databases: [{ ...WHOLE.databases[0], poolSize: 20 }] };
const IMAGES = 'images of auth-vault, circuit-storage, core-daemon and 3 more 1.2.5 → 1.3.0';

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'an old key name': {
    before: { ...WELL, spec: TARGET, made: installed('1.2.5', { 'circuit-storage': configured }) },
    gate: [3, 'UpgradeKeysRenamed: 1.3.0 does not read configMap.bucket.name → cloudAwsS3BucketName'],
    after: { ...FORWARD, spec: TARGET, made: installed('1.3.0', { 'circuit-storage': configured }) },
    diff: [3, 'What spoke against the upgrade before has come true', 'Worse (1) upgrade/circuit-storage/renamed-keys'],
    afterwards: ['end', 'Waiting does not mend this: upgrade/circuit-storage/renamed-keys UpgradeKeysRenamed'],
  },
  'a failed migration': {
    // What a release brings is in its image: nobody can see it before.
    gate: [0, ''],
    after: {
      made: installed('1.3.0', {
        'node-persistence': {
          image: image('node-persistence', '1.2.5'),
          trouble: { kind: 'RolloutCrashing', image: image('node-persistence', '1.3.0') },
        },
      }),
      sql: history(OLD_SCHEMA, '42 add index'),
      ...SECRETS,
    },
    diff: [3, 'database/main/migrations: pass → fail DatabaseMigrationFailed', 'keeps ending'],
    afterwards: ['end', 'Waiting does not mend this: database/main/migrations DatabaseMigrationFailed'],
    wayBack: 'a migration failed in main, and Flyway of no release goes on before that is repaired',
    moved: IMAGES,
  },
  'an old image': {
    gate: [0, ''],
    after: { ...FORWARD, made: installed('1.3.0', { 'auth-vault': { image: image('auth-vault', '1.2.5') } }) },
    diff: [0, 'auth-vault still runs auth-vault:1.2.5, while 5 others went from 1.2.5 to 1.3.0: was it left out?'],
    afterwards: ['end', 'auth-vault still runs auth-vault:1.2.5'],
  },
  'an image that cannot be pulled': {
    gate: [0, ''],
    after: { ...FORWARD, made: installed('1.3.0', { 'auth-vault': { trouble: { kind: 'ImagePullBackOff' } } }) },
    diff: [3, 'auth-vault/workload: pass → fail ImagePullFailed', 'Lost out of sight (1) auth-vault/health'],
    afterwards: ['end', 'Waiting does not mend this: auth-vault/workload ImagePullFailed'],
    moved: `${IMAGES}, migration of database/main 41 → 42`,
  },
  'a changed key': {
    gate: [0, ''],
    after: { ...FORWARD, kms: { publicKey: () => Promise.resolve(ok({ fingerprint: 'cd'.repeat(32) })) } },
    diff: [3, 'key-management/jwt/public-key: pass → fail KeyFingerprintChanged'],
    afterwards: ['end', 'Waiting does not mend this: key-management/jwt/public-key KeyFingerprintChanged'],
    wayBack: 'the key of key-management/jwt is another one',
    moved: `${IMAGES}, migration of database/main 41 → 42, public key of key-management/jwt sha256:abab`,
  },
  'a database that moved, and is another one': {
    gate: [0, ''],
    after: {
      ...FORWARD,
      secrets: { 'database/url': 'postgresql://app:pw@new-db.example:5432/main?sslmode=disable' },
      sql: history(['1', '42']),
    },
    diff: [
      3,
      'database/main does not hold migration 41 any more: it is another database, or an older state of it.',
      'database/main is at new-db.example:5432/main now, and was at db.example:5432/main',
    ],
    afterwards: ['end', 'Waiting does not mend this: database/main does not hold migration 41 any more'],
    wayBack: 'database/main is at new-db.example:5432/main now and was at db.example:5432/main',
  },
  'a database that moved with all it holds': {
    gate: [0, ''],
    after: { ...FORWARD, secrets: { 'database/url': 'postgresql://app:pw@new-db.example:5432/main?sslmode=disable' } },
    diff: [0, 'NewWarnings', 'is it the same data?'],
    afterwards: ['end', 'is it the same data?'],
    wayBack: 'the old settings lead to what has not been written since',
  },
  'too few connections': {
    before: { ...WELL, spec: POOLS, sql: { ...history(OLD_SCHEMA), ...used(80) } },
    gate: [
      3,
      'UpgradeHeadroomMissing: 80 in use, a rolling update adds 20 (connections) * 1 (surge pods) * 2 (services)',
    ],
    after: { ...FORWARD, spec: POOLS, sql: { ...history(NEW_SCHEMA), ...used(97) } },
    diff: [3, 'database/main/connections: warn DatabaseConnectionsHigh → fail DatabaseConnectionsExhausted'],
    // Connections may be given back when the old pods are gone.
    afterwards: ['wait', 'the rollout is done; 1 check fails now, and did not fail so before.'],
    moved: IMAGES,
  },
  'a PodDisruptionBudget that blocks': {
    before: { ...WELL, made: installed('1.2.5', { 'auth-vault': { trouble: { kind: 'EvictionBlocked' } } }) },
    gate: [0, 'UpgradeEvictionBlocked: PodDisruptionBudget auth-vault allows no eviction: 2 of 2 pods must stay'],
    // A drain during the rollout never ends: the old pod stays, the new one waits for its place.
    after: {
      ...FORWARD,
      made: installed('1.3.0', {
        'auth-vault': {
          image: image('auth-vault', '1.2.5'),
          trouble: { kind: 'RolloutInProgress', image: image('auth-vault', '1.3.0') },
          minAvailable: 2,
        },
      }),
    },
    diff: [3, 'As bad as before (1) upgrade/auth-vault/disruption-budget', 'upgrade/auth-vault/rollout: pass → fail'],
    afterwards: ['wait', 'not yet: Deployment auth-vault: 1 of 2 replicas are updated, 2 available'],
  },
  'a lost Secret': {
    before: { ...WELL, secrets: { 'database/url': undefined }, versions: { database: '', aws: '4' } },
    gate: [5, 'SecretKeyMissing: no such key'],
    after: {
      ...FORWARD,
      made: installed('1.3.0', { 'node-persistence': { trouble: { kind: 'MissingSecret' } } }),
      secrets: { 'database/url': undefined },
      versions: { database: '', aws: '4' },
    },
    diff: [3, 'node-persistence/workload: pass → fail ConfigurationMissing', 'waits for Secret node-persistence-db'],
    afterwards: ['end', 'Waiting does not mend this: node-persistence/workload ConfigurationMissing'],
    // Nobody could read its table, before or after.
    wayBack: '5',
  },
  'a Secret that is lost with the upgrade': {
    gate: [0, ''],
    after: { ...FORWARD, secrets: { 'database/url': undefined }, versions: { database: '', aws: '4' } },
    diff: [5, 'database/main/connect: pass → error SecretKeyMissing'],
    afterwards: ['end', 'Waiting does not mend this: database/main/connect SecretKeyMissing'],
    wayBack: 'Secret database is gone, and the old release reads it; put it back first.',
    moved: `${IMAGES}, Secret database is gone`,
  },
};

const saidBy = ({ examined: { gate } }: Played): string =>
  [...gate.blockers, ...gate.unanswered, ...gate.warnings]
    .map(({ fault, message }) => `${fault ?? ''}: ${message}`)
    .join('\n');

describe('an upgrade from 1.2.5 to 1.3.0', () => {
  it('goes forward, and the certificate says so; the schema alone does not go back', async () => {
    const first = await play(WELL, 0);
    expect(first.examined.gate.exitCode).toBe(0);
    const run = await play(FORWARD, 10, first);
    const comparison = compareReports(first.kept, run.kept);
    expect(comparison).toMatchObject({
      exitCode: 0,
      reason: 'AsGoodAsBefore',
      regressions: [],
      lostSight: [],
      gone: [],
    });
    expect(comparison.images).toHaveLength(INSTALLED.length);
    expect(comparison.moved.map(({ message }) => message)).toEqual(['database/main went from migration 41 to 42.']);
    expect(afterRuns(first, [run, await play(FORWARD, 11, run)])).toMatchObject({
      kind: 'end',
      comparison: { exitCode: 0 },
    });
    expect(judgeWayBack(first.kept, run.kept)).toMatchObject({
      exitCode: 3,
      message:
        'Not reversible by helm rollback alone: migration 42 is applied to the schema of main, which the old release does not know; restore main to before 2026-11-23T10:05 (its own clock).',
    });
    expect(jsonBytes(run.examined.status)).toBeLessThan(56 * 1024);
  });

  it('goes back where nothing was migrated, to images that ReplicaSets still name', async () => {
    const first = await play(WELL, 0);
    const withOld = (
      objects: Parameters<NonNullable<Situation['objects']>>[0],
    ): ReturnType<NonNullable<Situation['objects']>> => [
      ...objects,
      ...edit('ReplicaSet', undefined, (set) => {
        (set['metadata'] as { name: string; uid: string }).name += '-old';
        (set['metadata'] as { name: string; uid: string }).uid += '-old';
        const { template } = set['spec'] as { template: { spec: { containers: { image: string }[] } } };
        for (const container of template.spec.containers) container.image = container.image.replace('1.3.0', '1.2.5');
        set['spec'] = { ...(set['spec'] as object), replicas: 0 };
        set['status'] = { replicas: 0, observedGeneration: 1 };
      })(objects.filter(({ kind }) => kind === 'ReplicaSet')),
    ];
    const run = await play({ ...FORWARD, sql: history(OLD_SCHEMA), objects: withOld }, 10, first);
    expect(judgeWayBack(first.kept, run.kept)).toMatchObject({
      exitCode: 0,
      reason: 'Reversible',
      obstacles: [],
      unknown: [],
    });
    const back = await play(WELL, 20, run);
    expect(compareReports(run.kept, back.kept)).toMatchObject({ exitCode: 0, reason: 'AsGoodAsBefore' });
    expect(compareReports(first.kept, back.kept).images).toEqual([]);
  });

  describe.each(Object.entries(MISTAKES))('with %s', (_, mistake) => {
    const { before = WELL, gate, after, diff, afterwards, wayBack, moved } = mistake;

    it('is told before it hurts where that is possible, at once after it, and is over when it was taken back', async () => {
      const first = await play(before, 0);
      expect([first.examined.gate.exitCode, saidBy(first)]).toEqual([gate[0], expect.stringContaining(gate[1])]);

      const run = await play(after, 10, first);
      const comparison = compareReports(first.kept, run.kept);
      const certificate = flat(renderDiff([comparison]));
      for (const words of diff.slice(1)) expect(certificate).toContain(words);
      expect(comparison.exitCode, certificate).toBe(diff[0]);

      const step = afterRuns(first, [run, await play(after, 11, run)]);
      expect(step.kind).toBe(afterwards[0]);
      expect(step.kind === 'end' ? step.comparison.message : step.message).toContain(afterwards[1]);

      const answer = judgeWayBack(first.kept, run.kept);
      expect([answer.exitCode, ...answer.obstacles].join('\n')).toContain(wayBack ?? '3');
      // What moved stands first, and where nothing fails nothing is said.
      expect(run.examined.status.sinceHealthy ?? '').toContain(moved === undefined ? '' : `; since then: ${moved}`);
      expect(jsonBytes(run.examined.status)).toBeLessThan(56 * 1024);

      const back = await play(before, 20, run);
      expect(compareReports(first.kept, back.kept)).toMatchObject({
        exitCode: 0,
        regressions: [],
        lostSight: [],
        moved: [],
      });
    });
  });
});
