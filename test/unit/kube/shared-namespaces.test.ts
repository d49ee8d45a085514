// One reading of a namespace for all of its reports, on virtual time; over the wire it is in test/integration/kube.
import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import { KIND_NAMES } from '../../../src/kube/namespace.ts';
import { sharedNamespaces } from '../../../src/kube/shared-namespaces.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { memoryApi } from './memory-api.ts';

const podsOf = ({ pods }: NamespaceObjects): string[] =>
  pods.ok ? pods.value.map(({ metadata }) => metadata.name).sort() : [pods.fault.code];

/** DeploymentConfigs and Rollouts are not served: found out once. */
const SERVED = KIND_NAMES.length - 2;

async function started(namespaces: readonly string[] = []) {
  const clock = virtualClock();
  const server = memoryApi();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const shared = sharedNamespaces({ api: server.api, clock, random: () => 0.5, namespaces, signal: stop.signal });
  server.put('recognize', 'a');
  const ended = shared.run();
  // The watches begin when somebody has read something, and not before the first run had its turn.
  const first = shared.read({ namespace: 'first', isFresh: false, now: clock.now() }, stop.signal);
  await clock.advance(10);
  await first;
  await clock.advance(3_000);
  const read = async (isFresh = false, namespace = 'recognize'): Promise<NamespaceObjects> => {
    const reading = shared.read({ namespace, isFresh, now: clock.now() }, stop.signal);
    await clock.advance(1);
    return reading;
  };
  /** How many calls the act made. */
  const callsOf = async (act: () => Promise<unknown>): Promise<number> => {
    const count = (): number => server.calls.filter((call) => !/rollouts|deploymentconfigs/.test(call)).length;
    const before = count();
    await act();
    return count() - before;
  };
  const end = async (): Promise<void> => {
    stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    await clock.advance(1);
    await ended;
  };
  return { clock, server, shared, read, callsOf, end };
}

