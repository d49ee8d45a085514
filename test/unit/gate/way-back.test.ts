// Can the old release run again? Each of Flyway's rules, keys, Secrets, addresses and images, and what is not known.
import { describe, expect, it, test } from 'vitest';
import { encodeMigrations, type AppliedMigration } from '../../../src/api/migration-rows.ts';
import { openSnapshot, sealSnapshot, snapshotOf, type SnapshotReport } from '../../../src/gate/snapshot.ts';
import { judgeWayBack } from '../../../src/gate/way-back.ts';
import { plain } from '../../../src/output/columns.ts';
import { WAY_BACK_FORMATS } from '../../../src/output/way-back.ts';

type WayBack = NonNullable<SnapshotReport['wayBack']>;
type Migrations = WayBack['migrations'][number];

const DATABASE = 'database/node-persistence';
const OLD = { component: 'auth-vault', image: 'registry.example/auth-vault:1.2.5' };
const NEW = { component: 'auth-vault', image: 'registry.example/auth-vault:1.3.0' };

const row = (key: string, more: Partial<AppliedMigration> = {}): AppliedMigration => ({
  key,
  checksum: 7,
  at: '2026-01-01T08:00',
  ...more,
});
const rows = (...migrations: readonly (string | AppliedMigration)[]): Migrations => {
  const applied = encodeMigrations(migrations.map((one) => (typeof one === 'string' ? row(one) : one)));
  return { database: DATABASE, ...(applied === undefined ? {} : { applied }) };
};
const BEFORE = rows('1', '2', '41');

const SEEN = {
  'address/database/node-persistence': 'db:5432/np',
  'key/key-management/jwt': 'sha256:aaaa',
  'secret/node-persistence-db': '100',
  'configmap/auth-vault': '7',
};
const seen = (things: Readonly<Record<string, string | undefined>> = {}): WayBack['seen'] =>
  Object.entries<string | undefined>({ ...SEEN, ...things }).flatMap(([id, is]) =>
    is === undefined ? [] : [{ id, is }],
  );

function report(wayBack: Partial<WayBack> | undefined, more: Partial<SnapshotReport> = {}): SnapshotReport {
  return {
    namespace: 'recognize',
    name: 'prod',
    uid: 'u-1',
    lastRunTime: '2026-11-28T14:00:00Z',
    exitCode: 0,
    reason: 'Upgradeable',
    truncated: 0,
    checks: [],
    images: [OLD],
    ...(wayBack === undefined
      ? {}
      : {
          wayBack: {
            migrations: [BEFORE],
            images: [{ component: OLD.component, images: [OLD.image] }],
            seen: seen(),
            ...wayBack,
          },
        }),
    ...more,
  };
}

const BOTH = [{ component: OLD.component, images: [OLD.image, NEW.image] }];
const after = (wayBack: Partial<WayBack> | undefined, more: Partial<SnapshotReport> = {}): SnapshotReport =>
  report(wayBack && { images: BOTH, ...wayBack }, { lastRunTime: '2026-11-28T14:20:00Z', images: [NEW], ...more });
const judged = (wayBack: Partial<WayBack>, more: Partial<SnapshotReport> = {}): ReturnType<typeof judgeWayBack> =>
  judgeWayBack(report({}), after(wayBack, more));

const NEWER = row('42', { at: '2026-11-28T14:02' });

