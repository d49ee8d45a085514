// What else happens around an upgrade: changes that are no mistake and must not be told as one, and mistakes that look like
// none. What diff, gate --after and gate --way-back say of each.
import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { compareReports } from '../../../src/gate/compare.ts';
import { judgeWayBack } from '../../../src/gate/way-back.ts';
import { renderDiff } from '../../../src/output/diff.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { afterRuns, flat, FORWARD, history, installed, play, WELL } from './upgrades.ts';
import { edit, WHOLE, type Situation } from './world.ts';

const AT = '2026-11-23T10:05';
const row = (key: string, checksum: number | null = 7): object => ({ key, checksum, at: AT });
/** Flyway's table, of every schema that has one. */
const table = (...applied: readonly object[]): Pick<Situation, 'sql'> => ({
  sql: { ...history([]), last_failed: ok([{ failed: 0, last_failed: null, version: '41', applied }]) },
});
const OLD = table(row('1'), row('41'));
const stable = (usual: string): string => usual.replace(/:[^:]*$/, ':stable');
const digest = (letter: string): Required<Pick<Situation, 'objects'>> => ({
  objects: edit('Pod', undefined, (pod) => {
    for (const status of (pod['status'] as { containerStatuses: { imageID: string }[] }).containerStatuses)
      status.imageID = `registry.example/any@sha256:${letter.repeat(64)}`;
  }),
});
/** A kubelet that tells no digest. */
const UNTOLD = digest('');

interface Story {
  readonly before?: Situation;
  readonly after: Situation;
  /** Exit code of diff, its reason, and words of the certificate. */
  readonly diff: readonly [exitCode: number, reason: string, ...says: string[]];
  /** Words that must not be in it. */
  readonly neverSays?: string;
  /** What gate --after does after two runs. */
  readonly afterwards: readonly ['end' | 'wait', says: string];
  /** What gate --way-back says first, or among the rest. */
  readonly wayBack: readonly [exitCode: number, says: string];
}

const WELL_AGAIN = 'All that was healthy is healthy again.';
const NO_SUCH_IMAGE = 'no ReplicaSet of core-daemon names core-daemon:1.2.5 any more';

