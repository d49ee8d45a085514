// Conditions of the checks of databases that nothing else would notice missing: each was taken away once.
import { describe, expect, it } from 'vitest';
import { databaseCertificate } from '../../../src/checks/database/certificate.ts';
import { databaseConnect } from '../../../src/checks/database/connect.ts';
import { connections } from '../../../src/questions/database/connections.ts';
import { replication as replicationQuestion } from '../../../src/questions/database/replication.ts';
import { databaseStatements } from '../../../src/checks/database/statements.ts';
import { upgradeHeadroom } from '../../../src/checks/database/upgrade-headroom.ts';
import { upgradeMigrations } from '../../../src/checks/database/upgrade-migrations.ts';
import { version } from '../../../src/questions/database/version.ts';
import { wraparound } from '../../../src/questions/database/wraparound.ts';
import { writable as writableQuestion } from '../../../src/questions/database/writable.ts';
import type { Answer, Check } from '../../../src/facts/answer.ts';
import type { DatabaseObserved, Visit } from '../../../src/facts/observed.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { DatabaseTarget } from '../../../src/facts/target.ts';
import type { Workload } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address, database, databaseSeen, healthyDatabase, NOW, service, workload } from './seen.ts';

const text = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
const ask = (
  check: Check<'database'>,
  changes: Partial<DatabaseObserved>,
  visits: readonly Visit[] = [],
  target?: Partial<DatabaseTarget>,
): string => text(check.ask(databaseSeen(healthyDatabase(changes), visits, database(target))));
const pods = (changes: Partial<Workload> = {}): Visit => ({
  kind: 'pods',
  target: service({ id: 'node-persistence', component: 'node-persistence' }),
  observed: { workload: ok(workload({ maxSurge: 0, ...changes })) },
});
const own = { usedBy: ['node-persistence'] } as const;

it.each([connections.check, version.check, databaseStatements])('$question hands on why it has no answer', (check) => {
  expect(ask(check, { [check.question]: failed('DatabaseTimeout', literal('why')) })).toBe('DatabaseTimeout: why');
});

it('servers that are not alike are no connection', () => {
  expect(ask(databaseConnect, { mixed: literal('a is a primary, b is another') })).toBe(
    'DatabaseHostsMixed: a is a primary, b is another',
  );
});

describe('a role whose sessions are read-only', () => {
  it('is named, and fails though the server itself takes writes', () => {
    const writable = ok({ inRecovery: false, readOnly: false, readOnlyRole: 'app' });
    expect(ask(writableQuestion.check, { writable })).toMatch(/^DatabaseReadOnly: .* for role app/);
  });
});

it('a certificate has ended at the moment of its end', () => {
  const connect = (end: string) => ({ connect: ok({ encrypted: true, certificateNotAfter: end }) });
  expect(ask(databaseCertificate, connect(NOW.toISOString()))).toContain('ended on');
  expect(ask(databaseCertificate, connect(new Date(NOW.getTime() + 1).toISOString()))).toContain('ends on');
});

it('no standby is none that lags, whatever the numbers say', () => {
  const replication = ok({ standbys: 0, gone: 0, lagMs: 3_600_000, lagBytes: 1e12 });
  expect(ask(replicationQuestion.check, { replication })).toMatch(/^pass: /);
});

it('statements are not asked about where no pooler was met', () => {
  expect(ask(databaseStatements, {})).toMatch(/^NotAsked: /);
});

describe('pools', () => {
  it('of services without pods are no part of the sum', () => {
    const visits = [pods({ desired: 0, pods: [] })];
    expect(ask(connections.check, {}, visits, own)).not.toContain('services');
    expect(
      ask(connections.check, {}, [pods(), { ...visits[0]!, target: service({ id: 'circuit-storage' }) } as Visit], {
        usedBy: ['node-persistence', 'circuit-storage'],
      }),
    ).toContain('4 (connections) * 3 (pods) * 1 (services) = 12');
  });

  it('are compared with the clients of a pooler only where there is one', () => {
    const seen = { connections: ok({ max: 100, reserved: 3, used: 1 }) };
    expect(ask(connections.check, seen, [pods()], { ...own, poolerClients: 10 })).toMatch(/^pass: /);
    expect(ask(connections.check, seen, [pods()], { ...own, pooler: true, poolerClients: 10 })).toMatch(
      /^ConnectionBudgetExceeded: .*10 clients of the pooler/,
    );
  });
});

describe('headroom', () => {
  const limited = (used: number): string =>
    ask(
      upgradeHeadroom,
      {
        connections: ok({ max: 100, reserved: 3, used: 20, limits: [{ whose: literal('role app'), most: 20, used }] }),
      },
      [pods({ maxSurge: 1 })],
      own,
    );

  it('is there up to the very limit of a role', () => {
    expect(limited(16)).toMatch(/^pass: /);
    expect(limited(17)).toMatch(/^UpgradeHeadroomMissing: .*above the 20 that role app may have/);
  });

  it('counts a pool as the spec has it where the meters show none', () => {
    const meters: Visit = {
      kind: 'meters',
      target: service({ id: 'node-persistence', component: 'node-persistence' }),
      observed: {
        answers: [
          {
            address: address(),
            pools: ok({ pending: 0, pools: [] }),
            latency: failed('NotAsked', literal('x')),
            errors: failed('NotAsked', literal('x')),
          },
        ],
      },
    };
    const seen = { connections: ok({ max: 100, reserved: 3, used: 20 }) };
    expect(ask(upgradeHeadroom, seen, [pods({ maxSurge: 1 }), meters], own)).toContain('adds 4 (connections)');
  });
});

it('a migration that could not be asked about keeps a fault of its own', () => {
  expect(ask(upgradeMigrations, { migrating: failed('InternalError', literal('why')) })).toBe('InternalError: why');
});

it.each<[string, Check<'database'>, Partial<DatabaseObserved>]>([
  ['version', version.check, { version: ok({ number: 160_000, text: 'v'.repeat(500) }) }],
  ['name', wraparound.check, { wraparound: ok({ database: 'd'.repeat(500), age: 1.9e9, freezeMaxAge: 2e8 }) }],
])('a %s that goes on and on is cut', (_, check, changes) => {
  expect(ask(check, changes).length).toBeLessThan(180);
});