describe('the way back', () => {
  it('is open where nothing was migrated and all is there', () => {
    const answer = judged({});
    expect(answer).toMatchObject({ exitCode: 0, reason: 'Reversible', obstacles: [], unknown: [] });
    expect(answer.same).toContain('auth-vault:1.2.5, which a ReplicaSet still names');
  });

  it('says the sentence of whoever is called at night', () => {
    expect(judged({ migrations: [rows('1', '2', '41', NEWER)] })).toMatchObject({
      exitCode: 3,
      reason: 'NotReversible',
      message:
        'Not reversible by helm rollback alone: migration 42 is applied to the schema of node-persistence, which the old release does not know; restore node-persistence to before 2026-11-28T14:02 (its own clock).',
    });
  });

  test.each<[string, Partial<WayBack>, number, RegExp]>([
    [
      'several newer ones',
      { migrations: [rows('1', '2', '41', NEWER, row('42.1', { at: '2026-11-28T14:03' }), '43')] },
      3,
      /migration 42, 42\.1, 43 is applied .* before 2026-01-01T08:00/,
    ],
    [
      'one below what was known',
      { migrations: [rows('1', '2', '3', '41')] },
      3,
      /migration 3 is applied .* out of order, and Flyway of the old release stops/,
    ],
    [
      'another checksum',
      { migrations: [rows('1', row('2', { checksum: 8 }), '41')] },
      3,
      /checksum of migration 2 of node-persistence is another one/,
    ],
    ['a checksum that is gone', { migrations: [rows('1', { key: '2' }, '41')] }, 3, /checksum of migration 2/],
    [
      'one that is not there any more',
      { migrations: [rows('1', '2')] },
      3,
      /migration 41 of node-persistence is not applied any more/,
    ],
    [
      'a failed row',
      { migrations: [{ ...BEFORE, failed: 1 }] },
      3,
      /a migration failed in node-persistence, and Flyway of no release goes on/,
    ],
    [
      'a repeatable one that is new',
      { migrations: [rows('1', '2', '41', 'R:views')] },
      5,
      /repeatable migration views now/,
    ],
    [
      'a table that cannot be read',
      { migrations: [{ database: DATABASE, unread: 'DatabasePrivilegeMissing: GRANT SELECT is missing' }] },
      5,
      /cannot be read: DatabasePrivilegeMissing/,
    ],
    ['a text that is none', { migrations: [{ database: DATABASE, applied: '42' }] }, 5, /cannot be read/],
    ['a database that nobody examines', { migrations: [] }, 5, /database\/node-persistence is not examined any more/],
    [
      'a database that nobody examined',
      { migrations: [BEFORE, { ...BEFORE, database: 'database/new' }] },
      5,
      /database\/new was not examined before/,
    ],
    [
      'a Secret that is gone',
      { seen: seen({ 'secret/node-persistence-db': '' }) },
      3,
      /Secret node-persistence-db is gone, and the old release reads it/,
    ],
    [
      'a Secret that nobody reads',
      { seen: seen({ 'secret/node-persistence-db': undefined }) },
      5,
      /Secret node-persistence-db is not read any more/,
    ],
    ['a Secret that was written', { seen: seen({ 'secret/node-persistence-db': '200' }) }, 0, /^Reversible/],
    [
      'another key',
      { seen: seen({ 'key/key-management/jwt': 'sha256:bbbb' }) },
      3,
      /the key of key-management\/jwt is another one \(sha256:aaaa, now sha256:bbbb\)/,
    ],
    [
      'a key that cannot be read',
      { seen: seen({ 'key/key-management/jwt': undefined }) },
      5,
      /public key of key-management\/jwt could not be read/,
    ],
    [
      'a moved database',
      { seen: seen({ 'address/database/node-persistence': 'new:5432/np' }) },
      3,
      /is at new:5432\/np now and was at db:5432\/np/,
    ],
    [
      'an address that is not known',
      { seen: seen({ 'address/database/node-persistence': undefined }) },
      5,
      /address of database\/node-persistence is not known/,
    ],
    [
      'an old ReplicaSet that is gone',
      { images: [{ component: 'auth-vault', images: [NEW.image] }] },
      5,
      /no ReplicaSet of auth-vault names auth-vault:1\.2\.5 any more/,
    ],
    ['ReplicaSets that nobody read', { images: [] }, 5, /ReplicaSets of auth-vault name could not be read/],
  ])('past %s', (_, wayBack, exitCode, message) => {
    const answer = judged(wayBack);
    expect(answer.message).toMatch(message);
    expect(answer.exitCode).toBe(exitCode);
  });

  it('tells what is known besides what is not', () => {
    const answer = judged({
      migrations: [rows('1', '2', '41', NEWER)],
      seen: seen({ 'secret/node-persistence-db': '', 'key/key-management/jwt': undefined }),
    });
    expect([answer.exitCode, answer.obstacles.length, answer.unknown.length]).toEqual([3, 2, 1]);
    expect(answer.message).toMatch(/\(and 1 more\)$/);
  });

  it.each([
    ['before', report(undefined), after({}), 5, 'the run of 2026-11-28T14:00:00Z kept nothing'],
    ['now', report({}), after(undefined), 5, 'the run of now kept nothing'],
    ['of another report', report({}), after({}, { uid: 'u-2' }), 2, 'two reports of one name'],
    [
      'of the same run',
      report({}),
      after({}, { lastRunTime: '2026-11-28T14:00:00Z' }),
      2,
      'nothing was examined since',
    ],
  ])('without evidence %s is not open', (_, first, second, exitCode, words) => {
    const answer = judgeWayBack(first, second);
    expect(answer.exitCode).toBe(exitCode);
    expect(answer.message).toContain(words);
  });

  it('does not hold against the upgrade what was so before it', () => {
    const failed = { ...BEFORE, failed: 1 };
    const lost = seen({ 'secret/node-persistence-db': '' });
    expect(
      judgeWayBack(report({ migrations: [failed], seen: lost }), after({ migrations: [failed], seen: lost })).exitCode,
    ).toBe(0);
  });

  it('orders versions as Flyway does, and schemas by themselves', () => {
    const keys = ['a/1.9', 'a/1.10', 'b/7'];
    const before = report({ migrations: [rows(...keys)] });
    const told = (key: string): string => judgeWayBack(before, after({ migrations: [rows(...keys, key)] })).message;
    expect(told('a/1.11')).toContain('migration a/1.11 is applied to the schema of node-persistence, which');
    expect(told('a/1.9.5')).toContain('out of order');
    // Schema b stands at 7: there 2 is below.
    expect(told('b/2')).toContain('out of order');
    expect(told('b/8')).not.toContain('out of order');
  });

  it('outlives a file', () => {
    const opened = openSnapshot(sealSnapshot(snapshotOf([report({})], '1', new Date(0))), 'f', '1');
    expect(opened.ok && opened.snapshot.reports[0]).toEqual(report({}));
  });

  it('is told in every format', () => {
    const ways = { answers: [judged({ migrations: [rows('1', '2', '41', NEWER)] })], exitCode: 3 } as const;
    for (const [format, render] of Object.entries(WAY_BACK_FORMATS))
      expect(render(ways, plain, 100).replaceAll(/\s+/g, ' ').replaceAll('\\', ''), format).toContain(
        'migration 42 is applied',
      );
  });
});

describe('rows', () => {
  it('come back as they were, and too many of them not at all', () => {
    const some = [row('1'), row('2', { checksum: -2_147_483_648 }), { key: 'R:a, b|c' }, row('s/3')];
    expect(encodeMigrations(some)).toMatch(/^1\|7\|/);
    const many = Array.from({ length: 201 }, (_, index) => row(String(index)));
    expect(encodeMigrations(many)).toBeUndefined();
    expect(encodeMigrations(many.slice(0, 200))?.length).toBeLessThan(6_144);
  });
});
