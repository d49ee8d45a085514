// The questions to a database, answered from what was observed.
import { describe, expect, it } from 'vitest';
import { databaseConnect } from '../../../src/checks/database/connect.ts';
import { connections } from '../../../src/questions/database/connections.ts';
import { version } from '../../../src/questions/database/version.ts';
import { databaseStatements } from '../../../src/checks/database/statements.ts';
import { writable as writableQuestion } from '../../../src/questions/database/writable.ts';
import type { Answer, Check } from '../../../src/facts/answer.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { DatabaseObserved, Visit } from '../../../src/facts/observed.ts';
import type { Service } from '../../../src/api/components.ts';
import type { Workload } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { database, databaseSeen, healthyDatabase, pod, service, workload } from './seen.ts';

const text = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;

const ask = (check: Check<'database'>, changes: Partial<DatabaseObserved>, visits: readonly Visit[] = []): string =>
  text(check.ask(databaseSeen(healthyDatabase(changes), visits)));

describe('connect', () => {
  it.each<[string, Partial<DatabaseObserved>, string]>([
    ['over TLS', {}, 'pass: connects over TLS'],
    ['without TLS', { connect: ok({ encrypted: false }) }, 'pass: connects without TLS'],
    ['refused', { connect: failed('DatabaseUnreachable', literal('no')) }, 'DatabaseUnreachable: no'],
    ['for Oracle', { connect: failed('OracleNotProbed', literal('Oracle')) }, 'OracleNotProbed: Oracle'],
  ])('%s', (_, changes, expected) => {
    expect(ask(databaseConnect, changes)).toBe(expected);
  });
});

describe('writable', () => {
  it.each([
    [{ inRecovery: false, readOnly: false }, 'pass: takes writes'],
    [{ inRecovery: true, readOnly: false }, 'DatabaseReadOnly: the server is in recovery: it is a standby'],
    [
      { inRecovery: false, readOnly: true },
      'DatabaseReadOnly: default_transaction_read_only is on: new sessions cannot write',
    ],
  ])('%o', (writable, expected) => {
    expect(ask(writableQuestion.check, { writable: ok(writable) })).toBe(expected);
  });

  it('is not asked without a connection', () => {
    expect(ask(writableQuestion.check, { writable: failed('NotAsked', literal('no connection')) })).toBe(
      'NotAsked: no connection',
    );
  });
});

describe('version', () => {
  it.each([
    [140_000, '14.0', 'pass: PostgreSQL 14.0'],
    [180_001, '18.1 (Debian)', 'pass: PostgreSQL 18.1 (Debian)'],
    [130_023, '13.23', 'DatabaseVersionUnsupported: the server is PostgreSQL 13.23; the vendor supports 14 and newer'],
  ])('%d', (number, shown, expected) => {
    expect(ask(version.check, { version: ok({ number, text: shown }) })).toBe(expected);
  });
});

describe('a limit of a role or database', () => {
  const limited = (used: number): string =>
    ask(connections.check, {
      connections: ok({ max: 103, reserved: 3, used: 20, limits: [{ whose: literal('role app'), most: 20, used }] }),
    });

  it.each([
    [15, 'pass: 20 of 100'],
    [16, 'DatabaseConnectionsHigh: role app has 16 of the 20 connections'],
    [19, 'DatabaseConnectionsExhausted: role app has 19 of the 20 connections'],
  ])('with %i of 20 in use', (used, expected) => {
    expect(limited(used)).toContain(expected);
  });
});

describe('connections in use', () => {
  it.each([
    [79, 'pass: 79 of 100 connections are in use (max_connections 103)'],
    [80, 'DatabaseConnectionsHigh: 80 of 100 connections are in use (max_connections 103)'],
    [94, 'DatabaseConnectionsHigh: 94 of 100 connections are in use (max_connections 103)'],
    [95, 'DatabaseConnectionsExhausted: 95 of 100 connections are in use (max_connections 103)'],
    [103, 'DatabaseConnectionsExhausted: 103 of 100 connections are in use (max_connections 103)'],
  ])('%d of 100', (used, expected) => {
    expect(ask(connections.check, { connections: ok({ max: 103, reserved: 3, used }) })).toBe(expected);
  });

  it('are exhausted where none is left for applications', () => {
    expect(ask(connections.check, { connections: ok({ max: 3, reserved: 3, used: 0 }) })).toContain('Exhausted');
  });
});

