// Leader election on virtual time: who leads when, and that two never may write at once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiFault, ApiResult } from '../../../src/kube/api-fault.ts';
import type { LeaseCall, StoredLease } from '../../../src/kube/lease.ts';
import { createLeadership, LEASE_TIMES, leaseTimesProblem } from '../../../src/operator/leadership.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { processClock } from '../../support/process-clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { cases } from '../../support/cases.ts';
import { fault, leaseServer, replica, silent, type Replica } from './lease-server.ts';

const shutdown = (one: Replica): void => one.stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));

describe('leadership', () => {
  test('the first replica leads at once and makes the Lease', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const a = replica(server, clock, 'a');
    await clock.advance(0);
    expect(a.led).toBe(true);
    expect(server.stored).toMatchObject({ holder: 'a', durationSeconds: 15, transitions: 0 });
    shutdown(a);
    expect(await a.ended).toBe('stopped');
  });

  test('the second stands by as long as the first renews', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const [a, b] = [replica(server, clock, 'a'), replica(server, clock, 'b')];
    await clock.advance(10 * 60_000);
    expect([a.led, b.led]).toEqual([true, false]);
    expect(b.leadership.holder()).toBe('a');
    expect(b.leadership.mayWrite()).toBe(false);
    shutdown(a);
    shutdown(b);
  });

  test.each([0, 0.25, 0.5, 0.75, 0.999])(
    'a standby takes over within 20 s of a kill, whatever the jitter (%d)',
    async (jitter) => {
      const clock = virtualClock();
      const server = leaseServer();
      const a = replica(server, clock, 'a');
      await clock.advance(0);
      const b = replica(server, clock, 'b', () => jitter);
      await clock.advance(60_100);
      shutdown(a); // Its timers end; it gives nothing back.
      await clock.advance(12_000);
      expect(b.led).toBe(false);
      await clock.advance(8_000);
      expect(b.led).toBe(true);
      expect(server.stored).toMatchObject({ holder: 'b', transitions: 1 });
      shutdown(b);
    },
  );

  test.each([
    [true, undefined],
    [false, 'lost'],
  ] as const)(
    'a Lease that others of one name renew before each write of ours: shared %j, it is %j',
    async (isShared, end) => {
      const clock = virtualClock();
      const server = leaseServer();
      const store = server.store(() => true, clock);
      const peers = { hurry: false, writes: 0 };
      const stop = new AbortController();
      const leadership = createLeadership({
        store: {
          ...store,
          update: async (known, record, call) => {
            if (peers.hurry) {
              const now = await store.get(call);
              peers.writes += 1;
              const renewed = new Date(record.renewed.getTime() + peers.writes);
              if (now.ok) await store.update(now.value, { ...record, renewed }, call);
            }
            return store.update(known, record, call);
          },
        },
        identity: '5 shards',
        isShared,
        times: LEASE_TIMES,
        clock,
        random: () => 0.5,
        log: silent,
        onLeading: () => undefined,
      });
      let ended: string | undefined;
      const run = leadership.run(stop.signal).then((how) => (ended = how));
      await clock.advance(5_000);
      peers.hurry = true;
      await clock.advance(60_000);
      expect(ended).toBe(end);
      expect(leadership.mayWrite()).toBe(isShared);
      stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      await run;
    },
  );

  test.each([
    ['others took it', { holder: '3 shards' }, '3 shards'],
    ['nobody renewed it, only its labels were changed', {}, '5 shards'],
  ] as const)(
    'a Lease of our name that ended long ago is not ours when %s before our write',
    async (_, change, holder) => {
      const clock = virtualClock();
      const server = leaseServer();
      const store = server.store(() => true, clock);
      const long = { signal: new AbortController().signal, timeoutMs: 1_000 };
      const at = clock.now();
      await store.create({ holder: '5 shards', durationSeconds: 15, acquired: at, renewed: at, transitions: 0 }, long);
      let isFirst = true;
      const stop = new AbortController();
      const leadership = createLeadership({
        store: {
          ...store,
          update: async (known, record, call) => {
            if (isFirst) await store.update(known, { ...known.record, ...change }, call);
            isFirst = false;
            return store.update(known, record, call);
          },
        },
        identity: '5 shards',
        isShared: true,
        times: LEASE_TIMES,
        clock,
        random: () => 0.5,
        log: silent,
        onLeading: () => undefined,
      });
      await clock.advance(60_000);
      const run = leadership.run(stop.signal);
      await clock.advance(1_000);
      expect(leadership.mayWrite()).toBe(false);
      expect(leadership.holder()).toBe(holder);
      stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      await run;
    },
  );

  test('a Lease that is given back is taken at the next try', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const [a, b] = [replica(server, clock, 'a'), replica(server, clock, 'b')];
    await clock.advance(10_000);
    shutdown(a);
    await a.leadership.release(new AbortController().signal);
    expect(server.stored?.holder).toBe('');
    expect(a.leadership.mayWrite()).toBe(false);
    await clock.advance(3_000);
    expect(b.led).toBe(true);
    shutdown(b);
  });

  test('a replica that does not lead gives back nothing', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const [a, b] = [replica(server, clock, 'a'), replica(server, clock, 'b')];
    await clock.advance(5_000);
    shutdown(b);
    await b.leadership.release(new AbortController().signal);
    expect(server.stored?.holder).toBe('a');
    shutdown(a);
  });

  test('a leader that cannot reach the server gives up before anybody may take the Lease', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const [a, b] = [replica(server, clock, 'a'), replica(server, clock, 'b')];
    await clock.advance(10_000);
    a.reachable = false;
    await clock.advance(14_000);
    expect(a.end).toBe('lost');
    expect(a.leadership.mayWrite()).toBe(false);
    expect(b.led).toBe(false);
    await clock.advance(6_000);
    expect(b.led).toBe(true);
    shutdown(b);
  });

  test.each([0, 100, 490, 900, 1_900, 4_900])(
    'a leader knows within 11 s that it lost, when each call takes %d ms and then fails',
    async (callMs) => {
      const clock = virtualClock();
      const server = leaseServer();
      const store = server.store(() => true, clock);
      let failing = false;
      /** As a proxy that has lost its way: late, and of no use. */
      const slowly = async (call: LeaseCall, code: ApiFault['code'], answer: () => Promise<ApiResult<StoredLease>>) => {
        if (!failing) return answer();
        await clock.sleep(Math.min(callMs, call.timeoutMs), call.signal);
        return call.timeoutMs <= callMs ? fault('Timeout') : fault(code);
      };
      const stop = new AbortController();
      const leadership = createLeadership({
        store: {
          get: (call) => slowly(call, 'ServerError', () => store.get(call)),
          create: (record, call) => slowly(call, 'ServerError', () => store.create(record, call)),
          // One call more in each try.
          update: (known, record, call) => slowly(call, 'Conflict', () => store.update(known, record, call)),
        },
        identity: 'a',
        times: LEASE_TIMES,
        clock,
        random: () => 0,
        log: silent,
        onLeading: () => undefined,
      });
      let end: string | undefined;
      void leadership.run(stop.signal).then((result) => (end = result));
      await clock.advance(10_000);
      failing = true;
      // The renewal of the tenth second was asked for then.
      await clock.advance(11_001);
      expect(end).toBe('lost');
    },
  );

  test('a server that fails for a while costs no leader its Lease', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const a = replica(server, clock, 'a');
    await clock.advance(10_000);
    a.reachable = false;
    await clock.advance(6_000);
    a.reachable = true;
    await clock.advance(60_000);
    expect(a.end).toBeUndefined();
    expect(a.leadership.mayWrite()).toBe(true);
    shutdown(a);
  });

  test('a frozen leader may not write when it wakes, and ends when it sees the new one', async () => {
    const clock = virtualClock();
    const own = processClock(clock);
    const server = leaseServer();
    const [a, b] = [replica(server, own, 'a'), replica(server, clock, 'b')];
    await clock.advance(10_000);
    own.freeze();
    await clock.advance(30_000);
    expect(b.led).toBe(true);
    expect(a.leadership.mayWrite()).toBe(false);
    own.thaw();
    await clock.advance(100);
    expect(a.end).toBe('lost');
    expect(b.leadership.mayWrite()).toBe(true);
    shutdown(b);
  });

  test('a frozen leader without a rival goes on when it wakes', async () => {
    const clock = virtualClock();
    const own = processClock(clock);
    const server = leaseServer();
    const a = replica(server, own, 'a');
    await clock.advance(10_000);
    own.freeze();
    await clock.advance(60_000);
    expect(a.leadership.mayWrite()).toBe(false);
    own.thaw();
    await clock.advance(100);
    expect(a.end).toBeUndefined();
    expect(a.leadership.mayWrite()).toBe(true);
    shutdown(a);
  });

  test.each([
    ['ahead', 3_600_000],
    ['back', -3_600_000],
  ])('a wall clock that is set %s neither loses nor gives the Lease', async (_, ms) => {
    const clock = virtualClock();
    const [clockA, clockB] = [processClock(clock), processClock(clock)];
    const server = leaseServer();
    const [a, b] = [replica(server, clockA, 'a'), replica(server, clockB, 'b')];
    await clock.advance(10_000);
    clockA.setWallBy(ms);
    await clock.advance(30_000);
    clockB.setWallBy(ms);
    await clock.advance(30_000);
    expect([a.end, b.led]).toEqual([undefined, false]);
    expect(a.leadership.mayWrite()).toBe(true);
    shutdown(a);
    shutdown(b);
  });

  test('a machine that slept may not write before it has renewed', async () => {
    const clock = virtualClock();
    const own = processClock(clock);
    const server = leaseServer();
    const a = replica(server, own, 'a');
    await clock.advance(10_000);
    // The monotonic clock of a machine that sleeps stands still.
    own.setWallBy(60_000);
    expect(a.leadership.mayWrite()).toBe(false);
    await clock.advance(2_000);
    expect(a.leadership.mayWrite()).toBe(true);
    shutdown(a);
  });

  test('a Lease that somebody deleted is made again by its holder', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const a = replica(server, clock, 'a');
    await clock.advance(10_000);
    server.stored = undefined;
    await clock.advance(2_000);
    expect(server.stored).toMatchObject({ holder: 'a' });
    expect(a.end).toBeUndefined();
    shutdown(a);
  });

  test('standbys spread their tries', async () => {
    const clock = virtualClock();
    const server = leaseServer();
    const a = replica(server, clock, 'a');
    await clock.advance(0);
    let asked: number[] = [];
    let turn = 0;
    const random = (): number => (turn++ % 10) / 10;
    const store = server.store(() => true, clock);
    const b = createLeadership({
      store: {
        ...store,
        get: (call) => {
          asked = [...asked, clock.monotonicMs()];
          return store.get(call);
        },
      },
      identity: 'b',
      times: LEASE_TIMES,
      clock,
      random,
      log: silent,
      onLeading: () => undefined,
    });
    const stop = new AbortController();
    const run = b.run(stop.signal);
    await clock.advance(60_000);
    const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(new Set(gaps).size).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
    stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    shutdown(a);
    expect(await run).toBe('stopped');
  });

  test('never may two write at once, whatever is cut, frozen or set', async () => {
    const step = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('cut', 'heal', 'freeze', 'thaw', 'ahead', 'back', 'wait'),
      ms: fc.integer({ min: 100, max: 20_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(99), async (steps, jitter) => {
        const clock = virtualClock();
        const server = leaseServer();
        const clocks = [0, 1, 2].map(() => processClock(clock));
        const all = clocks.map((own, index) => replica(server, own, `r${index}`, () => jitter / 100));
        for (const { who, what, ms } of steps) {
          const one = all[who];
          const own = clocks[who];
          if (one === undefined || own === undefined) continue;
          if (what === 'cut' || what === 'heal') one.reachable = what === 'heal';
          else if (what === 'freeze') own.freeze();
          else if (what === 'thaw') own.thaw();
          else if (what !== 'wait') own.setWallBy(what === 'ahead' ? ms : -ms);
          for (let passed = 0; passed < ms; passed += 1_000) {
            await clock.advance(Math.min(1_000, ms - passed));
            expect(all.filter(({ leadership }) => leadership.mayWrite()).length).toBeLessThanOrEqual(1);
          }
        }
        for (const own of clocks) own.thaw();
        for (const one of all) shutdown(one);
        await clock.advance(30_000);
        await Promise.all(all.map(({ ended }) => ended));
      }),
      cases(40),
    );
  });
});

describe('lease times', () => {
  test.each([
    [LEASE_TIMES, undefined],
    [{ durationMs: 15_000, renewDeadlineMs: 15_000, retryMs: 2_000 }, 'renew deadline'],
    [{ durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 8_000 }, 'retry period'],
    [{ durationMs: 1_500, renewDeadlineMs: 1_000, retryMs: 200 }, 'whole seconds'],
  ])('%j', (times, problem) => {
    const said = leaseTimesProblem(times);
    if (problem === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(problem);
  });
});
