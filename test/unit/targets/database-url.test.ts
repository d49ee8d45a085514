// Database URLs as JDBC and libpq write them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secret } from '../../../src/runtime/secret.ts';
import { parseDatabaseUrl } from '../../../src/targets/database-url.ts';

const SOURCE = 'key url of Secret db';

function parse(url: string): unknown {
  const outcome = parseDatabaseUrl(secret(url), SOURCE);
  if (!outcome.ok) return outcome.fault;
  const { password, ...rest } = outcome.value;
  const given = Object.entries({ ...rest, password: password?.reveal() });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== false));
}

const one = (host = 'db', port = 5432): { hosts: unknown } => ({ hosts: [{ host, port }] });

describe('a URL', () => {
  it.each<[string, unknown]>([
    ['jdbc:postgresql://db:5433/np', { ...one('db', 5433), database: 'np' }],
    [
      'jdbc:postgresql://db/np?user=u&password=p%26w&sslmode=verify-full&currentSchema=keylessd,public',
      { ...one(), database: 'np', username: 'u', password: 'p&w', tlsMode: 'VerifyFull', schema: 'keylessd' },
    ],
    ['jdbc:postgresql:np', { ...one('localhost'), database: 'np' }],
    ['jdbc:postgresql://db/', one()],
    ['jdbc:postgresql://[::1]:5433/np', { ...one('::1', 5433), database: 'np' }],
    [
      'jdbc:postgresql://a:1,b/np?targetServerType=primary',
      {
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 5432 },
        ],
        primaryOnly: true,
        database: 'np',
      },
    ],
    ['jdbc:postgresql://db/np?ssl=true', { ...one(), database: 'np', tlsMode: 'VerifyFull' }],
    [
      'jdbc:postgresql://db/np?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory',
      { ...one(), database: 'np', tlsMode: 'Require' },
    ],
    [
      'postgres://u:p%40w@db/np?sslmode=verify-full&sslrootcert=/etc/ca.pem',
      { ...one(), database: 'np', username: 'u', password: 'p@w', tlsMode: 'VerifyFull' },
    ],
    ['postgresql://u@db/a%2Fb', { ...one(), database: 'a/b', username: 'u' }],
    ['postgres://db/np?sslmode=require&sslrootcert=x', { ...one(), database: 'np', tlsMode: 'VerifyCA' }],
    ['postgres:///np?host=db&port=5433', { ...one('db', 5433), database: 'np' }],
    ['postgres://db/np?password=a+b', { ...one(), database: 'np', password: 'a+b' }],
  ])('%s', (url, expected) => {
    expect(parse(url)).toEqual(expected);
  });

  it.each([
    ['jdbc:oracle:thin:u/hunter2@db', 'OracleNotProbed', 'holds the URL of an Oracle database, which is not probed'],
    ['', 'TargetInvalid', 'is empty; expected a PostgreSQL URL'],
    ['mysql://u:hunter2@db/x', 'TargetInvalid', 'holds no PostgreSQL URL (jdbc:postgresql:… or postgres://…)'],
    ['postgres://u:hunter2@db:99999/x', 'TargetInvalid', 'holds a URL whose host or port is not valid'],
    ['postgres://u:hunter2%zz@db/x', 'TargetInvalid', 'holds a URL with a broken percent-encoding'],
    ['postgres://u:hunter2@db/x?sslmode=maybe', 'TargetInvalid', 'holds a URL whose sslmode is unknown'],
  ])('%s is %s', (url, code, words) => {
    expect(parse(url)).toEqual({ code, detail: `${SOURCE} ${words}` });
  });

  it('that cannot be used is never repeated', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('', 'jdbc:postgresql://', 'postgres://u:'),
        fc.string({ minLength: 12 }),
        (start, rest) => {
          const outcome = parseDatabaseUrl(secret(`${start}${rest}`), SOURCE);
          if (!outcome.ok) expect(outcome.fault.detail).not.toContain(rest);
        },
      ),
    );
  });
});
