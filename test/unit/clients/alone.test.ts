// One request for the whole of a service's health under way per pod, counted: whoever asks meanwhile gets the same answer.
import { describe, expect, it } from 'vitest';
import { oneAtATime, THEIR_TIMEOUT_MS } from '../../../src/clients/alone.ts';
import type { HttpClient, HttpRequest } from '../../../src/clients/clients.ts';
import { Stop, systemClock } from '../../../src/runtime/clock.ts';

type Got = Awaited<ReturnType<HttpClient['get']>>;

const UP: Got = { ok: true, value: { status: 200, contentType: '', body: '', truncated: false } };
const LATE: Got = { ok: false, fault: { kind: 'timeout', detail: '10.0.0.1:8080 did not answer' } };
const HEALTH: HttpRequest = { url: 'http://10.0.0.1:8080/actuator/health', tls: {}, alone: true };
const never = new AbortController().signal;

/** A client that answers when the test says so, and counts what is under way. */
function bench() {
  let nowMs = 0;
  let underWay = 0;
  const seen = { asked: 0, most: 0 };
  const open: ((got: Got) => void)[] = [];
  const client: HttpClient = {
    get: async (_request, signal) => {
      seen.asked += 1;
      underWay += 1;
      seen.most = Math.max(seen.most, underWay);
      try {
        return await new Promise<Got>((resolve, reject) => {
          open.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      } finally {
        underWay -= 1;
      }
    },
  };
  const alone = oneAtATime(client, { ...systemClock, monotonicMs: () => nowMs });
  return {
    seen,
    get: (request: HttpRequest = HEALTH, signal: AbortSignal = never) => alone.get(request, signal),
    answer: async (got: Got) => {
      for (const resolve of open.splice(0)) resolve(got);
      await Promise.resolve();
    },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a request for the whole of health', () => {
  it('is one, however many ask for it at once', async () => {
    const { get, answer, seen } = bench();
    const all = Promise.all(Array.from({ length: 9 }, () => get()));
    await answer(UP);
    expect(await all).toEqual(Array.from({ length: 9 }, () => UP));
    expect(seen).toEqual({ asked: 1, most: 1 });
  });

  it('is made anew once it was answered', async () => {
    const { get, answer, seen } = bench();
    for (let run = 0; run < 3; run += 1) {
      const asked = get();
      await answer(UP);
      await asked;
    }
    expect(seen).toEqual({ asked: 3, most: 1 });
  });

  it('that was not answered in time is not made again before the other side has stopped waiting', async () => {
    const { get, answer, pass, seen } = bench();
    const first = get();
    await answer(LATE);
    await first;
    pass(THEIR_TIMEOUT_MS - 1);
    const again = await get();
    expect(again).toMatchObject({ ok: false, fault: { kind: 'timeout' } });
    expect(again.ok ? '' : again.fault.detail).toContain('not asked again before 30 s');
    expect(seen.asked).toBe(1);
    pass(1);
    const later = get();
    await answer(UP);
    expect(await later).toEqual(UP);
    expect(seen).toEqual({ asked: 2, most: 1 });
  });

  it.each<[string, HttpRequest]>([
    ['another pod', { ...HEALTH, url: 'http://10.0.0.2:8080/actuator/health' }],
    ['another user', { ...HEALTH, credentials: { username: 'ops', password: '' as never } }],
    ['another question', { url: HEALTH.url, tls: {} }],
    ['a stream', { ...HEALTH, stream: { maxBytes: 1, onText: () => undefined } }],
  ])('holds up nothing else: %s', async (_, other) => {
    const { get, answer, seen } = bench();
    const both = Promise.all([get(), get(other)]);
    await answer(UP);
    await both;
    expect(seen.asked).toBe(2);
  });

  it('ends for whoever has no more time, and goes on for the others', async () => {
    const { get, answer, seen } = bench();
    const mine = new AbortController();
    const first = get();
    const impatient = get(HEALTH, mine.signal);
    mine.abort(new Stop({ kind: 'Deadline', ms: 10_000 }));
    expect(await impatient).toMatchObject({ ok: false, fault: { kind: 'timeout' } });
    await answer(UP);
    expect(await first).toEqual(UP);
    expect(seen.asked).toBe(1);
  });

  it('is made for those who wait when whoever began it was cancelled', async () => {
    const { get, answer, seen } = bench();
    const began = new AbortController();
    const first = get(HEALTH, began.signal);
    const waits = get();
    began.abort(new Stop({ kind: 'Cancelled', why: 'superseded' }));
    await expect(first).rejects.toBeInstanceOf(Stop);
    await new Promise((resolve) => setImmediate(resolve));
    await answer(UP);
    expect(await waits).toEqual(UP);
    expect(seen).toEqual({ asked: 2, most: 1 });
  });
});
