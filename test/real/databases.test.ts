// Would the product connect? Its own driver is asked, and our probe has to come to the same answer, on PostgreSQL itself
// and through PgBouncer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clients } from '../../src/clients/clients.ts';
import { createDial } from '../../src/clients/dial.ts';
import { createPostgresClient } from '../../src/clients/postgres.ts';
import { ok } from '../../src/facts/outcome.ts';
import type { DatabaseTarget } from '../../src/facts/target.ts';
import { databaseProbe } from '../../src/probes/database/probe.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { secret } from '../../src/runtime/secret.ts';
import { createAuthority } from '../stack/certificates.ts';
import { startPostgres, type Credentials, type PostgresServer } from '../stack/postgres/server.ts';
import { database } from '../unit/checks/seen.ts';
import { startPgBouncer, type PgBouncer } from './parts/pgbouncer.ts';
import { connectWithPgjdbc, PGJDBC, type JdbcOutcome } from './parts/pgjdbc.ts';

const NAME = 'keylessd';
const authority = createAuthority();
const clients = { postgres: createPostgresClient(createDial(), systemClock) } as unknown as Clients;
let server: PostgresServer;
let pooler: PgBouncer;
let app: Credentials;
let barred: Credentials;

interface Attempt {
  readonly port: number;
  readonly as: Credentials;
  readonly name: string;
  readonly tls: 'Disable' | 'VerifyFull';
}

const soon = (): AbortSignal => systemClock.deadline(20_000, new AbortController().signal).signal;

function targetOf({ port, as, name, tls }: Attempt): DatabaseTarget {
  return database({
    connection: ok({
      host: '127.0.0.1',
      port,
      database: name,
      username: as.user,
      password: secret(as.password),
      namedBySecret: true,
      tls: { mode: tls, ca: authority.caPem },
    }),
  });
}

/** What the driver says and what our probe says. */
async function both(attempt: Attempt): Promise<[JdbcOutcome, string]> {
  const { port, as, name, tls } = attempt;
  const mode = tls === 'Disable' ? 'disable' : 'require';
  const url = `jdbc:postgresql://127.0.0.1:${port}/${name}?sslmode=${mode}`;
  const [jdbc] = await connectWithPgjdbc([{ url, ...as }]);
  const { connect } = await databaseProbe.observe(targetOf(attempt), clients, soon());
  return [jdbc!, connect.ok ? 'ok' : connect.fault.code];
}

beforeAll(async () => {
  const tls = authority.issue({ commonName: 'database', hosts: ['127.0.0.1'] });
  server = await startPostgres({ tls, databases: [NAME] });
  app = await server.createRole('app');
  barred = await server.createRole('barred', { connectionLimit: 0 });
  pooler = await startPgBouncer(server, NAME, [app]);
});
afterAll(async () => {
  await pooler.stop();
  await server.remove();
});

describe(`PostgreSQL, asked by pgjdbc ${PGJDBC.version} and by us`, () => {
  const at = (more: Partial<Attempt> = {}): Attempt => ({
    port: server.port,
    as: app,
    name: NAME,
    tls: 'VerifyFull',
    ...more,
  });

  it('is connected to by both', async () => {
    const [jdbc, ours] = await both(at());
    expect(jdbc).toMatchObject({ connected: true, standby: false, database: NAME });
    expect(ours).toBe('ok');
  });

  it.each<[string, () => Partial<Attempt>, string, string]>([
    ['a wrong password', () => ({ as: { ...app, password: 'wrong' } }), '28P01', 'DatabaseAuthenticationFailed'],
    ['a database that is not there', () => ({ name: 'absent' }), '3D000', 'DatabaseMissing'],
    ['a role without a connection left', () => ({ as: barred }), '53300', 'DatabaseRoleSlotsExhausted'],
    ['a port where nobody listens', () => ({ port: 1 }), '08001', 'DatabaseUnreachable'],
  ])('refuses both for %s', async (_, wrong, state, fault) => {
    const [jdbc, ours] = await both(at(wrong()));
    expect(jdbc).toMatchObject({ connected: false, state });
    expect(ours).toBe(fault);
  });
});

describe('PgBouncer, asked by both', () => {
  const at = (more: Partial<Attempt> = {}): Attempt => ({
    port: pooler.port,
    as: app,
    name: NAME,
    tls: 'Disable',
    ...more,
  });

  it('says which version it is', () => {
    expect(pooler.version).toMatch(/^PgBouncer 1\.\d+/);
  });

  it('is connected to by both', async () => {
    const [jdbc, ours] = await both(at());
    expect(jdbc).toMatchObject({ connected: true, database: NAME });
    expect(ours).toBe('ok');
  });

  it('loses the statements of a driver that prepares, and says so only where it does', async () => {
    const inSession = await startPgBouncer(server, NAME, [app], 'session');
    try {
      const seen = [pooler.port, inSession.port].map(async (port) => {
        const { connection, ...target } = targetOf(at({ port }));
        if (!connection.ok) throw new Error('the target has no connection');
        const driver = ok({ ...connection.value, prepares: true });
        const { pooled, statements } = await databaseProbe.observe({ ...target, connection: driver }, clients, soon());
        return { pooled, statements };
      });
      expect(await Promise.all(seen)).toEqual([
        { pooled: true, statements: ok('lost') },
        { pooled: true, statements: ok('withServer') },
      ]);
    } finally {
      await inSession.stop();
    }
  });

  it('refuses both for a wrong password and for an unknown database', async () => {
    for (const wrong of [at({ as: { ...app, password: 'wrong' } }), at({ name: 'absent' })]) {
      const [jdbc, ours] = await both(wrong);
      expect(jdbc.connected).toBe(false);
      expect(ours).not.toBe('ok');
    }
  });
});
