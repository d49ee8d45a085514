// JDBC URLs as pgjdbc 42.7.11 itself read them: what it was given, and the properties that it made of it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { secret } from '../../../src/runtime/secret.ts';
import { readDatabaseUrl } from '../../../src/targets/database-url.ts';
import { jdbcProperties } from '../../../src/targets/jdbc-url.ts';

interface Recorded {
  readonly url: string;
  readonly accepts: boolean;
  readonly props: Readonly<Record<string, string>> | null;
  readonly sslMode: string | null;
  readonly target: string | null;
  readonly hosts: readonly (readonly [string, number])[];
}

const RECORDED = readFileSync(new URL('../../fixtures/real/jdbc.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const read = (url: string): ReturnType<typeof readDatabaseUrl> => readDatabaseUrl(secret(url), 'key url of Secret db');

/** Of the URLs that the driver takes apart: those that we do not, because a password seems to stand where none belongs. */
const SPILT = ['jdbc:postgresql://app@localhost/keylessd'];

describe('the driver and we', () => {
  it('were asked about the same URLs', () => {
    expect(RECORDED.length).toBeGreaterThan(150);
  });

  it.each(RECORDED.map((recorded) => [recorded.url, recorded] as const))('read %s alike', (url, { accepts, props }) => {
    const properties = jdbcProperties(url);
    // A service is looked up in a file of the pod; the driver that was asked had none.
    const taken = typeof properties !== 'string' && !properties.has('service');
    expect(taken).toBe(accepts);
    if (taken && props !== null) expect(Object.fromEntries(properties)).toEqual(props);
  });

  it.each(
    RECORDED.filter(({ url, accepts }) => accepts && !SPILT.includes(url)).map(
      (recorded) => [recorded.url, recorded] as const,
    ),
  )('make the same of %s', (url, { sslMode, target, hosts, props }) => {
    const outcome = read(url);
    if (sslMode?.startsWith('ERR') === true || target?.startsWith('ERR') === true) {
      expect(outcome).toMatchObject({ fault: { code: 'DatabaseUrlRefused' } });
      return;
    }
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    expect(outcome.value.hosts).toEqual(
      hosts.map(([host, port]) => ({ host: host === '' ? 'localhost' : host.replace(/^\[(.*)\]$/, '$1'), port })),
    );
    expect(outcome.value.wants).toBe(target);
    expect(outcome.value.password?.reveal()).toBe(props?.['password'] === '' ? undefined : props?.['password']);
  });

  it.each(RECORDED.filter(({ url, accepts }) => !accepts || SPILT.includes(url)).map(({ url }) => url))(
    'do not both take %s, unless libpq does',
    (url) => {
      const outcome = read(url);
      const taken = outcome.ok && outcome.value.unhonoured === undefined;
      expect(taken).toBe(/^postgres(?:ql)?:\/\//.test(url));
    },
  );
});

describe('a value that ends a connection of the driver', () => {
  it.each([
    'prepareThreshold=bogus',
    'connectTimeout=',
    'queryTimeout=-1',
    'gssEncMode=bogus',
    'channelBinding=Require',
    'stringtype=text',
    'protocolVersion=2',
    'autosave=sometimes',
    'requireAuth=scram',
    'requireAuth=md5,!password',
    'targetServerType=Primary',
    'sslmode=verify_full',
    'binaryTransferDisable=_int4',
    'binaryTransferEnable=int4,money[]',
    'binaryTransferEnable=-1',
    'maxResultBuffer=10KB',
    'maxResultBuffer=p',
  ])('%s is refused', (parameter) => {
    expect(read(`jdbc:postgresql://db/x?${parameter}`)).toMatchObject({ fault: { code: 'DatabaseUrlRefused' } });
  });

  it.each([
    'loginTimeout=bogus',
    'readOnlyMode=bogus',
    'preferQueryMode=bogus',
    'sslNegotiation=bogus',
    'autosave=ALWAYS',
    'binaryTransferDisable=int4,INT4_ARRAY,1043',
    'binaryTransferDisable=',
    'maxResultBuffer=10k',
    'maxResultBuffer=5pct',
    'maxResultBuffer=-1',
  ])('%s is not one', (parameter) => {
    expect(read(`jdbc:postgresql://db/x?${parameter}`)).toMatchObject({ ok: true });
  });
});

describe('what only the pod has', () => {
  it.each([
    'jdbc:postgresql:///keylessd?socketFactory=com.google.cloud.sql.postgres.SocketFactory',
    'jdbc:postgresql://db/x?authenticationPluginClassName=a.B',
    'jdbc:postgresql://db/x?service=prod',
    'jdbc:postgresql://db/x?gssEncMode=require',
    'jdbc:postgresql://db/x?sslmode=require&sslfactory=a.B',
    'jdbc:postgresql://db/x?sslmode=verify-full&sslhostnameverifier=a.B',
  ])('%s cannot be honoured', (url) => {
    const outcome = read(url);
    expect(outcome.ok && outcome.value.unhonoured).toEqual(expect.any(String));
  });

  it.each([
    'jdbc:otel:postgresql://db/x',
    'jdbc:aws-wrapper:postgresql://db/x',
    'jdbc-secretsmanager:postgresql://db/x',
  ])('%s wraps another driver', (url) => {
    expect(read(url)).toMatchObject({ fault: { code: 'DatabaseUrlNotHonoured' } });
  });
});
