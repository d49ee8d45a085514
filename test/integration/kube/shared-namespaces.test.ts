// One reading of a namespace for all of its reports: what it asks of the API server, and that it misses nothing.
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import { loadAccess } from '../../../src/kube/access.ts';
import { createKubeApi, type KubeApi } from '../../../src/kube/call.ts';
import { KIND_NAMES } from '../../../src/kube/namespace.ts';
import { type SharedNamespaces, sharedNamespaces } from '../../../src/kube/shared-namespaces.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import { createAdmin } from '../../stack/admin.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';

/** Waits are shortened, not skipped: order and number of attempts stay what they are. */
const quick: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) };

/** DeploymentConfigs and Rollouts are not served here: found out once. */
const SERVED = KIND_NAMES.length - 2;

let server: SwitchedServer;
let api: KubeApi;
let directory: string;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = await startSwitchedServer();
  const namespaces = ['recognize', 'other', 'first'];
  await server.seed(namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  directory = await mkdtemp(join(tmpdir(), 'recognize-health-kube-'));
  const kubeconfig = join(directory, 'admin');
  await writeFile(kubeconfig, server.kubeconfig());
  api = createKubeApi(createTransport(await loadAccess({ kubeconfig, clock: systemClock })), systemClock);
  stop = new AbortController();
  setMaxListeners(0, stop.signal);
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  await running;
  await api.close();
  await server.close();
  await rm(directory, { recursive: true });
});

const pod = (namespace: string, name: string, annotation = ''): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, annotations: { note: annotation } },
  spec: { containers: [{ name: 'main', image: 'i' }] },
});

async function start(namespaces: readonly string[] = [], clock: Clock = quick): Promise<SharedNamespaces> {
  const shared = sharedNamespaces({ api, clock, random: () => 0.5, namespaces, signal: stop.signal });
  running = shared.run();
  await shared.read({ namespace: 'first', isFresh: false, now: new Date() }, stop.signal);
  const watches = SERVED * Math.max(1, namespaces.length);
  await vi.waitFor(() => expect(server.openWatches()).toBe(watches), { timeout: 60_000 });
  return shared;
}

const read = (shared: SharedNamespaces, namespace: string, isFresh = false): Promise<NamespaceObjects> =>
  shared.read({ namespace, isFresh, now: new Date() }, stop.signal);

const podsOf = ({ pods }: NamespaceObjects): string[] =>
  pods.ok ? pods.value.map(({ metadata }) => metadata.name).sort() : [pods.fault.code];

/** How many lists of what is served here the act made. */
async function requestsOf(act: () => Promise<unknown>): Promise<number> {
  const isServed = (group: string): boolean => group !== 'apps.openshift.io' && group !== 'argoproj.io';
  const count = (): number => server.requests.filter(({ verb, group }) => verb === 'list' && isServed(group)).length;
  const before = count();
  await act();
  return count() - before;
}

describe('a namespace', () => {
  test.each([
    ['of an operator for all namespaces', []],
    ['of an operator for some', ['recognize', 'other']],
  ])('%s is listed once, and kept up to date', async (_, namespaces) => {
    await server.seed([pod('recognize', 'a'), pod('other', 'x')]);
    const shared = await start(namespaces);
    expect(await requestsOf(() => read(shared, 'recognize'))).toBe(SERVED);
    expect(await requestsOf(() => Promise.all([read(shared, 'recognize'), read(shared, 'recognize')]))).toBe(0);
    await server.seed([pod('recognize', 'b'), pod('other', 'y')]);
    await vi.waitFor(async () => expect(podsOf(await read(shared, 'recognize'))).toEqual(['a', 'b']), {
      timeout: 60_000,
    });
    expect(await requestsOf(async () => expect(podsOf(await read(shared, 'recognize'))).toEqual(['a', 'b']))).toBe(0);
    expect(podsOf(await read(shared, 'other'))).toEqual(['x', 'y']);
  });

  test('is read anew for whoever must know the present state, once for all who ask meanwhile', async () => {
    await server.seed([pod('recognize', 'a')]);
    const shared = await start();
    await read(shared, 'recognize');
    const lists = SERVED;
    expect(await requestsOf(() => read(shared, 'recognize', true))).toBe(lists);
    const together = await requestsOf(async () => {
      // The first list may have begun before the others ask, so they share a second one.
      const all = await Promise.all(Array.from({ length: 8 }, () => read(shared, 'recognize', true)));
      for (const one of all) expect(podsOf(one)).toEqual(['a']);
    });
    expect(together).toBeLessThanOrEqual(2 * lists);
  });

  test('is listed by each run while its watches are down, and not any more when they are back', async () => {
    await server.seed([pod('recognize', 'a')]);
    const shared = await start();
    await read(shared, 'recognize');
    const end = server.faults.inject({ match: ({ verb }) => verb === 'watch', status: 500 });
    server.dropWatches();
    await server.seed([pod('recognize', 'b')]);
    await vi.waitFor(async () => expect(podsOf(await read(shared, 'recognize'))).toEqual(['a', 'b']), {
      timeout: 60_000,
    });
    end();
    await vi.waitFor(async () => expect(await requestsOf(() => read(shared, 'recognize'))).toBe(0), {
      timeout: 60_000,
    });
  });

  test('of which a deletion was missed, the history being gone, is listed again', async () => {
    await server.seed([pod('recognize', 'a'), pod('recognize', 'b')]);
    const shared = await start();
    expect(podsOf(await read(shared, 'recognize'))).toEqual(['a', 'b']);
    const end = server.faults.inject({ match: ({ verb }) => verb === 'watch', reset: true });
    server.dropWatches();
    const admin = createAdmin({ url: server.url, caPem: server.caPem, token: server.adminToken });
    await admin.remove({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'recognize', name: 'b' } });
    await admin.close();
    await server.compact();
    end();
    await vi.waitFor(
      async () => {
        expect(podsOf(await read(shared, 'recognize'))).toEqual(['a']);
        expect(await requestsOf(() => read(shared, 'recognize'))).toBe(0);
      },
      { timeout: 60_000 },
    );
  });

  test('whose watch has been silent for long is not believed', async () => {
    await server.seed([pod('recognize', 'a')]);
    let lateMs = 0;
    const shared = await start([], { ...quick, monotonicMs: () => systemClock.monotonicMs() + lateMs });
    await read(shared, 'recognize');
    expect(await requestsOf(() => read(shared, 'recognize'))).toBe(0);
    lateMs = 100_000;
    expect(await requestsOf(() => read(shared, 'recognize'))).toBe(SERVED);
  });

  test('with large annotations takes no more than one without', async () => {
    await server.seed(Array.from({ length: 20 }, (_, n) => pod('recognize', `p${n}`, 'x'.repeat(250 * 1024))));
    const shared = await start();
    const objects = await read(shared, 'recognize');
    expect(podsOf(objects)).toHaveLength(20);
    expect(JSON.stringify(objects.pods).length).toBeLessThan(20_000);
  });

  test('is not waited for when the run is cancelled', async () => {
    const shared = await start();
    server.faults.inject({ match: ({ verb }) => verb === 'list', hang: true });
    const run = new AbortController();
    const reading = shared.read({ namespace: 'recognize', isFresh: true, now: new Date() }, run.signal);
    run.abort(new Error('superseded'));
    await expect(reading).rejects.toThrow('superseded');
  });
});
