// The platform against what the vendor supports.
import { describe, expect, it } from 'vitest';
import { traits } from '../../../src/api/faults.ts';
import { platformArchitecture } from '../../../src/checks/cluster/architecture.ts';
import { platformVersion } from '../../../src/checks/cluster/version.ts';
import type { ClusterObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { askCheck, CLUSTER, trouble, verdict } from './targets.ts';

const version = (kubernetes: string, openshift?: string): ClusterObserved => ({
  version: ok(openshift === undefined ? { kubernetes } : { kubernetes, openshift }),
  architectures: ok(['amd64']),
});

describe('version', () => {
  it.each([
    ['v1.34.2', undefined, 'pass'],
    ['1.34', undefined, 'pass'],
    ['v1.34.1-eks-1a2b3c4', undefined, 'pass'],
    ['v1.34.0-gke.100', undefined, 'pass'],
    ['1.34+', undefined, 'pass'],
    ['v1.33.9', undefined, 'PlatformOutsideTested'],
    ['v1.35.0', undefined, 'PlatformOutsideTested'],
    ['v1.3.4', undefined, 'PlatformOutsideTested'],
    ['v2.34.0', undefined, 'PlatformOutsideTested'],
    ['v1.27.8', undefined, 'PlatformOutsideTested'],
    ['', undefined, 'PlatformOutsideTested'],
    ['v1.27.8', '4.14.5', 'pass'],
    ['v1.23.5', '4.10.3', 'PlatformOutsideTested'],
    ['v1.34.2', '4.21.0', 'PlatformOutsideTested'],
  ])('Kubernetes %s, OpenShift %s is %s', (kubernetes, openshift, code) => {
    expect(verdict(askCheck(platformVersion, CLUSTER, version(kubernetes, openshift)))).toBe(code);
  });
});

describe('architecture', () => {
  it.each([
    [['amd64', 'amd64'], 'pass'],
    [['amd64', 'arm64'], 'PlatformOutsideTested'],
    [['arm64'], 'PlatformOutsideTested'],
    [[], 'NotAsked'],
  ])('nodes of %j is %s', (architectures, code) => {
    const observed = { ...version('v1.34.2'), architectures: ok(architectures) };
    expect(verdict(askCheck(platformArchitecture, CLUSTER, observed))).toBe(code);
  });
});

describe('a platform that somebody answers for', () => {
  const by = { reason: 'tested here', by: 'platform team' };
  const cluster = (...accepted: readonly object[]): typeof CLUSTER => ({
    ...CLUSTER,
    accepted: accepted.map((one) => ({ ...one, ...by })),
  });

  it.each([
    ['the accepted version', 'v1.36.3', undefined, { kubernetes: '1.36' }, 'pass'],
    ['the version after it', 'v1.37.0', undefined, { kubernetes: '1.36' }, 'PlatformOutsideTested'],
    ['a Kubernetes where OpenShift was accepted', 'v1.36.0', undefined, { openshift: '1.36' }, 'PlatformOutsideTested'],
    ['the accepted OpenShift', 'v1.34.2', '4.21.0', { openshift: '4.21' }, 'pass'],
    ['no version at all', '', undefined, { kubernetes: '1.36' }, 'PlatformOutsideTested'],
  ])('%s', (_, kubernetes, openshift, accepted, code) => {
    const answer = askCheck(platformVersion, cluster(accepted), version(kubernetes, openshift));
    expect(verdict(answer)).toBe(code);
    if (answer.kind === 'pass') expect(answer.note).toContain('platform team accepts it (tested here)');
  });

  it('is accepted for each architecture by itself', () => {
    const observed = { ...version('v1.34.2'), architectures: ok(['amd64', 'arm64', 's390x']) };
    const arm = { architecture: 'arm64' };
    expect(verdict(askCheck(platformArchitecture, cluster(arm), observed))).toBe('PlatformOutsideTested');
    expect(verdict(askCheck(platformArchitecture, cluster(arm, { architecture: 's390x' }), observed))).toBe('pass');
  });
});

describe('the platform', () => {
  it.each([platformVersion, platformArchitecture])('$question is at most a warning', (check) => {
    expect(check.component).toBe('platform');
    expect(check.faults.map((code) => traits(code).result)).not.toContain('fail');
  });

  it.each([platformVersion, platformArchitecture])('$question says why it could not be asked', (check) => {
    for (const code of ['ClusterUnavailable', 'NoCluster', 'CheckerNotAuthorized'] as const) {
      const observed = { version: trouble(code), architectures: trouble(code) };
      expect(verdict(askCheck(check, CLUSTER, observed))).toBe(code);
    }
  });
});
