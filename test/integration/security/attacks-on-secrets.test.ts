// What an author of reports has tried against a running operator to get at Secrets: named as what goes out as it is,
// relayed to the real database, with the TLS of the Secret weakened, signed for a server of theirs. And a gate asked at a
// replica whose watch has gone half-open. The rows are not those of the issue: other examples of the same rules.
import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crd } from '../../../src/api/crd.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { systemClock, type Clock } from '../../../src/runtime/clock.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { startPostgres, type Credentials, type PostgresServer } from '../../stack/postgres/server.ts';
import { secretObject as secretOf } from '../../stack/secret-object.ts';
import { NAMESPACE, said, startArena, until, type Arena, type RunningOperator } from '../operator/arena.ts';
import { startRelay } from '../operator/relay.ts';

const PLANTED = 'pl4nted-Secret-Value';
/** One run is enough, and services are not what this is about. Nobody is late on purpose. */
const ONCE = { interval: '24h', timeout: '1m' };

/** The definition as it would be without our rules on its texts: then the operator alone stands between. */
const withoutRules = (): object =>
  JSON.parse(JSON.stringify(crd()), (key, value: unknown) =>
    key === 'x-kubernetes-validations' || (key === 'pattern' && typeof value === 'string') ? undefined : value,
  ) as object;

let arena: Arena;
let operator: RunningOperator;
let postgres: PostgresServer;
let role: Credentials;
const authority = createAuthority();
const theirs = createAuthority();
/** Of another server than the one that is dialled. */
const strange = authority.issue({ commonName: 'other', hosts: ['other.example'] });
const open: Server[] = [];

beforeAll(async () => {
  arena = await startArena({ definition: withoutRules() });
  postgres = await startPostgres({ tls: authority.issue({ commonName: 'db', hosts: ['127.0.0.1'] }) });
  role = await postgres.createRole('app');
  operator = await arena.start();
});
afterAll(async () => {
  await arena.close();
  for (const server of open) server.close();
  await postgres.remove();
});

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A PostgreSQL message that asks for the password in the clear. */
const CLEARTEXT = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** Takes whatever is sent to it: as PostgreSQL, with this certificate where one is given, and as HTTP. */
async function listener(certificate?: {
  keyPem: string;
  certPem: string;
}): Promise<{ port: number; readonly told: () => string }> {
  let told = '';
  const hear = (socket: Socket | TLSSocket): void => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      told += chunk.toString('latin1');
      if (/^[A-Z]{3,7} \//.test(chunk.toString('latin1'))) socket.end('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
      else socket.write(CLEARTEXT);
    });
  };
  const port = await listen((socket) => {
    socket.once('data', (first: Buffer) => {
      // The request for TLS.
      if (first.length === 8 && certificate !== undefined) {
        socket.write('S');
        hear(new TLSSocket(socket, { isServer: true, key: certificate.keyPem, cert: certificate.certPem }));
        return;
      }
      hear(socket);
      if (first.length === 8) socket.write('N');
      else socket.emit('data', first);
    });
  });
  return { port, told: () => told };
}

const secretObject = (name: string, data: Readonly<Record<string, string>>): AnyObject =>
  secretOf(NAMESPACE, name, data);
const faultOf = (status: HealthReportStatus, id: string): string | undefined =>
  status.checks?.find((check) => check.id === id)?.fault;
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

