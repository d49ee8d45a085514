// The PostgreSQL client against the real server, in every trouble that it can be put in.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresSession } from '../../../src/clients/clients.ts';
import { createDial } from '../../../src/clients/dial.ts';
import { createPostgresClient } from '../../../src/clients/postgres.ts';
import type { DatabaseConnection } from '../../../src/facts/target.ts';
import { Stop, systemClock, type Clock } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { type Credentials, type PostgresServer, startPostgres } from '../../stack/postgres/server.ts';

const authority = createAuthority();
const leaf = authority.issue({ commonName: 'database', hosts: ['127.0.0.1', 'database'] });
const dial = createDial((host) => Promise.resolve(host === 'elsewhere' || host === 'database' ? ['127.0.0.1'] : []));
const client = createPostgresClient(dial, systemClock);
const never = new AbortController().signal;
const within = (ms: number): AbortSignal => systemClock.deadline(ms, never).signal;

let server: PostgresServer;
let service: Credentials;

beforeAll(async () => {
  server = await startPostgres({
    databases: ['keylessd'],
    settings: { max_connections: 10 },
    tls: leaf,
  });
  service = await server.createRole('node-persistence');
});
afterAll(() => server.remove());

function to(changes: Partial<Omit<DatabaseConnection, 'password'>> & { password?: string } = {}): DatabaseConnection {
  const { password = service.password, ...rest } = changes;
  return {
    host: '127.0.0.1',
    port: server.port,
    database: 'keylessd',
    username: service.user,
    namedBySecret: true,
    tls: { mode: 'VerifyFull', ca: authority.caPem },
    ...rest,
    password: secret(password),
  };
}

const one = (session: PostgresSession): Promise<unknown> => session.query('SELECT 1 AS one', never);

/** The code of the fault, or the value. */
async function ask(connection: DatabaseConnection, use = one, signal = within(60_000), by = client): Promise<unknown> {
  const outcome = await by.connect(connection, signal, use);
  return outcome.ok ? outcome.value : outcome.fault.code;
}

describe('a server of which nobody has the credentials', () => {
  const why = { code: 'SecretNotRead', detail: literal('Secret x is not read') } as const;
  const unread = (changes: Partial<DatabaseConnection> = {}): DatabaseConnection => ({
    host: '127.0.0.1',
    port: server.port,
    database: 'keylessd',
    username: 'recognize_health',
    password: undefined,
    namedBySecret: false,
    tls: { mode: 'Prefer' },
    unread: why,
    ...changes,
  });
  const used = (): Promise<never> => Promise.reject(new Error('nobody is logged in'));

  it('is asked whether it lets anybody in, and shows its certificate', async () => {
    const seen = await client.connect(unread(), within(60_000), used);
    expect(seen).toMatchObject({
      ok: false,
      fault: { code: 'SecretNotRead', detail: 'accepts connections; Secret x is not read' },
      certificateNotAfter: expect.stringMatching(/^20/) as unknown,
    });
  });

  it('is told apart from one that takes nobody in', async () => {
    await server.stop();
    await server.start('recovering');
    try {
      await expect.poll(() => ask(unread()), { timeout: 60_000 }).toBe('DatabaseStandbyClosed');
    } finally {
      await server.stop();
      await server.start();
    }
  });

  it('is told apart from one that is not there', async () => {
    expect(await ask({ ...unread({ host: 'nowhere' }) })).toBe('DatabaseAddressUnresolved');
    expect(await ask({ ...unread({ port: 1 }) })).toBe('DatabaseUnreachable');
  });
});

describe('a healthy database', () => {
  it('answers a question', async () => {
    expect(await ask(to())).toEqual({ ok: true, value: [{ one: 1 }] });
  });

  it('answers each of several questions, also after one that failed', async () => {
    const answers = await ask(to(), async (session) => [
      await session.query('SELECT no_such_column', never),
      await session.query('SELECT 1 AS one', never),
      await session.query('SELECT 2 AS two', never),
    ]);
    expect(answers).toMatchObject([
      { ok: false, fault: { code: 'DatabaseQueryFailed' } },
      { ok: true, value: [{ one: 1 }] },
      { ok: true, value: [{ two: 2 }] },
    ]);
  });

  it('is asked in a read-only transaction', async () => {
    const answer = await ask(to(), (session) => session.query('CREATE TABLE t (x int)', never));
    expect(answer).toMatchObject({ ok: false, fault: { detail: expect.stringContaining('25006') as string } });
  });

  it('sees who asks', async () => {
    const answer = await ask(to(), (session) =>
      session.query("SELECT current_setting('application_name') AS n", never),
    );
    expect(answer).toEqual({ ok: true, value: [{ n: 'recognize-health' }] });
  });

  it('is left without a connection of ours', async () => {
    await ask(to());
    const count = (): Promise<{ n: number }[]> =>
      server.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'recognize-health'");
    while (((await count())[0]?.n ?? 0) > 0);
    expect(server.logs().join('\n')).not.toContain('unexpected EOF');
  });

  it('ends a slow question and answers the next one', async () => {
    // We give up on a server that does not end it, half a second later: on a busy machine that is no time.
    const deadline: Clock['deadline'] = (ms, parent) => systemClock.deadline(ms * 10, parent);
    const patient = createPostgresClient(dial, { ...systemClock, deadline });
    const slow = async (session: PostgresSession): Promise<unknown> => [
      await session.query('SELECT pg_sleep(60)', never),
      await session.query('SELECT 1 AS one', never),
    ];
    const answers = await ask(to(), slow, never, patient);
    expect(answers).toMatchObject([{ ok: false, fault: { code: 'DatabaseTimeout' } }, { ok: true }]);
  });

  it('tells when a grant is missing', async () => {
    const answer = await ask(to(), (session) => session.query('SELECT * FROM pg_authid', never));
    expect(answer).toMatchObject({ ok: false, fault: { code: 'DatabasePrivilegeMissing' } });
  });
});

