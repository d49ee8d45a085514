// What a database says before an upgrade, each question at its boundaries.
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../src/checks/index.ts';
import { traits } from '../../../src/api/faults.ts';
import { activity as activityQuestion } from '../../../src/questions/database/activity.ts';
import { connections } from '../../../src/questions/database/connections.ts';
import { replication as replicationQuestion } from '../../../src/questions/database/replication.ts';
import { upgradeActivity } from '../../../src/checks/database/upgrade-activity.ts';
import { upgradeCredentials } from '../../../src/checks/database/upgrade-credentials.ts';
import { upgradeHeadroom } from '../../../src/checks/database/upgrade-headroom.ts';
import { upgradeMigrations } from '../../../src/checks/database/upgrade-migrations.ts';
import { upgradeReplication } from '../../../src/checks/database/upgrade-replication.ts';
import type { Answer, Check } from '../../../src/facts/answer.ts';
import type { DatabaseObserved, Visit } from '../../../src/facts/observed.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { DatabaseTarget } from '../../../src/facts/target.ts';
import type { Workload } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address, database, databaseSeen, healthyDatabase, NOW, service, workload } from './seen.ts';

const text = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
const ask = (check: Check<'database'>, changes: Partial<DatabaseObserved>): string =>
  text(check.ask(databaseSeen(healthyDatabase(changes))));

const quiet = { longestTransactionMs: 0, longestIdleMs: 0, lockWaits: 0, longestLockWaitMs: 0 };
const MINUTE = 60_000;
const MIB = 1024 * 1024;

describe.each([upgradeActivity, upgradeReplication, upgradeCredentials])('$question', (check) => {
  it('bears the name of the check whose observation it judges', () => {
    const twin = CHECKS.find(({ component, about, question }) =>
      component === undefined && about === 'database' ? question === check.question : false,
    );
    expect(twin?.feeds).toBe('Healthy');
    expect([check.component, check.feeds]).toEqual(['upgrade', 'Upgradeable']);
  });

  it.each(['DatabaseTimeout', 'DatabasePrivilegeMissing', 'NotAsked', 'DatabaseQueryFailed'] as const)(
    'says nothing of its own about %s',
    (code) => {
      expect(ask(check, { [check.question]: failed(code, literal('why')) })).toBe(
        `NotAsked: not judged, because database/keylessd/${check.question} has no answer`,
      );
    },
  );
});

describe('activity', () => {
  it.each([
    [{ longestLockWaitMs: 30_000 - 1, lockWaits: 1 }],
    [{ longestLockWaitMs: 30_000, lockWaits: 1 }],
    [{ longestIdleMs: 5 * MINUTE - 1 }],
    [{ longestIdleMs: 5 * MINUTE }],
    [{ longestTransactionMs: 10 * MINUTE - 1 }],
    [{ longestTransactionMs: 10 * MINUTE }],
  ])('blocks an upgrade exactly where health is warned: %o', (changes) => {
    const activity = ok({ ...quiet, ...changes });
    const [health, upgrade] = [ask(activityQuestion.check, { activity }), ask(upgradeActivity, { activity })];
    if (health.startsWith('pass')) expect(upgrade).toMatch(/^pass: /);
    else expect(upgrade).toBe(`UpgradeTransactionOpen:${health.slice(health.indexOf(':') + 1)}`);
  });

  it('finds what holds a migration up, and nothing in a quiet database', () => {
    expect(ask(upgradeActivity, { activity: ok(quiet) })).toMatch(/^pass: /);
    expect(ask(upgradeActivity, { activity: ok({ ...quiet, longestIdleMs: 6 * MINUTE }) })).toBe(
      'UpgradeTransactionOpen: a session has been idle in a transaction for 6m',
    );
    expect(traits('UpgradeTransactionOpen').result).toBe('fail');
  });
});

describe('replication', () => {
  it.each([
    [0, 90_000, 900 * MIB],
    [1, 60_000 - 1, 256 * MIB - 1],
    [1, 60_000, 0],
    [2, 0, 256 * MIB],
  ])(
    'of %d standbys, %d ms and %d bytes behind, blocks exactly where health is warned',
    (standbys, lagMs, lagBytes) => {
      const replication = ok({ standbys, gone: 0, lagMs, lagBytes });
      const [health, upgrade] = [
        ask(replicationQuestion.check, { replication }),
        ask(upgradeReplication, { replication }),
      ];
      if (health.startsWith('pass')) expect(upgrade).toMatch(/^pass: /);
      else expect(upgrade).toBe(`UpgradeStandbyBehind:${health.slice(health.indexOf(':') + 1)}`);
    },
  );
});

