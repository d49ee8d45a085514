// The visit of a database: one connection, each question with an outcome of its own, and the host that a driver takes.
import { describe, expect, it } from 'vitest';
import { traits } from '../../../src/api/faults.ts';
import type { PostgresClient } from '../../../src/clients/clients.ts';
import type { DatabaseObserved } from '../../../src/facts/observed.ts';
import type { DatabaseConnection, HostWish } from '../../../src/facts/target.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { databaseProbe } from '../../../src/probes/database/probe.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { database } from '../checks/seen.ts';
import { clients, postgresAnswering, untilAborted } from './clients.ts';

const never = new AbortController().signal;

const WELL = {
  pg_is_in_recovery: ok([{ in_recovery: false, read_only: false }]),
  server_version_num: ok([{ number: 150_004, text: '15.4' }]),
  superuser_reserved_connections: ok([{ max: 100, reserved: 3, used: 7 }]),
};

/** A database at these hosts, of which the first is the connection's own. */
function at(hosts: readonly string[], changes: Partial<DatabaseConnection> = {}) {
  const { connection } = database();
  if (!connection.ok) throw new Error('the database has no connection');
  const [host = '', ...others] = hosts;
  const otherHosts = others.map((one) => ({ host: one, port: 5432 }));
  return database({ connection: ok({ ...connection.value, host, otherHosts, ...changes }) });
}

describe('a database that is well', () => {
  it('answers every question', async () => {
    const observed = await databaseProbe.observe(database(), clients(postgresAnswering(WELL)), never);
    expect(observed).toMatchObject({
      connect: ok({ encrypted: true }),
      writable: ok({ inRecovery: false, readOnly: false }),
      version: ok({ number: 150_004, text: '15.4' }),
      connections: ok({ max: 100, reserved: 3, used: 7 }),
    });
  });
});

describe('writing', () => {
  const answer = async (row: object): Promise<unknown> => {
    const some = postgresAnswering({
      ...WELL,
      pg_is_in_recovery: ok([{ in_recovery: false, read_only: false, ...row }]),
    });
    return (await databaseProbe.observe(database(), clients(some), never)).writable;
  };

  it.each<[string, object, boolean]>([
    ['by the setting of the server or database', { read_only: true, source: 'configuration file', writers: 1 }, true],
    ['by a setting of our role alone', { read_only: true, source: 'user', writers: 1 }, false],
    ['by that of our role, and nobody else is there', { read_only: true, source: 'user', writers: 0 }, true],
    ['by that of a role that is connected', { writers: 1, read_only_role: 'app' }, true],
    ['by none', { writers: 1, read_only_role: null }, false],
  ])('is forbidden %s', async (_, row, readOnly) => {
    expect(await answer(row)).toMatchObject({ value: { readOnly } });
  });
});

describe('limits of connections', () => {
  const seen = async (row: object, processId?: number): Promise<object> => {
    const answers = { ...WELL, superuser_reserved_connections: ok([{ max: 100, reserved: 3, used: 7, ...row }]) };
    const { postgres } = postgresAnswering(answers);
    const connect: PostgresClient['connect'] = (connection, signal, use) =>
      postgres.connect(connection, signal, (session) => use({ ...session, processId }));
    return databaseProbe.observe(database(), clients({ postgres: { connect } }), never);
  };

  it('are those that are set', async () => {
    const row = { database_limit: 20, database_used: 7, role: 'app', role_limit: 10, role_used: 3 };
    expect(await seen(row)).toMatchObject({
      connections: {
        value: {
          limits: [
            { whose: 'the database', most: 20, used: 7 },
            { whose: 'role app', most: 10, used: 3 },
          ],
        },
      },
    });
    const none = { database_limit: -1, database_used: 7, role: null, role_limit: null, role_used: null };
    expect(JSON.stringify(await seen(none))).not.toContain('limits');
  });

  it('are those of a pooler where another process answers than the one that let us in', async () => {
    expect(await seen({ pid: 8 }, 7)).toMatchObject({ pooled: true });
    expect(await seen({ pid: 7 }, 7)).not.toHaveProperty('pooled');
    expect(await seen({ pid: 7 })).not.toHaveProperty('pooled');
  });
});

