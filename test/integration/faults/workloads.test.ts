// What happens to a report when the pods of a service cannot run: each cause by its name, and no alarm where none is due.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { UP_SINCE_MS } from '../../stack/recognize/service.ts';
import type { WorkloadTrouble } from '../../stack/recognize/workload-trouble.ts';
import type { Stack } from '../../stack/stack.ts';
import { undo, type Undo } from '../../stack/switches/undo.ts';
import { expectError, expectHealthy, expectRootCause } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

let scene: Scene;

describe('the workloads of a Split installation', () => {
  beforeAll(async () => {
    scene = await startScene();
    expectHealthy(await scene.create());
  });
  afterAll(() => scene.close());

  const trouble = (service: Service, kind: WorkloadTrouble): Promise<Undo> =>
    scene.stack.service(service).trouble(kind);
  const together = async (...switches: readonly Promise<Undo>[]): Promise<Undo> => {
    const undos = await Promise.all(switches);
    return undo(() => Promise.all(undos.map((mend) => mend())));
  };
  const vault = { check: 'auth-vault/workload', condition: 'AuthVaultHealthy' };

  it.each<[string, WorkloadTrouble, string, string, string]>([
    ['a missing Secret', { kind: 'MissingSecret' }, 'ConfigurationMissing', 'OPS-082', 'Secret node-persistence-db'],
    ['a volume that is not mounted', { kind: 'UnmountedVolume' }, 'VolumeMountFailed', 'OPS-084', 'volume data'],
    ['a readiness gate', { kind: 'Gated' }, 'ReadinessGateUnmet', 'OPS-085', 'target-health.elbv2.k8s.aws/recognize'],
    ['a quota that is used up', { kind: 'QuotaExceeded' }, 'QuotaExceeded', 'OPS-086', 'ResourceQuota compute'],
    [
      'restarts of a pod that is ready',
      { kind: 'Restarting' },
      'ContainerRestarting',
      'OPS-090',
      'by its liveness probe',
    ],
  ])('names %s', (_, kind, fault, entry, words) =>
    scene.during(trouble('auth-vault', kind), (status) => {
      expectRootCause(status, { ...vault, fault, entry });
      expect(checkOf(status, vault.check).message).toContain(words);
    }),
  );

  it('counts restarts over its runs, and sees a loop in a pod that is hours old', () =>
    scene.during(trouble('auth-vault', { kind: 'Restarting', restarts: 1 }), async (status) => {
      expect(checkOf(status, vault.check)).toMatchObject({ result: 'warn', fault: 'ContainerRestarted' });
      // A third one would be a loop on a real API server, where a pod is as old as the test; its own boundary is held in memory.
      await trouble('auth-vault', { kind: 'Restarting', restarts: 2 });
      expect(checkOf(await scene.run(), vault.check).fault).toBe('ContainerRestarted');
      await trouble('auth-vault', { kind: 'Restarting', restarts: 4 });
      expectRootCause(await scene.run(), { ...vault, fault: 'ContainerRestarting', entry: 'OPS-090' });
    }));

  /** Writes into the log of the first pod, so many seconds ago each; what was written is gone when it is undone. */
  const written = (service: Service, records: readonly (readonly [ago: number, text: string])[]): Promise<Undo> => {
    const { running } = scene.stack.service(service);
    for (const [ago, text] of records) {
      const at = new Date(Date.now() - ago * 1000);
      running.writeLog(`${at.toISOString()} ERROR 1 --- [main] k.s.Work : ${text}`, { at });
    }
    const mend = (): Promise<void> => {
      running.restart({ at: new Date(Date.now() - UP_SINCE_MS) });
      return Promise.resolve();
    };
    return Promise.resolve(undo(mend));
  };

  it('names a service that does not get at another one for minutes, though that one answers us', () => {
    const lost =
      'boom\norg.springframework.web.client.ResourceAccessException: I/O error on POST request for "http://auth-vault:8080/v1": Connect timed out';
    const records = [150, 80, 20].map((ago) => [ago, lost] as const);
    return scene.during(written('core-daemon', records), (status) =>
      expectRootCause(status, {
        check: 'core-daemon/logs',
        fault: 'CallsToServiceFail',
        entry: 'REC-CD-002',
        condition: 'CoreDaemonHealthy',
      }),
    );
  });

  it("reads Spring Boot's report of a start that failed, of several lines and below its banner", () => {
    const banner = ' :: Spring Boot ::                (v3.5.6)';
    const stars = '*'.repeat(27);
    const report = `\n\n${stars}\nAPPLICATION FAILED TO START\n${stars}\n\nDescription:\n\nFailed to configure a DataSource: 'url' attribute is not specified\n\nAction:\n\nConsider the following`;
    return scene.during(
      written('node-persistence', [
        [40, `starting\n${banner}`],
        [30, report],
      ]),
      (status) => {
        const check = checkOf(status, 'node-persistence/logs');
        expect(check, tell(status)).toMatchObject({ result: 'warn', fault: 'ApplicationRunFailed' });
        expect(check.message).toContain('Failed to configure a DataSource');
      },
    );
  });

  it('names a lost node once, whatever runs on it, and advises no rollback', () =>
    scene.during(
      together(
        ...(['core-daemon', 'auth-vault', 'circuit-storage', 'operations-service'] as const).map((service) =>
          trouble(service, { kind: 'NodeLost' }),
        ),
      ),
      (status) => {
        const causes = status.rootCauses ?? [];
        expect(
          causes.map(({ fault }) => fault),
          tell(status),
        ).toEqual(['NodeNotReady']);
        expect(causes[0]?.affects).toEqual(
          expect.arrayContaining(['core-daemon/workload', 'operations-service/workload']),
        );
        const [citation] = checkOf(status, causes[0]!.check).citations ?? [];
        expect(citation).toMatchObject({ id: 'OPS-081' });
        expect(JSON.stringify(citation)).not.toContain('rollout undo');
      },
    ));

  it('expects a service to which a ConfigMap of another one leads', () =>
    scene.during(
      trouble('core-daemon', {
        kind: 'Configured',
        configMap: { METRICS_URL: 'http://metrics-collector.recognize.svc.cluster.local:8080' },
      }),
      (status) => {
        expectError(status, {
          check: 'metrics-collector/workload',
          condition: 'MetricsCollectorHealthy',
          fault: 'ServiceNotFound',
          entry: 'OPS-091',
        });
        expect(checkOf(status, 'metrics-collector/workload').message).toContain(
          'the configuration of core-daemon names it',
        );
      },
    ));

  it('knows nothing yet of a first rollout seconds old, and no upgrade may start', () =>
    scene.during(trouble('auth-vault', { kind: 'FirstRollout' }), (status) => {
      expect(status.rootCauses ?? [], tell(status)).toEqual([]);
      expect(checkOf(status, vault.check)).toMatchObject({ result: 'error', fault: 'ServiceStarting' });
      expect(checkOf(status, vault.check).citations?.[0]?.id).toBe('OPS-089');
      expect(conditionOf(status, vault.condition)).toBe('Unknown/ServiceStarting');
      expect(conditionOf(status, 'Healthy')).toMatch(/^Unknown\//);
      expect(conditionOf(status, 'Upgradeable')).toMatch(/^False\//);
      expect(checkOf(status, 'upgrade/auth-vault/rollout').result).toBe('fail');
    }));

  it('warns at once of a pod that crashes in a rollout while the others serve', () =>
    scene.during(
      trouble('auth-vault', { kind: 'RolloutCrashing' }),
      (status) => {
        expect(status.rootCauses ?? [], tell(status)).toEqual([]);
        expect(checkOf(status, vault.check)).toMatchObject({ result: 'warn', state: 'warn', fault: 'PodCannotStart' });
        expect(conditionOf(status, vault.condition)).toMatch(/^True\//);
        expect(status.verdict).toBe('Warning');
      },
      1,
    ));
});

/** Another Deployment of auth-vault, with one pod, as its controllers would leave it: under the labels that are given. */
async function another(stack: Stack, name: string, labels: object, bad: boolean): Promise<AnyObject[]> {
  const { namespace } = stack;
  const at = (kind: string) => ({ apiVersion: 'apps/v1', kind, metadata: { name: 'auth-vault', namespace } });
  const original = await stack.admin.get(at('Deployment'));
  const spec = original?.['spec'] as { template: { metadata: object; spec: { containers: readonly object[] } } };
  const owner = (kind: string) => ({ apiVersion: 'apps/v1', kind, name, uid: `${name}-${kind}`, controller: true });
  const metadata = (kind: string, more: object = {}) => ({ name, namespace, uid: `${name}-${kind}`, labels, ...more });
  const state = bad
    ? { ready: false, restartCount: 9, state: { waiting: { reason: 'CrashLoopBackOff' } } }
    : { ready: true, restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
  const [container] = spec.template.spec.containers as readonly { name: string; image: string }[];
  const ready = bad ? 0 : 1;
  return [
    {
      ...at('Deployment'),
      metadata: metadata('Deployment', { generation: 1 }),
      spec: {
        ...spec,
        replicas: 1,
        selector: { matchLabels: labels },
        template: { ...spec.template, metadata: { labels } },
      },
      status: {
        observedGeneration: 1,
        replicas: 1,
        updatedReplicas: 1,
        readyReplicas: ready,
        availableReplicas: ready,
      },
    },
    {
      ...at('ReplicaSet'),
      metadata: metadata('ReplicaSet', { ownerReferences: [owner('Deployment')] }),
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { ...spec.template, metadata: { labels } } },
      status: { replicas: 1 },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata('Pod', { ownerReferences: [owner('ReplicaSet')] }),
      spec: spec.template.spec,
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: bad ? 'False' : 'True' }],
        containerStatuses: [{ name: container?.name, image: container?.image, imageID: '', ...state }],
      },
    },
  ];
}

