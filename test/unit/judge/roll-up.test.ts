import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { isService } from '../../../src/api/components.ts';
import type { Finding } from '../../../src/facts/answer.ts';
import { finding, judgeOnce, report, run, runs, conditionIn } from './fixtures.ts';

type Table = readonly [string, readonly Finding[], string, string];

describe('Healthy', () => {
  it.each<Table>([
    ['all good', run(), 'True', 'Healthy'],
    [
      'a warning',
      run({ 'database/node-persistence/connect': 'DatabaseConnectionsHigh' }),
      'True',
      'PassingWithWarnings',
    ],
    ['a failure', run({ 'circuit-storage/health': 'HealthDown' }), 'False', 'HealthDown'],
    ['an error', run({ 'key-management/jwt/state': 'KmsThrottled' }), 'Unknown', 'KmsThrottled'],
    [
      'a failure before an error',
      run({ 'key-management/jwt/state': 'KmsThrottled', 'circuit-storage/health': 'HealthDown' }),
      'False',
      'HealthDown',
    ],
    [
      'the more severe of two failures',
      run({ 'circuit-storage/health': 'HealthDown', 'object-storage/circuits/list': 'BucketMissing' }),
      'False',
      'BucketMissing',
    ],
    [
      'an optional failure',
      [...run(), finding('admin-dashboard/health', 'HealthDown', { required: false })],
      'True',
      'PassingWithWarnings',
    ],
    [
      'an optional error',
      [...run(), finding('admin-dashboard/health', 'HealthBodyInvalid', { required: false })],
      'True',
      'PassingWithWarnings',
    ],
    [
      'capacity, at most a warning',
      [...run(), finding('capacity/core-daemon/limits', 'LimitsBelowTested')],
      'True',
      'PassingWithWarnings',
    ],
    [
      'platform that could not be asked',
      [...run(), finding('platform/kubernetes', 'ClusterUnavailable')],
      'True',
      'PassingWithWarnings',
    ],
    [
      'a platform that the vendor did not test: nobody on call can change it',
      [...run(), finding('platform/version', 'PlatformOutsideTested')],
      'True',
      'Healthy',
    ],
    ['a blocker of upgrades alone', [...run(), finding('upgrade/rollout', 'RolloutStuck')], 'True', 'Healthy'],
    ['nothing', [], 'Unknown', 'NothingExamined'],
    [
      'nothing but skipped questions',
      [finding('core-daemon/health', 'HealthNotReadable')],
      'Unknown',
      'NothingExamined',
    ],
    ['platform alone', [finding('platform/kubernetes', 'pass')], 'Unknown', 'NothingExamined'],
  ])('%s', (_, findings, status, reason) => {
    expect(judgeOnce(findings).healthy).toMatchObject({ status, reason });
  });

  it.each([
    ['Healthy', run()],
    ['Warning', run({ 'database/node-persistence/connect': 'DatabaseConnectionsHigh' })],
    ['Failing', run({ 'circuit-storage/health': 'HealthDown' })],
    ['Unknown', []],
  ] as const)('is %s in a word', (verdict, findings) => {
    expect(judgeOnce(findings).verdict).toBe(verdict);
  });
});

describe('AlertsQuiet', () => {
  it('is Unknown while a share of the log is not understood, and Healthy stays', () => {
    const quiet = finding('alerts/core-daemon/start', 'pass');
    const blind = finding('alerts/core-daemon/error-rate', 'LogsNotUnderstood');
    const { components, healthy } = judgeOnce([...run(), quiet, blind]);
    expect(components.find(({ component }) => component === 'alerts')).toMatchObject({
      status: 'Unknown',
      reason: 'LogsNotUnderstood',
    });
    expect(healthy.status).toBe('True');
  });
});

