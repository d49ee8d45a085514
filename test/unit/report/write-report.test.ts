import { describe, expect, it } from 'vitest';
import { REASONS } from '../../../src/api/conditions.ts';
import { isFaultCode } from '../../../src/api/faults.ts';
import { found } from '../../../src/facts/answer.ts';
import { citationFor } from '../../../src/guide/citation.ts';
import { heartbeatMs } from '../../../src/report/index.ts';
import { literal, redact } from '../../../src/runtime/safe-text.ts';
import { checkIn, conditionIn, finding, minutes, report, run, runs } from '../judge/fixtures.ts';

const DB = 'database/node-persistence/connect';
const KEY = 'key-management/jwt/state';

describe('a report', () => {
  it('reads from the root cause down to the entry of the guide', () => {
    const faults = { [KEY]: 'KmsKeyDisabled', 'auth-vault/health': 'HealthDown' } as const;
    const ran = report(run(faults), undefined, { cite: citationFor });
    expect(ran.status.rootCause).toBe('KmsKeyDisabled (jwt)');
    expect(ran.status.rootCauses).toEqual([{ check: KEY, fault: 'KmsKeyDisabled', affects: ['auth-vault/health'] }]);
    expect(conditionIn(ran, 'KeyManagementHealthy')).toMatchObject({ status: 'False', reason: 'KmsKeyDisabled' });
    expect(conditionIn(ran, 'Healthy').message).toMatch(
      /^key-management\/jwt\/state: Saw KmsKeyDisabled\. Do: .+ Cause: .+ Next: .+ \[REC-AV-003\] <https:\/\/.+#auth-vault>/,
    );
    expect(ran.status.citations?.filter(({ id }) => id === 'REC-AV-003')).toHaveLength(1);
  });

  it('counts further root causes', () => {
    const ran = report(run({ [DB]: 'DatabaseMissing', 'object-storage/circuits/list': 'BucketMissing' }));
    expect(ran.status.rootCause).toBe('DatabaseMissing (node-persistence) +1');
  });

  it('counts components and checks', () => {
    const ran = report(run({ [DB]: 'DatabaseMissing', 'auth-vault/health': 'HealthBodyInvalid' }));
    expect(ran.status.components).toEqual({ total: 8, healthy: 6, failing: 1, unknown: 1 });
    expect(ran.status.healthy).toBe('6/8');
    expect(ran.status.counts).toEqual({ pass: 8, warn: 0, fail: 1, error: 1, skip: 0, muted: 0 });
  });

  it.each([
    [10_000, 10_000, '2026-11-23T10:02:50Z'],
    [10_000, 120_000, '2026-11-23T10:06:50Z'],
    [60_000, 10_000, '2026-11-23T10:10:00Z'],
    [300_000, 10_000, '2026-11-23T10:10:00Z'],
    [3_600_000, 10_000, '2026-11-23T12:00:00Z'],
  ])('of an interval of %d ms with probes of %d ms is fresh until %s', (intervalMs, timeoutMs, until) => {
    expect(report(run(), undefined, { report: { intervalMs, timeoutMs } }).status.freshUntil).toBe(until);
  });

  it.each([
    [10_000, 50_000],
    [30_000, 150_000],
    [60_000, 300_000],
    [120_000, 300_000],
    [3_600_000, 3_600_000],
  ])('of an interval of %d ms is written every %d ms though nothing is new', (intervalMs, beat) => {
    expect(heartbeatMs(intervalMs)).toBe(beat);
  });

  it('moves lastTransitionTime only when the status of the condition moves', () => {
    const all = runs([run({ [DB]: 'DatabaseMissing' }), run({ [DB]: 'DatabaseReadOnly' }), run(), run()]);
    const seen = all.map((ran) => conditionIn(ran, 'DatabaseHealthy'));
    expect(seen.map(({ reason, lastTransitionTime }) => [reason, lastTransitionTime.slice(14, 16)])).toEqual([
      ['DatabaseMissing', '00'],
      ['DatabaseReadOnly', '00'],
      ['DatabaseReadOnly', '00'],
      ['Healthy', '03'],
    ]);
  });

  it('gives every condition the generation that the run started with', () => {
    const ran = report(run(), undefined, { report: { generation: 7 } });
    expect(new Set(ran.status.conditions.map((one) => one.observedGeneration))).toEqual(new Set([7]));
  });

  it('has only reasons that are faults or documented', () => {
    const faults = { [DB]: 'DatabaseMissing', [KEY]: 'KmsThrottled' } as const;
    const ran = report([...run(faults), finding('platform/kubernetes', 'NoCluster')]);
    const odd = ran.status.conditions.filter(({ reason }) => !isFaultCode(reason) && !Object.hasOwn(REASONS, reason));
    expect(odd).toEqual([]);
  });

  it('keeps the last twenty changes of the verdict', () => {
    const flapping = Array.from({ length: 30 }, (_, i) => run(i % 2 === 0 ? {} : { [DB]: 'DatabaseMissing' }));
    const transitions = runs(flapping, { thresholds: { failure: 1, success: 1 } }).at(-1)?.status.transitions ?? [];
    expect(transitions).toHaveLength(20);
    expect(transitions.at(-1)).toEqual({
      time: '2026-11-23T10:29:00Z',
      from: 'Healthy',
      to: 'Failing',
      rootCause: 'DatabaseMissing (node-persistence)',
    });
  });

  it('keeps the answered request', () => {
    const first = { ...report(run()).status, lastHandledRequest: 'a' };
    expect(report(run(), first).status.lastHandledRequest).toBe('a');
    expect(report(run()).status.lastHandledRequest).toBeUndefined();
  });

  it('rests a citation on the answer that it has, else on inference', () => {
    const answer = found({ code: 'DatabaseMissing', detail: literal('Gone.') }, literal('3D000'));
    const ran = report([finding(DB, 'DatabaseMissing', { answer }), finding(KEY, 'KmsKeyDisabled')]);
    expect(checkIn(ran, DB)).toMatchObject({ evidence: '3D000', citations: [{ basis: 'Response' }] });
    expect(checkIn(ran, KEY).citations?.[0]?.basis).toBe('Inferred');
  });

  it('shows no evidence on what is suppressed', () => {
    const id = 'auth-vault/health';
    const answer = found({ code: 'HealthDown', detail: literal('DOWN.') }, literal('{"status":"DOWN"}'));
    const ran = report([finding(KEY, 'KmsKeyDisabled'), finding(id, 'HealthDown', { answer })]);
    expect(checkIn(ran, id).suppressedBy).toBe(KEY);
    expect(checkIn(ran, id).evidence).toBeUndefined();
  });

  it('cuts messages to 160 bytes', () => {
    const answer = found({ code: 'DatabaseMissing', detail: redact('ä'.repeat(400), [], 800) });
    const ran = report([finding(DB, 'DatabaseMissing', { answer })]);
    expect(Buffer.byteLength(checkIn(ran, DB).message ?? '')).toBeLessThanOrEqual(160);
  });
});

