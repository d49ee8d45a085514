// The visit of a real database: what is asked of it with no more than docs/permissions.md grants, what it says when
// something is wrong with it, and which grant it names when one is missing.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { activity } from '../../../src/questions/database/activity.ts';
import { credentials } from '../../../src/questions/database/credentials.ts';
import { migrations } from '../../../src/questions/database/migrations.ts';
import { replication } from '../../../src/questions/database/replication.ts';
import { wraparound } from '../../../src/questions/database/wraparound.ts';
import type { Clients } from '../../../src/clients/clients.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createPostgresClient } from '../../../src/clients/postgres.ts';
import type { Check } from '../../../src/facts/answer.ts';
import type { DatabaseObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { DatabaseTarget } from '../../../src/facts/target.ts';
import { databaseProbe } from '../../../src/probes/database/probe.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { startDatabases } from '../../stack/databases.ts';
import type { Credentials } from '../../stack/postgres/server.ts';
import { flywayLock } from '../../stack/postgres/sessions.ts';
import type { StackDatabase } from '../../stack/switches/database.ts';
import { database } from '../../unit/checks/seen.ts';

const authority = createAuthority();
const ending: (() => Promise<void>)[] = [];
const clients = { postgres: createPostgresClient(createDial(), systemClock) } as unknown as Clients;
let persistence: StackDatabase;

beforeAll(async () => {
  const tls = authority.issue({ commonName: 'database', hosts: ['127.0.0.1'] });
  const found = await startDatabases({ topology: 'Split', servers: 'shared', tls }, (end) => ending.push(end));
  persistence = found.find(({ name }) => name === 'node-persistence')!;
});
afterAll(async () => {
  for (const end of ending) await end();
});

function target(as: Credentials, changes: Partial<DatabaseTarget> = {}): DatabaseTarget {
  const { server, name, schema } = persistence;
  return database({
    connection: ok({
      host: server.host,
      port: server.port,
      database: name,
      username: as.user,
      password: secret(as.password),
      namedBySecret: true,
      tls: { mode: 'VerifyFull', ca: authority.caPem },
    }),
    schema,
    ...changes,
  });
}

const visit = (as = persistence.monitor, changes: Partial<DatabaseTarget> = {}): Promise<DatabaseObserved> =>
  databaseProbe.observe(
    target(as, changes),
    clients,
    systemClock.deadline(20_000, new AbortController().signal).signal,
  );

async function ask(check: Check<'database'>, as = persistence.monitor, changes: Partial<DatabaseTarget> = {}) {
  const seen = {
    target: target(as, changes),
    observed: await visit(as, changes),
    all: { visits: [] },
    now: new Date(),
  };
  const answer = check.ask(seen);
  return answer.kind === 'pass' ? 'pass' : `${answer.fault.code}: ${answer.fault.detail}`;
}

const sql = (text: string): Promise<unknown> => persistence.server.query(text, undefined, persistence.name);

/** A role that may connect and nothing more. */
let roles = 0;
async function role(...grants: readonly string[]): Promise<Credentials> {
  const made = await persistence.server.createRole(`looker ${++roles}`);
  for (const grant of grants) await sql(`${grant} TO "${made.user}"`);
  return made;
}

const SEE_ALL = 'GRANT pg_monitor';
const USE_SCHEMA = 'GRANT USAGE ON SCHEMA "keylessd"';
const READ_HISTORY = 'GRANT SELECT ON "keylessd".flyway_schema_history';

describe('with the grants that the documentation asks for', () => {
  it('everything is answered', async () => {
    const observed = await visit(await role(SEE_ALL, USE_SCHEMA, READ_HISTORY));
    const unanswered = Object.entries(observed).filter(([, outcome]) => !(outcome as { ok: boolean }).ok);
    expect(unanswered).toEqual([]);
  });

  it.each<[string, readonly string[], Check<'database'>, string]>([
    ['pg_monitor', [USE_SCHEMA, READ_HISTORY], activity.check, 'GRANT pg_monitor TO "ROLE"'],
    ['pg_monitor', [USE_SCHEMA, READ_HISTORY], replication.check, 'GRANT pg_monitor TO "ROLE"'],
    ['the schema', [SEE_ALL, READ_HISTORY], migrations.check, 'GRANT USAGE ON SCHEMA "keylessd" TO "ROLE"'],
    [
      'the table',
      [SEE_ALL, USE_SCHEMA],
      migrations.check,
      'GRANT SELECT ON "keylessd"."flyway_schema_history" TO "ROLE"',
    ],
  ])('without %s the question names it', async (_, grants, check, missing) => {
    const as = await role(...grants);
    const sentence = `not asked: ${missing.replace('ROLE', as.user)} is missing`;
    expect(await ask(check, as)).toBe(`DatabasePrivilegeMissing: ${sentence}`);
  });

  it('without any, what everybody may ask is answered', async () => {
    const observed = await visit(await role());
    expect(observed).toMatchObject({
      connect: { ok: true },
      writable: { ok: true },
      version: { ok: true },
      connections: { ok: true },
      wraparound: { ok: true, value: { freezeMaxAge: 200_000_000 } },
      migrating: { ok: true, value: false },
      credentials: { ok: true },
    });
    expect(await ask(wraparound.check, await role())).toBe('pass');
  });
});

describe('activity', () => {
  it('sees an idle transaction, and who waits for its lock', async () => {
    const [holder, waiter] = await Promise.all([session(), session()]);
    await holder.query('CREATE TABLE IF NOT EXISTS keylessd.busy (id int)');
    await holder.query('BEGIN; LOCK TABLE keylessd.busy');
    const waiting = waiter.query('SELECT count(*) FROM keylessd.busy').catch(() => undefined);
    let activity = (await visit()).activity;
    // In whole ms: a wait that has just begun is none yet.
    while (activity.ok && activity.value.longestLockWaitMs === 0) activity = (await visit()).activity;
    expect(activity).toMatchObject({ ok: true, value: { lockWaits: 1 } });
    const { longestIdleMs = 0, longestLockWaitMs = 0, longestTransactionMs = 0 } = activity.ok ? activity.value : {};
    expect(Math.min(longestIdleMs, longestLockWaitMs, longestTransactionMs)).toBeGreaterThan(0);
    await holder.query('ROLLBACK');
    await waiting;
    expect((await visit()).activity).toMatchObject({ value: { lockWaits: 0, longestIdleMs: 0 } });
  });
});

/** A session of the service, until the test is over. */
async function session(): Promise<pg.Client> {
  const { server, name, owner } = persistence;
  const client = new pg.Client({ connectionString: server.url(name, owner), ssl: { ca: authority.caPem } });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe('replication', () => {
  it('passes without a standby', async () => {
    expect(await ask(replication.check)).toBe('pass');
  });

  it('sees a standby that is connected', async () => {
    const { server, name } = persistence;
    const config = { connectionString: server.url(name, server.superuser), ssl: { ca: authority.caPem } };
    const standby = new pg.Client({ ...config, replication: 'database' } as pg.ClientConfig);
    standby.on('error', () => undefined);
    await standby.connect();
    onTestFinished(() => void standby.end().catch(() => undefined));
    standby.query('START_REPLICATION PHYSICAL 0/1000000').catch(() => undefined);
    let { replication } = await visit();
    while (replication.ok && replication.value.standbys === 0) replication = (await visit()).replication;
    expect(replication).toMatchObject({ ok: true, value: { standbys: 1 } });
  });
});

describe('a migration that is under way', () => {
  it("is seen by Flyway's lock on this database, as long as it is held", async () => {
    const migration = await session();
    await migration.query(`SELECT pg_advisory_lock(${flywayLock(persistence.schema)})`);
    expect(await visit()).toMatchObject({ migrating: ok(true) });
    await migration.query('SELECT pg_advisory_unlock_all()');
    expect(await visit()).toMatchObject({ migrating: ok(false) });
  });

  it.each([`1`, `77431708279161 + 3000000000`, `77431708279161 - 3000000000`, `18, 1`, `-77431708279161`])(
    'is not taken for any other advisory lock: %s',
    async (number) => {
      const other = await session();
      await other.query(`SELECT pg_advisory_lock(${number})`);
      expect(await visit()).toMatchObject({ migrating: ok(false) });
    },
  );

  it.each([`77431708279161`, `77431708279161 + 2147483647`, `77431708279161 - 2147483648`])(
    'may have any hash: %s',
    async (number) => {
      const migration = await session();
      await migration.query(`SELECT pg_advisory_lock(${number})`);
      expect(await visit()).toMatchObject({ migrating: ok(true) });
    },
  );
});

describe('migrations', () => {
  const fail = `INSERT INTO keylessd.flyway_schema_history
    VALUES (2, '1.8', 'add index', 'SQL', 'V1_8.sql', 0, 'np', now(), 12, false)`;
  const mend = 'DELETE FROM keylessd.flyway_schema_history WHERE NOT success';

  it('that failed are a fault until they are repaired', async () => {
    await sql(fail);
    expect(await ask(migrations.check)).toBe(
      'DatabaseMigrationFailed: 1 migration of the schema failed, the last one is 1.8 add index',
    );
    await sql(mend);
    expect(await ask(migrations.check)).toBe('pass');
  });

  it('are found without a schema in the spec', async () => {
    const { schema: _, ...anywhere } = target(persistence.monitor);
    const observed = await databaseProbe.observe(anywhere, clients, new AbortController().signal);
    const applied = [{ key: '1', checksum: 0, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/) as string }];
    expect(observed.migrations).toEqual(ok({ failed: 0, version: '1', applied }));
  });

  it('are kept with their checksums, the last one of what is repeated, and none where they are too many', async () => {
    const { schema: _, ...anywhere } = target(persistence.monitor);
    const seen = async (): Promise<readonly unknown[] | undefined> => {
      const { migrations } = await databaseProbe.observe(anywhere, clients, new AbortController().signal);
      return migrations.ok ? migrations.value.applied?.map(({ key, checksum }) => [key, checksum]) : undefined;
    };
    const add = `INSERT INTO keylessd.flyway_schema_history (installed_rank, version, description, script, checksum, success)`;
    await sql(`${add} VALUES (2, '2', 'b', 'V2.sql', -7, true), (3, NULL, 'all views', 'R.sql', 1, true),
      (4, NULL, 'all views', 'R.sql', 2, true), (5, '3', 'in Java', 'V3', NULL, true), (6, '4', 'bad', 'V4', 1, false)`);
    const own = [
      ['1', 0],
      ['2', -7],
      ['R:all views', 2],
      ['3', undefined],
    ];
    expect(await seen()).toEqual(own);
    // Of two tables each row says which it is of.
    await sql(`CREATE SCHEMA other; CREATE TABLE other.flyway_schema_history (LIKE keylessd.flyway_schema_history);
      INSERT INTO other.flyway_schema_history (installed_rank, version, description, script, success)
        VALUES (1, '1', 'init', 'V1.sql', true);
      GRANT USAGE ON SCHEMA other TO "${persistence.monitor.user}";
      GRANT SELECT ON other.flyway_schema_history TO "${persistence.monitor.user}"`);
    expect(await seen()).toEqual([
      ...own.map(([key, sum]) => [`keylessd/${String(key)}`, sum]),
      ['other/1', undefined],
    ]);
    await sql('DROP SCHEMA other CASCADE');
    await sql(`${add} SELECT n, n::text, 'many', 'V.sql', 1, true FROM generate_series(7, 300) n`);
    expect(await seen()).toBeUndefined();
    await sql('DELETE FROM keylessd.flyway_schema_history WHERE installed_rank > 1');
  });

  it.each([`no such`, `'; DROP SCHEMA keylessd CASCADE; --`, `$$`, '"'])(
    'in the schema %s are missing with it',
    async (schema) => {
      expect(await ask(migrations.check, persistence.monitor, { schema })).toContain('DatabaseSchemaMissing: schema ');
      expect(await ask(migrations.check)).toBe('pass');
    },
  );

  it('in a schema that holds nothing are missing', async () => {
    await sql('CREATE SCHEMA restored');
    const empty = 'DatabaseSchemaMissing: schema restored holds no table';
    expect(await ask(migrations.check, persistence.monitor, { schema: 'restored' })).toBe(empty);
    await sql('DROP SCHEMA restored');
  });

  it('in schemas of the URL of which none exists are missing, and one that exists is enough', async () => {
    const { connection, schema: _, ...rest } = target(persistence.monitor);
    if (!connection.ok) throw new Error('the database has no connection');
    const at = async (searchPath: readonly string[]): Promise<unknown> => {
      const named = { ...rest, connection: ok({ ...connection.value, searchPath }) };
      return (await databaseProbe.observe(named, clients, new AbortController().signal)).migrations;
    };
    expect(await at(['nosuch'])).toMatchObject({ fault: { code: 'DatabaseSchemaMissing' } });
    expect(await at(['nosuch', 'keylessd'])).toMatchObject({ ok: true });
  });

  it('that failed are found under another name of the table', async () => {
    await sql(`CREATE TABLE keylessd.schema_version (LIKE keylessd.flyway_schema_history);
      INSERT INTO keylessd.schema_version (installed_rank, version, description, script, success)
        VALUES (9, '9', 'another', 'V9.sql', false);
      GRANT SELECT ON keylessd.schema_version TO "${persistence.monitor.user}"`);
    expect(await ask(migrations.check)).toContain('DatabaseMigrationFailed: 1 migration of');
    await sql('DROP TABLE keylessd.schema_version');
  });

  it('in a schema with quotes in its name are read', async () => {
    await sql(`CREATE SCHEMA "o""dd'"; CREATE TABLE "o""dd'".flyway_schema_history (LIKE keylessd.flyway_schema_history);
      GRANT USAGE ON SCHEMA "o""dd'" TO "${persistence.monitor.user}";
      GRANT SELECT ON "o""dd'".flyway_schema_history TO "${persistence.monitor.user}"`);
    expect(await ask(migrations.check, persistence.monitor, { schema: `o"dd'` })).toBe('pass');
    await sql(`DROP SCHEMA "o""dd'" CASCADE`);
  });
});

describe('credentials', () => {
  const until = (who: Credentials, when: string): Promise<unknown> =>
    sql(`ALTER ROLE "${who.user}" VALID UNTIL '${when}'`);

  it('of our own role that end soon are told, and mended by a later end', async () => {
    const soon = new Date(Date.now() + 10 * 86_400_000).toISOString();
    await until(persistence.monitor, soon);
    expect(await ask(credentials.check)).toBe(
      `DatabasePasswordExpiring: the password of role ${persistence.monitor.user} ends on ${soon.slice(0, 10)}`,
    );
    await until(persistence.monitor, 'infinity');
    expect(await ask(credentials.check)).toBe('pass');
  });

  it('of a service with open sessions that have ended are told', async () => {
    await session();
    await until(persistence.owner, '2020-01-01');
    expect(await ask(credentials.check)).toBe(
      `DatabasePasswordExpiring: the password of role ${persistence.owner.user} ended on 2020-01-01: new connections are refused`,
    );
    await until(persistence.owner, 'infinity');
  });

  it('of our own role that have ended fail authentication', async () => {
    await until(persistence.monitor, '2020-01-01');
    expect((await visit()).connect).toMatchObject({ fault: { code: 'DatabaseAuthenticationFailed' } });
    await until(persistence.monitor, 'infinity');
  });
});