describe('a shared namespace', () => {
  test.each([
    ['for all namespaces', []],
    ['for some', ['recognize', 'other']],
  ])('is listed once, %s', async (_, namespaces) => {
    const { server, clock, read, callsOf, end } = await started(namespaces);
    expect(server.openWatches()).toBe(SERVED * Math.max(1, namespaces.length));
    expect(await callsOf(() => read())).toBe(SERVED);
    server.put('recognize', 'b');
    server.put('other', 'x');
    await clock.advance(1);
    expect(await callsOf(async () => expect(podsOf(await read())).toEqual(['a', 'b']))).toBe(0);
    server.remove('recognize', 'a');
    await clock.advance(1);
    expect(podsOf(await read())).toEqual(['b']);
    expect(podsOf(await read(false, 'other'))).toEqual(['x']);
    await end();
    expect(server.openWatches()).toBe(0);
  });

  test('is listed by each run when too many are named to be watched one by one', async () => {
    const { server, read, callsOf, end } = await started(Array.from({ length: 30 }, (_, n) => `n${n}`));
    expect(server.openWatches()).toBe(0);
    for (let run = 0; run < 2; run += 1) expect(await callsOf(() => read())).toBe(SERVED);
    await end();
  });

  test('is read anew for whoever asks for the present state, by a list that began after he asked', async () => {
    const { server, clock, shared, end } = await started();
    const never = new AbortController().signal;
    let open = (): void => undefined;
    server.hold = new Promise((resolve) => (open = resolve));
    const lists = (): number => server.calls.filter((call) => call === 'list pods recognize').length;
    {
      const first = shared.read({ namespace: 'recognize', isFresh: true, now: clock.now() }, never);
      await clock.advance(1);
      const others = Array.from({ length: 5 }, () =>
        shared.read({ namespace: 'recognize', isFresh: true, now: clock.now() }, never),
      );
      const easy = shared.read({ namespace: 'recognize', isFresh: false, now: clock.now() }, never);
      await clock.advance(1);
      server.put('recognize', 'b');
      open();
      for (const one of await Promise.all([first, ...others, easy])) expect(podsOf(one)).toEqual(['a', 'b']);
    }
    // One for the first and whoever is not particular, and one for all others together.
    expect(lists()).toBe(2);
    await end();
  });

  test('that grows while it is listed, and after, has every pod once and is listed once', async () => {
    const { server, clock, read, callsOf, end } = await started();
    let answer = (): void => undefined;
    server.holdAnswers = new Promise((resolve) => {
      answer = resolve;
    });
    const reading = read();
    const names = new Set(['a']);
    let made = 0;
    const grow = (by: number): void => {
      for (let n = 0; n < by; n += 1) {
        const name = `new-${made}`;
        made += 1;
        names.add(name);
        server.put('recognize', name);
      }
    };
    // The list speaks of this moment; what the watch tells from here on is newer.
    await clock.advance(1);
    grow(500);
    server.remove('recognize', 'new-7');
    names.delete('new-7');
    await clock.advance(100);
    answer();
    await reading;
    const now = async (): Promise<void> => expect(podsOf(await read())).toEqual([...names].sort());
    expect(await callsOf(now)).toBe(0);
    const grown = async (): Promise<void> => {
      for (let second = 0; second < 60; second += 1) {
        grow(20);
        await clock.advance(1_000);
        if (second % 20 === 0) await now();
      }
      await now();
    };
    expect(await callsOf(grown)).toBe(0);
    expect(names.size).toBeGreaterThan(1_600);
    await end();
  });

  test('is listed by each run while its watches are down', async () => {
    const { server, clock, read, callsOf, end } = await started();
    await read();
    server.cut(true);
    await clock.advance(1);
    server.put('recognize', 'b');
    for (let run = 0; run < 2; run += 1)
      expect(await callsOf(async () => expect(podsOf(await read())).toEqual(['a', 'b']))).toBe(SERVED);
    server.allow();
    await clock.advance(60_000);
    expect(await callsOf(async () => expect(podsOf(await read())).toEqual(['a', 'b']))).toBe(0);
    await end();
  });

  test('is not believed when its watch has been silent for long, and is when that hears of nothing new', async () => {
    const { server, clock, read, callsOf, end } = await started();
    await read();
    await clock.advance(80_000);
    expect(await callsOf(() => read())).toBe(0);
    server.bookmark();
    await clock.advance(80_000);
    expect(await callsOf(() => read())).toBe(0);
    await clock.advance(20_000);
    expect(await callsOf(() => read())).toBe(SERVED);
    await end();
  });

  test('with more than may be kept says so, and costs no other namespace anything', async () => {
    const { server, clock, read, callsOf, end } = await started();
    for (let n = 0; n < 30; n += 1)
      server.put(
        'fat',
        `p${n}`,
        Object.fromEntries(Array.from({ length: 120 }, (_, l) => [`l${l}`, `${n} ${l} ${'x'.repeat(8_000)}`])),
      );
    await clock.advance(1);
    await read();
    const { pods, services } = await read(false, 'fat');
    expect(pods).toMatchObject({ ok: false, fault: { code: 'ClusterUnavailable' } });
    expect(pods.ok ? '' : pods.fault.detail).toContain('more than 24 MiB');
    expect(services.ok).toBe(true);
    expect(await callsOf(async () => expect(podsOf(await read())).toEqual(['a']))).toBe(0);
    await end();
  });

  // Reports take turns: were what was read longest ago let go, each of them would find its own gone.
  test('beyond what all together may keep is listed by each of its runs, and takes no place of another', async () => {
    const { server, read, clock, callsOf, end } = await started();
    const labels = Object.fromEntries(Array.from({ length: 120 }, (_, l) => [`l${l}`, `${l} ${'x'.repeat(8_000)}`]));
    const names = ['x', 'y', 'z'];
    for (const namespace of names) for (let n = 0; n < 16; n += 1) server.put(namespace, `p${n}`, labels);
    await clock.advance(1);
    const round = async (): Promise<void> => {
      for (const namespace of names) expect(podsOf(await read(false, namespace))).toHaveLength(16);
    };
    await round();
    for (let turn = 0; turn < 3; turn += 1) expect(await callsOf(round)).toBe(SERVED);
    await end();
  });

  test('does not ask again for groups that are not served, unless somebody must know', async () => {
    const { server, clock, read, end } = await started();
    const asked = (): number =>
      server.calls.filter((call) => /^list (?:rollouts|deploymentconfigs) /.test(call)).length;
    for (let run = 0; run < 3; run += 1) await read();
    expect(asked()).toBe(2);
    await read(true);
    expect(asked()).toBe(4);
    await clock.advance(11 * 60_000);
    await read();
    expect(asked()).toBe(6);
    await end();
  });

  test('that nobody has read for long is let go', async () => {
    const { server, clock, read, callsOf, end } = await started();
    await read();
    for (let minute = 0; minute < 20; minute += 1) {
      await clock.advance(60_000);
      server.bookmark();
    }
    await read(false, 'other');
    expect(await callsOf(() => read())).toBe(SERVED);
    await end();
  });

  test('is kept, put away, beside so many others that all of them would not fit as they are', async () => {
    const { server, clock, read, callsOf, end } = await started();
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, l) => [`label-${l}`, `${l} ${'x'.repeat(250)}`]));
    const names = Array.from({ length: 100 }, (_, number) => `n${number}`);
    // 9 KiB each: 45 MiB.
    for (const name of names) for (let pod = 0; pod < 50; pod += 1) server.put(name, `pod-${pod}`, labels);
    await clock.advance(1);
    const round = async (): Promise<void> => {
      for (const name of names) expect(podsOf(await read(false, name))).toHaveLength(50);
    };
    await round();
    expect(await callsOf(round)).toBe(0);
    server.put('n3', 'late', labels);
    server.remove('n4', 'pod-0');
    await clock.advance(1);
    expect(podsOf(await read(false, 'n3'))).toContain('late');
    expect(podsOf(await read(false, 'n4'))).not.toContain('pod-0');
    await end();
  });
});
