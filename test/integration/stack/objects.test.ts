// The objects of an installation fit together, and each trouble shows where its controller or kubelet would show it.
import { describe, expect, it } from 'vitest';
import { installationObjects, type ObjectsOptions } from '../../stack/recognize/objects.ts';
import type { WorkloadOptions } from '../../stack/recognize/workload-options.ts';
import type { KubernetesObject } from '../../stack/recognize/pod-object.ts';
import { servicesOf } from '../../stack/recognize/topology.ts';

const now = new Date('2026-11-20T12:00:00Z');
const split: ObjectsOptions = { namespace: 'recognize', topology: 'Split', port: 18080, now };

interface Seen extends KubernetesObject {
  spec: { replicas: number; containers: { image: string }[]; selector: unknown };
  status: {
    phase: string;
    readyReplicas?: number;
    unavailableReplicas?: number;
    conditions: { type: string; status: string; reason?: string }[];
    containerStatuses: { ready: boolean; restartCount: number; state: State; lastState: State }[];
    disruptionsAllowed: number;
  };
  endpoints: { addresses: string[]; conditions: { ready: boolean } }[];
  ports: { port: number }[];
}

interface State {
  running?: object;
  waiting?: { reason: string };
  terminated?: { reason: string; exitCode: number };
}

function seen(options: Partial<ObjectsOptions> = {}): Seen[] {
  return installationObjects({ ...split, ...options }) as Seen[];
}

/** The objects of core-daemon of one kind, with three replicas. */
function coreDaemon(kind: string, workload: WorkloadOptions): Seen[] {
  const all = seen({ workloads: { 'core-daemon': { replicas: 3, ...workload } } });
  return all.filter((object) => object.kind === kind && object.metadata.name.startsWith('core-daemon'));
}

describe.each(['Umbrella', 'Split', 'Consolidated'] as const)('a healthy %s installation', (topology) => {
  const all = seen({ topology });

  it('has for each service a workload, its pods, a Service and an EndpointSlice', () => {
    const count = servicesOf(topology).length;
    const kinds = ['Node', 'Deployment', 'ReplicaSet', 'Pod', 'Service', 'EndpointSlice'];
    expect(kinds.map((kind) => all.filter((object) => object.kind === kind).length)).toEqual([
      1,
      count,
      count,
      count,
      count,
      count,
    ]);
  });

  it('gives every object a uid of its own, the same each time', () => {
    const uids = all.map(({ metadata }) => metadata.uid);
    expect(new Set(uids).size).toBe(uids.length);
    expect(seen({ topology }).map(({ metadata }) => metadata.uid)).toEqual(uids);
  });

  it('has owners that exist', () => {
    const uids = new Set(all.map(({ metadata }) => metadata.uid));
    const owners = all.flatMap(({ metadata }) => metadata.ownerReferences ?? []);
    expect(owners.filter(({ uid }) => !uids.has(uid))).toEqual([]);
  });

  it('takes every image from the vendor registry', () => {
    const images = all.filter(({ kind }) => kind === 'Pod').map(({ spec }) => spec.containers[0]!.image);
    expect(images.filter((image) => !image.startsWith('quay.io/keyless_technologies/'))).toEqual([]);
  });

  it('names no component in its labels when they are to say nothing', () => {
    const labels = seen({ topology, labels: 'none' })
      .filter(({ kind }) => kind === 'Deployment')
      .flatMap(({ metadata }) => Object.values(metadata.labels ?? {}));
    expect(labels.filter((label) => !/^[0-9a-f]{8}$/.test(label))).toEqual([]);
  });
});

it('lists each replica as an endpoint on its own loopback address and one port', () => {
  const [slice] = coreDaemon('EndpointSlice', {});
  expect(slice!.endpoints.flatMap(({ addresses }) => addresses)).toEqual(['127.0.1.1', '127.0.1.2', '127.0.1.3']);
  expect(slice!.ports).toMatchObject([{ port: 18080 }]);
});

