// What speaks against an upgrade though nothing is wrong: on the report it makes Upgradeable False and leaves Healthy,
// the verdict and the components as they are. Each through the resource, with the operator and its Roles.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { rightsAreHeard } from '../../stack/rights-heard.ts';
import type { Undo } from '../../stack/switches/undo.ts';
import { describeDiscretion } from './discretion.ts';
import { expectHealthy } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

let scene: Scene;

interface Expected {
  check: string;
  fault: string;
  entry: string;
  says: RegExp;
  /** Health warns of the same thing in a check of its own. */
  alsoWarns?: string;
}

/** Nothing of it reaches health: no component, no root cause, no verdict. */
function expectHealthUntouched(status: HealthReportStatus, alsoWarns?: string): void {
  expect(status.rootCauses ?? [], tell(status)).toEqual([]);
  expect(conditionOf(status, 'Healthy')).toBe(`True/${alsoWarns === undefined ? 'Healthy' : 'PassingWithWarnings'}`);
  expect(status.verdict).toBe(alsoWarns === undefined ? 'Healthy' : 'Warning');
  const { components } = status;
  expect(components, tell(status)).toMatchObject({ healthy: components?.total, failing: 0, unknown: 0 });
  if (alsoWarns !== undefined) expect(checkOf(status, alsoWarns)).toMatchObject({ result: 'warn' });
  expect(conditionOf(status, 'Ready')).toBe('True/ReportCurrent');
}

