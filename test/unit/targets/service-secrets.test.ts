// Credentials of a service: from which keys they come, and to whom alone they are shown.
import { describe, expect, it } from 'vitest';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { installation, namespaceObjects, resolve, spec } from './objects.ts';

type Values = Readonly<Record<string, Readonly<Record<string, string>>>>;

const BASIC = { username: 'ops', password: 'hunter2' };
const PAIR = { 'tls.crt': '-----CERT', 'tls.key': '-----KEY' };

function secretsOf(values: Values): SecretReader {
  return {
    read(name, key) {
      const value = values[name]?.[key];
      return Promise.resolve(
        value === undefined ? failed('SecretKeyMissing', literal('no such key')) : ok(secret(value)),
      );
    },
  };
}

async function coreDaemon(
  said: object,
  values: Values,
  objects = installation({ topology: 'Split', labels: 'conventional' }),
): Promise<ServiceTarget> {
  const { targets } = await resolve({
    objects: namespaceObjects(objects),
    spec: spec({ services: [{ name: 'core-daemon', ...said }] }),
    secrets: secretsOf(values),
  });
  const target = targets.find(({ id }) => id === 'core-daemon');
  if (target?.kind !== 'service') throw new Error('core-daemon is a service of this installation');
  return target;
}

const shown = ({ credentials, tls, addresses }: ServiceTarget): unknown => ({
  basic: credentials === undefined ? undefined : `${credentials.username}:${credentials.password.reveal()}`,
  pem: tls.certificate?.pem,
  key: tls.certificate?.key.reveal(),
  refused: addresses.ok ? undefined : `${addresses.fault.code}: ${addresses.fault.detail}`,
});

const basic = { credentialsSecretRef: { name: 'login' } };
const pair = { tls: { certSecretRef: { name: 'pair' } } };
const https = { url: 'https://core.example:8443/base' };

describe('what the own pods of a service are shown', () => {
  it('is user and password, from the keys of a basic-auth Secret', async () => {
    expect(shown(await coreDaemon(basic, { login: BASIC }))).toEqual({ basic: 'ops:hunter2' });
  });

  it('is a client certificate, from the keys of a TLS Secret', async () => {
    expect(shown(await coreDaemon(pair, { pair: PAIR }))).toEqual({ pem: '-----CERT', key: '-----KEY' });
  });

  it('is nothing that the spec does not name', async () => {
    expect(shown(await coreDaemon({}, { login: BASIC, pair: PAIR }))).toEqual({});
  });
});

describe('a workload that the report alone calls this service', () => {
  const elsewhere = { workload: { name: 'mailer' } };
  const objectsWith = (podSpec: object, name = 'mailer'): ReturnType<typeof installation> => {
    const labels = { app: name };
    const metadata = { name, namespace: 'recognize', labels };
    const containers = [{ name, image: `registry.example/${name}:1`, ...podSpec }];
    const template = { metadata: { labels }, spec: { containers } };
    return [
      { kind: 'Deployment', apiVersion: 'apps/v1', metadata, spec: { selector: { matchLabels: labels }, template } },
      { kind: 'Service', apiVersion: 'v1', metadata, spec: { selector: labels, ports: [{ port: 80, name: 'http' }] } },
      {
        kind: 'EndpointSlice',
        apiVersion: 'discovery.k8s.io/v1',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
        ports: [{ name: 'http', port: 80 }],
        endpoints: [{ addresses: ['10.1.2.3'], targetRef: { kind: 'Pod', name: `${name}-1` } }],
      } as ReturnType<typeof installation>[number],
    ];
  };
  const asked = async (podSpec: object, said: object, name?: string): Promise<unknown> =>
    shown(await coreDaemon({ ...elsewhere, ...said }, { login: BASIC, pair: PAIR }, objectsWith(podSpec, name)));

  it.each([
    ['login', basic],
    ['pair', pair],
  ])('is not shown what Secret %s holds', async (name, said) => {
    const refused = `TargetInvalid: only the report calls Deployment mailer core-daemon, and its pods do not use Secret ${name}: it is not shown to them`;
    expect(await asked({}, said)).toEqual({ refused });
  });

  it('is shown it where its own pods use that Secret', async () => {
    expect(await asked({ envFrom: [{ secretRef: { name: 'login' } }] }, basic)).toEqual({ basic: 'ops:hunter2' });
  });

  it('is shown it where it would be found to be that service', async () => {
    expect(await asked({}, { ...basic, workload: { name: 'core-daemon' } }, 'core-daemon')).toEqual({
      basic: 'ops:hunter2',
    });
  });

  it('is asked all the same where nothing is to be shown', async () => {
    expect(await asked({}, {})).toEqual({});
  });
});

