// How long a reflector waits, on virtual time; what it does on a server is in test/integration/kube.
import { describe, expect, test } from 'vitest';
import type { ApiFault } from '../../../src/kube/api-fault.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { RULES } from '../../../src/kube/rules.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** The waits of a reflector whose lists all fail in this way, for ten minutes. */
async function waits(fault: Omit<ApiFault, 'message'>): Promise<readonly number[]> {
  const clock = virtualClock();
  const failing = { call: () => Promise.resolve({ ok: false, fault: { ...fault, message: literal('ordered') } }) };
  const seen: number[] = [];
  const reflector = createReflector({
    api: failing as unknown as KubeApi,
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
