// Names to addresses over a DNS server of the test's own: search domains, silence, cancellation.
import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createLookup, createResolver } from '../../../src/clients/resolver.ts';
import { codeOf } from '../../../src/clients/transport-fault.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { dnsServer, type DnsServer, type Names } from './dns-server.ts';

const PATIENT = new AbortController().signal;
const KUBERNETES = 'search recognize.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5';

async function serving(
  names: Names,
  lines = '',
  hosts = '',
): Promise<DnsServer & { resolve: ReturnType<typeof createResolver> }> {
  const server = await dnsServer(names);
  const files = { hosts: () => hosts, resolvConf: () => server.resolvConf(lines) };
  return { ...server, resolve: createResolver(createLookup(files)) };
}

const codeFor = (answer: Promise<unknown>): Promise<string> => answer.then(String, codeOf);

describe('a name in a cluster', () => {
  const names: Names = {
    'core-daemon.recognize.svc.cluster.local': ['10.96.0.7'],
    'db.prod.svc.cluster.local': ['10.96.0.8'],
    'db.example.com': ['192.0.2.1'],
    'both.example.com': ['192.0.2.2', '::1'],
  };
  it.each([
    ['core-daemon', ['10.96.0.7']],
    ['db.prod.svc', ['10.96.0.8']],
    ['db.prod', ['10.96.0.8']],
    ['db.prod.svc.cluster.local', ['10.96.0.8']],
    ['db.example.com', ['192.0.2.1']],
    ['db.example.com.', ['192.0.2.1']],
    ['both.example.com', ['192.0.2.2', '::1']],
    ['10.0.0.1', ['10.0.0.1']],
  ])('%s', async (host, addresses) => {
    const { resolve } = await serving(names, KUBERNETES);
    expect(await resolve(host, PATIENT)).toEqual(addresses);
  });

  it('is asked in the search domains before it is asked as it is', async () => {
    const { resolve, asked } = await serving(names, KUBERNETES);
    await resolve('db.example.com', PATIENT);
    expect(asked.filter((one) => one.startsWith('A '))).toEqual([
      'A db.example.com.recognize.svc.cluster.local',
      'A db.example.com.svc.cluster.local',
      'A db.example.com.cluster.local',
      'A db.example.com',
    ]);
  });

  it('that nobody knows is not found', async () => {
    const { resolve } = await serving(names, KUBERNETES);
    expect(await codeFor(resolve('nowhere', PATIENT))).toBe('ENOTFOUND');
  });

  it('that a server fails to look up is not said to be missing', async () => {
    const { resolve } = await serving({ 'broken.cluster.local': 'servfail' }, KUBERNETES);
    expect(await codeFor(resolve('broken', PATIENT))).toBe('ESERVFAIL');
  });

  it('in the hosts file is not asked for', async () => {
    const { resolve, asked } = await serving(names, KUBERNETES, '127.0.0.2 db core-daemon # ours\n');
    expect(await resolve('core-daemon', PATIENT)).toEqual(['127.0.0.2']);
    expect(asked).toEqual([]);
  });
});

describe('a silent name', () => {
  it('ends with the signal, with its reason', async () => {
    const { resolve } = await serving({ 'blackhole.example': 'silent' });
    const cancel = new AbortController();
    const answer = resolve('blackhole.example', cancel.signal);
    const stop = new Stop({ kind: 'Deadline', ms: 10 });
    cancel.abort(stop);
    await expect(answer).rejects.toBe(stop);
  });

  it('delays no other name and no lookup of the system, however many there are', async () => {
    const silent = Array.from({ length: 20 }, (_, index) => `blackhole-${index}.example`);
    const { resolve } = await serving({
      ...Object.fromEntries(silent.map((name) => [name, 'silent' as const])),
      'db.example': ['192.0.2.1'],
    });
    const cancel = new AbortController();
    setMaxListeners(0, cancel.signal);
    const settled: string[] = [];
    const waiting = silent.map((name) => resolve(name, cancel.signal).catch(() => settled.push(name)));
    expect(await resolve('db.example', PATIENT)).toEqual(['192.0.2.1']);
    await lookup('localhost');
    expect(settled).toEqual([]);
    cancel.abort();
    await Promise.all(waiting);
  });

  it('is not asked for any longer after the signal, though the configuration would wait for minutes', async () => {
    const server = await dnsServer({ 'blackhole.example': 'silent' });
    const conf = server.resolvConf('options timeout:30 attempts:5');
    const cancel = new AbortController();
    const stop = new Stop({ kind: 'Cancelled', why: 'shutdown' });
    const answer = createLookup({ hosts: () => '', resolvConf: () => conf })('blackhole.example', cancel.signal);
    cancel.abort(stop);
    await expect(answer).rejects.toBe(stop);
  });

  it('is a timeout of DNS where the configuration gives up first', async () => {
    const { resolve } = await serving({ 'blackhole.example': 'silent' }, 'options timeout:1 attempts:1');
    expect(await codeFor(resolve('blackhole.example', PATIENT))).toBe('ETIMEOUT');
  });
});

describe('who asks for the same name at the same time', () => {
  it('shares the question, and one that leaves does not end it for the other', async () => {
    const begun: AbortSignal[] = [];
    let answer = (_addresses: readonly string[]): void => undefined;
    const resolve = createResolver((_host, signal) => {
      begun.push(signal);
      return new Promise((done) => (answer = done));
    });
    const impatient = new AbortController();
    const first = resolve('db', impatient.signal);
    const second = resolve('db', PATIENT);
    impatient.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    answer(['192.0.2.1']);
    expect(await second).toEqual(['192.0.2.1']);
    expect(begun).toHaveLength(1);
  });

  it('ends it when the last one leaves, and the next one asks anew', async () => {
    const begun: AbortSignal[] = [];
    const resolve = createResolver((_host, signal) => {
      begun.push(signal);
      return new Promise(() => undefined);
    });
    const leaving = new AbortController();
    const answer = resolve('db', leaving.signal);
    leaving.abort(new Error('left'));
    await expect(answer).rejects.toThrow('left');
    expect(begun[0]?.aborted).toBe(true);
    resolve('db', PATIENT).catch(() => undefined);
    expect(begun).toHaveLength(2);
  });
});