const STORIES: Readonly<Record<string, Story>> = {
  'a repair that wrote the checksums of the new release': {
    before: { ...WELL, ...OLD },
    after: { ...FORWARD, ...table(row('1'), row('41', 8)) },
    diff: [0, 'NewWarnings', 'the checksum of migration 41 of database/main is another one: was it repaired?'],
    afterwards: ['end', 'was it repaired?'],
    wayBack: [3, 'the checksum of migration 41 of main is another one, and Flyway of the old release stops at that'],
  },
  'a migration out of order': {
    before: { ...WELL, ...OLD },
    after: { ...FORWARD, ...table(row('1'), row('40.1'), row('41')) },
    diff: [0, 'AsGoodAsBefore', 'database/main is at migration 41 as before, and 40.1 came besides.'],
    afterwards: ['end', WELL_AGAIN],
    wayBack: [3, 'migration 40.1 is applied to the schema of main out of order'],
  },
  'a repeatable migration that ran again': {
    before: { ...WELL, ...table(row('1'), row('41'), row('R:views')) },
    after: { ...FORWARD, ...table(row('1'), row('41'), row('R:views', 8)) },
    diff: [0, 'AsGoodAsBefore'],
    neverSays: 'Moved',
    afterwards: ['end', WELL_AGAIN],
    wayBack: [5, NO_SUCH_IMAGE],
  },
  'a schema that began with a baseline': {
    before: { ...WELL, ...table(row('41', null)) },
    after: { ...FORWARD, ...table(row('41', null), row('42')) },
    diff: [0, 'AsGoodAsBefore', 'database/main went from migration 41 to 42.'],
    afterwards: ['end', WELL_AGAIN],
    wayBack: [3, 'migration 42 is applied to the schema of main'],
  },
  'a second schema with a table of its own': {
    before: { ...WELL, ...OLD },
    after: { ...FORWARD, ...table(row('app/1'), row('app/41'), row('audit/1')) },
    diff: [0, 'AsGoodAsBefore', 'database/main is at migration app/41 as before, and audit/1 came besides.'],
    neverSays: 'another database',
    afterwards: ['end', WELL_AGAIN],
    wayBack: [3, 'migration audit/1 is applied to the schema of main'],
  },
  'a second schema that is gone': {
    before: { ...WELL, ...table(row('app/1'), row('app/41'), row('audit/1')) },
    after: { ...FORWARD, ...OLD },
    diff: [3, 'Worse', 'database/main does not hold migration audit/1 any more'],
    afterwards: ['end', 'Waiting does not mend this: database/main does not hold migration audit/1 any more'],
    wayBack: [3, 'migration audit/1 of main is not applied any more'],
  },
  'two schemas of another database': {
    before: { ...WELL, ...OLD },
    after: { ...FORWARD, ...table(row('x/7'), row('y/8')) },
    diff: [3, 'Worse', 'database/main does not hold migration 1, 41 any more: it is another database'],
    afterwards: ['end', 'does not hold migration 1, 41 any more'],
    wayBack: [3, 'migration 1, 41 of main is not applied any more'],
  },
  'more migrations than are kept': {
    before: { ...WELL, ...OLD },
    after: { ...FORWARD, ...table(...Array.from({ length: 201 }, (_, index) => row(String(index + 1)))) },
    diff: [0, 'NewWarnings', 'whether database/main still holds its migrations is not known: more than 200 migrations'],
    afterwards: ['end', 'whether database/main still holds its migrations is not known'],
    wayBack: [5, 'the migrations of database/main cannot be read: more than 200 migrations'],
  },
  'pods of both versions': {
    after: {
      ...FORWARD,
      made: installed('1.2.5', {
        'auth-vault': {
          trouble: { kind: 'RolloutInProgress', image: 'registry.example/recognize/auth-vault:1.3.0' },
        },
      }),
    },
    diff: [3, 'Worse', 'upgrade/auth-vault/rollout: pass → fail UpgradeRolloutUnfinished'],
    afterwards: ['wait', 'not yet: Deployment auth-vault: 1 of 2 replicas are updated'],
    wayBack: [3, 'migration 42 is applied'],
  },
  'more replicas': {
    after: { ...FORWARD, made: installed('1.3.0', { 'auth-vault': { replicas: 3 } }) },
    diff: [0, 'AsGoodAsBefore'],
    afterwards: ['end', WELL_AGAIN],
    wayBack: [3, 'migration 42 is applied'],
  },
  'a bucket that was replaced': {
    after: { ...FORWARD, ...OLD, spec: { buckets: [{ ...WHOLE.buckets[0], bucket: 'circuits-2' }] } },
    before: { ...WELL, ...OLD },
    diff: [0, 'NewWarnings', 'object-storage/circuits is at circuits-2 eu-west-1 now, and was at circuits eu-west-1'],
    afterwards: ['end', 'is it the same data?'],
    wayBack: [3, 'object-storage/circuits is at circuits-2 eu-west-1 now and was at circuits eu-west-1'],
  },
  'a bucket that the report calls otherwise': {
    before: { ...WELL, ...OLD },
    after: { ...FORWARD, ...OLD, spec: { buckets: [{ ...WHOLE.buckets[0], name: 'blobs' }] } },
    diff: [5, 'LostSight', 'object-storage/circuits/list: pass → not asked'],
    afterwards: ['wait', 'have no answer now: that is no fix'],
    wayBack: [5, 'the address of object-storage/circuits is not known any more'],
  },
  'another image under the same tag': {
    before: { ...WELL, ...OLD, made: installed('1.2.5', {}, stable), ...digest('a') },
    after: { ...FORWARD, ...OLD, made: installed('1.3.0', {}, stable), ...digest('b') },
    diff: [0, 'AsGoodAsBefore', 'auth-vault runs another image under auth-vault:stable than before.'],
    neverSays: 'was the upgrade applied',
    afterwards: ['end', WELL_AGAIN],
    wayBack: [3, 'core-daemon:stable is another image now (sha256:bbbbbbbbbbbbbbbb…, was sha256:aaaaaaaaaaaaaaaa…)'],
  },
  'a tag without a digest': {
    before: { ...WELL, ...OLD, made: installed('1.2.5', {}, stable), ...UNTOLD },
    after: { ...FORWARD, ...OLD, made: installed('1.3.0', {}, stable), ...UNTOLD },
    diff: [0, 'AsGoodAsBefore'],
    afterwards: ['end', 'No image has another name than before: was the upgrade applied?'],
    wayBack: [5, 'whether core-daemon:stable is the image that it was is not known'],
  },
  'nothing at all': {
    before: { ...WELL, ...OLD },
    after: { ...WELL, ...OLD },
    diff: [0, 'AsGoodAsBefore'],
    neverSays: 'Moved',
    afterwards: ['end', 'was the upgrade applied?'],
    wayBack: [0, 'Reversible by helm rollback'],
  },
  'a Secret with the same value written again': {
    before: { ...WELL, ...OLD },
    after: { ...WELL, ...OLD, versions: { database: '9', aws: '4' } },
    diff: [0, 'AsGoodAsBefore'],
    afterwards: ['end', WELL_AGAIN],
    wayBack: [0, 'Secret database, written since'],
  },
  'a Secret of another name': {
    before: { ...WELL, ...OLD },
    after: { ...WELL, ...OLD, versions: { 'database-v2': '9', aws: '4' } },
    diff: [0, 'AsGoodAsBefore'],
    afterwards: ['end', WELL_AGAIN],
    wayBack: [5, 'Secret database is not read any more, so nobody knows whether it is still there.'],
  },
  'other nodes': {
    after: {
      ...FORWARD,
      objects: edit('Pod', undefined, (pod) => {
        (pod['spec'] as { nodeName: string }).nodeName = 'of-another-pool';
      }),
    },
    diff: [0, 'AsGoodAsBefore'],
    afterwards: ['end', WELL_AGAIN],
    wayBack: [3, 'migration 42 is applied'],
  },
  'a workload that is gone': {
    after: { ...FORWARD, objects: (all) => all.filter(({ metadata }) => !metadata.name.startsWith('auth-vault')) },
    diff: [3, 'Worse', 'auth-vault/workload: pass → fail ServiceMissing'],
    afterwards: ['wait', 'the rollout is done; 1 check fails now'],
    wayBack: [3, 'migration 42 is applied'],
  },
  'a service that was left at no replica': {
    after: { ...FORWARD, made: installed('1.3.0', { 'auth-vault': { replicas: 0 } }) },
    diff: [3, 'Worse', 'auth-vault/workload: pass → fail ScaledToZero'],
    afterwards: ['wait', 'the rollout is done; 1 check fails now'],
    wayBack: [3, 'migration 42 is applied'],
  },
  'a login of the report alone that the database does not take': {
    after: { ...FORWARD, connect: failed('DatabaseAuthenticationFailed', literal('password authentication failed')) },
    diff: [5, 'LostSight', 'database/main/connect: pass → error DatabaseMonitorRefused'],
    afterwards: ['wait', 'the rollout is done; 14 checks have no answer now'],
    wayBack: [5, 'the migrations of database/main cannot be read'],
  },
  'a release that keeps ending though its schema is well': {
    after: {
      ...FORWARD,
      made: installed('1.3.0', {
        'auth-vault': {
          image: 'registry.example/recognize/auth-vault:1.2.5',
          trouble: { kind: 'RolloutCrashing', image: 'registry.example/recognize/auth-vault:1.3.0' },
        },
      }),
    },
    diff: [3, 'Worse', 'auth-vault/workload: pass → warn PodCannotStart'],
    afterwards: ['end', 'Waiting does not mend this: auth-vault/workload PodCannotStart'],
    wayBack: [3, 'migration 42 is applied'],
  },
};

