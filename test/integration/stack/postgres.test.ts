// The PostgreSQL server of the stack: every trouble it can be put in looks to a client as a real database's does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { locateNativeFolder } from '../../stack/postgres/binaries.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { type Credentials, type PostgresServer, startPostgres } from '../../stack/postgres/server.ts';
import { isRunning } from '../../stack/process-tree.ts';

let server: PostgresServer;
let service: Credentials;

beforeAll(async () => {
  server = await startPostgres({ databases: ['keylessd'], settings: { max_connections: 10 } });
  service = await server.createRole('node-persistence');
});
afterAll(() => server.remove());

/** What a client of the server gets: the rows, or the code of the error. */
async function ask(sql: string, options: Partial<pg.ClientConfig> = {}): Promise<unknown> {
  const client = new pg.Client({
    connectionString: server.url('keylessd', service),
    connectionTimeoutMillis: 30_000,
    query_timeout: 30_000,
    ...options,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe('a healthy server', () => {
  it('answers a role that was created for a service', async () => {
    expect(await ask('SELECT current_user AS name')).toEqual([{ name: 'node-persistence' }]);
  });

  it('refuses a wrong password with 28P01', async () => {
    expect(await ask('SELECT 1', { connectionString: server.url('keylessd', { ...service, password: 'wrong' }) })).toBe(
      '28P01',
    );
  });

  it('refuses a database that does not exist with 3D000', async () => {
    expect(await ask('SELECT 1', { connectionString: server.url('absent', service) })).toBe('3D000');
  });

  it('ends a statement at its timeout with 57014', async () => {
    expect(await ask('SELECT pg_sleep(5)', { statement_timeout: 50 })).toBe('57014');
  });

  it('keeps what the server wrote', () => {
    expect(server.logs().join('\n')).toContain('database system is ready to accept connections');
  });

  it('refuses a role beyond its connection limit with 53300', async () => {
    const limited = await server.createRole('limited', { connectionLimit: 0 });
    expect(await ask('SELECT 1', { connectionString: server.url('keylessd', limited) })).toBe('53300');
  });

  it('refuses a role whose password has expired with 28P01', async () => {
    const expired = await server.createRole('expired', { validUntil: new Date('2020-01-01T00:00:00Z') });
    expect(await ask('SELECT 1', { connectionString: server.url('keylessd', expired) })).toBe('28P01');
  });
});

describe('read-only', () => {
  afterEach(async () => {
    await server.setReadOnly(false, 'keylessd');
    await server.setReadOnly(false);
  });

  it.each(['keylessd', undefined])('refuses a write with 25006 when set for the database %s', async (scope) => {
    await server.setReadOnly(true, scope);
    expect(await ask('CREATE SCHEMA probe')).toBe('25006');
  });

  it('is a standby in recovery when started as one', async () => {
    await server.stop();
    await server.start('standby');
    const seen = await ask('SELECT pg_is_in_recovery() AS recovering');
    await server.stop();
    await server.start();
    expect([seen, await ask('SELECT pg_is_in_recovery() AS recovering')]).toEqual([
      [{ recovering: true }],
      [{ recovering: false }],
    ]);
  });
});

describe('connection slots', () => {
  it('are used up: an ordinary role gets 53300, the superuser still gets in', async () => {
    expect(await server.fillSlots()).toBeGreaterThan(3);
    const refused = await ask('SELECT 1 AS one');
    const reserved = await server.query('SELECT 1 AS one');
    await server.freeSlots();
    expect([refused, reserved, await eventually(() => ask('SELECT 1 AS one'))]).toEqual([
      '53300',
      [{ one: 1 }],
      [{ one: 1 }],
    ]);
  });
});

describe('out of reach', () => {
  it('refuses connections when stopped, and has its data when started again on the same port', async () => {
    await server.query('CREATE TABLE kept (id int)', [], 'keylessd');
    await server.stop();
    expect(await ask('SELECT 1')).toBe('ECONNREFUSED');
    await server.start();
    expect(await server.query('SELECT count(*)::int AS rows FROM kept', [], 'keylessd')).toEqual([{ rows: 0 }]);
  });

  it('takes connections and answers none of them when frozen, also on a connection that is open', async () => {
    const open = new pg.Client({ connectionString: server.url('keylessd', service), query_timeout: 300 });
    await open.connect();
    server.freeze();
    const fresh = await ask('SELECT 1', { connectionTimeoutMillis: 300 });
    const old = await open.query('SELECT 1').catch((error: unknown) => (error as Error).message);
    server.thaw();
    await open.end();
    expect([fresh, old]).toEqual(['timeout expired', 'Query read timeout']);
    expect(await ask('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('answers 57P03 to everybody while it recovers', async () => {
    await server.stop();
    await server.start('recovering');
    const seen = await ask('SELECT 1');
    await server.stop();
    await server.start();
    expect(seen).toBe('57P03');
  });
});

describe('TLS', () => {
  const authority = createAuthority();
  let secured: PostgresServer;
  beforeAll(async () => {
    const tls = authority.issue({ commonName: 'postgres', hosts: ['127.0.0.1'] });
    secured = await startPostgres({ tls, tlsRequired: true, authentication: 'md5' });
  });
  afterAll(() => secured.remove());

  /** As sslmode=verify-full does, with this authority. */
  const verifyFull = (ca: string): Partial<pg.ClientConfig> => {
    const { user, password } = secured.superuser;
    return { connectionString: undefined, host: secured.host, port: secured.port, user, password, ssl: { ca } };
  };

  it('is verified in full by a client that trusts the authority', async () => {
    const sql = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    expect(await ask(sql, { ...verifyFull(authority.caPem), database: 'postgres' })).toEqual([{ ssl: true }]);
  });

  it('is refused by a client that trusts another authority', async () => {
    const other = createAuthority('another authority').caPem;
    expect(await ask('SELECT 1', verifyFull(other))).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('is insisted on: a connection without it gets 28000', async () => {
    expect(await ask('SELECT 1', { connectionString: secured.url('postgres') })).toBe('28000');
  });

  it('carries an MD5 password for roles of an old installation', async () => {
    const old = await secured.createRole('old');
    const [row] = await secured.query<{ hash: string }>(
      "SELECT rolpassword AS hash FROM pg_authid WHERE rolname = 'old'",
    );
    const seen = await ask('SELECT current_user AS name', {
      ...verifyFull(authority.caPem),
      ...old,
      database: 'postgres',
    });
    expect([row!.hash.slice(0, 3), seen]).toEqual(['md5', [{ name: 'old' }]]);
  });
});

describe('what is left behind', () => {
  const startInAnotherProcess = `
    const { startPostgres } = await import(process.argv[1]);
    const server = await startPostgres();
    console.log(server.pid() + ' ' + server.logs().length);
    if (process.argv[2] === 'freeze') server.freeze();
    console.log('up');
    setInterval(() => undefined, 1000);`;

  it.each(['running', 'freeze'])('is no server when its parent is killed (%s)', async (mode) => {
    const module = new URL('../../stack/postgres/server.ts', import.meta.url).pathname;
    const parent = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', startInAnotherProcess, module, mode],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const pid = Number.parseInt(String((await lines.next()).value), 10);
    await lines.next();
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(await eventually(() => Promise.resolve(isRunning(pid) ? '' : 'ended'))).toBe('ended');
  });

  it('is no file when the server is removed', async () => {
    const other = await startPostgres();
    const [row] = await other.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
    const folder = row!.folder;
    expect(existsSync(folder)).toBe(true);
    await other.remove();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('where it is installed', () => {
  it('runs from a folder which only its owner can enter', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'recognize-health-closed-'));
    symlinkSync(locateNativeFolder(), join(closed, 'native'));
    const other = await startPostgres({ nativeFolder: join(closed, 'native') });
    const rows = await other.query('SELECT 1 AS one');
    await other.remove();
    rmSync(closed, { recursive: true });
    expect(rows).toEqual([{ one: 1 }]);
  });
});

/** Asks until the answer is a list of rows or a word, and gives the last answer after half a minute. */
async function eventually(question: () => Promise<unknown>): Promise<unknown> {
  let answer: unknown;
  for (let attempt = 0; attempt < 300; attempt++) {
    answer = await question();
    if (Array.isArray(answer) || answer === 'ended') return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return answer;
}