describe('the connection budget', () => {
  const running = (id: Service, changes: Partial<Workload> = {}): Visit => ({
    kind: 'pods',
    target: service({ id, component: id }),
    observed: { workload: ok(workload({ maxSurge: 0, ...changes })) },
  });

  it("is the guide's example", () => {
    const visits = [running('node-persistence'), running('operations-service')];
    expect(ask(connections.check, {}, visits)).toBe(
      'pass: 12 of 97 connections are in use (max_connections 100); 4 (connections) * 3 (pods) * 2 (services) = 24',
    );
  });

  it('counts live pods, not those on their way out', () => {
    const pods = [pod('a'), pod('b', { terminating: true }), pod('c', { phase: 'Failed' })];
    expect(ask(connections.check, {}, [running('node-persistence', { pods })])).toContain(
      '4 (connections) * 1 (pods) * 1 (services) = 4',
    );
  });

  it('adds services of different sizes', () => {
    const visits = [running('node-persistence'), running('operations-service', { desired: 2 })];
    expect(ask(connections.check, {}, visits)).toContain('4 * 3 * 1 + 4 * 2 * 1 (connections * pods * services) = 20');
  });

  it('leaves out services that do not use the database, and those not seen', () => {
    expect(ask(connections.check, {}, [running('auth-vault')])).toBe(
      'pass: 12 of 97 connections are in use (max_connections 100)',
    );
  });

  it('is exceeded by what an autoscaler may ask for', () => {
    const autoscaler = { min: 1, max: 100 };
    const visits = [running('node-persistence', { autoscaler }), running('operations-service', { autoscaler })];
    expect(ask(connections.check, {}, visits)).toBe(
      'ConnectionBudgetExceeded: 4 (connections) * 100 (pods) * 2 (services) = 800 at most (autoscaling, surge), above the 97 usable of max_connections 100',
    );
  });

  it('is exceeded by a surge that the last slots cannot take', () => {
    const seen = { connections: ok({ max: 27, reserved: 3, used: 0 }) };
    const both = (maxSurge: number): readonly Visit[] => [
      running('node-persistence', { maxSurge }),
      running('operations-service', { maxSurge }),
    ];
    expect([ask(connections.check, seen, both(0)), ask(connections.check, seen, both(1))]).toEqual([
      expect.stringMatching(/^pass/) as string,
      expect.stringMatching(/^ConnectionBudgetExceeded.* = 32 at most/) as string,
    ]);
  });

  it('counts the pools of the other databases of the same server, each once', () => {
    const other = database({ id: 'database/circuits', name: 'circuits', usedBy: ['circuit-storage'] });
    const observed = healthyDatabase();
    const visits: readonly Visit[] = [
      { kind: 'database', target: other, observed },
      { kind: 'database', target: database(), observed },
      running('node-persistence'),
      running('circuit-storage'),
    ];
    expect(ask(connections.check, {}, visits)).toContain('4 (connections) * 3 (pods) * 2 (services) = 24');
  });

  it('leaves out the databases of another server', () => {
    const connection = database().connection;
    const elsewhere = connection.ok ? ok({ ...connection.value, host: 'other' }) : connection;
    const other = database({ id: 'database/circuits', connection: elsewhere, usedBy: ['circuit-storage'] });
    const visits: readonly Visit[] = [
      { kind: 'database', target: other, observed: healthyDatabase() },
      running('node-persistence'),
      running('circuit-storage'),
    ];
    expect(ask(connections.check, {}, visits)).toContain('* 1 (services) = 12');
  });
});

describe('prepared statements behind a pooler', () => {
  it.each([
    ['carried', 'pass'],
    ['withServer', 'pass'],
    ['lost', 'DatabaseStatementsAtRisk'],
  ] as const)('%s: %s', (statements, expected) => {
    const seen = databaseSeen(healthyDatabase({ pooled: true, statements: ok(statements) }));
    const answer = databaseStatements.ask(seen);
    expect(answer.kind === 'pass' ? 'pass' : answer.fault.code).toBe(expected);
    expect(databaseStatements.arises?.(seen.observed)).toBe(true);
  });

  it('are asked about where the driver of the URL makes them, and a pooler was met', () => {
    const { connection } = database();
    const of = (prepares: boolean) =>
      database({ connection: connection.ok ? ok({ ...connection.value, prepares }) : connection });
    expect([true, false].map((prepares) => databaseStatements.applies?.(of(prepares)))).toEqual([true, false]);
    expect(databaseStatements.arises?.(healthyDatabase())).toBe(false);
  });
});
