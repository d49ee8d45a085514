// The queue's promises: no key twice at once, nothing lost, users before routine.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queue } from '../../../src/operator/queue.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const never = new AbortController().signal;

describe('queue', () => {
  test('hands out prompt keys before routine ones', async () => {
    const q = queue(virtualClock(), never);
    q.add('a', 'routine');
    q.add('b', 'prompt');
    expect([await q.take(never), await q.take(never)]).toEqual(['b', 'a']);
  });

  test('a routine key that is asked for moves up', async () => {
    const q = queue(virtualClock(), never);
    q.add('a', 'routine');
    q.add('b', 'routine');
    q.add('b', 'prompt');
    expect(await q.take(never)).toBe('b');
    expect(q.length).toBe(1);
  });

  test('lets namespaces take turns', async () => {
    const q = queue(virtualClock(), never);
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1']) q.add(key, 'prompt');
    const order: (string | undefined)[] = [];
    for (let index = 0; index < 6; index += 1) order.push(await q.take(never));
    expect(order).toEqual(['a/1', 'b/1', 'c/1', 'a/2', 'b/2', 'a/3']);
  });

  test('works on no more keys of a namespace at once than it may', async () => {
    const clock = virtualClock();
    const q = queue(clock, never, () => 2);
    for (const key of ['a/1', 'a/2', 'a/3']) q.add(key, 'prompt');
    q.add('b/1', 'routine');
    expect([await q.take(never), await q.take(never), await q.take(never)]).toEqual(['a/1', 'a/2', 'b/1']);
    const third = q.take(never);
    await clock.advance(5_000);
    expect(q.oldestMs()).toBe(5_000);
    q.done('a/1');
    expect(await third).toBe('a/3');
    expect(q.oldestMs()).toBe(0);
  });

  test('holds a key once, however often it is added', () => {
    const q = queue(virtualClock(), never);
    q.add('a', 'routine');
    q.add('a', 'routine');
    q.add('a', 'prompt');
    q.add('a', 'routine');
    expect(q.length).toBe(1);
  });

  test('gives a key again after done when it was added while it was worked on', async () => {
    const q = queue(virtualClock(), never);
    q.add('a', 'routine');
    await q.take(never);
    q.add('a', 'routine');
    expect(q.length).toBe(0);
    q.done('a');
    expect(await q.take(never)).toBe('a');
  });

  test('gives a key when its time has come, and not before', async () => {
    const clock = virtualClock();
    const q = queue(clock, never);
    q.addAfter('a', 1_000);
    await clock.advance(999);
    expect(q.length).toBe(0);
    await clock.advance(1);
    expect(q.length).toBe(1);
  });

  test('a later timer replaces an earlier one', async () => {
    const clock = virtualClock();
    const q = queue(clock, never);
    q.addAfter('a', 1_000);
    q.addAfter('a', 5_000);
    await clock.advance(1_000);
    expect(q.length).toBe(0);
    await clock.advance(4_000);
    expect(q.length).toBe(1);
  });

  test('forgets a key in every place', async () => {
    const clock = virtualClock();
    const q = queue(clock, never);
    q.add('a', 'prompt');
    q.addAfter('b', 10);
    q.forget('a');
    q.forget('b');
    await clock.advance(100);
    expect(q.length).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('a taker whose signal ends gets nothing and takes nothing away', async () => {
    const q = queue(virtualClock(), never);
    const stop = new AbortController();
    const taken = q.take(stop.signal);
    stop.abort();
    expect(await taken).toBeUndefined();
    q.add('a', 'routine');
    expect(await q.take(never)).toBe('a');
  });

  test('never hands a key out twice at once and loses no add (any order of calls)', async () => {
    const step = fc.oneof(
      fc.record({
        op: fc.constant('add' as const),
        key: fc.constantFrom('a', 'b', 'c'),
        lane: fc.constantFrom('prompt' as const, 'routine' as const),
      }),
      fc.record({ op: fc.constant('take' as const) }),
      fc.record({ op: fc.constant('done' as const), key: fc.constantFrom('a', 'b', 'c') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const q = queue(virtualClock(), never);
        const working = new Set<string>();
        const owed = new Set<string>();
        for (const one of steps) {
          if (one.op === 'add') {
            q.add(one.key, one.lane);
            owed.add(one.key);
          } else if (one.op === 'done') {
            if (working.delete(one.key)) q.done(one.key);
          } else if (q.length > 0) {
            const key = (await q.take(never)) ?? '';
            expect(working.has(key)).toBe(false);
            working.add(key);
            owed.delete(key);
          }
        }
        for (const key of working) q.done(key);
        while (q.length > 0) owed.delete((await q.take(never)) ?? '');
        expect([...owed]).toEqual([]);
      }),
    );
  });
});
