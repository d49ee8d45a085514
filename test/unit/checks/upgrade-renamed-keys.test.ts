// Keys that 1.3.0 renamed, in every spelling that a pod template may lead to.
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import { upgradeRenamedKeys } from '../../../src/checks/configuration/upgrade-renamed-keys.ts';
import type { SettingsSeen } from '../../../src/facts/observed.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { serviceTarget } from './targets.ts';
import { askCheck, verdict } from './targets.ts';

interface Situation {
  id?: Service;
  names?: readonly string[];
  unread?: readonly string[];
  targetVersion?: string;
  settings?: Outcome<SettingsSeen>;
}

function ask({ id = 'circuit-storage', names = [], unread = [], targetVersion, settings }: Situation) {
  const configuration = {
    namespace: 'recognize',
    variables: [],
    configMaps: [],
    ...(targetVersion === undefined ? {} : { targetVersion }),
  };
  return askCheck(upgradeRenamedKeys, serviceTarget(id, { configuration }), {
    settings: settings ?? ok({ names, configMaps: ['config'], unread }),
  });
}
const told = (situation: Situation): string => {
  const answer = ask(situation);
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
};

describe('a name', () => {
  it.each<[string, string]>([
    ['springDatasource.url', 'old'],
    ['configMap.springDatasource.url', 'old'],
    ['spring-datasource.url', 'old'],
    ['SpringDatasource.URL', 'old'],
    ['bucket.name', 'old'],
    ['bucket.endpointUrl', 'old'],
    ['bucket.endpoint-url', 'old'],
    ['api.nodePersistence.basePath', 'old'],
    ['BUCKET_NAME', 'old'],
    ['BUCKET_ENDPOINTURL', 'old'],
    ['BUCKET_ENDPOINT_URL', 'old'],
    // Spring's own name of the property, and what 1.3.0 reads.
    ['spring.datasource.url', 'nothing'],
    ['springDatasourceUrl', 'nothing'],
    ['configMap.cloudAwsS3BucketName', 'nothing'],
    ['CLOUD_AWS_S3_BUCKET_NAME', 'nothing'],
    // One variable for both.
    ['SPRING_DATASOURCE_URL', 'undecided'],
    ['API_NODE_PERSISTENCE_BASE_PATH', 'undecided'],
    ['API_NODEPERSISTENCE_BASEPATH', 'undecided'],
    // Of others.
    ['bucket', 'nothing'],
    ['bucket.name.prefix', 'nothing'],
    ['my.bucket.name', 'nothing'],
    ['bucket_name', 'nothing'],
    ['api.circuitStorage.basePath', 'nothing'],
    ['JAVA_OPTS', 'nothing'],
  ])('%s in circuit-storage says %s', (name, expected) => {
    const codes = { old: 'UpgradeKeysOutdated', undecided: 'UpgradeKeysUndecided', nothing: 'pass' };
    expect(verdict(ask({ names: [name] }))).toBe(codes[expected as keyof typeof codes]);
  });

  it.each<[Service, string, string]>([
    ['core-daemon', 'api.circuitStorage.basePath', 'UpgradeKeysOutdated'],
    ['core-daemon', 'bucket.name', 'pass'],
    ['operations-service', 'api.nodePersistence.basePath', 'UpgradeKeysOutdated'],
    ['operations-service', 'springDatasource.url', 'pass'],
  ])('of %s: %s is %s', (id, name, expected) => {
    expect(verdict(ask({ id, names: [name] }))).toBe(expected);
  });
});

it.each<[Service, boolean]>([
  ['core-daemon', true],
  ['operations-service', true],
  ['circuit-storage', true],
  // It still reads springDatasource.url.
  ['metrics-collector', false],
  ['node-persistence', false],
  ['admin-dashboard', false],
])('%s is asked: %j', (id, asked) => {
  expect(upgradeRenamedKeys.applies?.(serviceTarget(id))).toBe(asked);
  expect(upgradeRenamedKeys.applies?.(serviceTarget(id, { workload: undefined }))).toBe(false);
});

describe('old names', () => {
  const names = ['bucket.name', 'springDatasource.url', 'bucket.region'];
  it.each<[string | undefined, string]>([
    [undefined, 'UpgradeKeysOutdated'],
    ['1.2.9', 'pass'],
    ['1.3.0', 'UpgradeKeysRenamed'],
    ['1.3.0-rc.1', 'UpgradeKeysRenamed'],
    ['1.10.0', 'UpgradeKeysRenamed'],
    ['2.0.0', 'UpgradeKeysRenamed'],
    ['0.9.0', 'pass'],
  ])('on the way to %s: %s', (targetVersion, expected) => {
    expect(verdict(ask({ names, ...(targetVersion === undefined ? {} : { targetVersion }) }))).toBe(expected);
  });

  it('are told with the new ones, as many as fit', () => {
    expect(told({ names, targetVersion: '1.4.0' })).toBe(
      'UpgradeKeysRenamed: 1.4.0 does not read configMap.springDatasource.url → springDatasourceUrl, configMap.bucket.name → cloudAwsS3BucketName and 1 more',
    );
    expect(told({ names: ['bucket.region'] })).toBe(
      'UpgradeKeysOutdated: renamed in 1.3.0: configMap.bucket.region → cloudAwsRegionStatic',
    );
  });

  it('beside the new ones are harmless', () => {
    const renamed = ['springDatasourceUrl', 'CLOUD_AWS_S3_BUCKET_NAME', 'cloudAwsRegionStatic'];
    expect(verdict(ask({ names: [...names, ...renamed], targetVersion: '1.4.0' }))).toBe('pass');
    expect(told({ names: [...names, ...renamed.slice(1)], targetVersion: '1.4.0' })).toContain(
      'springDatasource.url →',
    );
  });

  it('are found whatever could not be read', () => {
    expect(verdict(ask({ names, unread: ['other'], targetVersion: '1.4.0' }))).toBe('UpgradeKeysRenamed');
  });
});

describe('what cannot be told', () => {
  it('is not taken for good', () => {
    expect(told({ unread: ['one', 'two'] })).toBe(
      'UpgradeKeysUndecided: ConfigMap one and 1 more could not be read whole',
    );
    expect(told({ names: ['SPRING_DATASOURCE_URL'] })).toContain('spelled the same');
  });

  it('is told by a new name beside it', () => {
    expect(verdict(ask({ names: ['SPRING_DATASOURCE_URL', 'springDatasourceUrl'] }))).toBe('pass');
  });

  it.each(['NotAsked', 'CheckerNotAuthorized', 'ClusterUnavailable', 'NoCluster'] as const)('because of %s', (code) => {
    expect(told({ settings: failed(code, literal('why')) })).toBe(`${code}: why`);
  });
});
