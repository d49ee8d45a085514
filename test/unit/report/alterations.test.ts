// What of a stored status is not ours, and the patch that takes it back.
import { describe, expect, it } from 'vitest';
import { healthReportStatus, type HealthReportStatus } from '../../../src/api/health-report.ts';
import { alterations, correction } from '../../../src/report/index.ts';
import { report, run } from '../judge/fixtures.ts';

const ours = healthReportStatus.parse(report(run({ 'auth-vault/health': 'HealthDown' })).status);
const stored = (change: (status: Record<string, unknown> & HealthReportStatus) => object): unknown =>
  JSON.parse(JSON.stringify(change(structuredClone(ours))));

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isRecord = typeof target === 'object' && !Array.isArray(target);
  const out = new Map<string, unknown>(isRecord ? Object.entries({ ...target }) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) out.delete(key);
    else out.set(key, merged(out.get(key), value));
  }
  return Object.fromEntries(out);
}

const CASES: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['itself', stored((status) => status), []],
  ['its conditions in another order', stored((s) => ({ ...s, conditions: [...s.conditions].reverse() })), []],
  ['its keys in another order', stored((s) => Object.fromEntries(Object.entries(s).reverse())), []],
  ['another verdict', stored((s) => ({ ...s, verdict: 'Healthy' })), ['verdict']],
  ['a field more', stored((s) => ({ ...s, added: { a: 1 } })), ['added']],
  ['a part of a field more', stored((s) => ({ ...s, counts: { ...s.counts, odd: 1 } })), ['counts.odd']],
  ['a field less', stored(({ rootCause: _, ...s }) => s), ['rootCause']],
  [
    'a condition more',
    stored((s) => ({ ...s, conditions: [...s.conditions, { type: 'X', status: 'True' }] })),
    ['conditions[X]'],
  ],
  [
    'two conditions of a type',
    stored((s) => ({ ...s, conditions: [...s.conditions, s.conditions[0]] })),
    ['conditions'],
  ],
  ['a key of every object', stored((s) => ({ ...s, constructor: 1, toString: 2 })), ['constructor', 'toString']],
];

describe('a stored status with', () => {
  it.each(CASES)('%s', (_, theirs, fields) => {
    expect(alterations(ours, theirs)).toEqual(fields);
    const patch = correction(ours, theirs);
    if (fields.length === 0) expect(patch).toBeUndefined();
    else expect(alterations(ours, merged(theirs, patch))).toEqual([]);
  });

  it.each([[undefined], [null], ['x'], [[]], [{}]])('nothing of ours (%j)', (theirs) => {
    expect(alterations(ours, theirs).length).toBeGreaterThan(0);
    expect(alterations(ours, merged(theirs, correction(ours, theirs)))).toEqual([]);
  });
});
