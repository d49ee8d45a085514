// What is remembered of logs: bounded, and let go when nobody reads it any more.
import { describe, expect, it } from 'vitest';
import type { LogFile, LogSoFar } from '../../../src/clients/clients.ts';
import { logsSoFar } from '../../../src/kube/logs-so-far.ts';

const MINUTE = 60_000;
const file = (pod: string, since = '2026-11-23T10:00:00Z'): LogFile => ({
  namespace: 'recognize',
  pod,
  container: 'app',
  previous: false,
  since,
});
const soFar = (bytes = 0): LogSoFar => ({
  afterMs: 0,
  sinceMs: 1_000,
  anchor: '1970-01-01T00:00:01.000000000Z',
  lines: 1,
  bytes: 50,
  text: Buffer.alloc(bytes),
});

describe('what is known of a log', () => {
  it('is of one run of a container, and of one who reads it', () => {
    const memory = logsSoFar({ monotonicMs: () => 0 });
    memory.keep(file('a'), ['auth-vault'], soFar());
    expect(memory.recall(file('a'), ['auth-vault'])).toMatchObject({ sinceMs: 1_000 });
    expect(memory.recall(file('a', '2026-11-23T10:05:00Z'), ['auth-vault'])).toBeUndefined();
    expect(memory.recall({ ...file('a'), previous: true }, ['auth-vault'])).toBeUndefined();
    expect(memory.recall(file('a'), ['auth-vault', 'core-daemon'])).toBeUndefined();
  });

  it('is forgotten on demand, and an hour after it was read last', () => {
    let now = 0;
    const memory = logsSoFar({ monotonicMs: () => now });
    for (const pod of ['a', 'b', 'c']) memory.keep(file(pod), [], soFar());
    memory.keep(file('a'), [], undefined);
    expect(memory.recall(file('a'), [])).toBeUndefined();
    now = 59 * MINUTE;
    memory.keep(file('b'), [], soFar());
    now = 60 * MINUTE;
    memory.keep(file('d'), [], soFar());
    expect(['b', 'c', 'd'].map((pod) => memory.recall(file(pod), []) !== undefined)).toEqual([true, false, true]);
  });

  it('is not kept where there is no room, and again where there is', () => {
    const memory = logsSoFar({ monotonicMs: () => 0 });
    const MEBI = 1024 * 1024;
    memory.keep(file('a'), [], soFar(5 * MEBI));
    memory.keep(file('b'), [], soFar(4 * MEBI));
    expect(memory.recall(file('b'), [])).toBeUndefined();
    memory.keep(file('a'), [], soFar(4 * MEBI));
    memory.keep(file('b'), [], soFar(4 * MEBI));
    expect(memory.recall(file('b'), [])).toBeDefined();
  });
});