describe('1: values of a Secret', () => {
  /** Puts the report in, and takes it out once the operator is through with it. The text is all that was shown. */
  const examined = async (
    name: string,
    data: Record<string, string>,
    spec: (ref: object) => object,
    keys: object,
  ): Promise<string> => {
    await arena.admin.create(secretObject(name, data));
    const report = arena.report(name, { ...ONCE, ...spec({ name, ...keys }) });
    await arena.admin.create(report);
    const lines = await until(
      `${name} is through`,
      () => operator.lines.filter((line) => line['report'] === `${NAMESPACE}/${name}`),
      (seen) => said(seen, 'status written'),
    );
    const shown = JSON.stringify([lines, await arena.status(name)]);
    await arena.admin.remove(report);
    return shown;
  };
  const database = (port: number) => (credentialsSecretRef: object) => ({
    databases: [{ name: 'd', host: '127.0.0.1', port, database: 'x', credentialsSecretRef, tls: { mode: 'Disable' } }],
  });
  const aws = (port: number) => (credentialsSecretRef: object) => ({
    buckets: [{ name: 'b', bucket: 'circuits', endpoint: `http://127.0.0.1:${port}`, credentialsSecretRef }],
    keys: [{ name: 'k', kms: { keyId: 'x', endpoint: `http://127.0.0.1:${port}`, credentialsSecretRef } }],
  });

  test.each([
    'username.bak',
    'users.htpasswd',
    'user-token',
    'userPassword',
    'login.defs',
    'db.login.secret',
    'PGUSER_PASSFILE',
    'root-user-pw',
    'role.sql',
    'admin_user_key',
    'username2',
    'user_name_and_password',
    'usernames',
  ])('under the key %j are not sent as a user name', async (key) => {
    const { port, told } = await listener();
    const data = { [key]: PLANTED, password: 'x' };
    const shown = await examined(`user-${slug(key)}`, data, database(port), { usernameKey: key });
    expect(told() + shown).not.toContain(PLANTED);
    expect(shown).not.toContain('"verdict":"Healthy"');
  });

  test.each(['user\u200bname', 'user name', 'user/name', ''])(
    'under the key %j are in no Secret that the API server takes',
    async (key) => {
      await expect(arena.admin.create(secretObject('no-such-key', { [key]: PLANTED }))).rejects.toThrow(
        'a valid config key must consist of alphanumeric characters',
      );
    },
  );

  test.each([
    ['accessKeyIdKey', 'AWS_ACCESS_KEY_ID_SECRET'],
    ['accessKeyIdKey', 'access-key-id.old'],
    ['accessKeyIdKey', 'storage.access.key.secret'],
    ['accessKeyIdKey', 'keyIdRsa'],
    ['accessKeyIdKey', 'SharedAccessKeyName'],
    ['sessionTokenKey', 'session_token_hmac'],
    ['sessionTokenKey', 'SESSION_TOKEN_PRIVATE_KEY'],
    ['sessionTokenKey', 'aws.session.token.b64'],
  ])('as %s under the key %j are not sent', async (field, key) => {
    const { port, told } = await listener();
    const data = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40), [key]: PLANTED.repeat(3) };
    const shown = await examined(`key-${slug(key)}`, data, aws(port), { [field]: key });
    expect(told() + shown).not.toContain(PLANTED);
    expect(shown).not.toContain('"verdict":"Healthy"');
  });

  test.each<[string, string]>([
    ['a JSON document', `{"password":"${PLANTED}"}`],
    ['a line of userlist.txt', `"app" "${PLANTED}"`],
    ['a line of .pgpass', `db:5432:*:app:${PLANTED} x`],
    ['a PEM block', `-----BEGIN PRIVATE KEY-----\n${PLANTED}\n-----END PRIVATE KEY-----\n`],
    ['several lines', `app\n${PLANTED}`],
    ['a tab between', `app\t${PLANTED}`],
    ['a NUL between', `app\0${PLANTED}`],
    ['a long token', PLANTED.repeat(4)],
  ])('that are %s are not sent as a user name, though the key is a usual one', async (what, username) => {
    const { port, told } = await listener();
    const shown = await examined(`value-${slug(what)}`, { username, password: 'x' }, database(port), {});
    expect(told() + shown).not.toContain(PLANTED);
    expect(shown).toContain('"fault":"TargetInvalid"');
  });

  test('go out where key and value are what they claim', async () => {
    const { port, told } = await listener();
    await examined('user-as-it-is', { PGUSER: 'the-app-role', password: PLANTED }, database(port), {
      usernameKey: 'PGUSER',
    });
    expect(told()).toContain('the-app-role');
    expect(told()).not.toContain(PLANTED);
  });
});