describe('credentials', () => {
  const DAY = 86_400_000;
  it.each([
    [30 * DAY + 1, 'pass: no password ends before 2026-12-23'],
    [30 * DAY, 'DatabasePasswordExpiring: the password of role np ends on 2026-12-23'],
    [DAY + 1, 'DatabasePasswordExpiring: the password of role np ends on 2026-11-24'],
    [DAY, 'UpgradePasswordEnding: the password of role np ends on 2026-11-24'],
    [1, 'UpgradePasswordEnding: the password of role np ends on 2026-11-23'],
    [0, 'UpgradePasswordEnding: the password of role np ended on 2026-11-23'],
    [-9 * DAY, 'UpgradePasswordEnding: the password of role np ended on 2026-11-14'],
  ])('that end in %d ms', (ms, expected) => {
    const validUntil = new Date(NOW.getTime() + ms).toISOString();
    expect(ask(upgradeCredentials, { credentials: ok({ role: 'np', validUntil }) })).toBe(expected);
  });

  it('without an end pass', () => {
    expect(ask(upgradeCredentials, {})).toBe('pass: no password has an end');
  });
});

describe('migrations', () => {
  it.each([
    [ok(false), 'pass: no migration is under way'],
    [ok(true), "UpgradeMigrationRunning: a session holds Flyway's lock"],
    [failed('NotAsked', literal('no connection')), 'NotAsked: no connection'],
    [failed('DatabasePrivilegeMissing', literal('no')), 'NotAsked: no'],
    [failed('DatabaseQueryFailed', literal('odd')), 'DatabaseQueryFailed: odd'],
    // A failure of the database is told by its own checks: here it must not be a cause of anything.
    [failed('DatabaseTimeout', literal('slow')), 'DatabaseQueryFailed: slow'],
  ])('%o', (migrating, expected) => {
    expect(ask(upgradeMigrations, { migrating })).toBe(expected);
  });

  it('leave what failed to the database', () => {
    expect(ask(upgradeMigrations, { migrations: ok({ failed: 2 }) })).toMatch(/^pass: /);
  });
});

