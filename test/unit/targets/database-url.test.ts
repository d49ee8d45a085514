// Database URLs as libpq reads them, and what is refused without a word of it: JDBC's have a test of their own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secret } from '../../../src/runtime/secret.ts';
import { readDatabaseUrl } from '../../../src/targets/database-url.ts';

const SOURCE = 'key url of Secret db';
const read = (url: string): ReturnType<typeof readDatabaseUrl> => readDatabaseUrl(secret(url), SOURCE);

function parts(url: string): object {
  const outcome = read(url);
  if (!outcome.ok) return outcome.fault;
  const { hosts, database, username, password, tls, wants, balanced } = outcome.value;
  return { hosts, database, username, password: password?.reveal(), mode: tls.mode, wants, balanced };
}

const one = (host = 'db', port = 5432): { hosts: unknown } => ({ hosts: [{ host, port }] });

describe('libpq', () => {
  it.each<[string, object]>([
    ['postgres://u:p%40w@db/np?sslmode=verify-full', { ...one(), database: 'np', password: 'p@w', mode: 'VerifyFull' }],
    ['postgresql://u@db/a%2Fb', { ...one(), database: 'a/b', username: 'u' }],
    ['postgres://u@db/np?sslmode=require&sslrootcert=x', { ...one(), mode: 'VerifyCA' }],
    ['postgres://u@db/np?sslrootcert=system', { mode: 'VerifyFull' }],
    ['postgres:///np?host=db&port=5433', { ...one('db', 5433), database: 'np' }],
    ['postgres://db/np?password=a+b', { database: 'np', password: 'a+b' }],
    ['postgres://u:pa?ss@db/np', { ...one(), username: 'u', password: 'pa?ss' }],
    ['postgres://u@db', { database: 'u' }],
    ['postgres://u@db:5433', { ...one('db', 5433), database: 'u' }],
    ['postgres://u@[::1]:5433/x', one('::1', 5433)],
    ['postgres://u@db/x?ssl=true', { mode: 'Require' }],
    ['postgres://u@db/x?target_session_attrs=read-write', { wants: 'writable' }],
    ['postgres://u@db/x?target_session_attrs=prefer-standby', { wants: 'preferSecondary' }],
    ['postgres://u@db/x?load_balance_hosts=random', { balanced: true }],
    [
      'postgres://u@a,b:2/x',
      {
        hosts: [
          { host: 'a', port: 5432 },
          { host: 'b', port: 2 },
        ],
      },
    ],
    [
      'postgres://u@a,b/x?port=5433',
      {
        hosts: [
          { host: 'a', port: 5433 },
          { host: 'b', port: 5433 },
        ],
      },
    ],
    ['postgresql://u@db/x\n', { database: 'x\n' }],
  ])('reads %s', (url, expected) => {
    expect(parts(url)).toMatchObject(expected);
  });

  it.each([
    'postgres://u:hunter2@db:99999/x',
    'postgres://u:hunter2%zz@db/x',
    'postgres://u:hunter2@db/x?sslmode=maybe',
    'postgres://u:hunter2@db/x?sslmode=Require',
    'postgres://u:hunter2@db/x?currentSchema=x',
    'postgres://u:hunter2@db/x?user',
    'postgres://u:hunter2@a,b,c/x?port=1,2',
    'postgres://u:hunter2@[::1/x',
    'postgres://u:hunter2@db/x?sslrootcert=system&sslmode=require',
    'postgres://u:hunter2@db/x?target_session_attrs=master',
    'postgres://u:hun/ter2@db/x',
    ' postgres://u:hunter2@db/x',
    'Postgres://u:hunter2@db/x',
  ])('refuses %s', (url) => {
    const fault = parts(url);
    expect(fault).toMatchObject({ code: 'DatabaseUrlRefused' });
    expect(JSON.stringify(fault)).not.toMatch(/hunter2|ter2/);
  });

  it.each([
    'postgres://u:hunter2@/x',
    'postgres://u@%2Fvar%2Frun/x',
    'postgres://u@db/x?service=prod',
    'postgres://u@db/x?gssencmode=require',
    'postgres://u@db/x?hostaddr=10.0.0.1',
  ])('needs the pod for %s', (url) => {
    const outcome = read(url);
    expect(outcome.ok && outcome.value.unhonoured).toEqual(expect.any(String));
  });
});

describe('a password that is not percent-encoded', () => {
  it.each([
    ['postgres://u:hun@ter2@db/x', 'TargetInvalid'],
    ['postgres://u:12/ter2@db/x', 'TargetInvalid'],
    ['jdbc:postgresql://u:12/ter2@db', 'TargetInvalid'],
    ['jdbc:postgresql://ter2@db/x', 'DatabaseUrlRefused'],
    ['jdbc:postgresql://u:ter2@db/x', 'DatabaseUrlRefused'],
  ])('%s is refused, and no piece of it shown or looked up', (url, code) => {
    const fault = parts(url);
    expect(fault).toMatchObject({ code });
    expect(JSON.stringify(fault)).not.toMatch(/hun|ter2|\b12\b/);
  });
});

describe('what is no URL of PostgreSQL', () => {
  it.each([
    ['jdbc:oracle:thin:u/hunter2@db', 'OracleNotProbed', 'holds the URL of an Oracle database, which is not probed'],
    ['', 'TargetInvalid', 'is empty; expected a PostgreSQL URL'],
    ['mysql://u:hunter2@db/x', 'TargetInvalid', 'holds no PostgreSQL URL (jdbc:postgresql:… or postgresql://…)'],
  ])('%s is %s', (url, code, words) => {
    expect(parts(url)).toMatchObject({ code, detail: `${SOURCE} ${words}` });
  });

  it('is never repeated', () => {
    const start = fc.constantFrom('', 'jdbc:postgresql://', 'postgres://u:', 'jdbc:postgresql://db/x?password=');
    fc.assert(
      fc.property(start, fc.string({ minLength: 12 }), (begin, rest) => {
        const outcome = read(`${begin}${rest}`);
        if (!outcome.ok) expect(outcome.fault.detail).not.toContain(rest);
      }),
    );
  });
});
