import { describe, expect, it } from 'vitest';
import type { MuteSpec } from '../../../src/api/health-report.ts';
import { checkIn, conditionIn, finding, minutes, report, run, runs } from './fixtures.ts';

const ID = 'database/node-persistence/connections';
const UNTIL = '2026-12-01T00:00:00Z';
const mute = (what: { check: string } | { fault: string }, until = UNTIL): MuteSpec => ({
  ...what,
  until,
  reason: 'known',
  by: 'us',
});
const THRESHOLDS = { failure: 1, success: 1 };
const series = (
  answers: readonly Parameters<typeof finding>[1][],
  mutes: readonly MuteSpec[],
): readonly (boolean | undefined)[] =>
  runs(
    answers.map((answer) => [...run(), finding(ID, answer)]),
    { mutes, thresholds: THRESHOLDS },
  ).map((ran) => checkIn(ran, ID).muted);

describe('mutes', () => {
  it.each([
    ['by check', { check: ID }],
    ['by fault', { fault: 'DatabaseConnectionsHigh' }],
  ])('silence a finding %s and leave it visible', (_, what) => {
    const ran = report([...run(), finding(ID, 'DatabaseConnectionsHigh')], undefined, { mutes: [mute(what)] });
    expect(checkIn(ran, ID)).toMatchObject({ result: 'warn', muted: true, fault: 'DatabaseConnectionsHigh' });
    expect(ran.status.verdict).toBe('Healthy');
    expect(ran.status.counts).toMatchObject({ warn: 0, muted: 1 });
  });

  it('take a failure out of Healthy and of the gate', () => {
    const ran = report(run({ 'circuit-storage/health': 'HealthDown' }), undefined, {
      mutes: [mute({ check: 'circuit-storage/health' })],
    });
    expect([conditionIn(ran, 'Healthy').status, conditionIn(ran, 'Upgradeable').status]).toEqual(['True', 'True']);
    expect(conditionIn(ran, 'CircuitStorageHealthy')).toMatchObject({ status: 'Unknown', reason: 'Muted' });
    expect(ran.status.rootCauses).toEqual([]);
  });

  it.each([
    ['that has ended', '2026-11-23T09:59:59Z'],
    ['that ends more than 30 days ahead', '2026-12-23T10:00:01Z'],
  ])('ignore one %s', (_, until) => {
    const ran = report([...run(), finding(ID, 'DatabaseConnectionsHigh')], undefined, {
      mutes: [mute({ check: ID }, until)],
    });
    expect(checkIn(ran, ID).muted).toBeUndefined();
  });

  it('hold for exactly 30 days', () => {
    expect(series(['DatabaseConnectionsHigh'], [mute({ check: ID }, '2026-12-23T10:00:00Z')])).toEqual([true]);
  });

  it('lift when it gets worse, and stay lifted', () => {
    const answers = [
      'DatabaseConnectionsHigh',
      'DatabaseConnectionsExhausted',
      'DatabaseConnectionsExhausted',
    ] as const;
    expect(series(answers, [mute({ check: ID })])).toEqual([true, undefined, undefined]);
  });

  it('return when it is no worse than it was', () => {
    const answers = ['DatabaseConnectionsHigh', 'DatabaseConnectionsExhausted', 'DatabaseConnectionsHigh'] as const;
    expect(series(answers, [mute({ check: ID })])).toEqual([true, undefined, true]);
  });

  it('cover what comes and goes', () => {
    const answers = ['DatabaseConnectionsHigh', 'pass', 'DatabaseConnectionsHigh'] as const;
    expect(series(answers, [mute({ check: ID })])).toEqual([true, undefined, true]);
  });

  it('may begin before anything is wrong', () => {
    expect(series(['pass', 'DatabaseConnectionsExhausted'], [mute({ check: ID })])).toEqual([undefined, true]);
  });

  it('are new ones when their end is another', () => {
    const first = report([finding(ID, 'DatabaseConnectionsHigh')], undefined, { mutes: [mute({ check: ID })] });
    const worse = report([finding(ID, 'DatabaseConnectionsExhausted')], first.status, {
      mutes: [mute({ check: ID }, '2026-12-02T00:00:00Z')],
      thresholds: THRESHOLDS,
    });
    expect(checkIn(worse, ID).muted).toBe(true);
  });

  it('are a warning of their own when they match nothing', () => {
    const ran = report(run(), undefined, { mutes: [mute({ check: 'core-daemon/helth' })] });
    expect(checkIn(ran, 'alerts/mutes')).toMatchObject({ state: 'warn', fault: 'MuteUnmatched' });
    expect(ran.status.verdict).toBe('Warning');
  });

  it('are no evidence that anything was examined', () => {
    const ran = report([], undefined, { mutes: [mute({ check: 'core-daemon/health' })] });
    expect(conditionIn(ran, 'Healthy')).toMatchObject({ status: 'Unknown', reason: 'NothingExamined' });
    expect(conditionIn(ran, 'Upgradeable').status).toBe('Unknown');
  });
});

describe('a latch', () => {
  const SIGNATURE = 'auth-vault/signature';
  const bad = [finding(SIGNATURE, 'SignatureInvalid')];
  const good = [finding(SIGNATURE, 'pass')];
  const ack = mute({ check: SIGNATURE });

  it('holds however many good runs follow', () => {
    const all = runs([good, bad, good, good, good, good]);
    expect(all.map((ran) => checkIn(ran, SIGNATURE).state)).toEqual(['pass', 'fail', 'fail', 'fail', 'fail', 'fail']);
    expect(checkIn(all[5], SIGNATURE)).toMatchObject({
      fault: 'SignatureInvalid',
      latchedSince: '2026-11-23T10:01:00Z',
    });
    expect(conditionIn(all[5], 'Upgradeable')).toMatchObject({ status: 'False', reason: 'SignatureInvalid' });
  });

  it('holds under thresholds of one', () => {
    const all = runs([bad, good, good], { thresholds: THRESHOLDS });
    expect(all.map((ran) => checkIn(ran, SIGNATURE).state)).toEqual(['fail', 'fail', 'fail']);
  });

  it('holds when its question is no longer asked', () => {
    const all = runs([bad, [finding('auth-vault/health', 'pass')]]);
    expect(checkIn(all[1], SIGNATURE).state).toBe('fail');
  });

  it('is released by a mute, and a later occurrence latches again under the same mute', () => {
    const first = runs([bad, good]);
    const from = { status: first[1]!.status, at: 2 };
    const muted = runs([good, good, bad, good], { mutes: [ack] }, from);
    expect(muted.map((ran) => checkIn(ran, SIGNATURE).state)).toEqual(['pass', 'pass', 'fail', 'fail']);
    expect(muted.map((ran) => checkIn(ran, SIGNATURE).muted)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is silenced while the occurrence that the mute acknowledges is still seen', () => {
    const [first] = runs([bad]);
    const muted = runs([bad, bad, good], { mutes: [ack] }, { status: first!.status, at: 1 });
    expect(muted.map((ran) => checkIn(ran, SIGNATURE).muted)).toEqual([true, true, undefined]);
    expect(checkIn(muted[2], SIGNATURE).state).toBe('pass');
  });

  it('is not prevented by a mute that came before', () => {
    const [ran] = runs([bad], { mutes: [ack], now: minutes(0) });
    expect(checkIn(ran, SIGNATURE)).toMatchObject({ state: 'fail' });
    expect(checkIn(ran, SIGNATURE).muted).toBeUndefined();
  });
});