describe('around an upgrade', () => {
  it.each(Object.entries(STORIES))('%s', async (_, { before = WELL, after, diff, neverSays, afterwards, wayBack }) => {
    const first = await play(before, 0);
    expect(first.examined.gate.exitCode, first.examined.gate.message).toBe(0);
    const run = await play(after, 10, first);
    const comparison = compareReports(first.kept, run.kept);
    const certificate = flat(renderDiff([comparison]));
    expect([comparison.exitCode, comparison.reason], certificate).toEqual(diff.slice(0, 2));
    for (const words of diff.slice(2)) expect(certificate).toContain(words);

    const step = afterRuns(first, [run, await play(after, 11, run)]);
    const said = step.kind === 'end' ? step.comparison.message : step.message;
    expect([step.kind, said]).toEqual([afterwards[0], expect.stringContaining(afterwards[1])]);
    if (neverSays !== undefined) expect(`${certificate} ${said.replace(WELL_AGAIN, '')}`).not.toContain(neverSays);

    const { exitCode, message, obstacles, unknown, same } = judgeWayBack(first.kept, run.kept);
    expect([exitCode, [message, ...obstacles, ...unknown, ...same].join('\n')]).toEqual([
      wayBack[0],
      expect.stringContaining(wayBack[1]),
    ]);
  });
});