describe('Ready', () => {
  it('is True on a sick installation: it speaks of the report', () => {
    const ran = report(run({ [DB]: 'DatabaseMissing' }));
    expect(conditionIn(ran, 'Ready')).toMatchObject({ status: 'True', reason: 'ReportCurrent' });
  });

  it('says what was not examined, and why', () => {
    const ran = report(run({ [KEY]: 'KmsThrottled' }), undefined, { report: { notExamined: ['No Secret named x.'] } });
    expect(conditionIn(ran, 'Ready')).toMatchObject({ status: 'True', reason: 'PartlyExamined' });
    expect(conditionIn(ran, 'Ready').message).toContain(
      'No Secret named x. key-management/jwt/state: Saw KmsThrottled.',
    );
  });

  it('is False, and the report stalled, when nothing at all can be evaluated', () => {
    const ran = report([finding(DB, 'SecretMissing'), finding(KEY, 'NotAsked')]);
    expect(conditionIn(ran, 'Ready')).toMatchObject({ status: 'False', reason: 'SecretMissing' });
    expect(conditionIn(ran, 'Stalled')).toMatchObject({ status: 'True', reason: 'SecretMissing' });
  });

  it('loses Stalled as soon as something can', () => {
    const stalled = report([finding(DB, 'SecretMissing')]);
    const later = report([finding(DB, 'pass')], stalled.status, { now: minutes(1) });
    expect(later.status.conditions.map(({ type }) => type)).not.toContain('Stalled');
  });
});
