// Where a run connects to, as rules of a NetworkPolicy.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { destinationsOf, egressOf, slicesAsRules } from '../../../src/targets/egress.ts';
import { installation, namespaceObjects, resolve, spec } from './objects.ts';

const service = (name: string, fields: object): KubernetesObject => ({
  kind: 'Service',
  metadata: { name, namespace: 'recognize' },
  spec: fields,
});
const objects = namespaceObjects([
  ...installation(),
  service('db', { selector: { app: 'db' }, ports: [{ port: 5432, targetPort: 15432 }] }),
  service('named', { selector: { app: 'db' }, ports: [{ port: 5432, targetPort: 'postgres' }] }),
  service('outside', { type: 'ExternalName', externalName: 'db.example.com' }),
  service('round', { type: 'ExternalName', externalName: 'round' }),
]);
const of = (host: string, port = 5432) => egressOf([{ host, port, why: 'database/d' }], 'recognize', objects);

describe('a destination', () => {
  test.each([
    ['10.1.2.3', { cidr: '10.1.2.3/32' }, 5432],
    ['2001:db8::1', { cidr: '2001:db8::1/128' }, 5432],
    ['db', { namespace: 'recognize' }, 15432],
    ['named', { namespace: 'recognize' }, 'postgres'],
    ['db.recognize', { namespace: 'recognize' }, 15432],
    ['db.recognize.svc.cluster.local.', { namespace: 'recognize' }, 15432],
    ['pg.databases.svc', { namespace: 'databases' }, 5432],
    ['unknown', { namespace: 'recognize' }, 5432],
    ['round', { namespace: 'recognize' }, 5432],
  ])('%s is allowed as %j', (host, to, port) => {
    expect(of(host)).toEqual({ rules: [{ to, ports: [port], why: ['database/d'] }], open: [] });
  });

  test.each(['db.example.com', 'db.example', 'outside', 'localhost'])('%s has no rule and is told', (host) => {
    const { rules, open } = of(host);
    expect(rules).toEqual([]);
    expect(open).toEqual([`${host === 'outside' ? 'db.example.com' : host}:5432 (database/d)`]);
  });

  test('of many has one rule for each place, with every port and who needs it', () => {
    const { rules } = egressOf(
      [
        { host: '10.1.2.3', port: 1, why: 'b' },
        { host: '10.1.2.3', port: 2, why: 'a' },
        { host: '10.1.2.3', port: 1, why: 'a' },
      ],
      'recognize',
      undefined,
    );
    expect(rules).toEqual([{ to: { cidr: '10.1.2.3/32' }, ports: [1, 2], why: ['a', 'b'] }]);
  });
});

test('the pods of the services are reached in their namespace, whatever their addresses are today', async () => {
  const { targets } = await resolve({ objects });
  const { rules, open } = egressOf(destinationsOf(targets), 'recognize', objects);
  expect(open).toEqual([]);
  expect(rules).toMatchObject([{ to: { namespace: 'recognize' } }]);
  expect(rules[0]?.ports).toContain(8080);
  expect(rules[0]?.why).toContain('core-daemon');
});

test('every server of a URL, a store with an endpoint, and AWS with the identity of the operator are destinations', async () => {
  const { targets } = await resolve({
    objects,
    spec: spec({
      discovery: 'None',
      databases: [{ name: 'd', urlSecretRef: { name: 's', key: 'url' } }],
      buckets: [{ name: 'b', bucket: 'circuits', endpoint: 'https://store.example', region: 'eu-west-1' }],
      keys: [{ name: 'k', kms: { keyId: 'x', region: 'eu-west-1' } }],
    }),
    secrets: { read: () => Promise.resolve(ok(secret('postgres://u:p@10.0.0.1:1,[2001:db8::1]:2/x'))) },
  });
  expect(destinationsOf(targets).map(({ host, port }) => `${host} ${port}`)).toEqual([
    '10.0.0.1 1',
    '2001:db8::1 2',
    'store.example 443',
    'sts.eu-west-1.amazonaws.com 443',
    'kms.eu-west-1.amazonaws.com 443',
    'sts.eu-west-1.amazonaws.com 443',
  ]);
});

test.each([
  ['nothing', undefined],
  ['a text', 'x'],
  [
    'other shapes',
    [1, null, { endpoints: 3, ports: 'x' }, { endpoints: [{ addresses: ['no address', 7, '10.0.0.0/0'] }] }],
  ],
])('slices of %s are no rules', (_what, items) => {
  expect(slicesAsRules(items, 'w')).toEqual([]);
});

test('slices are rules with their ports', () => {
  const items = [{ ports: [{ port: 6443 }, {}], endpoints: [{ addresses: ['10.0.0.1', 'fd00::1'] }] }];
  expect(slicesAsRules(items, 'w')).toEqual([
    { to: { cidr: '10.0.0.1/32' }, ports: [6443], why: ['w'] },
    { to: { cidr: 'fd00::1/128' }, ports: [6443], why: ['w'] },
  ]);
});