function expectBlocked(status: HealthReportStatus, { check, fault, entry, says, alsoWarns }: Expected): void {
  expect(checkOf(status, check), tell(status)).toMatchObject({ result: 'fail', component: 'upgrade', fault });
  expect(checkOf(status, check).message).toMatch(says);
  expect(checkOf(status, check).citations?.[0]?.id).toBe(entry);
  expect(conditionOf(status, 'Upgradeable')).toMatch(/^False\//);
  expect(status.conditions.find(({ type }) => type === 'Upgradeable')?.message).toContain(`[${entry}]`);
  expectHealthUntouched(status, alsoWarns);
}

function expectWarned(status: HealthReportStatus, { check, fault, entry, says, alsoWarns }: Expected): void {
  expect(checkOf(status, check), tell(status)).toMatchObject({ result: 'warn', component: 'upgrade', fault });
  expect(checkOf(status, check).message).toMatch(says);
  expect(checkOf(status, check).citations?.[0]?.id).toBe(entry);
  expect(conditionOf(status, 'Upgradeable')).toMatch(/^True\//);
  expectHealthUntouched(status, alsoWarns);
}

/** Breaks, runs, looks, mends, and sees the way to an upgrade open again. */
async function during(broken: Promise<Undo>, look: (status: HealthReportStatus) => void): Promise<void> {
  await scene.during(broken, look);
  expectHealthy(await scene.status());
}

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const day = (at: Date): string => at.toISOString().slice(0, 10);

describe('a Split installation that is about to be upgraded', () => {
  beforeAll(async () => {
    scene = await startScene();
    const { databases } = scene.stack.report()['spec'] as { databases: object[] };
    // Two databases on one server, and pools that a surge would feel.
    const status = await scene.create('recognize', {
      databases: databases.map((database) => ({ ...database, poolSize: 12 })),
    });
    expectHealthy(status);
  });
  afterAll(() => scene.close());

  it('is asked every question, and every one that has an answer is good', async () => {
    const status = await scene.run();
    const upgrade = (status.checks ?? []).filter(({ component }) => component === 'upgrade');
    const questions = new Set(upgrade.map(({ id }) => id.slice(id.lastIndexOf('/') + 1)));
    expect([...questions].sort()).toEqual([
      'activity',
      'certificate',
      'credentials',
      'disruption-budget',
      'expiry',
      'headroom',
      'images',
      'migrations',
      'renamed-keys',
      'replication',
      'rollout',
    ]);
    // The stack's pod templates name no settings, so there is nothing to look for keys in.
    const open = upgrade.filter(({ result }) => result !== 'pass').map(({ id, fault }) => `${id} ${fault ?? ''}`);
    expect(open).toEqual([
      'upgrade/circuit-storage/renamed-keys NotAsked',
      'upgrade/core-daemon/renamed-keys NotAsked',
      'upgrade/operations-service/renamed-keys NotAsked',
    ]);
    expect(conditionOf(status, 'Upgradeable')).toBe('True/Upgradeable');
  });

  it('waits for a rollout that is within its bounds', () =>
    during(scene.stack.service('core-daemon').rollout(), (status) => {
      expectBlocked(status, {
        check: 'upgrade/core-daemon/rollout',
        fault: 'UpgradeRolloutUnfinished',
        entry: 'OPS-050',
        says: /1 of 3 replicas are updated/,
      });
      expect(checkOf(status, 'core-daemon/workload')).toMatchObject({ result: 'pass' });
      expect(checkOf(status, 'upgrade/core-daemon/images')).toMatchObject({ result: 'skip', fault: 'NotAsked' });
      expect(conditionOf(status, 'Upgradeable')).toBe('False/UpgradeRolloutUnfinished');
    }));

  it('does not go over a workload whose rollouts are paused', () =>
    during(scene.stack.service('auth-vault').pause(), (status) =>
      expectBlocked(status, {
        check: 'upgrade/auth-vault/rollout',
        fault: 'UpgradeRolloutUnfinished',
        entry: 'OPS-050',
        says: /paused/,
      }),
    ));

  it('is stopped by a pod that runs another image than its workload asks for', () =>
    during(scene.stack.service('core-daemon').imageSkew(), (status) =>
      expectBlocked(status, {
        check: 'upgrade/core-daemon/images',
        fault: 'UpgradeImageSkew',
        entry: 'OPS-051',
        says: /^1 of 3 pods runs core-daemon:1\.30\.0-hotfix, Deployment core-daemon asks for core-daemon:1\.30\.0$/,
      }),
    ));

  it('is warned of a tag that stands for two images', () =>
    during(scene.stack.service('core-daemon').moveTag(), (status) =>
      expectWarned(status, {
        check: 'upgrade/core-daemon/images',
        fault: 'UpgradeImageDigestsDiffer',
        entry: 'OPS-051',
        says: /3 pods run 2 different images/,
      }),
    ));

  it('is warned of a budget that allows no eviction: a drain would never end, a rolling update does not ask', () =>
    during(scene.stack.service('core-daemon').blockEvictions(), (status) =>
      expectWarned(status, {
        check: 'upgrade/core-daemon/disruption-budget',
        fault: 'UpgradeEvictionBlocked',
        entry: 'OPS-052',
        says: /PodDisruptionBudget core-daemon allows no eviction: 3 of 3 pods must stay/,
      }),
    ));

  describe('with settings of 1.2.5', () => {
    const check = 'upgrade/circuit-storage/renamed-keys';
    // No name of a bucket: what the service uses is another question.
    const planted = 'Planted value of a setting';
    const old = {
      BUCKET_NAME: planted,
      'application.yaml': `configMap:\n  springDatasource:\n    url: ${planted}\n`,
    };
    const configure = (configMap: Readonly<Record<string, string>>, variables = {}): Promise<Undo> =>
      scene.stack.service('circuit-storage').configure({ configMap, variables });

    it('is warned while nobody says where it goes', () =>
      during(configure(old), (status) => {
        expectWarned(status, {
          check,
          fault: 'UpgradeKeysOutdated',
          entry: 'OPS-053',
          says: /configMap\.springDatasource\.url → springDatasourceUrl, .*configMap\.bucket\.name → cloudAwsS3BucketName/,
        });
        expect(JSON.stringify(status)).not.toContain(planted);
      }));

    it.each([
      ['1.4.0', 'False/UpgradeKeysRenamed'],
      ['1.3.0', 'False/UpgradeKeysRenamed'],
      ['1.2.9', 'True/Upgradeable'],
    ])('is stopped on its way to %s, or not', async (targetVersion, upgradeable) => {
      const mend = await configure(old);
      await scene.edit({ upgrade: { targetVersion } });
      const status = await scene.run();
      expect(conditionOf(status, 'Upgradeable'), tell(status)).toBe(upgradeable);
      if (upgradeable.startsWith('False')) {
        expectBlocked(status, {
          check,
          fault: 'UpgradeKeysRenamed',
          entry: 'OPS-053',
          says: new RegExp(`^${targetVersion} does not read configMap\\.springDatasource\\.url → springDatasourceUrl`),
        });
      } else expect(checkOf(status, check)).toMatchObject({ result: 'pass' });
      await mend();
      await scene.edit({ upgrade: { targetVersion: null } });
      expectHealthy(await scene.run());
    });

    it('says that it does not know a release, and holds nothing up for it', async () => {
      await scene.edit({ upgrade: { targetVersion: '9.9.9' } });
      const status = await scene.run();
      expect(checkOf(status, 'upgrade/release'), tell(status)).toMatchObject({
        result: 'skip',
        fault: 'UpgradeReleaseUnknown',
        message: expect.stringContaining('9.9.9 is not known here') as string,
      });
      expect(conditionOf(status, 'Upgradeable')).toBe('True/Upgradeable');
      await scene.edit({ upgrade: { targetVersion: null } });
      const after = await scene.run();
      expect(after.checks?.some(({ id }) => id === 'upgrade/release')).toBe(false);
      expectHealthy(after);
    });

    it('passes once the new names stand beside the old ones', () =>
      during(configure({ ...old, CLOUD_AWS_S3_BUCKET_NAME: planted, springDatasourceUrl: planted }), (status) =>
        expect(checkOf(status, check), tell(status)).toMatchObject({ result: 'pass' }),
      ));

    it('is told nothing by a variable that is spelled the same before and after', () =>
      during(configure({}, { SPRING_DATASOURCE_URL: planted }), (status) =>
        expect(checkOf(status, check), tell(status)).toMatchObject({ result: 'skip', fault: 'UpgradeKeysUndecided' }),
      ));

    it('asks for no ConfigMap but those that the pod templates name, and lists none', () => {
      const { server } = scene.stack;
      // A real API server keeps no record for us; it grants `get` alone, and a list would have failed the stories.
      if (server === undefined) return;
      const asked = server.requests.filter(
        ({ resource, user }) => resource === 'configmaps' && user.startsWith('system:serviceaccount:recognize-health:'),
      );
      expect(asked.length).toBeGreaterThan(0);
      expect(new Set(asked.map(({ verb, name }) => `${verb} ${name}`))).toEqual(
        new Set(['get circuit-storage-2-config']),
      );
    });
  });

  it('waits for a migration that is under way', () =>
    during(scene.stack.databaseNamed('node-persistence').migrate(), (status) => {
      expectBlocked(status, {
        check: 'upgrade/database/node-persistence/migrations',
        fault: 'UpgradeMigrationRunning',
        entry: 'OPS-054',
        says: /Flyway's lock/,
      });
      expect(checkOf(status, 'upgrade/database/circuit-storage/migrations')).toMatchObject({ result: 'pass' });
    }));

  it('is stopped by a migration that failed, which is a failure of the database and told once', () =>
    during(scene.stack.databaseNamed('node-persistence').failMigration(), (status) => {
      expect(conditionOf(status, 'Upgradeable'), tell(status)).toBe('False/DatabaseMigrationFailed');
      expect(conditionOf(status, 'Healthy')).toBe('False/DatabaseMigrationFailed');
      expect(checkOf(status, 'upgrade/database/node-persistence/migrations')).toMatchObject({ result: 'pass' });
    }));

  it('is stopped when a surge finds too few connections, in the form of the guide', () =>
    during(scene.stack.database.fillSlots(20), (status) =>
      expectBlocked(status, {
        check: 'upgrade/database/node-persistence/headroom',
        fault: 'UpgradeHeadroomMissing',
        entry: 'REC-SC-003',
        says: /^\d+ in use, a rolling update adds 12 \(connections\) \* 1 \(surge pods\) \* 2 \(services\) = 24: above the 57 usable/,
      }),
    ));

  it('waits for sessions that have waited for a lock for half a minute', async () => {
    const check = 'upgrade/database/node-persistence/activity';
    const mend = await scene.stack.databaseNamed('node-persistence').holdLock();
    try {
      let status = await scene.run();
      for (let look = 1; look < 60 && checkOf(status, check).result !== 'fail'; look++) {
        await sleep(1500);
        status = await scene.run();
      }
      expectBlocked(status, {
        check,
        fault: 'UpgradeTransactionOpen',
        entry: 'OPS-030',
        says: /1 sessions wait for a lock, the longest for \d+s/,
        alsoWarns: 'database/node-persistence/activity',
      });
      expect(checkOf(status, 'database/node-persistence/activity').fault).toBe('DatabaseLocksWaiting');
    } finally {
      await mend();
    }
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  it('waits for a standby that is 256 MiB behind', () =>
    during(scene.stack.databaseNamed('node-persistence').lag(), (status) =>
      expectBlocked(status, {
        check: 'upgrade/database/node-persistence/replication',
        fault: 'UpgradeStandbyBehind',
        entry: 'OPS-031',
        says: /of 1 standbys the farthest is .* MiB behind/,
        alsoWarns: 'database/node-persistence/replication',
      }),
    ));

  it.each([
    ['ends within a day', 0.5, 'UpgradePasswordEnding'],
    ['ends within thirty', 10, 'DatabasePasswordExpiring'],
  ])('looks at a password that %s', (_what, days, fault) => {
    const end = inDays(days);
    return during(scene.stack.databaseNamed('node-persistence').endPasswords(end), (status) =>
      (days < 1 ? expectBlocked : expectWarned)(status, {
        check: 'upgrade/database/node-persistence/credentials',
        fault,
        entry: 'OPS-034',
        says: new RegExp(`the password of role node_persistence ends on ${day(end)}`),
        alsoWarns: 'database/node-persistence/credentials',
      }),
    );
  });

  it.each([
    ['ends within a day', 0.5, 'UpgradeKeyMaterialEnding'],
    ['ends within thirty', 10, 'KmsMaterialExpiring'],
  ])('looks at key material that %s', (_what, days, fault) => {
    const end = inDays(days);
    return during(scene.stack.key.endMaterial(end), (status) =>
      (days < 1 ? expectBlocked : expectWarned)(status, {
        check: 'upgrade/key-management/jwt-signing/expiry',
        fault,
        entry: 'OPS-037',
        says: new RegExp(day(end)),
        alsoWarns: 'key-management/jwt-signing/expiry',
      }),
    );
  });

  it.each([
    ['ends within a day', 0.5, 'UpgradeCertificateEnding'],
    ['ends within thirty', 10, 'DatabaseCertificateExpiring'],
  ])('looks at the certificate of a database server that %s', (_what, days, fault) => {
    const end = inDays(days);
    return during(scene.stack.databaseNamed('node-persistence').endCertificates(end), (status) =>
      (days < 1 ? expectBlocked : expectWarned)(status, {
        check: 'upgrade/database/node-persistence/certificate',
        fault,
        entry: 'OPS-001',
        says: new RegExp(`the certificate of the server ends on ${day(end)}`),
        alsoWarns: 'database/node-persistence/certificate',
      }),
    );
  });

  it.each([
    ['ends within a day', 0.5, 'UpgradeCertificateEnding', 'UpgradeCertificateEnding'],
    ['ends within thirty', 10, 'BucketCertificateExpiring', 'KmsCertificateExpiring'],
  ])('looks at the certificate of S3 and KMS that %s', (_what, days, ofBucket, ofKey) => {
    const end = inDays(days);
    return during(scene.stack.bucket.endCertificate(end), (status) => {
      for (const [target, fault] of [
        ['object-storage/circuits', ofBucket],
        ['key-management/jwt-signing', ofKey],
      ] as const)
        (days < 1 ? expectBlocked : expectWarned)(status, {
          check: `upgrade/${target}/certificate`,
          fault,
          entry: 'OPS-001',
          says: new RegExp(`the certificate of 127.0.0.1:[0-9]+ ends on ${day(end)}`),
          alsoWarns: `${target}/certificate`,
        });
    });
  });

  it('looks at the certificate of a database server also where nothing verifies it', async () => {
    const { databases } = scene.stack.report()['spec'] as { databases: { tls?: object }[] };
    await scene.edit({ databases: databases.map(({ tls: _tls, ...database }) => database) });
    await during(scene.stack.databaseNamed('node-persistence').endCertificates(inDays(0.5)), (status) =>
      expectBlocked(status, {
        check: 'upgrade/database/node-persistence/certificate',
        fault: 'UpgradeCertificateEnding',
        entry: 'OPS-001',
        says: /the certificate of the server ends on .*; not verified here, but by services that verify/,
        alsoWarns: 'database/node-persistence/certificate',
      }),
    );
    await scene.edit({ databases });
    expectHealthy(await scene.run());
  });

  it.each([
    ['expires-tomorrow', 'UpgradeCertificateEnding'],
    ['expires-soon', 'ServiceCertificateExpiring'],
  ] as const)('looks at a certificate that %s', async (choice, fault) => {
    const { recognize, authority } = scene.stack;
    await recognize.setTls('auth-vault', choice, authority);
    const url = recognize.url('auth-vault').replace('http:', 'https:');
    await scene.edit({
      services: [{ name: 'auth-vault', url, tls: { caSecretRef: { name: 'stack-ca', key: 'ca.crt' } } }],
    });
    const status = await scene.run();
    (choice === 'expires-tomorrow' ? expectBlocked : expectWarned)(status, {
      check: 'upgrade/auth-vault/certificate',
      fault,
      entry: 'OPS-001',
      says: /the certificate of .* ends on \d{4}-\d{2}-\d{2}/,
      alsoWarns: 'auth-vault/certificate',
    });
    await recognize.setTls('auth-vault', undefined, authority);
    await scene.edit({ services: null });
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  describeDiscretion(() => scene);
});

describe('an operator whose Role is older than the upgrade questions', () => {
  let narrow: Scene;
  const ROLE = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'recognize-health' },
  };
  // Other stacks use the Roles of a shared cluster too.
  beforeAll(async () => {
    narrow = await startScene({ cluster: 'switched' });
    await narrow.stack.service('circuit-storage').configure({ configMap: { SETTING: 'x' } });
  });
  afterAll(() => narrow.close());

  it.each([
    ['configmaps', 'upgrade/circuit-storage/renamed-keys', /get configmaps circuit-storage-2-config/],
    ['poddisruptionbudgets', 'upgrade/core-daemon/disruption-budget', /list poddisruptionbudgets/],
  ])('is told of %s: Upgradeable is Unknown, and health as it was', async (resource, check, says) => {
    const { admin } = narrow.stack;
    const role = (await admin.get(ROLE)) as unknown as { rules: { resources: string[] }[] };
    const rules = role.rules
      .map((rule) => ({ ...rule, resources: rule.resources.filter((name) => name !== resource) }))
      .filter(({ resources }) => resources.length > 0);
    await admin.patch(ROLE, { rules });
    await rightsAreHeard(admin);
    await narrow.create(`without-${resource}`);
    // By request: a watch that began with the right goes on without it, and what it tells is still true.
    const status = await narrow.run(`without-${resource}`);
    expect(checkOf(status, check), tell(status)).toMatchObject({ result: 'error', fault: 'CheckerNotAuthorized' });
    expect(checkOf(status, check).message).toMatch(says);
    expect(checkOf(status, check).citations?.[0]?.id).toBe('OPS-014');
    expect(conditionOf(status, 'Upgradeable')).toBe('Unknown/CheckerNotAuthorized');
    expect(conditionOf(status, 'Healthy')).toBe('True/Healthy');
    expect(conditionOf(status, 'Ready')).toBe('True/PartlyExamined');
    await admin.patch(ROLE, { rules: role.rules });
    await rightsAreHeard(admin);
    expectHealthy(await narrow.run(`without-${resource}`));
  });
});