describe('headroom', () => {
  const pods = (
    changes: Partial<Workload>,
    id: 'node-persistence' | 'circuit-storage' = 'node-persistence',
  ): Visit => ({
    kind: 'pods',
    target: service({ id, component: id }),
    observed: { workload: ok(workload(changes)) },
  });
  const meters = (id: 'node-persistence', max: number): Visit => ({
    kind: 'meters',
    target: service({ id, component: id }),
    observed: {
      answers: [
        {
          address: address(),
          pools: ok({ pending: 2, pools: [{ pool: 'HikariPool-1', active: max, max, pending: 2 }] }),
          latency: failed('MetricsNotReadable', literal('none')),
          errors: failed('MetricsNotReadable', literal('none')),
        },
      ],
    },
  });
  const other: Visit = {
    kind: 'database',
    target: database({ id: 'database/circuits', name: 'circuits', usedBy: ['circuit-storage'] }),
    observed: healthyDatabase(),
  };
  const headroom = (
    used: number,
    visits: readonly Visit[],
    changes: Partial<DatabaseTarget> = { usedBy: ['node-persistence'] },
  ): string =>
    text(
      upgradeHeadroom.ask(
        databaseSeen(healthyDatabase({ connections: ok({ max: 20, reserved: 3, used }) }), visits, database(changes)),
      ),
    );

  it.each([
    [13, 'pass: 13 in use, a rolling update adds 4 (connections) * 1 (surge pods) * 1 (services) = 4, 17 are usable'],
    [
      14,
      'UpgradeHeadroomMissing: 14 in use, a rolling update adds 4 (connections) * 1 (surge pods) * 1 (services) = 4: above the 17 usable of max_connections 20',
    ],
  ])('with %d of 17 in use', (used, expected) => {
    expect(headroom(used, [pods({})])).toBe(expected);
  });

  it('counts every database of the server, and no other', () => {
    const both = [pods({}), pods({}, 'circuit-storage'), other];
    expect(headroom(9, both)).toContain(
      'pass: 9 in use, a rolling update adds 4 (connections) * 1 (surge pods) * 2 (services) = 8',
    );
    expect(headroom(10, both)).toContain('UpgradeHeadroomMissing: ');
    const elsewhere = {
      ...other,
      target: database({ id: 'database/circuits', connection: failed('SecretMissing', literal('no')) }),
    };
    expect(headroom(10, [pods({}), pods({}, 'circuit-storage'), elsewhere])).toMatch(/^pass: /);
  });

  it('counts the surge of the strategy, and none of a workload at rest', () => {
    expect(headroom(6, [pods({ maxSurge: 3 })])).toContain(
      'UpgradeHeadroomMissing: 6 in use, a rolling update adds 4 (connections) * 3 (surge pods)',
    );
    expect(headroom(17, [pods({ maxSurge: 0 })])).toBe('pass: a rolling update adds no pod that would connect');
    expect(headroom(17, [pods({ desired: 0, maxSurge: 3 })])).toBe(
      'pass: a rolling update adds no pod that would connect',
    );
  });

  it('takes the size of a pool that was looked at before the one that is usual', () => {
    expect(headroom(8, [pods({}), meters('node-persistence', 10)])).toContain(
      'UpgradeHeadroomMissing: 8 in use, a rolling update adds 10 (connections)',
    );
    expect(headroom(14, [pods({}), meters('node-persistence', 2)])).toMatch(/^pass: /);
  });

  it('takes the pools that the topology knows where the spec names none', () => {
    expect(headroom(14, [pods({})], { usedBy: [], pooledBy: ['node-persistence'] })).toMatch(
      /^UpgradeHeadroomMissing: /,
    );
    expect(headroom(14, [pods({})], { usedBy: [] })).toMatch(/^NotAsked: .*usedBy/);
  });

  describe('behind a pooler', () => {
    const behind = (visits: readonly Visit[], changes: Partial<DatabaseTarget> = {}, pooled?: true): string => {
      const target = database({ usedBy: ['node-persistence'], ...changes });
      const observed = healthyDatabase({
        connections: ok({ max: 20, reserved: 3, used: 2 }),
        ...(pooled === undefined ? {} : { pooled }),
      });
      return text(upgradeHeadroom.ask(databaseSeen(observed, visits, target)));
    };

    it.each([
      ['that was noticed', {}, true],
      ['that the spec names', { pooler: true }, undefined],
    ] as const)('%s nothing is known without its limit', (_, changes, pooled) => {
      expect(behind([pods({})], changes, pooled)).toBe(
        'UpgradePoolerLimitUnknown: a rolling update adds 4 (connections) * 1 (surge pods) * 1 (services) = 4 clients of a pooler, whose limit is not seen from here: say it in poolerClients',
      );
      expect(traits('UpgradePoolerLimitUnknown').result).toBe('error');
    });

    it.each([
      [
        16,
        'pass: with a rolling update 4 (connections) * 4 (pods) * 1 (services) = 16, and the pooler takes 16 clients',
      ],
      [
        15,
        'UpgradeHeadroomMissing: with a rolling update 4 (connections) * 4 (pods) * 1 (services) = 16, and the pooler takes 15 clients',
      ],
    ])('with a limit of %d clients', (poolerClients, expected) => {
      expect(behind([pods({})], { poolerClients }, true)).toBe(expected);
    });

    it('health sums the pools up against that limit, and without one not at all', () => {
      const budget = (changes: Partial<DatabaseTarget>): string => {
        const target = database({ usedBy: ['node-persistence'], pooler: true, ...changes });
        const observed = healthyDatabase({ connections: ok({ max: 20, reserved: 3, used: 2 }) });
        return text(connections.check.ask(databaseSeen(observed, [pods({})], target)));
      };
      expect(budget({})).toMatch(/^pass: .* behind a pooler, so the pools of the services are not summed up/);
      expect(budget({ poolerClients: 16 })).toMatch(/^pass: /);
      expect(budget({ poolerClients: 15 })).toBe(
        'ConnectionBudgetExceeded: 4 (connections) * 4 (pods) * 1 (services) = 16 at most (autoscaling, surge), above the 15 clients of the pooler',
      );
    });

    it('nothing is asked where no pod is added', () => {
      expect(behind([pods({ maxSurge: 0 })], {}, true)).toMatch(/^pass: a rolling update adds no pod/);
    });
  });

  it('leaves it to `connections` to say why there is no answer', () => {
    expect(ask(upgradeHeadroom, { connections: failed('DatabaseTimeout', literal('slow')) })).toBe(
      'NotAsked: not judged, because database/keylessd/connections has no answer',
    );
  });
});
