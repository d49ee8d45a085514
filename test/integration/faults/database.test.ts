// What happens to a report when something happens to its databases.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDiscretion } from './discretion.ts';
import { expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

let scene: Scene;

describe('a Split installation with a PostgreSQL server for each database', () => {
  beforeAll(async () => {
    scene = await startScene({ databaseServers: 'each' });
    expectHealthy(await scene.create());
  });
  afterAll(() => scene.close());

  const connect = 'database/node-persistence/connect';
  const cause = { check: connect, entry: 'REC-NP-002', condition: 'DatabaseHealthy' };
  const symptoms = ['node-persistence/health'];

  it('names a stopped server, cites REC-NP-002 and explains the service that needs it', () =>
    scene.during(scene.stack.databaseNamed('node-persistence').stop(), (status) => {
      expectRootCause(status, { ...cause, fault: 'DatabaseUnreachable', affects: symptoms });
      expect(status.rootCause).toBe('DatabaseUnreachable (node-persistence)');
    }));

  it('does not blame the stopped database for a service that uses another one', () =>
    scene.during(scene.stack.databaseNamed('circuit-storage').stop(), (status) => {
      expectRootCause(status, {
        ...cause,
        check: 'database/circuit-storage/connect',
        fault: 'DatabaseUnreachable',
        affects: ['circuit-storage/health'],
      });
      expect(checkOf(status, 'node-persistence/health').result).toBe('pass');
      expect(conditionOf(status, 'NodePersistenceHealthy')).toBe('True/Healthy');
    }));

  it('names a server that accepts and never answers', async () => {
    await scene.edit({ timeout: '4s' });
    await scene.during(scene.stack.databaseNamed('node-persistence').freeze(), (status) =>
      expectRootCause(status, { ...cause, fault: 'DatabaseTimeout', affects: symptoms }),
    );
    await scene.edit({ timeout: '10s' });
  });

  it('names a refused password in the second run: Secrets rotate', () =>
    scene.during(
      scene.stack.databaseNamed('node-persistence').wrongPassword(),
      (status) => expectRootCause(status, { ...cause, fault: 'DatabaseAuthenticationFailed', affects: symptoms }),
      2,
    ));

  it('names a database that takes no writes', () =>
    scene.during(scene.stack.databaseNamed('node-persistence').readOnly(), (status) => {
      expectRootCause(status, { ...cause, check: 'database/node-persistence/writable', fault: 'DatabaseReadOnly' });
    }));

  it('names a server whose connection slots are all taken', () =>
    scene.during(scene.stack.databaseNamed('node-persistence').fillSlots(), (status) =>
      expectRootCause(status, { ...cause, fault: 'DatabaseSlotsExhausted', affects: symptoms }),
    ));

  it('has two root causes when two servers are down, and each explains its own service', () =>
    scene.during(scene.stack.database.stop(), (status) => {
      expect(
        // A pool is among them from the moment when its gauges show it.
        status.rootCauses?.map(({ check, affects = [] }) => [check, affects.filter((id) => !id.endsWith('/pool'))]),
        tell(status),
      ).toEqual([
        ['database/circuit-storage/connect', ['circuit-storage/health']],
        ['database/node-persistence/connect', ['node-persistence/health']],
      ]);
      expect(status.rootCause).toBe('DatabaseUnreachable (circuit-storage) +1');
    }));

  describeDiscretion(() => scene);
});

describe('a Consolidated installation with one PostgreSQL server', () => {
  let consolidated: Scene;
  beforeAll(async () => {
    consolidated = await startScene({ topology: 'Consolidated' });
    const status = await consolidated.create();
    expectHealthy(status);
    expect(status.topology).toBe('Consolidated');
  });
  afterAll(() => consolidated.close());

  it('has one root cause for one server, whatever the number of databases and services on it', () =>
    consolidated.during(consolidated.stack.database.stop(), (status) => {
      expectRootCause(status, {
        check: 'database/admin-dashboard/connect',
        fault: 'DatabaseUnreachable',
        entry: 'REC-NP-002',
        condition: 'DatabaseHealthy',
        affects: [
          'core-daemon/health',
          'core-daemon/pool',
          'database/circuit-storage/connect',
          'database/metrics-collector/connect',
          'database/node-persistence/connect',
          'metrics-collector/health',
          'metrics-collector/pool',
        ],
      });
      // Explained, and still told of where somebody looks for it.
      expect(conditionOf(status, 'CoreDaemonHealthy')).toBe('False/HealthDatabaseDown');
    }));

  describeDiscretion(() => consolidated);
});