describe('2: a login', () => {
  /** Passes everything on to the real server and keeps what it was told. */
  const relay = async (): Promise<{ port: number; readonly told: () => string }> => {
    let told = '';
    const port = await listen((socket) => {
      const there = connect({ host: postgres.host, port: postgres.port });
      there.on('error', () => socket.destroy());
      socket.on('close', () => there.destroy());
      socket.on('data', (chunk: Buffer) => {
        told += chunk.toString('latin1');
      });
      socket.pipe(there).pipe(socket);
    });
    return { port, told: () => told };
  };
  const examined = async (
    name: string,
    port: number,
    secret: Readonly<Record<string, string>>,
    more: object = {},
  ): Promise<HealthReportStatus> => {
    await arena.admin.create(secretObject(name, { username: role.user, password: role.password, ...secret }));
    const database = { name: 'd', host: '127.0.0.1', port, database: 'postgres', credentialsSecretRef: { name } };
    await arena.admin.create(
      arena.report(name, { ...ONCE, databases: [{ ...database, tls: { mode: 'Disable' }, ...more }] }),
    );
    return arena.examined(name);
  };

  test.each<[string, (port: number) => Readonly<Record<string, string>>]>([
    ['names no server', () => ({})],
    ['names the host alone', () => ({ host: '127.0.0.1' })],
    ['names the real port', () => ({ host: '127.0.0.1', port: String(postgres.port) })],
    ['names the port of the relay on another host', (port) => ({ host: 'db.example', port: String(port) })],
    ['names the real server in a URL', () => ({ url: `postgresql://app@127.0.0.1:${postgres.port}/x` })],
    ['names the relay in a key that nobody reads', (port) => ({ note: `127.0.0.1:${port}` })],
    ['names the relay within a longer text', (port) => ({ host: `127.0.0.1.example, 127.0.0.1`, port: `${port}` })],
  ])('is not relayed to the real database where the Secret %s', async (what, secret) => {
    const { port, told } = await relay();
    const status = await examined(`relay-${slug(what)}`, port, secret(port));
    expect(faultOf(status, 'database/d/connect')).toBe('DatabaseLoginWithheld');
    // It came as far as asking whether anybody is let in, under another name, and no further.
    expect(told()).not.toMatch(/SCRAM-SHA-256|n,,n=|SELECT/);
  });

  test('reaches the server that the Secret names', async () => {
    const status = await examined('relay-none', postgres.port, { host: '127.0.0.1', port: String(postgres.port) });
    expect(status.checks?.find(({ id }) => id === 'database/d/connect')).toMatchObject({ result: 'pass' });
  });

  test('that is a signature of AWS goes to no other endpoint than the Secret names, and names the host it is for', async () => {
    const [elsewhere, named] = [await listener(), await listener()];
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: PLANTED };
    await arena.admin.create(secretObject('endpoint', { ...credentials, endpoint: `http://127.0.0.1:${named.port}` }));
    await arena.admin.create(secretObject('no-endpoint', credentials));
    const bucket = (name: string, secret: string, port: number): object => ({
      name,
      bucket: 'circuits',
      endpoint: `http://127.0.0.1:${port}`,
      credentialsSecretRef: { name: secret },
    });
    const buckets = [bucket('a', 'endpoint', elsewhere.port)];
    await arena.admin.create(arena.report('signed-elsewhere', { ...ONCE, buckets }));
    expect(faultOf(await arena.examined('signed-elsewhere'), 'object-storage/a/reach')).toEqual(expect.any(String));
    expect(elsewhere.told()).not.toContain('AWS4-HMAC-SHA256');
    await arena.admin.create(arena.report('signed', { ...ONCE, buckets: [bucket('a', 'no-endpoint', named.port)] }));
    await arena.examined('signed');
    expect(named.told()).toContain('AWS4-HMAC-SHA256');
    for (const request of named.told().split(/(?=(?:GET|PUT|HEAD|POST|DELETE) \/)/)) {
      expect(request.toLowerCase()).toContain(`host: 127.0.0.1:${named.port}`);
      expect(request).toMatch(/SignedHeaders=[a-z0-9;-]*\bhost\b/);
      expect(request).not.toContain(PLANTED);
    }
  });
});

