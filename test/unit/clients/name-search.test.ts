// What hosts file and resolv.conf mean.
import { describe, expect, it } from 'vitest';
import { addressesInHosts, namesToAsk, parseResolvConf } from '../../../src/clients/name-search.ts';

const CLUSTER = { search: ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 };

describe('the names to ask for', () => {
  it.each<[string, { search: string[]; ndots: number }, string[]]>([
    [
      'core-daemon',
      CLUSTER,
      ['core-daemon.ns.svc.cluster.local', 'core-daemon.svc.cluster.local', 'core-daemon.cluster.local', 'core-daemon'],
    ],
    ['a.b.c.d.e.f', CLUSTER, ['a.b.c.d.e.f', ...CLUSTER.search.map((domain) => `a.b.c.d.e.f.${domain}`)]],
    ['db.example.com.', CLUSTER, ['db.example.com']],
    ['db.example.com', { search: ['corp'], ndots: 1 }, ['db.example.com', 'db.example.com.corp']],
    ['db', { search: ['corp'], ndots: 1 }, ['db.corp', 'db']],
    ['db', { search: [], ndots: 1 }, ['db']],
    ['db', { search: ['corp'], ndots: 0 }, ['db', 'db.corp']],
  ])('of %s', (host, configuration, names) => {
    expect(namesToAsk(host, configuration)).toEqual(names);
  });
});

describe('resolv.conf', () => {
  it('is read as Kubernetes writes it', () => {
    expect(
      parseResolvConf(
        'search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
      ),
    ).toEqual({ servers: ['10.96.0.10'], ...CLUSTER });
  });

  it.each<[string, string, object]>([
    ['without a server is of this machine', '', { servers: ['127.0.0.1'], search: [], ndots: 1 }],
    ['with comments', '# a\nnameserver 10.0.0.1 # b\n;c', { servers: ['10.0.0.1'] }],
    ['whose last search counts', 'search a b\ndomain c.', { search: ['c'] }],
    ['with servers that are none', 'nameserver example.com\nnameserver ::1', { servers: ['::1'] }],
    ['with ports', 'nameserver 127.0.0.1:53\nnameserver [::1]:53', { servers: ['127.0.0.1:53', '[::1]:53'] }],
    [
      'with more than there may be',
      'options ndots:99 timeout:99 attempts:9',
      { ndots: 15, timeoutMs: 30_000, tries: 5 },
    ],
    ['with less than there may be', 'options timeout:0 attempts:0', { timeoutMs: 1000, tries: 1 }],
    ['with nonsense', 'options ndots:x timeout\nnameserver\nsearch', { ndots: 1, search: [] }],
    ['with Windows line ends', 'nameserver 10.0.0.1\r\nsearch a\r\n', { servers: ['10.0.0.1'], search: ['a'] }],
  ])('%s', (_, text, expected) => {
    expect(parseResolvConf(text)).toMatchObject(expected);
  });
});

describe('the hosts file', () => {
  const text = '127.0.0.1 localhost\n::1 db DB2\n# 10.0.0.9 db\n10.0.0.1\tdb # ours\nnonsense db';
  it.each<[string, string[]]>([
    ['db', ['10.0.0.1', '::1']],
    ['DB', ['10.0.0.1', '::1']],
    ['db2', ['::1']],
    ['db.', ['10.0.0.1', '::1']],
    ['ours', []],
    ['localhost', ['127.0.0.1']],
    ['a.localhost', ['127.0.0.1', '::1']],
    ['localhost.example', []],
  ])('%s', (host, addresses) => {
    expect(addressesInHosts(host, text)).toEqual(addresses);
  });
});
