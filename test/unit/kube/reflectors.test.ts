// Several watches seen as one.
import { describe, expect, it } from 'vitest';
import type { Reflector, Watched } from '../../../src/kube/reflector.ts';
import { joinReflectors } from '../../../src/kube/reflectors.ts';

const object = (namespace: string, name: string): Watched => ({ metadata: { namespace, name } });

/** A reflector that stands still. */
const still = (of: Partial<Reflector<Watched>> = {}): Reflector<Watched> => ({
  run: () => Promise.resolve(),
  synced: () => true,
  lastEventAt: () => 0,
  confirmed: () => ({ at: 0, by: 'list' }),
  get: () => undefined,
  keys: () => [],
  ...of,
});

describe('joined reflectors', () => {
  it('are synced once every one is', () => {
    expect(joinReflectors([still(), still({ synced: () => false })]).synced()).toBe(false);
    expect(joinReflectors([still(), still()]).synced()).toBe(true);
  });

  it.each([
    { times: [30, 10, 20], says: 10 },
    { times: [30, undefined], says: undefined },
    { times: [], says: undefined },
  ])('heard from the server at $says when their times are $times', ({ times, says }) => {
    expect(joinReflectors(times.map((time) => still({ lastEventAt: () => time }))).lastEventAt()).toBe(says);
  });

  it('are confirmed as of the one that was confirmed longest ago, and not while one never was', () => {
    const at = (time: number) => still({ confirmed: () => ({ at: time, by: 'bookmark' }) });
    expect(joinReflectors([at(30), at(10)]).confirmed()).toEqual({ at: 10, by: 'bookmark' });
    expect(joinReflectors([at(30), still({ confirmed: () => undefined })]).confirmed()).toBeUndefined();
    expect(joinReflectors([]).confirmed()).toBeUndefined();
  });

  it('know what any of them knows', () => {
    const [a, b] = ['a', 'b'].map((namespace) =>
      still({
        keys: () => [`${namespace}/report`],
        get: (key) => (key === `${namespace}/report` ? object(namespace, 'report') : undefined),
      }),
    );
    const joined = joinReflectors([a!, b!]);
    expect(joined.keys()).toEqual(['a/report', 'b/report']);
    expect(joined.get('b/report')).toEqual(object('b', 'report'));
    expect(joined.get('c/report')).toBeUndefined();
  });

  it('have ended when the last one has', async () => {
    const { promise, resolve } = later();
    let ended = false;
    const running = joinReflectors([still(), still({ run: () => promise })])
      .run(new AbortController().signal)
      .then(() => (ended = true));
    await Promise.resolve();
    expect(ended).toBe(false);
    resolve();
    await running;
    expect(ended).toBe(true);
  });
});

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
