// Namespaces shared among several operators, on virtual time: each namespace has one that examines it, and never two,
// also while their number is changed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiResult } from '../../../src/kube/api-fault.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { elect } from '../../../src/operator/elect.ts';
import { isOfShard, parseShard, shardLeaseName, type Shard } from '../../../src/operator/shard.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';
import { cases } from '../../support/cases.ts';
import { fault, silent } from './lease-server.ts';

const NAMESPACES = Array.from({ length: 40 }, (_, index) => `recognize-${String(index)}`);
const LEASE = { namespace: 'operator', name: 'recognize-health' };

interface LeaseObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly spec?: { readonly holderIdentity?: string };
}

/** Leases of an API server, by name; each call takes a moment, so that calls of several overlap. */
function leases(clock: VirtualClock): { api: KubeApi; stored: ReadonlyMap<string, LeaseObject> } {
  const stored = new Map<string, LeaseObject>();
  let version = 0;
  const put = (lease: LeaseObject): ApiResult<LeaseObject> => {
    version += 1;
    const kept = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(version) } };
    stored.set(lease.metadata.name, kept);
    return { ok: true, value: kept };
  };
  const call = async (
    { verb }: { readonly verb: string },
    { name = '' }: { readonly name?: string },
    { signal, body }: { readonly signal: AbortSignal; readonly body?: LeaseObject },
  ): Promise<ApiResult<unknown>> => {
    await clock.sleep(7, signal);
    const known = stored.get(body?.metadata.name ?? name);
    switch (verb) {
      case 'get':
        return known === undefined ? fault('NotFound') : { ok: true, value: known };
      case 'create':
        return body === undefined || known !== undefined ? fault('AlreadyExists') : put(body);
      default:
        if (body === undefined || known === undefined) return fault('NotFound');
        if (known.metadata.resourceVersion !== body.metadata.resourceVersion) return fault('Conflict');
        return put(body);
    }
  };
  return { api: { call } as unknown as KubeApi, stored };
}

interface Member {
  readonly shard: Shard | undefined;
  mayWrite(): boolean;
  /** Ends in order, and gives its Lease back. */
  end(): Promise<void>;
  /** Is gone from one moment to the next. */
  kill(): void;
}

function member(api: KubeApi, clock: VirtualClock, shard: Shard | undefined): Member {
  const stop = new AbortController();
  let mayWrite = (): boolean => false;
  let isGone = false;
  const elected = elect({
    api,
    election: { lease: LEASE, shard },
    clock,
    log: silent,
    onLeading: (may) => {
      mayWrite = may;
    },
    onLost: () => {
      isGone = true;
    },
    signal: stop.signal,
  });
  const leave = (): void => {
    isGone = true;
    stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
  };
  return {
    shard,
    mayWrite: () => !isGone && mayWrite(),
    end: async () => {
      leave();
      await elected.ended;
      await elected.release(new AbortController().signal);
    },
    kill: leave,
  };
}

const shards = (of: number): readonly (Shard | undefined)[] =>
  of === 1 ? [undefined] : Array.from({ length: of }, (_, index) => ({ index: index + 1, of }));
/** How many of the members examine a namespace now. */
const examiners = (members: readonly Member[], namespace: string): number =>
  members.filter((one) => one.mayWrite() && isOfShard(namespace, one.shard)).length;

describe('a shard', () => {
  test.each([1, 2, 3, 5, 16, 64])('has its part of the namespaces, one of %i', (of) => {
    const all = Array.from({ length: 4_000 }, (_, index) => `namespace-${String(index)}`);
    const parts = shards(of).map((shard) => all.filter((namespace) => isOfShard(namespace, shard)).length);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(all.length);
    const mean = all.length / of;
    // Within what chance does: five times the deviation of so many throws.
    for (const part of parts) expect(Math.abs(part - mean)).toBeLessThanOrEqual(5 * Math.sqrt(mean));
  });

  test.each(['0/5', '6/5', '1/0', '1/65', '2', '2/', '/5', '-1/5', '1.5/2', '1/5x', ' 1/5', '01/5', '1/1e1'])(
    'is not %s',
    (text) => {
      expect(parseShard(text)).toBeUndefined();
    },
  );
  test('is read as it is written', () => {
    expect(parseShard('2/5')).toEqual({ index: 2, of: 5 });
    expect(shardLeaseName('recognize-health', { index: 2, of: 5 })).toBe('recognize-health-2-of-5');
  });
});

