import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { pass, type Finding } from '../../../src/facts/answer.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { CONSOLIDATED_EDGES, finding, judgeOnce, run } from './fixtures.ts';

const DB = 'database/node-persistence/connect';

describe('vantage', () => {
  it.each<[string, Record<string, 'pass' | FaultCode>, FaultCode]>([
    ['a database that its user reports as up', { [DB]: 'DatabaseTimeout' }, 'UnreachableFromChecker'],
    ['one whose user is down', { [DB]: 'DatabaseTimeout', 'node-persistence/health': 'HealthDown' }, 'DatabaseTimeout'],
    [
      'one whose user cannot be read',
      { [DB]: 'DatabaseTimeout', 'node-persistence/health': 'HealthNotReadable' },
      'DatabaseTimeout',
    ],
    [
      'one whose user lacks connections',
      { [DB]: 'DatabaseTimeout', 'node-persistence/pool': 'PoolStarved' },
      'DatabaseTimeout',
    ],
    [
      'one whose user logs a line of Hikari',
      { [DB]: 'DatabaseUnreachable', 'node-persistence/logs': 'PoolConnectionTimeout' },
      'DatabaseUnreachable',
    ],
    [
      'one of which another service lacks connections',
      { [DB]: 'DatabaseTimeout', 'circuit-storage/pool': 'PoolStarved' },
      'UnreachableFromChecker',
    ],
    ['one that refuses whoever asked', { [DB]: 'DatabaseAuthenticationFailed' }, 'DatabaseMonitorRefused'],
    ['one whose pg_hba.conf rejects whoever asked', { [DB]: 'DatabaseAccessRejected' }, 'DatabaseMonitorRefused'],
    ['one with no connection left for our role', { [DB]: 'DatabaseRoleSlotsExhausted' }, 'DatabaseMonitorRefused'],
    ['one with no connection left at all', { [DB]: 'DatabaseSlotsExhausted' }, 'DatabaseSlotsExhausted'],
    [
      'one that refuses us and whose user is down',
      { [DB]: 'DatabaseAuthenticationFailed', 'node-persistence/health': 'HealthDown' },
      'DatabaseAuthenticationFailed',
    ],
  ])('%s', (_, faults, expected) => {
    const seen = judgeOnce(run(faults)).checks.find(({ id }) => id === DB);
    expect(seen?.observed).toBe(expected);
  });

  it('blames nothing on a database that refuses the login of the report alone', () => {
    const { verdict, upgradeable } = judgeOnce(run({ [DB]: 'DatabaseAuthenticationFailed' }));
    expect([verdict, upgradeable.status]).toEqual(['Unknown', 'Unknown']);
  });

  it('is not overruled by a user that is UP and does not show its database', () => {
    const hidden = run({ [DB]: 'DatabaseTimeout' }).map((one) =>
      one.id === 'node-persistence/health' ? { ...one, answer: pass(literal('says UP')) } : one,
    );
    expect(judgeOnce(hidden).checks.find(({ id }) => id === DB)?.observed).toBe('DatabaseTimeout');
  });

  it('believes nobody about a bucket or a key: Spring Boot has no indicator for either', () => {
    const seen = judgeOnce(
      run({ 'object-storage/circuits/list': 'BucketUnreachable', 'key-management/jwt/state': 'KmsTimeout' }),
    );
    expect(seen.rootCauses.map(({ fault }) => fault)).toEqual(['KmsTimeout', 'BucketUnreachable']);
  });

  const everything = (kind: 'AddressUnresolved' | 'Timeout' | 'Unreachable') =>
    ({
      [DB]: `Database${kind}`,
      'database/circuit-storage/connect': `Database${kind}`,
      'object-storage/circuits/list': `Bucket${kind}`,
      'key-management/jwt/state': `Kms${kind}`,
    }) as const;
  const observed = (faults: Record<string, 'pass' | FaultCode>) =>
    judgeOnce(run(faults))
      .checks.filter(({ id }) => id in everything('Timeout'))
      .map((one) => one.observed);

  it.each([
    ['AddressUnresolved', 'CheckerNameResolution'],
    ['Timeout', 'CheckerCutOff'],
    ['Unreachable', 'CheckerCutOff'],
  ] as const)('is at fault where every backend meets %s while the services have their databases', (kind, ours) => {
    expect(observed(everything(kind))).toEqual([ours, ours, ours, ours]);
    const { verdict, upgradeable, rootCauses } = judgeOnce(run(everything(kind)));
    expect([verdict, upgradeable.status, rootCauses]).toEqual(['Unknown', 'Unknown', []]);
  });

  it.each<[string, Record<string, 'pass' | FaultCode>]>([
    ['one backend is reached', { ...everything('Timeout'), 'object-storage/circuits/list': 'pass' }],
    ['one fails in another way', { ...everything('Timeout'), 'object-storage/circuits/list': 'BucketUnreachable' }],
    ['a service is down', { ...everything('Timeout'), 'core-daemon/health': 'HealthDown' }],
  ])('is not where %s', (_, faults) => {
    expect(observed(faults)).toContain('KmsTimeout');
  });

  it('is not where no service shows its database', () => {
    const hidden = run(everything('AddressUnresolved')).map((one) =>
      one.id.endsWith('/health') ? { ...one, answer: pass(literal('says UP')) } : one,
    );
    expect(judgeOnce(hidden).checks.map((one) => one.observed)).toContain('KmsAddressUnresolved');
  });

  it('needs a user', () => {
    const seen = judgeOnce([finding(DB, 'DatabaseTimeout'), finding('operations-service/health', 'pass')]);
    expect(seen.verdict).toBe('Failing');
  });

  it('needs every user, and one whose health knows databases', () => {
    const db = finding('database/main/connect', 'DatabaseTimeout');
    const seen = (...users: readonly ReturnType<typeof finding>[]): unknown => {
      const edges = CONSOLIDATED_EDGES.filter(({ from }) => users.some(({ targetId }) => targetId === from));
      return judgeOnce([db, ...users], { edges }).checks.find(({ id }) => id === db.id)?.observed;
    };
    const [core, page] = [finding('core-daemon/health', 'pass'), finding('admin-dashboard/health', 'pass')];
    expect(seen(page)).toBe('DatabaseTimeout');
    expect(seen(page, core)).toBe('UnreachableFromChecker');
    expect(seen(finding('admin-dashboard/health', 'HealthDown'), core)).toBe('DatabaseTimeout');
  });
});

