// What log lines add to a judgement: proof for a failure, whom a symptom accuses, and never a failure of their own.
import { describe, expect, it } from 'vitest';
import type { Component } from '../../../src/api/components.ts';
import type { FaultCode } from '../../../src/api/faults.ts';
import type { Finding } from '../../../src/facts/answer.ts';
import { citationFor } from '../../../src/guide/citation.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { checkIn, conditionIn, finding, judgeOnce, run, runs } from './fixtures.ts';

function logged(service: Component, fault: FaultCode, blames: readonly Component[], id?: string): Finding {
  const excerpt = literal('the log line');
  const sighting = {
    id: id ?? citationFor(service, fault).id,
    component: service,
    fault,
    count: 1,
    pod: 'p',
    firstTime: '2026-11-23T09:59:00.000000000Z',
    lastTime: '2026-11-23T09:59:00.000000000Z',
    inWindow: true,
    excerpt,
    basis: 'Log' as const,
    blames,
    captured: [],
  };
  return finding(`${service}/logs`, fault, {
    answer: {
      kind: 'fault',
      fault: { code: fault, detail: literal('logged once') },
      evidence: excerpt,
      basis: 'Log' as const,
      sightings: [sighting],
    },
  });
}
const hikari = logged('node-persistence', 'PoolConnectionTimeout', ['database']);
const cite = citationFor;

describe('a log line', () => {
  it.each<[string, FaultCode, Finding, string]>([
    ['database/node-persistence/connect', 'DatabaseUnreachable', hikari, 'REC-NP-002'],
    [
      'key-management/jwt/state',
      'KmsAccessDenied',
      logged('auth-vault', 'TokenSignFailed', ['key-management']),
      'REC-AV-003',
    ],
    [
      'object-storage/circuits/list',
      'BucketMissing',
      logged('circuit-storage', 'CircuitPersistFailed', ['object-storage']),
      'REC-CS-002',
    ],
    [
      'node-persistence/health',
      'HealthDown',
      logged('core-daemon', 'InternalServiceError', ['node-persistence']),
      'REC-CD-001',
    ],
    ['node-persistence/workload', 'CrashLooping', logged('node-persistence', 'ApplicationRunFailed', []), 'REC-NP-001'],
  ])('proves %s %s', (id, fault, line, entry) => {
    const down = id.startsWith('database') ? ({ 'node-persistence/health': 'HealthDown' } as const) : {};
    const [ran] = runs([[...run({ ...down, [id]: fault }), line]], { cite });
    expect(checkIn(ran, id)).toMatchObject({
      fault,
      citations: [{ id: entry, basis: 'Log' }],
      evidence: 'the log line',
    });
    expect(checkIn(ran, line.id).suppressedBy).toBe(
      line.id === 'node-persistence/logs' && fault === 'CrashLooping' ? undefined : id,
    );
  });

  it('proves nothing about a database that its writer does not use', () => {
    const [ran] = runs(
      [
        [
          ...run({ 'database/circuit-storage/connect': 'DatabaseUnreachable', 'circuit-storage/health': 'HealthDown' }),
          hikari,
        ],
      ],
      { cite },
    );
    expect(checkIn(ran, 'database/circuit-storage/connect').citations).toEqual([
      { id: 'REC-NP-002', basis: 'Inferred' },
    ]);
    expect(checkIn(ran, 'node-persistence/logs').suppressedBy).toBeUndefined();
  });

  it('proves nothing about a target of another kind', () => {
    const [ran] = runs([[...run({ 'key-management/jwt/state': 'KmsKeyDisabled' }), hikari]], { cite });
    expect(checkIn(ran, 'key-management/jwt/state').citations?.[0]?.basis).toBe('Inferred');
  });

  it('proves nothing of another entry, though it accuses the same target', () => {
    const line = logged('circuit-storage', 'CircuitDeleteFailed', ['database']);
    const id = 'database/circuit-storage/connect';
    const [ran] = runs([[...run({ [id]: 'DatabaseUnreachable', 'circuit-storage/health': 'HealthDown' }), line]], {
      cite,
    });
    expect(checkIn(ran, id).citations).toEqual([{ id: 'REC-NP-002', basis: 'Inferred' }]);
  });

  it('alone is a warning, and Healthy stays True', () => {
    const [ran] = runs([[...run(), hikari]], { cite });
    expect(checkIn(ran, 'node-persistence/logs')).toMatchObject({ state: 'warn' });
    expect(conditionIn(ran, 'Healthy')).toMatchObject({ status: 'True', reason: 'PassingWithWarnings' });
  });

  it('of an accused service is explained by what that service depends on', () => {
    const line = logged('operations-service', 'InternalServiceError', ['auth-vault']);
    const judgement = judgeOnce([...run({ 'key-management/jwt/state': 'KmsKeyDisabled' }), line], { cite });
    expect(judgement.checks.find(({ id }) => id === line.id)?.suppressedBy).toBe('key-management/jwt/state');
  });
});

describe('a failover of 20 seconds', () => {
  it('never turns Healthy False under the default thresholds, whatever is logged', () => {
    const lost = [
      ...run({ 'database/node-persistence/connect': 'DatabaseUnreachable', 'node-persistence/health': 'HealthDown' }),
      hikari,
      finding('alerts/node-persistence/error-rate', 'ErrorRateHigh', { targetId: 'node-persistence' }),
    ];
    const back = [
      ...run(),
      hikari,
      finding('alerts/node-persistence/error-rate', 'ErrorRateHigh', { targetId: 'node-persistence' }),
    ];
    const quiet = [
      ...run(),
      finding('node-persistence/logs', 'pass'),
      finding('alerts/node-persistence/error-rate', 'pass', { targetId: 'node-persistence' }),
    ];
    const all = runs([quiet, lost, lost, back, back, back, quiet, quiet], { cite });
    expect(all.map((ran) => conditionIn(ran, 'Healthy').status)).toEqual(all.map(() => 'True'));
    expect(conditionIn(all.at(-1), 'AlertsQuiet')).toMatchObject({ status: 'True', reason: 'Healthy' });
  });
});

describe('AlertsQuiet', () => {
  it('is False while an alert rings, though Healthy is not', () => {
    const [ran] = runs(
      [[...run(), finding('alerts/core-daemon/error-rate', 'ErrorRateHigh', { targetId: 'core-daemon' })]],
      { cite },
    );
    expect(conditionIn(ran, 'AlertsQuiet')).toMatchObject({ status: 'False', reason: 'ErrorRateHigh' });
    expect(conditionIn(ran, 'Healthy').status).toBe('True');
  });
});