describe('several shards', () => {
  test('examine each namespace once, for long, and hold a Lease each and one together', async () => {
    const clock = virtualClock();
    const { api, stored } = leases(clock);
    const members = shards(5).map((shard) => member(api, clock, shard));
    await clock.advance(5_000);
    for (let minute = 0; minute < 20; minute += 1) {
      for (const namespace of NAMESPACES) expect(examiners(members, namespace)).toBe(1);
      await clock.advance(60_000);
    }
    expect([...stored.keys()].sort()).toEqual([
      'recognize-health',
      ...[1, 2, 3, 4, 5].map((index) => `recognize-health-${String(index)}-of-5`),
    ]);
    expect(stored.get('recognize-health')?.spec?.holderIdentity).toBe('5 shards');
    for (const one of members) one.kill();
  });

  test('write no more once what they hold together may be held by others, even where its renewal hangs', async () => {
    const clock = virtualClock();
    const { api } = leases(clock);
    let hangs = false;
    const stuck: Pick<KubeApi, 'call'> = {
      call: (rule, params, options) =>
        hangs && ((options.body as LeaseObject | undefined)?.metadata.name ?? params.name) === LEASE.name
          ? new Promise(() => undefined)
          : api.call(rule, params, options),
    };
    const one = member(stuck as KubeApi, clock, { index: 1, of: 2 });
    await clock.advance(5_000);
    expect(one.mayWrite()).toBe(true);
    // Its own Lease is renewed all the time.
    hangs = true;
    await clock.advance(16_000);
    expect(one.mayWrite()).toBe(false);
    one.kill();
  });

  test('have a standby each', async () => {
    const clock = virtualClock();
    const { api } = leases(clock);
    const [first, second] = [member(api, clock, { index: 1, of: 2 }), member(api, clock, { index: 2, of: 2 })];
    await clock.advance(5_000);
    const standby = member(api, clock, { index: 1, of: 2 });
    await clock.advance(30_000);
    expect(standby.mayWrite()).toBe(false);
    void first.end();
    await clock.advance(5_000);
    expect(standby.mayWrite()).toBe(true);
    for (const one of [standby, second]) one.kill();
  });

  test('of another number wait until the last of the former ones has gone, and then work', async () => {
    const clock = virtualClock();
    const { api } = leases(clock);
    const before = shards(5).map((shard) => member(api, clock, shard));
    await clock.advance(5_000);
    const after = shards(3).map((shard) => member(api, clock, shard));
    await clock.advance(60_000);
    expect(after.some((one) => one.mayWrite())).toBe(false);
    for (const one of before.slice(1)) void one.end();
    await clock.advance(60_000);
    expect(after.some((one) => one.mayWrite())).toBe(false);
    void before[0]?.end();
    await clock.advance(25_000);
    for (const namespace of NAMESPACES) expect(examiners(after, namespace)).toBe(1);
    for (const one of after) one.kill();
  });

  const step = fc.record({
    of: fc.constantFrom(1, 2, 3),
    ms: fc.constantFrom(0, 300, 4_000, 14_000, 40_000),
    isKilled: fc.boolean(),
  });
  test('never examine a namespace twice, however their number changes, and work in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const clock = virtualClock();
        const { api } = leases(clock);
        let members: Member[] = [];
        const look = async (ms: number): Promise<void> => {
          for (let at = 0; at <= ms; at += 1_000) {
            await clock.advance(1_000);
            for (const namespace of NAMESPACES) expect(examiners(members, namespace)).toBeLessThanOrEqual(1);
          }
        };
        for (const { of, ms, isKilled } of steps) {
          // As a rolling update does: the new ones come before the old ones go.
          const old = members.slice(-3);
          members = [...members, ...shards(of).map((shard) => member(api, clock, shard))];
          await look(ms);
          for (const one of old) {
            if (isKilled) one.kill();
            else void one.end();
            await look(300);
          }
        }
        const last = steps.at(-1)?.of ?? 1;
        for (const one of members.slice(0, -last)) one.kill();
        await look(60_000);
        for (const namespace of NAMESPACES) expect(examiners(members, namespace)).toBe(1);
        for (const one of members) one.kill();
      }),
      cases(6),
    );
  });
});
