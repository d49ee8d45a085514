// What happens to a report when something happens to a service: its process, its answers, its workload.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import type { Conduct } from '../../stack/recognize/conduct.ts';
import { describeDiscretion } from './discretion.ts';
import { expectError, expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

let scene: Scene;

describe('a Split installation with three pods of core-daemon', () => {
  beforeAll(async () => {
    scene = await startScene();
    expectHealthy(await scene.create('recognize'));
  });
  afterAll(() => scene.close());

  const health = (component: Service, condition: string) => ({ check: `${component}/health`, condition });
  const workload = (component: Service, condition: string) => ({ check: `${component}/workload`, condition });

  it('names a service that refuses connections', () =>
    scene.during(scene.stack.service('operations-service').down(), (status) =>
      expectRootCause(status, {
        ...health('operations-service', 'OperationsServiceHealthy'),
        fault: 'ServiceRefused',
        entry: 'REC-CD-002',
      }),
    ));

  it('names a service that says DOWN with 503 and a body', () =>
    scene.during(scene.stack.service('auth-vault').status503(), (status) =>
      expectRootCause(status, {
        ...health('auth-vault', 'AuthVaultHealthy'),
        fault: 'HealthDown',
        entry: 'REC-CD-001',
      }),
    ));

  it('names an enrollment agent that answers 500', () =>
    scene.during(scene.stack.service('enrollment-agent').status503(), (status) =>
      expectRootCause(status, {
        ...health('enrollment-agent', 'EnrollmentAgentHealthy'),
        fault: 'AgentServerError',
        entry: 'REC-EA-500',
      }),
    ));

  it('names a service that takes the request and never answers', () =>
    scene.during(scene.stack.service('circuit-storage').hang(), (status) =>
      expectRootCause(status, {
        ...health('circuit-storage', 'CircuitStorageHealthy'),
        fault: 'ServiceTimeout',
        entry: 'REC-CD-002',
      }),
    ));

  it('says how many pods are bad when it is one of three', () =>
    scene.during(scene.stack.service('core-daemon').onePodBad(), (status) => {
      expectRootCause(status, {
        ...health('core-daemon', 'CoreDaemonHealthy'),
        fault: 'HealthDown',
        entry: 'OPS-060',
      });
      expect(checkOf(status, 'core-daemon/health').message).toContain('1 of 3 pods');
    }));

  it('names node-persistence in a crash loop, with the entry for its failed start', () =>
    scene.during(scene.stack.service('node-persistence').crashLoop(), (status) =>
      expectRootCause(status, {
        ...workload('node-persistence', 'NodePersistenceHealthy'),
        fault: 'CrashLooping',
        entry: 'REC-NP-001',
      }),
    ));

  it('names another service in a crash loop, with the entry of the start alert', () =>
    scene.during(scene.stack.service('auth-vault').crashLoop(), (status) =>
      expectRootCause(status, {
        ...workload('auth-vault', 'AuthVaultHealthy'),
        fault: 'CrashLooping',
        entry: 'REC-AL-002',
      }),
    ));

  it('names a service that was scaled to zero', () =>
    scene.during(scene.stack.service('circuit-storage').scaleToZero(), (status) =>
      expectRootCause(status, {
        ...workload('circuit-storage', 'CircuitStorageHealthy'),
        fault: 'ScaledToZero',
        entry: 'OPS-003',
      }),
    ));

  it('names a service that was deleted: gone is not absent', () =>
    scene.during(scene.stack.service('enrollment-agent').delete(), (status) =>
      expectRootCause(status, {
        ...workload('enrollment-agent', 'EnrollmentAgentHealthy'),
        fault: 'ServiceMissing',
        entry: 'OPS-002',
      }),
    ));

  it('passes a rolling update within its bounds, with a note', () =>
    scene.during(scene.stack.service('core-daemon').rollout(), (status) => {
      expect(status.rootCauses ?? [], tell(status)).toEqual([]);
      expect(checkOf(status, 'core-daemon/workload')).toMatchObject({ result: 'pass', state: 'pass' });
      expect(checkOf(status, 'core-daemon/workload').message).toMatch(/roll/i);
      expect(conditionOf(status, 'CoreDaemonHealthy')).toMatch(/^True\//);
    }));

  const strange: [string, Conduct, string][] = [
    ['JSON that stops in the middle', { kind: 'broken-json' }, 'HealthBodyInvalid'],
    ['200 MB', { kind: 'huge' }, 'HealthBodyTooLarge'],
    ['a body that never ends', { kind: 'endless' }, 'HealthBodyTooLarge'],
    ['a status word that nobody knows', { kind: 'unknown-status' }, 'HealthStatusUnrecognized'],
  ];
  it.each(strange)('takes %s neither for good nor for bad', (_what, conduct, fault) =>
    scene.during(scene.stack.service('operations-service').answer(conduct), (status) =>
      expectError(status, { ...health('operations-service', 'OperationsServiceHealthy'), fault, entry: 'OPS-008' }),
    ),
  );

  const guesses: [string, Conduct][] = [
    ['a 404', { kind: 'status', status: 404 }],
    ['a page of HTML', { kind: 'html' }],
  ];
  const pages: [string, Conduct][] = [
    ['a redirect to a page to log in', { kind: 'redirect', location: '/login' }],
    [
      'a 400 in HTML',
      { kind: 'status', status: 400, contentType: 'text/html', body: '<!doctype html><title>HTTP Status 400</title>' },
    ],
  ];
  it.each([...guesses, ...pages])('does not hold %s on a path that we guessed against the service', (_what, conduct) =>
    scene.during(scene.stack.service('operations-service').answer(conduct), (status) => {
      expect(status.rootCauses ?? [], tell(status)).toEqual([]);
      expect(checkOf(status, 'operations-service/health')).toMatchObject({
        result: 'skip',
        fault: 'HealthNotReadable',
      });
      expect(conditionOf(status, 'OperationsServiceHealthy')).toMatch(/^True\//);
    }),
  );

  it.each(guesses)('holds %s on a path that the spec names against it', async (_what, conduct) => {
    const mend = await scene.stack.service('operations-service').answer(conduct);
    await scene.edit({ services: [{ name: 'operations-service', healthPath: '/actuator/health' }] });
    expectRootCause(await scene.run(), {
      ...health('operations-service', 'OperationsServiceHealthy'),
      fault: 'HealthPathMissing',
      entry: 'OPS-008',
    });
    await mend();
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
    await scene.edit({ services: null });
  });

  it('names a certificate that is for another name', async () => {
    const { recognize, authority } = scene.stack;
    await recognize.setTls('auth-vault', 'wrong-name', authority);
    const url = recognize.url('auth-vault').replace('http:', 'https:');
    const tls = { caSecretRef: { name: 'stack-ca', key: 'ca.crt' } };
    await scene.edit({ services: [{ name: 'auth-vault', url, tls }] });
    expectRootCause(await scene.run(), {
      ...health('auth-vault', 'AuthVaultHealthy'),
      fault: 'ServiceTlsFailed',
      entry: 'OPS-001',
    });
    await recognize.setTls('auth-vault', 'own', authority);
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
    await recognize.setTls('auth-vault', undefined, authority);
    await scene.edit({ services: null });
    expectHealthy(await scene.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  describeDiscretion(() => scene);
});