describe('Upgradeable', () => {
  it.each<Table>([
    ['all good', run(), 'True', 'Upgradeable'],
    ['a warning', run({ 'database/node-persistence/connect': 'DatabaseConnectionsHigh' }), 'True', 'Upgradeable'],
    ['a failure', run({ 'circuit-storage/health': 'HealthDown' }), 'False', 'HealthDown'],
    ['a blocker', [...run(), finding('upgrade/rollout', 'RolloutStuck')], 'False', 'RolloutStuck'],
    [
      'an optional failure',
      [...run(), finding('admin-dashboard/health', 'HealthDown', { required: false })],
      'False',
      'HealthDown',
    ],
    ['a required error', run({ 'key-management/jwt/state': 'KmsThrottled' }), 'Unknown', 'KmsThrottled'],
    ['no backend examined', [finding('core-daemon/health', 'pass')], 'Unknown', 'NotExamined'],
    [
      'a database that was only skipped',
      run({
        'database/node-persistence/connect': 'OracleNotProbed',
        'database/circuit-storage/connect': 'OracleNotProbed',
      }),
      'Unknown',
      'NotExamined',
    ],
    ['no service at all', run().filter(({ component }) => !isService(component)), 'Unknown', 'NotExamined'],
    [
      'services that were only skipped',
      run().map((one) => (isService(one.component) ? finding(one.id, 'HealthNotReadable') : one)),
      'Unknown',
      'NotExamined',
    ],
    [
      'a required service whose health nobody could read',
      run({ 'auth-vault/health': 'HealthNotReadable' }),
      'Unknown',
      'NotExamined',
    ],
    ['nothing', [], 'Unknown', 'NothingExamined'],
  ])('%s', (_, findings, status, reason) => {
    expect(judgeOnce(findings).upgradeable).toMatchObject({ status, reason });
  });

  it('accepts what is waived, and that alone', () => {
    const findings = run().filter(({ component }) => component !== 'key-management' && component !== 'object-storage');
    expect(judgeOnce(findings, { waive: ['Keys', 'Buckets'] }).upgradeable.status).toBe('True');
    expect(judgeOnce(findings, { waive: ['Keys'] }).upgradeable.status).toBe('Unknown');
  });

  it('accepts no waiver for the services as a whole, and never says more than Healthy', () => {
    const waive = ['Databases', 'Buckets', 'Keys'] as const;
    for (const findings of [[finding('platform/version', 'pass')], [finding('object-storage/circuits/list', 'pass')]]) {
      const { healthy, upgradeable } = judgeOnce(findings, { waive });
      expect(upgradeable.status).toBe('Unknown');
      expect(healthy.status === 'Unknown' ? upgradeable.reason : 'NotExamined').toMatch(
        /^(NothingExamined|NotExamined)$/,
      );
    }
  });

  it('names in its message what is missing', () => {
    const ran = report([finding('core-daemon/health', 'pass')], undefined, { waive: ['Keys'] });
    expect(conditionIn(ran, 'Upgradeable').message).toContain('Missing: Databases, Buckets.');
  });

  it.each<[string, FaultCode | 'pass', FaultCode | 'pass', string, string, string]>([
    ['a failure that is not confirmed', 'pass', 'HealthDown', 'True', 'False', 'HealthDown'],
    ['a recovery that is not confirmed', 'HealthDown', 'pass', 'False', 'Unknown', 'Confirming'],
    ['an error that Healthy does not count yet', 'pass', 'HealthBodyInvalid', 'True', 'Unknown', 'HealthBodyInvalid'],
    ['a failure that could not be asked again', 'HealthDown', 'HealthNotReadable', 'False', 'Unknown', 'Confirming'],
  ])('judges the raw result: %s', (_, before, now, healthy, upgradeable, reason) => {
    const id = 'circuit-storage/health';
    const [, ran] = runs([run({ [id]: before }), run({ [id]: now })]);
    expect(conditionIn(ran, 'Healthy').status).toBe(healthy);
    expect(conditionIn(ran, 'Upgradeable')).toMatchObject({ status: upgradeable, reason });
  });
});

describe('the ROOT-CAUSE column', () => {
  const CONNECT = 'database/node-persistence/connect';

  it.each<[string, Parameters<typeof runs>[0], string | undefined]>([
    ['nothing', [run()], undefined],
    ['a failure', [run({ [CONNECT]: 'DatabaseMissing' })], 'DatabaseMissing (node-persistence)'],
    [
      'a failure that waits for its confirmation',
      [run(), run({ [CONNECT]: 'DatabaseMissing' })],
      'confirming DatabaseMissing (node-persistence) 1/3',
    ],
    [
      'one that a second run saw, with the number that this fault needs',
      [run(), ...Array.from({ length: 2 }, () => run({ [CONNECT]: 'DatabaseMissing' }))],
      'confirming DatabaseMissing (node-persistence) 2/3',
    ],
    ['a Secret that is not there', [run({ [CONNECT]: 'SecretMissing' })], 'SecretMissing (node-persistence)'],
    [
      'a platform that the vendor did not test',
      [[...run(), finding('platform/version', 'PlatformOutsideTested')]],
      undefined,
    ],
  ])('tells %s', (_, series, text) => {
    expect(runs(series).at(-1)?.status.rootCause).toBe(text);
  });
});

describe('components', () => {
  it('exist as far as they have checks, and take the worst state', () => {
    const seen = judgeOnce([
      finding('core-daemon/health', 'pass'),
      finding('core-daemon/workload', 'HealthBodyInvalid'),
      finding('auth-vault/health', 'HealthNotReadable'),
      finding('upgrade/rollout', 'pass'),
    ]).components;
    expect(seen.map(({ component, state, status }) => [component, state, status])).toEqual([
      ['core-daemon', 'error', 'Unknown'],
      ['auth-vault', 'skip', 'Unknown'],
    ]);
  });
});