describe('a way to services that is cut', () => {
  /** Health that we cannot reach, of pods that are Ready by the kubelet unless `unseen`. */
  const cut = (service: string, code: FaultCode, unseen = false): Finding => {
    const fault = { code, detail: literal('no way') };
    const seen = unseen ? {} : { otherwise: literal('1 pod is Ready') };
    return finding(`${service}/health`, code, { answer: { kind: 'fault', fault, ...seen } });
  };
  const observed = (...findings: readonly Finding[]): readonly (FaultCode | undefined)[] =>
    judgeOnce(findings)
      .checks.filter(({ id }) => findings.some((one) => one.id === id))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((one) => one.observed);
  const [core, vault] = [cut('core-daemon', 'ServiceUnreachable'), cut('auth-vault', 'ServiceTimeout')];

  it.each<[string, readonly Finding[], readonly (FaultCode | undefined)[]]>([
    ['two that fail, each in its way', [core, vault], ['CheckerCutOff', 'CheckerCutOff']],
    [
      'two that fail, and one of which nothing could be read',
      [core, vault, finding('operations-service/health', 'HealthNotReadable')],
      ['CheckerCutOff', 'CheckerCutOff', 'HealthNotReadable'],
    ],
    ['one alone', [core], ['ServiceUnreachable']],
    ['one beside one that answers', [core, finding('auth-vault/health', 'pass')], [undefined, 'ServiceUnreachable']],
    [
      'one of which nobody else says that it is well',
      [core, cut('auth-vault', 'ServiceTimeout', true)],
      ['ServiceTimeout', 'ServiceUnreachable'],
    ],
    ['one that answers with a fault', [core, cut('auth-vault', 'HealthDown')], ['HealthDown', 'ServiceUnreachable']],
    [
      'and whatever else is asked of them stays',
      [core, vault, finding('core-daemon/workload', 'CrashLooping')],
      ['CheckerCutOff', 'CheckerCutOff', 'CrashLooping'],
    ],
  ])('%s', (_, findings, expected) => {
    expect(observed(...findings)).toEqual(expected);
  });
});