describe('prepared statements behind a pooler', () => {
  interface Pooler {
    readonly keepsName: boolean;
    /** Processes that serve the first client, and the second. */
    readonly pids: readonly [readonly number[], readonly number[]];
    readonly prepares?: boolean;
    readonly second?: 'refused';
  }
  const visit = async ({ keepsName, pids, prepares = true, second }: Pooler): Promise<DatabaseObserved> => {
    const { postgres } = postgresAnswering({
      ...WELL,
      superuser_reserved_connections: ok([{ max: 100, reserved: 3, used: 7, pid: 8 }]),
    });
    let clientsSoFar = 0;
    const connect: PostgresClient['connect'] = (connection, signal, use) => {
      const mine = [...(pids[clientsSoFar] ?? [])];
      clientsSoFar += 1;
      if (clientsSoFar > 1 && second === 'refused')
        return Promise.resolve(failed('DatabasePoolerFull', literal('no more connections allowed')));
      return postgres.connect(connection, signal, (session) =>
        use({
          ...session,
          processId: 7,
          keepsStatementName: () => Promise.resolve(ok(keepsName)),
          query: (sql, until) =>
            sql.startsWith('SELECT pg_backend_pid()')
              ? Promise.resolve(ok([{ pid: mine.length > 1 ? mine.shift() : mine[0] }]))
              : session.query(sql, until),
        }),
      );
    };
    return databaseProbe.observe(at(['pooler'], { prepares }), clients({ postgres: { connect } }), never);
  };

  it.each<[string, Pooler, string]>([
    ['are carried by one that names them itself', { keepsName: false, pids: [[1], [1]] }, 'carried'],
    ['stay with a server connection of their own', { keepsName: true, pids: [[1], [2]] }, 'withServer'],
    ['are lost where two clients share a process', { keepsName: true, pids: [[1], [1]] }, 'lost'],
    ['are lost where they share one later', { keepsName: true, pids: [[1], [2, 3, 1]] }, 'lost'],
    ['are lost where one client changes its process', { keepsName: true, pids: [[1, 4], [2]] }, 'lost'],
  ])('%s', async (_, pooler, expected) => {
    expect((await visit(pooler)).statements).toEqual(ok(expected));
  });

  it('are not asked about where the driver prepares none', async () => {
    expect(await visit({ keepsName: true, pids: [[1], [1]], prepares: false })).not.toHaveProperty('statements');
  });

  it('are not known where there is no second connection to be had', async () => {
    const { statements } = await visit({ keepsName: true, pids: [[1], []], second: 'refused' });
    expect(statements).toMatchObject({ ok: false, fault: { code: 'DatabaseQueryFailed' } });
    expect(traits('DatabaseQueryFailed').result).toBe('error');
  });
});

describe('a question that fails', () => {
  it('leaves the answers of the others', async () => {
    const trouble = failed('DatabaseTimeout', literal('too slow'));
    const some = postgresAnswering({ ...WELL, server_version_num: trouble });
    const observed = await databaseProbe.observe(database(), clients(some), never);
    expect(observed).toMatchObject({ version: trouble, writable: { ok: true }, connections: { ok: true } });
  });

  it.each([
    ['pg_is_in_recovery', 'writable', [{ in_recovery: 'f' }]],
    ['server_version_num', 'version', [{ number: 'fifteen', text: '15' }]],
    ['superuser_reserved_connections', 'connections', [{ max: -1, reserved: 0, used: 0 }]],
    ['superuser_reserved_connections', 'connections', []],
  ] as const)('because %s is answered with something else than was asked for', async (part, question, rows) => {
    const some = postgresAnswering({ ...WELL, [part]: ok(rows) });
    const observed = await databaseProbe.observe(database(), clients(some), never);
    expect(observed[question]).toMatchObject({ ok: false, fault: { code: 'DatabaseQueryFailed' } });
  });
});

describe('a database without a connection', () => {
  it('is not visited where the spec or its Secret cannot be used', async () => {
    const connection = failed('SecretMissing', literal('gone'));
    const observed = await databaseProbe.observe(database({ connection }), clients(), never);
    expect(observed.connect).toEqual(connection);
    expect(observed.writable).toMatchObject({ fault: { code: 'NotAsked' } });
  });

  it('tells why once, and that the rest was not asked', async () => {
    const refused = failed('DatabaseUnreachable', literal('refused'));
    const some = { postgres: { connect: () => Promise.resolve(refused) } };
    const { connect, ...rest } = await databaseProbe.observe(database(), clients(some), never);
    expect(connect).toEqual(refused);
    for (const outcome of Object.values(rest)) expect(outcome).toMatchObject({ fault: { code: 'NotAsked' } });
  });

  it('because the run was cancelled rejects', async () => {
    const stop = new Stop({ kind: 'Cancelled', why: 'deleted' });
    const controller = new AbortController();
    const connect: PostgresClient['connect'] = (_connection, signal) =>
      untilAborted(signal, (): never => {
        throw stop;
      });
    const observing = databaseProbe.observe(database(), clients({ postgres: { connect } }), controller.signal);
    controller.abort(stop);
    await expect(observing).rejects.toBe(stop);
  });
});