describe('TLS', () => {
  it.each<[string, DatabaseConnection['tls'], string, boolean | string]>([
    ['Disable', { mode: 'Disable' }, '127.0.0.1', false],
    ['Prefer', { mode: 'Prefer' }, 'elsewhere', true],
    ['Require', { mode: 'Require' }, 'elsewhere', true],
    ['VerifyCA of another name', { mode: 'VerifyCA', ca: authority.caPem }, 'elsewhere', true],
    ['VerifyFull', { mode: 'VerifyFull', ca: authority.caPem }, 'database', true],
    ['VerifyFull of another name', { mode: 'VerifyFull', ca: authority.caPem }, 'elsewhere', 'DatabaseTlsFailed'],
    ['VerifyCA of an unknown authority', { mode: 'VerifyCA' }, 'database', 'DatabaseTlsFailed'],
  ])('%s', async (_, tls, host, expected) => {
    expect(await ask(to({ tls, host }), (session) => Promise.resolve(session.encrypted))).toBe(expected);
  });

  it('shows when the certificate ends', async () => {
    const notAfter = await ask(to(), (session) => Promise.resolve(session.certificateNotAfter));
    expect(Date.parse(String(notAfter))).toBeGreaterThan(Date.now());
  });
});

describe('a refusal', () => {
  it('of the password is an authentication failure that does not repeat it', async () => {
    const outcome = await client.connect(to({ password: 'hunter2-hunter2' }), within(60_000), one);
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'DatabaseAuthenticationFailed' } });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  it('for want of a password says so', async () => {
    const outcome = await client.connect({ ...to(), password: undefined }, within(60_000), one);
    expect(outcome).toMatchObject({
      ok: false,
      fault: {
        code: 'DatabaseAuthenticationFailed',
        detail: expect.stringContaining('asks for a password and none is given') as string,
      },
    });
  });

  it('of a database that is not there is DatabaseMissing', async () => {
    expect(await ask(to({ database: 'absent' }))).toBe('DatabaseMissing');
  });

  it('of a host without an address is DatabaseAddressUnresolved', async () => {
    expect(await ask(to({ host: 'nowhere' }))).toBe('DatabaseAddressUnresolved');
  });
});

describe('a server', () => {
  afterEach(async () => {
    server.thaw();
    await server.freeSlots();
    await server.stop();
    await server.start();
  });

  it('whose slots are used up is DatabaseSlotsExhausted', async () => {
    await server.fillSlots();
    expect(await ask(to())).toBe('DatabaseSlotsExhausted');
  });

  it('that is stopped is DatabaseUnreachable', async () => {
    await server.stop();
    expect(await ask(to())).toBe('DatabaseUnreachable');
  });

  it('that is a standby without queries is DatabaseStandbyClosed', async () => {
    await server.stop();
    await server.start('recovering');
    // Until it has found its place in the log it is starting up.
    let said = await ask(to());
    while (said === 'DatabaseStartingUp') said = await ask(to());
    expect(said).toBe('DatabaseStandbyClosed');
  });

  it('that is frozen is DatabaseTimeout at the deadline', async () => {
    server.freeze();
    expect(await ask(to(), one, within(300))).toBe('DatabaseTimeout');
  });

  it('that freezes between two questions fails the rest in time', async () => {
    const deadline = new AbortController();
    const { signal } = deadline;
    const answers = await ask(
      to(),
      async (session) => {
        const first = await session.query('SELECT 1 AS one', signal);
        server.freeze();
        const second = session.query('SELECT 2', signal);
        // The time is over while it waits, and not before it was let in.
        deadline.abort(new Stop({ kind: 'Deadline', ms: 1_000 }));
        return [first, await second, await session.query('SELECT 3', signal)];
      },
      signal,
    );
    expect(answers).toMatchObject([
      { ok: true },
      { ok: false, fault: { code: 'DatabaseTimeout' } },
      { ok: false, fault: { code: 'DatabaseTimeout' } },
    ]);
  });

  it('that is stopped between two questions fails the next one', async () => {
    const answer = await ask(to(), async (session) => {
      await server.stop();
      return session.query('SELECT 1', never);
    });
    expect(answer).toMatchObject({ ok: false });
  });

  it('that is frozen does not keep a cancelled run', async () => {
    server.freeze();
    const controller = new AbortController();
    const stop = new Stop({ kind: 'Cancelled', why: 'shutdown' });
    const asked = client.connect(to(), controller.signal, one);
    controller.abort(stop);
    await expect(asked).rejects.toBe(stop);
  });
});

describe('an old server', () => {
  it.each(['md5', 'password'] as const)(
    'that asks for a password by %s gets it under verified TLS only, and if the Secret names it',
    async (authentication) => {
      const old = await startPostgres({ databases: ['keylessd'], authentication, tls: leaf });
      try {
        const role = await old.createRole('node-persistence');
        const there = (mode: DatabaseConnection['tls']['mode'], changes = {}): DatabaseConnection =>
          to({ port: old.port, password: role.password, tls: { mode, ca: authority.caPem }, ...changes });
        expect([
          await ask(there('VerifyFull')),
          await ask(there('VerifyCA')),
          await ask(there('Require')),
          await ask(there('Prefer')),
          await ask(there('Disable')),
          await ask(there('VerifyFull', { namedBySecret: false })),
        ]).toMatchObject([{ ok: true }, { ok: true }, ...Array<string>(4).fill('DatabaseCleartextRefused')]);
      } finally {
        await old.remove();
      }
    },
  );
});
