// What a database answers to each question: when all is well, and whatever else it may say.
import fc from 'fast-check';
import type { DatabaseAnswers } from '../../../src/facts/observed.ts';
import { ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { Answered, Name } from '../../../src/questions/database/question.ts';

interface Answers<T> {
  readonly healthy: T;
  readonly any: fc.Arbitrary<T>;
}

/** When everything in these tests is seen. */
export const NOW = new Date('2026-11-23T12:00:00Z');

const DAY_MS = 86_400_000;
const word = fc.string({ unit: 'binary', maxLength: 40 });
const count = fc.integer({ min: 0, max: 120 });
const ms = fc.nat({ max: 10_000_000 });
const day = fc.integer({ min: -60, max: 60 }).map((days) => new Date(NOW.getTime() + days * DAY_MS).toISOString());

const ANSWERS: { readonly [K in Name]: Answers<Answered<K>> } = {
  writable: {
    healthy: { inRecovery: false, readOnly: false },
    any: fc.record({ inRecovery: fc.boolean(), readOnly: fc.boolean() }),
  },
  version: {
    healthy: { number: 150_004, text: '15.4' },
    any: fc.record({ number: fc.integer({ min: 90_000, max: 190_000 }), text: word }),
  },
  connections: {
    healthy: { max: 100, reserved: 3, used: 12 },
    any: fc.record({ max: count, reserved: count, used: count }),
  },
  activity: {
    healthy: { longestTransactionMs: 12, longestIdleMs: 0, lockWaits: 0, longestLockWaitMs: 0 },
    any: fc.record({ longestTransactionMs: ms, longestIdleMs: ms, lockWaits: count, longestLockWaitMs: ms }),
  },
  replication: {
    healthy: { standbys: 0, gone: 0, lagMs: 0, lagBytes: 0 },
    any: fc.record({ standbys: count, gone: count, lagMs: ms, lagBytes: fc.nat() }),
  },
  wraparound: {
    healthy: { database: 'keylessd', age: 1_000, freezeMaxAge: 200_000_000 },
    any: fc.record({ database: word, age: fc.nat(), freezeMaxAge: fc.nat() }),
  },
  migrations: {
    healthy: { failed: 0, version: '7' },
    any: fc.record({ failed: fc.nat({ max: 2 }), lastFailed: word, version: word }, { requiredKeys: ['failed'] }),
  },
  migrating: { healthy: false, any: fc.boolean() },
  credentials: { healthy: {}, any: fc.record({ role: word, validUntil: day }, { requiredKeys: [] }) },
};

/** The answer of each question when all is well. */
export function healthyAnswers(): DatabaseAnswers {
  const answers = Object.entries(ANSWERS).map(([name, { healthy }]) => [name, ok<unknown>(healthy)]);
  return Object.fromEntries(answers) as DatabaseAnswers;
}

/** Any answers, and any faults that `outcome` puts in the place of one. */
export function anyAnswers(
  outcome: (answer: fc.Arbitrary<unknown>) => fc.Arbitrary<Outcome<unknown>>,
): fc.Arbitrary<DatabaseAnswers> {
  const answers = Object.entries<Answers<unknown>>(ANSWERS).map(([name, { any }]) => [name, outcome(any)]);
  return fc.record(Object.fromEntries(answers) as Record<Name, fc.Arbitrary<never>>);
}