describe('7: the TLS that a Secret asks', () => {
  const MODES = ['Disable', 'Require', 'VerifyCA', undefined] as const;
  const cases = MODES.flatMap((mode) =>
    (['system', 'own', 'theirs'] as const).map((ca) => [mode ?? 'no mode', ca, mode] as const),
  );

  test.each(cases)('is not weakened by %s with the roots of %s', async (_, ca, mode) => {
    const { port, told } = await listener(
      ca === 'theirs' ? theirs.issue({ commonName: 'x', hosts: ['x.example'] }) : strange,
    );
    const name = `tls-${slug(`${mode ?? 'none'} ${ca}`)}`;
    const url = `postgresql://app:${PLANTED}@127.0.0.1:${port}/x?sslmode=verify-full`;
    await arena.admin.create(secretObject(name, { url, 'ca.crt': authority.caPem, 'their.crt': theirs.caPem }));
    const caSecretRef = ca === 'system' ? undefined : { name, key: ca === 'own' ? 'ca.crt' : 'their.crt' };
    const tls = { ...(mode === undefined ? {} : { mode }), ...(caSecretRef === undefined ? {} : { caSecretRef }) };
    await arena.admin.create(
      arena.report(name, { ...ONCE, databases: [{ name: 'd', urlSecretRef: { name, key: 'url' }, tls }] }),
    );
    const status = await arena.examined(name);
    expect(faultOf(status, 'database/d/connect')).toBe('DatabaseTlsFailed');
    expect(told() + JSON.stringify(status)).not.toContain(PLANTED);
    // Not even the user name crossed to a certificate of another name.
    expect(told()).not.toContain('app');
  });

  test.each(['disable', 'allow', 'prefer', 'require', 'verify-ca'])(
    'is strengthened by the spec: %s in the URL, VerifyFull in the report',
    async (sslmode) => {
      const { port, told } = await listener();
      const name = `stronger-${sslmode}`;
      const url = `postgresql://app:${PLANTED}@127.0.0.1:${port}/x?sslmode=${sslmode}`;
      await arena.admin.create(secretObject(name, { url, 'ca.crt': authority.caPem }));
      const tls = { mode: 'VerifyFull', caSecretRef: { name, key: 'ca.crt' } };
      await arena.admin.create(
        arena.report(name, { ...ONCE, databases: [{ name: 'd', urlSecretRef: { name, key: 'url' }, tls }] }),
      );
      expect(faultOf(await arena.examined(name), 'database/d/connect')).toMatch(/Tls/);
      expect(told()).not.toMatch(/app|pl4nted/);
    },
  );

  test('lets a login through where it holds', async () => {
    const url = `postgresql://${role.user}:${role.password}@127.0.0.1:${postgres.port}/postgres?sslmode=verify-full`;
    await arena.admin.create(secretObject('tls-well', { url, 'ca.crt': authority.caPem }));
    const tls = { mode: 'Require', caSecretRef: { name: 'tls-well', key: 'ca.crt' } };
    await arena.admin.create(
      arena.report('tls-well', {
        ...ONCE,
        databases: [{ name: 'd', urlSecretRef: { name: 'tls-well', key: 'url' }, tls }],
      }),
    );
    const status = await arena.examined('tls-well');
    expect(status.checks?.find(({ id }) => id === 'database/d/connect')).toMatchObject({ result: 'pass' });
  });
});

describe('8: a replica whose watch is half-open', () => {
  test('passes no gate after fifteen seconds, and is not ready after ninety', async () => {
    let aheadMs = 0;
    const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
    const relay = await startRelay(arena.server.url);
    try {
      const report = arena.report('half-open', { ...ONCE, upgrade: { waive: ['Databases', 'Buckets', 'Keys'] } });
      await arena.admin.create(report);
      const replica = await arena.start({ user: 'half-open', url: relay.url, clock });
      const code = async (path: string): Promise<number> =>
        fetch(`http://127.0.0.1:${replica.port()}${path}`).then(
          ({ status }) => status,
          () => 0,
        );
      const gate = `/gate/${NAMESPACE}/half-open`;
      await until(
        'it passes',
        () => code(gate),
        (status) => status === 200,
      );
      // Nothing comes any more, in either direction, and no connection is closed.
      relay.freeze();
      expect(await code('/readyz')).toBe(200);
      aheadMs += 16_000;
      expect(await code(gate)).toBe(503);
      expect(await code('/readyz')).toBe(200);
      // What was under way when it froze may have been heard since the clock was last moved.
      aheadMs += 91_000;
      expect(await code('/readyz')).toBe(503);
      expect(await code(gate)).toBe(503);
      relay.thaw();
      // What was held back comes, and it is heard.
      await until(
        'it is ready again',
        () => code('/readyz'),
        (status) => status === 200,
      );
      await until(
        'it passes again',
        () => code(gate),
        (status) => status === 200,
      );
    } finally {
      await relay.close();
    }
  });
});
