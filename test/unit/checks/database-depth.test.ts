// The questions to a database that go beyond "is it up", each at its boundaries.
import { describe, expect, it } from 'vitest';
import { activity } from '../../../src/questions/database/activity.ts';
import { credentials } from '../../../src/questions/database/credentials.ts';
import { migrations as migrationsQuestion } from '../../../src/questions/database/migrations.ts';
import { replication } from '../../../src/questions/database/replication.ts';
import { wraparound as wraparoundQuestion } from '../../../src/questions/database/wraparound.ts';
import type { Answer, Check } from '../../../src/facts/answer.ts';
import type { DatabaseObserved } from '../../../src/facts/observed.ts';
import type { DatabaseActivity } from '../../../src/questions/database/activity.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { databaseSeen, healthyDatabase, NOW } from './seen.ts';

const text = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
const ask = (check: Check<'database'>, changes: Partial<DatabaseObserved>): string =>
  text(check.ask(databaseSeen(healthyDatabase(changes))));

describe.each([
  activity.check,
  replication.check,
  wraparoundQuestion.check,
  migrationsQuestion.check,
  credentials.check,
])('$question', (check) => {
  it('passes where all is well', () => {
    expect(ask(check, {})).toMatch(/^pass: /);
  });

  it.each(['NotAsked', 'DatabasePrivilegeMissing', 'DatabaseTimeout'] as const)('hands %s on', (code) => {
    expect(ask(check, { [check.question]: failed(code, literal('why')) })).toBe(`${code}: why`);
  });
});

describe('activity', () => {
  const MINUTE = 60_000;
  it.each<[Partial<DatabaseActivity>, string]>([
    [{ longestLockWaitMs: 30_000 - 1, lockWaits: 1 }, 'pass: the longest transaction is 0ms old, 1 wait for a lock'],
    [
      { longestLockWaitMs: 30_000, lockWaits: 2 },
      'DatabaseLocksWaiting: 2 sessions wait for a lock, the longest for 30s',
    ],
    [{ longestIdleMs: 5 * MINUTE - 1 }, 'pass: the longest transaction is 0ms old, 0 wait for a lock'],
    [{ longestIdleMs: 5 * MINUTE }, 'DatabaseIdleInTransaction: a session has been idle in a transaction for 5m'],
    [{ longestTransactionMs: 10 * MINUTE - 1000 }, 'pass: the longest transaction is 9m 59s old, 0 wait for a lock'],
    [{ longestTransactionMs: 10 * MINUTE }, 'DatabaseTransactionLong: a transaction has been at work for 10m'],
    [
      { longestTransactionMs: 90 * MINUTE, longestIdleMs: 90 * MINUTE, longestLockWaitMs: MINUTE, lockWaits: 1 },
      'DatabaseLocksWaiting: 1 sessions wait for a lock, the longest for 1m',
    ],
  ])('%o', (changes, expected) => {
    const quiet = { longestTransactionMs: 0, longestIdleMs: 0, lockWaits: 0, longestLockWaitMs: 0 };
    expect(ask(activity.check, { activity: ok({ ...quiet, ...changes }) })).toBe(expected);
  });
});

describe('replication', () => {
  const MIB = 1024 * 1024;
  it.each([
    [0, 0, 0, 0, 'pass: no standby is connected'],
    [2, 0, 59_999, 255 * MIB, 'pass: 2 standbys, at most 59s and 255 MiB behind'],
    [2, 1, 0, 5 * MIB, 'pass: 2 standbys, at most 0ms and 5 MiB behind, and 1 is not connected'],
    [2, 0, 60_000, 0, 'DatabaseReplicationLagging: of 2 standbys the farthest is 1m and 0 MiB behind'],
    [1, 0, 0, 256 * MIB, 'DatabaseReplicationLagging: of 1 standbys the farthest is 0ms and 256 MiB behind'],
    [
      ...[3, 2, 0, 512 * MIB],
      'DatabaseReplicationLagging: of 3 standbys the farthest is 0ms and 512 MiB behind, and 2 are not connected',
    ],
  ] as [number, number, number, number, string][])(
    'of %d standbys, %d gone, %d ms and %d bytes behind',
    (standbys, gone, lagMs, lagBytes, expected) => {
      expect(ask(replication.check, { replication: ok({ standbys, gone, lagMs, lagBytes }) })).toBe(expected);
    },
  );
});

describe('wraparound', () => {
  it.each([
    [299_999_999, 200_000_000, 'pass'],
    [300_000_000, 200_000_000, 'DatabaseWraparoundNear'],
    [300_000_000, 100_000, 'DatabaseWraparoundNear'],
    [300_000_000, 400_000_000, 'pass'],
    [600_000_000, 400_000_000, 'DatabaseWraparoundNear'],
    [999_999_999, 2_000_000_000, 'pass'],
    [1_000_000_000, 2_000_000_000, 'DatabaseWraparoundNear'],
  ])('at an age of %d with autovacuum_freeze_max_age %d is %s', (age, freezeMaxAge, expected) => {
    const seen = ask(wraparoundQuestion.check, { wraparound: ok({ database: 'keylessd', age, freezeMaxAge }) });
    expect(seen.split(':')[0]).toBe(expected);
  });

  it('names the database, whichever of the server it is', () => {
    const wraparound = ok({ database: 'postgres', age: 1_073_741_824, freezeMaxAge: 200_000_000 });
    expect(ask(wraparoundQuestion.check, { wraparound })).toBe(
      'DatabaseWraparoundNear: database postgres: 1073741824 transactions are not frozen, 50 % of what there is',
    );
  });
});

describe('migrations', () => {
  it.each([
    [{ failed: 0 }, 'pass: no migration failed'],
    [{ failed: 0, version: '1.7' }, 'pass: no migration failed; the schema is at 1.7'],
    [{ failed: 1 }, 'DatabaseMigrationFailed: 1 migration of the schema failed'],
    [
      { failed: 2, version: '1.7', lastFailed: '1.8 add index' },
      'DatabaseMigrationFailed: 2 migrations of the schema failed, the last one is 1.8 add index',
    ],
  ])('%o', (migrations, expected) => {
    expect(ask(migrationsQuestion.check, { migrations: ok(migrations) })).toBe(expected);
  });
});

describe('credentials', () => {
  const inDays = (days: number, ms = 0): string => new Date(NOW.getTime() + days * 86_400_000 + ms).toISOString();
  it.each([
    [30, 1, 'pass: the first password to end is that of np, on 2026-12-23'],
    [30, 0, 'DatabasePasswordExpiring: the password of role np ends on 2026-12-23'],
    [0, 1, 'DatabasePasswordExpiring: the password of role np ends on 2026-11-23'],
    [0, 0, 'DatabasePasswordExpiring: the password of role np ended on 2026-11-23: new connections are refused'],
    [-9, 0, 'DatabasePasswordExpiring: the password of role np ended on 2026-11-14: new connections are refused'],
  ])('that end in %d days and %d ms', (days, ms, expected) => {
    expect(ask(credentials.check, { credentials: ok({ role: 'np', validUntil: inDays(days, ms) }) })).toBe(expected);
  });
});