describe('several workloads of auth-vault', () => {
  let own: Scene;
  beforeAll(async () => {
    own = await startScene({ cluster: 'switched' });
    expectHealthy(await own.create());
  });
  afterAll(() => own.close());

  const beside = async (labels: object, bad: boolean): Promise<Undo> => {
    const objects = await another(own.stack, 'auth-vault-2', labels, bad);
    await own.stack.put(objects);
    return undo(async () => {
      for (const object of objects.toReversed()) await own.stack.admin.remove(object);
    });
  };
  const selected = async (): Promise<object> => {
    const at = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'auth-vault', namespace: own.stack.namespace } };
    return ((await own.stack.admin.get(at))?.['spec'] as { selector: object }).selector;
  };

  it('sees no failure in one that asks for no replica beside the one that serves', async () => {
    const [deployment] = await another(own.stack, 'auth-vault-2', await selected(), false);
    const idle = {
      ...deployment!,
      spec: { ...(deployment!['spec'] as object), replicas: 0 },
      status: { observedGeneration: 1 },
    };
    await own.stack.put([idle]);
    const status = await own.run();
    await own.stack.admin.remove(idle);
    expectHealthy(status);
    expect(checkOf(status, 'auth-vault/workload').message).not.toContain('auth-vault-2');
  });

  it('finds health on the port that a ConfigMap names, and believes it', async () => {
    const service = own.stack.service('auth-vault');
    const server = createServer((_request, response) => response.writeHead(503).end('{"status":"DOWN"}'));
    const { hostname } = new URL(own.stack.recognize.url('auth-vault'));
    await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
    const { port } = server.address() as AddressInfo;
    const configMap = { 'application.yaml': `management:\n  server:\n    port: ${port}\n` };
    const mends = [await service.answer({ kind: 'status', status: 404 }), await service.configure({ configMap })];
    const status = await own.run();
    for (const mend of mends.toReversed()) await mend();
    server.close();
    server.closeAllConnections();
    expectRootCause(status, {
      check: 'auth-vault/health',
      fault: 'HealthDown',
      entry: 'REC-CD-001',
      condition: 'AuthVaultHealthy',
    });
    expectHealthy(await own.runUntil(({ verdict }) => verdict === 'Healthy'));
  });

  it('warns of a canary behind the same Service that crashes, and lets no upgrade begin', async () =>
    own.during(beside(await selected(), true), (status) => {
      const check = checkOf(status, 'auth-vault/workload');
      expect(check).toMatchObject({ result: 'warn', fault: 'PodCannotStart' });
      expect(check.message).toContain('auth-vault-2');
      expect(status.verdict).toBe('Warning');
      expect(checkOf(status, 'upgrade/auth-vault/rollout')).toMatchObject({ result: 'fail' });
    }));

  it('does not say that all is well while one that may be it crashes', () =>
    own.during(beside({ app: 'left-over' }, true), (status) =>
      expectError(status, {
        check: 'auth-vault/workload',
        condition: 'AuthVaultHealthy',
        fault: 'WorkloadAmbiguous',
        entry: 'OPS-092',
      }),
    ));
});
