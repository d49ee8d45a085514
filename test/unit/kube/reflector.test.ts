// How long a reflector waits, on virtual time; what it does on a server is in test/integration/kube.
import { describe, expect, test } from 'vitest';
import type { ApiFault } from '../../../src/kube/api-fault.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { RULES } from '../../../src/kube/rules.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';

/** The waits of a reflector on this API, for ten minutes. */
async function waitsOn(apiAt: (clock: VirtualClock) => object): Promise<readonly number[]> {
  const clock = virtualClock();
  const seen: number[] = [];
  const reflector = createReflector({
    api: apiAt(clock) as unknown as KubeApi,
    list: RULES.listReports,
    watch: RULES.watchReports,
    params: {},
    clock,
    random: () => 0.999,
    onChange: () => undefined,
    onNote: (note) => {
      if (note.kind === 'fault') seen.push(note.waitMs);
    },
  });
  const stop = new AbortController();
  const ended = reflector.run(stop.signal);
  await clock.advance(10 * 60_000);
  stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
  await ended;
  return seen;
}

/** Every list fails in this way. */
const waits = (fault: Omit<ApiFault, 'message'>): Promise<readonly number[]> =>
  waitsOn(() => ({ call: () => Promise.resolve({ ok: false, fault: { ...fault, message: literal('ordered') } }) }));

/** Every list is empty, and every watch is cut after so long. */
const waitsWhenCutAfter = (ms: number): Promise<readonly number[]> =>
  waitsOn((clock) => ({
    call: () => Promise.resolve({ ok: true, value: { metadata: { resourceVersion: '1' }, items: [] } }),
    stream: (_rule: unknown, _params: unknown, { signal }: { readonly signal: AbortSignal }) =>
      Promise.resolve({ ok: true, value: silentFor(ms, clock, signal) }),
  }));

async function* silentFor(ms: number, clock: VirtualClock, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield Buffer.alloc(0);
  await clock.sleep(ms, signal);
}

describe('a reflector whose watches are cut', () => {
  test('at once asks less and less often', async () => {
    const seen = await waitsWhenCutAfter(0);
    expect(Math.max(...seen)).toBeGreaterThan(27_000);
    expect(seen.length).toBeLessThan(40);
  });

  test('after a second each is back within five, however long that goes on', async () => {
    const seen = await waitsWhenCutAfter(1_000);
    expect(Math.max(...seen)).toBeLessThanOrEqual(5_000);
    // No storm either: at most as many watches as the server cuts.
    expect(seen.length).toBeLessThan(10 * 60);
    expect(seen.length).toBeGreaterThan(10 * 60 * 0.15);
  });

  test('now and then is back at once, however often that was', async () => {
    const seen = await waitsWhenCutAfter(15_000);
    expect(seen).toEqual([]);
  });
});

describe('a reflector whose lists fail', () => {
  test.each<[string, Omit<ApiFault, 'message'>, number]>([
    ['with 500 comes back less and less often', { code: 'ServerError' }, 30_000],
    ['because nobody answers comes back less and less often', { code: 'Unreachable' }, 30_000],
    ['because there is no such resource yet looks for it often', { code: 'NotFound' }, 5_000],
    ['with a time to come back does so', { code: 'TooManyRequests', retryAfterMs: 1_000 }, 5_000],
    ['with a long time to come back waits for it', { code: 'TooManyRequests', retryAfterMs: 40_000 }, 40_000],
  ])('%s', async (_, fault, longestMs) => {
    const seen = await waits(fault);
    expect(Math.max(...seen)).toBeLessThanOrEqual(longestMs);
    expect(Math.max(...seen)).toBeGreaterThan(longestMs * 0.9);
  });
});