describe('a trouble', () => {
  const first = (workload: WorkloadOptions): Seen['status']['containerStatuses'][number] =>
    coreDaemon('Pod', workload).at(-1)!.status.containerStatuses[0]!;

  it('CrashLoopBackOff waits after an end with code 1', () => {
    expect(first({ trouble: { kind: 'CrashLoopBackOff', restarts: 4 } })).toMatchObject({
      restartCount: 4,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1 } },
    });
  });

  it('OOMKilled runs again after an end with code 137', () => {
    expect(first({ trouble: { kind: 'OOMKilled' } })).toMatchObject({
      state: { running: {} },
      lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
    });
  });

  it('ImagePullBackOff never started', () => {
    const [pod] = coreDaemon('Pod', { trouble: { kind: 'ImagePullBackOff' } });
    expect([pod!.status.phase, pod!.status.containerStatuses[0]!.state.waiting?.reason]).toEqual([
      'Pending',
      'ImagePullBackOff',
    ]);
  });

  it('ScaledToZero has no pod and no endpoint, and the Deployment counts none', () => {
    const trouble = { kind: 'ScaledToZero' } as const;
    const [deployment] = coreDaemon('Deployment', { trouble });
    expect(deployment!.spec.replicas).toBe(0);
    expect(deployment!.status.readyReplicas).toBeUndefined();
    expect(coreDaemon('Pod', { trouble })).toEqual([]);
    expect(coreDaemon('EndpointSlice', { trouble })[0]!.endpoints).toEqual([]);
  });

  it('one of three not ready keeps two ready endpoints', () => {
    const workload = { trouble: { kind: 'NotReady', pods: 1 } } as const;
    expect(coreDaemon('EndpointSlice', workload)[0]!.endpoints.map(({ conditions }) => conditions.ready)).toEqual([
      true,
      true,
      false,
    ]);
    expect(coreDaemon('Deployment', workload)[0]!.status).toMatchObject({ readyReplicas: 2, unavailableReplicas: 1 });
  });

  it.each([
    ['RolloutInProgress', 'True', 'ReplicaSetUpdated'],
    ['RolloutStuck', 'False', 'ProgressDeadlineExceeded'],
  ] as const)('%s keeps the old pods, has one new and says Progressing=%s/%s', (kind, status, reason) => {
    const [deployment] = coreDaemon('Deployment', { trouble: { kind } });
    expect(deployment!.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Progressing', status, reason }),
    );
    expect(coreDaemon('ReplicaSet', { trouble: { kind } })).toHaveLength(2);
    expect(coreDaemon('Pod', { trouble: { kind } })).toHaveLength(4);
    expect(deployment!.status.readyReplicas).toBe(3);
  });

  it('Available is False only when fewer are ready than the bounds allow', () => {
    const available = (pods: number): string | undefined =>
      coreDaemon('Deployment', { replicas: 4, trouble: { kind: 'NotReady', pods } })[0]!.status.conditions.find(
        ({ type }) => type === 'Available',
      )?.status;
    expect([available(1), available(2)]).toEqual(['True', 'False']);
  });
});

describe('a workload of another kind', () => {
  it('StatefulSet owns its pods itself and numbers them from 0', () => {
    expect(coreDaemon('Pod', { kind: 'StatefulSet' }).map(({ metadata }) => metadata.name)).toEqual([
      'core-daemon-0',
      'core-daemon-1',
      'core-daemon-2',
    ]);
    expect(coreDaemon('ReplicaSet', { kind: 'StatefulSet' })).toEqual([]);
  });

  it('DeploymentConfig has a ReplicationController in between', () => {
    expect(
      coreDaemon('ReplicationController', { kind: 'DeploymentConfig' }).map(({ metadata }) => metadata.name),
    ).toEqual(['core-daemon-1']);
  });
});

it('a PodDisruptionBudget that needs every pod allows no disruption', () => {
  expect(coreDaemon('PodDisruptionBudget', { minAvailable: 3 })[0]!.status.disruptionsAllowed).toBe(0);
});

describe('before an upgrade', () => {
  const of = (kind: string, trouble: NonNullable<WorkloadOptions['trouble']>): Record<string, unknown>[] =>
    coreDaemon(kind, { trouble });

  it('EvictionBlocked asks for every pod, and its controller has seen it', () => {
    expect(of('PodDisruptionBudget', { kind: 'EvictionBlocked' })).toMatchObject([
      {
        metadata: { generation: 1 },
        spec: { minAvailable: 3 },
        status: { observedGeneration: 1, disruptionsAllowed: 0, desiredHealthy: 3, expectedPods: 3 },
      },
    ]);
  });

  it('Paused says so, and is otherwise complete', () => {
    const [deployment] = of('Deployment', { kind: 'Paused' });
    expect(deployment).toMatchObject({ spec: { paused: true }, status: { updatedReplicas: 3, readyReplicas: 3 } });
  });

  it('ImageSkew is in one pod and not in its workload', () => {
    const trouble = { kind: 'ImageSkew', image: 'other:1' } as const;
    const images = coreDaemon('Pod', { trouble }).map(({ spec }) => spec.containers[0]?.image);
    expect(images.filter((image) => image === 'other:1')).toHaveLength(1);
    expect(JSON.stringify(of('Deployment', trouble))).not.toContain('other:1');
  });

  it('Configured names a ConfigMap that is there, in the pods as in the template', () => {
    const trouble = { kind: 'Configured', variables: { A: '1' }, configMap: { B: '2' } } as const;
    expect(of('ConfigMap', trouble)).toMatchObject([{ metadata: { name: 'core-daemon-config' }, data: { B: '2' } }]);
    for (const kind of ['Deployment', 'Pod'])
      for (const object of of(kind, trouble)) {
        const text = JSON.stringify(object);
        expect(text).toContain('"envFrom":[{"configMapRef":{"name":"core-daemon-config"}}]');
        expect(text).toContain('"volumes":[{"name":"config","configMap":{"name":"core-daemon-config"}}]');
        expect(text).toContain('"env":[{"name":"A","value":"1"}]');
      }
  });
});

it('an autoscaler points at its workload', () => {
  const [autoscaler] = coreDaemon('HorizontalPodAutoscaler', { autoscaler: { minReplicas: 1, maxReplicas: 100 } });
  expect(autoscaler!.spec).toMatchObject({
    scaleTargetRef: { kind: 'Deployment', name: 'core-daemon' },
    maxReplicas: 100,
  });
});
