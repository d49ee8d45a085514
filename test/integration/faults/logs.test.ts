// What a report says of the log lines that the guide knows, through the operator and the kubelet's endpoint.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import type { Trouble } from '../../stack/recognize/trouble-log.ts';
import { UP_SINCE_MS } from '../../stack/recognize/service.ts';
import { rightsAreHeard } from '../../stack/rights-heard.ts';
import type { TopologyName } from '../../stack/recognize/topology.ts';
import { describeDiscretion } from './discretion.ts';
import { expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

/** A service's line, the fault that it shows and the entry that is cited. */
const ROWS: readonly (readonly [Service, Trouble, string, string])[] = [
  ['core-daemon', 'internal-service-error', 'InternalServiceError', 'REC-CD-001'],
  ['core-daemon', 'connection-error', 'InternalConnectionError', 'REC-CD-002'],
  ['core-daemon', 'unknown-host', 'InternalConnectionError', 'REC-CD-002'],
  ['core-daemon', 'bad-date', 'RequestBodyUnparsable', 'REC-CD-003'],
  ['core-daemon', 'client-gone', 'ClientConnectionClosed', 'REC-CD-004'],
  ['node-persistence', 'pool-initialization', 'PoolInitializationFailed', 'REC-NP-002'],
  ['node-persistence', 'connection-not-available', 'PoolUsedUp', 'REC-NP-002'],
  ['circuit-storage', 'batch-duplicate-key', 'SqlBatchFailed', 'REC-CS-001'],
  ['circuit-storage', 's3-persist-failed', 'CircuitPersistFailed', 'REC-CS-002'],
  ['circuit-storage', 'delete-failed', 'CircuitDeleteFailed', 'REC-CS-003'],
  ['auth-vault', 'node-persistence-status', 'NodePersistenceServerError', 'REC-AV-001'],
  ['auth-vault', 'node-persistence-exception', 'NodePersistenceConnectionError', 'REC-AV-002'],
  ['auth-vault', 'jwt-sign-failed', 'TokenSignFailed', 'REC-AV-003'],
];

/** A log with nothing in it but its start, as its pod's objects say. */
function quieten(scene: Scene): void {
  for (const running of scene.stack.recognize.services) running.restart({ at: new Date(Date.now() - UP_SINCE_MS) });
}

describe.each<TopologyName>(['Split', 'Consolidated'])('in a %s installation', (topology) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene({ topology });
    expectHealthy(await scene.create());
  });
  afterAll(() => scene.close());
  const writer = (service: Service): Service => (topology === 'Consolidated' ? 'core-daemon' : service);

  it.each(ROWS)('a line of %s, %s, is a warning: %s of %s, proved by the log', async (service, line, fault, entry) => {
    scene.stack.service(writer(service)).running.log(line);
    const status = await scene.run();
    quieten(scene);
    const check = checkOf(status, `${writer(service)}/logs`);
    expect(check, tell(status)).toMatchObject({ result: 'warn', fault, citations: [{ id: entry, basis: 'Log' }] });
    // Nobody opens a connection to a part of oneself: whoever is called so must be somewhere, and was not found.
    const isCalled = topology === 'Consolidated' && (line === 'connection-error' || line === 'unknown-host');
    expect(conditionOf(status, 'Healthy')).toBe(isCalled ? 'Unknown/ServiceNotFound' : 'True/PassingWithWarnings');
    expect(conditionOf(status, 'AlertsQuiet')).toBe('True/Healthy');
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  it('more errors than the threshold ring the alert, those of all pods together, and it is quiet again after them', async () => {
    const { running } = scene.stack.service('core-daemon');
    for (let i = 0; i < 21; i++) {
      const time = new Date().toISOString();
      running.writeLog(`${time} ERROR 1 --- [main] com.example.Work : Something broke`, { replica: (i % 3) + 1 });
    }
    const status = await scene.run();
    quieten(scene);
    expect(checkOf(status, 'alerts/core-daemon/error-rate'), tell(status)).toMatchObject({
      fault: 'ErrorRateHigh',
      citations: [{ id: 'REC-AL-001' }],
    });
    expect(conditionOf(status, 'AlertsQuiet')).toBe('False/ErrorRateHigh');
    expect(conditionOf(status, 'Healthy')).toBe('True/PassingWithWarnings');
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  it('counts errors in GELF, which has a number for a level', async () => {
    const { running } = scene.stack.service('core-daemon');
    for (let i = 0; i < 21; i++) {
      const timestamp = Date.now() / 1000;
      running.writeLog(JSON.stringify({ version: '1.1', host: 'x', short_message: 'Broke', timestamp, level: 3 }));
    }
    const status = await scene.run();
    quieten(scene);
    expect(checkOf(status, 'alerts/core-daemon/error-rate'), tell(status)).toMatchObject({ fault: 'ErrorRateHigh' });
    expect(conditionOf(status, 'AlertsQuiet')).toBe('False/ErrorRateHigh');
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  it('a stopped PostgreSQL is the one root cause, proved by the log of a service that lost it', async () => {
    const mend = await scene.stack.database.stop();
    await scene.stack.recognize.exercise();
    const status = await scene.runUntil(({ verdict }) => verdict === 'Failing');
    await mend();
    quieten(scene);
    const [cause, ...others] = status.rootCauses ?? [];
    expect(others, tell(status)).toEqual([]);
    expect(cause).toMatchObject({ fault: 'DatabaseUnreachable' });
    expectRootCause(status, {
      check: cause!.check,
      fault: 'DatabaseUnreachable',
      entry: 'REC-NP-002',
      condition: 'DatabaseHealthy',
    });
    const proved = (status.checks ?? []).filter(
      ({ id, citations }) => id.startsWith('database/') && citations?.[0]?.basis === 'Log',
    );
    expect(proved.length, tell(status)).toBeGreaterThan(0);
    const lines = (status.checks ?? []).filter(({ id, result }) => id.endsWith('/logs') && result === 'warn');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter(({ suppressedBy }) => suppressedBy === undefined)).toEqual([]);
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy', 10));
  });

  it('a refused key is proved by the line of the token that could not be signed', async () => {
    const mend = await scene.stack.key.deny();
    await scene.stack.recognize.exercise();
    const status = await scene.run();
    await mend();
    quieten(scene);
    const proved = (status.checks ?? []).filter(({ fault }) => fault === 'KmsAccessDenied');
    expect(
      proved.map(({ citations }) => citations),
      tell(status),
    ).toContainEqual([{ id: 'REC-AV-003', basis: 'Log' }]);
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy', 10));
  });

  describeDiscretion(() => scene);

  it('an invalid signature fails at once, and stays when its line has gone and the operator was restarted', async () => {
    const alert = `alerts/${writer('auth-vault')}/signature`;
    scene.stack.service(writer('auth-vault')).running.log('signature-invalid');
    const status = await scene.run();
    expect(checkOf(status, alert), tell(status)).toMatchObject({
      state: 'fail',
      fault: 'SignatureInvalid',
      severity: 'critical',
      citations: [{ id: 'REC-AL-003', basis: 'Log' }],
    });
    expect(conditionOf(status, 'AlertsQuiet')).toBe('False/SignatureInvalid');
    await scene.stopOperator();
    quieten(scene);
    await scene.startOperator();
    expect(checkOf(await scene.run(), alert)).toMatchObject({
      result: 'pass',
      state: 'fail',
      fault: 'SignatureInvalid',
    });
  });

  it('logs that the spec does not want are not asked for', async () => {
    await scene.edit({ logs: { enabled: false } });
    const status = await scene.run();
    expect(status.checks?.filter(({ id }) => /\/(logs|start)$/.test(id))).toEqual([]);
  });
});

describe('without the right to logs', () => {
  let scene: Scene;
  // A ClusterRole is everybody's: on a server that other files share, their operators would lose it as well.
  beforeAll(async () => {
    scene = await startScene({ cluster: 'switched' });
  });
  afterAll(() => scene.close());

  it('logs that may not be read leave AlertsQuiet Unknown and everything else as it is', async () => {
    expect(await deniedLogs(scene)).toBeGreaterThan(0);
    const status = await scene.create();
    expect(checkOf(status, 'core-daemon/logs'), tell(status)).toMatchObject({
      result: 'skip',
      fault: 'LogsNotReadable',
    });
    expect(checkOf(status, 'alerts/core-daemon/error-rate').result).toBe('skip');
    expect(checkOf(status, 'core-daemon/health').result).toBe('pass');
    expect(conditionOf(status, 'AlertsQuiet')).toBe('Unknown/NotExamined');
    expect(conditionOf(status, 'Healthy')).toBe('True/Healthy');
  });
});

/** Takes pods/log from every ClusterRole and Role of the operator; how many rules it took it from. */
async function deniedLogs({ stack }: Scene): Promise<number> {
  let taken = 0;
  for (const kind of ['ClusterRole', 'Role']) {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const namespaced = kind === 'Role' ? { namespace: stack.namespace } : {};
    for (const role of await stack.admin.list({ apiVersion, kind, ...namespaced })) {
      const rules = (role['rules'] ?? []) as { resources?: string[] }[];
      if (!rules.some(({ resources }) => resources?.includes('pods/log'))) continue;
      taken += 1;
      const without = rules.map((rule) => ({
        ...rule,
        resources: (rule.resources ?? []).filter((one) => one !== 'pods/log'),
      }));
      await stack.admin.patch(
        { apiVersion, kind, metadata: role.metadata },
        { rules: without.filter(({ resources }) => resources.length > 0) },
      );
    }
  }
  await rightsAreHeard(stack.admin);
  return taken;
}