describe('a host of the spec', () => {
  it.each([
    ['https://core.example:8443', true],
    ['https://core.example:8443/elsewhere', true],
    ['https://core.example', false],
    ['http://core.example:8443', false],
    ['https://evil.example:8443', false],
    ['https://core.example:8443@evil.example', false],
    ['core.example', false],
    ['', false],
  ])('is shown what a Secret says is for %s: %s', async (url, isShown) => {
    const target = await coreDaemon({ ...https, ...basic }, { login: { ...BASIC, url } });
    const why =
      'TargetInvalid: Secret login does not name https://core.example:8443 in its key url, so it is not shown there';
    expect(shown(target)).toEqual(isShown ? { basic: 'ops:hunter2' } : { refused: why });
  });

  it('is not shown what belongs to another, though one of the two names it', async () => {
    const target = await coreDaemon(
      { ...https, ...basic, ...pair },
      { login: { ...BASIC, url: https.url }, pair: PAIR },
    );
    expect(shown(target)).toMatchObject({ basic: undefined, pem: undefined, key: undefined });
  });
});

describe('what is refused', () => {
  it.each<[string, object, Values, string]>([
    [
      'a path that is none of health',
      { ...basic, healthPath: '/actuator/env' },
      { login: BASIC },
      'TargetInvalid: credentials are sent to paths of health alone (/actuator/health), and /actuator/env is none',
    ],
    ['a Secret without a password', basic, { login: { username: 'ops' } }, 'SecretKeyMissing: no such key'],
    ['half a pair', pair, { pair: { 'tls.crt': 'x' } }, 'SecretKeyMissing: no such key'],
    [
      'a name that looks like none',
      basic,
      { login: { ...BASIC, username: 'a b' } },
      'TargetInvalid: the value of key username of Secret login does not look like a user name (at most 63 bytes, without blanks, quotes and control characters), so it is not sent',
    ],
    [
      'a name with a colon',
      basic,
      { login: { ...BASIC, username: 'a:b' } },
      'TargetInvalid: the value of key username of Secret login has a colon in it',
    ],
  ])('%s', async (_, said, values, refused) => {
    expect(shown(await coreDaemon(said, values))).toEqual({ refused });
  });

  it.each([
    '/actuator/health/../env',
    '/actuator/health/%2e%2e/env',
    '/actuator/health/%2E./heapdump',
    '/health/./../../admin/export',
    '/actuator/health/..%2fenv',
    '/actuator/health;/../env',
    '/actuator/env;/health',
    '/healthcare/patients',
    '/health%00/x',
  ])('a path that passes health on its way to another place: %s', async (healthPath) => {
    const why = `TargetInvalid: credentials are sent to paths of health alone (/actuator/health), and ${healthPath} is none`;
    expect(shown(await coreDaemon({ ...basic, healthPath }, { login: BASIC }))).toEqual({ refused: why });
    const far = await coreDaemon({ ...https, ...basic, healthPath }, { login: { ...BASIC, url: https.url } });
    expect(shown(far)).toMatchObject({ basic: undefined, refused: expect.stringContaining('is none') as string });
  });

  it.each([
    '/health',
    '/health/',
    '/healthz',
    '/health-check',
    '/healthCheck',
    '/-/healthy',
    '/core.daemon/v1/actuator/health/readiness',
    '/actuator/health/db/primary',
  ])('nothing of health itself: %s', async (healthPath) => {
    expect(shown(await coreDaemon({ ...basic, healthPath }, { login: BASIC }))).toEqual({ basic: 'ops:hunter2' });
  });

  it('a key of the author’s choosing', () => {
    const said = { name: 'core-daemon', credentialsSecretRef: { name: 'login', passwordKey: 'other' } };
    expect(spec({ services: [said] }).services?.[0]?.credentialsSecretRef).toEqual({ name: 'login' });
  });
});