describe('of several hosts', () => {
  const REFUSED = failed('DatabaseUnreachable', literal('refused'));
  /** `down`, or whether it is a standby. */
  const cluster = (states: Readonly<Record<string, 'down' | 'standby' | 'primary'>>): PostgresClient => ({
    connect: (connection, signal, use) => {
      const state = states[connection.host] ?? 'down';
      if (state === 'down') return Promise.resolve(REFUSED);
      const answers = { ...WELL, pg_is_in_recovery: ok([{ in_recovery: state === 'standby', read_only: false }]) };
      return postgresAnswering(answers).postgres.connect(connection, signal, use);
    },
  });

  it.each<[string, Parameters<typeof cluster>[0], HostWish, object]>([
    [
      'the first that connects',
      { a: 'down', b: 'standby', c: 'primary' },
      'any',
      { ok: true, value: { inRecovery: true } },
    ],
    [
      'the primary where it is wanted',
      { a: 'standby', b: 'primary', c: 'down' },
      'primary',
      { value: { inRecovery: false } },
    ],
    [
      'the primary where it is preferred',
      { a: 'standby', b: 'primary' },
      'preferPrimary',
      { value: { inRecovery: false } },
    ],
    [
      'a standby where the primary is preferred and away',
      { a: 'standby' },
      'preferPrimary',
      { value: { inRecovery: true } },
    ],
    ['the standby where it is wanted', { a: 'primary', b: 'standby' }, 'secondary', { value: { inRecovery: true } }],
    ['a standby alone where the primary is wanted: it does not', { a: 'standby' }, 'primary', { ok: false }],
    ['the primary alone where a standby is wanted: it does not', { a: 'primary' }, 'secondary', { ok: false }],
    ['none where none connects', { a: 'down', b: 'down', c: 'down' }, 'primary', { ok: false }],
  ])('%s counts', async (_, states, wants, expected) => {
    const target = at(['a', 'b', 'c'], { wants });
    const { writable } = await databaseProbe.observe(target, clients({ postgres: cluster(states) }), never);
    expect(writable).toMatchObject(expected);
  });

  it('all are visited', async () => {
    const visited: string[] = [];
    const connect: PostgresClient['connect'] = ({ host }) => {
      visited.push(host);
      return Promise.resolve(REFUSED);
    };
    await databaseProbe.observe(at(['a', 'b', 'c', 'd', 'e']), clients({ postgres: { connect } }), never);
    expect(visited).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('the one that is away is named beside the standby that is left', async () => {
    const some = clients({ postgres: cluster({ b: 'standby' }) });
    const left = await databaseProbe.observe(at(['a', 'b']), some, never);
    expect(left).toMatchObject({ writable: ok({ inRecovery: true, readOnly: false }), away: 'refused' });
    const wanted = await databaseProbe.observe(at(['a', 'b'], { wants: 'primary' }), some, never);
    expect(wanted.connect).toMatchObject({
      fault: { code: 'DatabaseUnreachable', detail: 'refused; b:5432 is not the primary' },
    });
  });

  it('a name that cannot be one is asked of nobody', async () => {
    const visited: string[] = [];
    const connect: PostgresClient['connect'] = ({ host }) => {
      visited.push(host);
      return Promise.resolve(REFUSED);
    };
    await databaseProbe.observe(at([' a', 'b%2Fc', 'd']), clients({ postgres: { connect } }), never);
    expect(visited).toEqual(['d']);
  });

  it('those in any order are not alike when one is a standby', async () => {
    const some = clients({ postgres: cluster({ a: 'standby', b: 'primary' }) });
    const observed = await databaseProbe.observe(at(['a', 'b'], { balanced: true }), some, never);
    expect(observed).toMatchObject({ writable: ok({ inRecovery: false, readOnly: false }) });
    expect(observed.mixed).toEqual(expect.any(String));
  });
});
