// What a workload is at: counts and progress of each kind, the limits that were applied, and what others say of its pods.
import { describe, expect, it } from 'vitest';
import type { EventObject, KubernetesObject, NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { WorkloadKind } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { limitsOf } from '../../../src/targets/limits.ts';
import { rolloutOf } from '../../../src/targets/rollout.ts';
import { workloadOf, workloadsIn } from '../../../src/targets/workload.ts';
import { namespaceObjects } from './objects.ts';

const progressing = (reason: string, status = 'True') => [{ type: 'Progressing', status, reason }];

describe('a rollout', () => {
  const of = (kind: WorkloadKind, spec: object, status: object, generation = 1) =>
    rolloutOf(kind, {
      metadata: { name: 'x', generation },
      spec,
      status: { observedGeneration: generation, ...status },
    });
  const whole = { replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4 };

  it.each<[string, WorkloadKind, object, object, object]>([
    [
      'whose last pod is not available yet',
      'Deployment',
      { replicas: 4 },
      { ...whole, availableReplicas: 3, conditions: progressing('ReplicaSetUpdated') },
      { rollingOut: true, available: 3, maxUnavailable: 1 },
    ],
    [
      'that was scaled up by an autoscaler: no rollout',
      'Deployment',
      { replicas: 8 },
      { ...whole, conditions: progressing('NewReplicaSetAvailable') },
      { rollingOut: false, desired: 8, updated: 4 },
    ],
    [
      'past its deadline',
      'Deployment',
      { replicas: 4, progressDeadlineSeconds: 60 },
      { ...whole, updatedReplicas: 1, conditions: progressing('ProgressDeadlineExceeded', 'False') },
      { stuck: true, rollingOut: true, deadlineMs: 60_000 },
    ],
    [
      'of OpenShift, complete',
      'DeploymentConfig',
      { replicas: 4 },
      { ...whole, conditions: progressing('NewReplicationControllerAvailable') },
      { rollingOut: false },
    ],
    [
      'of a StatefulSet, by its revisions',
      'StatefulSet',
      { replicas: 4 },
      { ...whole, updatedReplicas: 4, currentRevision: 'x-1', updateRevision: 'x-2' },
      { rollingOut: true, maxUnavailable: 1 },
    ],
    [
      'of a StatefulSet below its partition',
      'StatefulSet',
      { replicas: 4, updateStrategy: { rollingUpdate: { partition: 3 } } },
      { ...whole, updatedReplicas: 1, currentRevision: 'x-1', updateRevision: 'x-2' },
      { rollingOut: false, updated: 1 },
    ],
    [
      'of a StatefulSet whose pods somebody has to delete',
      'StatefulSet',
      { replicas: 4, updateStrategy: { type: 'OnDelete' } },
      { ...whole, updatedReplicas: 1, currentRevision: 'x-1', updateRevision: 'x-2' },
      { rollingOut: false, updated: 1 },
    ],
    [
      'of a DaemonSet',
      'DaemonSet',
      {},
      {
        desiredNumberScheduled: 3,
        currentNumberScheduled: 3,
        updatedNumberScheduled: 2,
        numberReady: 2,
        numberAvailable: 2,
      },
      { desired: 3, updated: 2, ready: 2, available: 2, rollingOut: true, maxUnavailable: 1 },
    ],
    [
      'of Argo, aborted',
      'Rollout',
      { replicas: 4, strategy: { canary: { maxUnavailable: 0 } } },
      { ...whole, observedGeneration: '1', updatedReplicas: 0, conditions: progressing('RolloutAborted', 'False') },
      { stuck: true, lagging: false, maxUnavailable: 0 },
    ],
    [
      'of an Argo that writes a hash for the generation',
      'Rollout',
      { replicas: 4 },
      { ...whole, observedGeneration: '6d8f9c' },
      { lagging: false, rollingOut: false },
    ],
  ])('%s', (_, kind, spec, status, expected) => {
    expect(of(kind, spec, status)).toMatchObject(expected);
  });
});

describe('limits', () => {
  const containers = (limits: object) => [{ name: 'core-daemon', image: 'x/core-daemon:1', resources: { limits } }];
  const pod = (name: string, spec: object, applied?: object): KubernetesObject => ({
    metadata: { name },
    spec,
    status: applied === undefined ? {} : { containerStatuses: [{ name: 'core-daemon', resources: applied }] },
  });
  const template = { spec: { containers: containers({ cpu: '1', memory: '1Gi' }) } };

  it.each<[string, KubernetesObject[], object]>([
    ['of the template, without pods', [], { cpu: '1', memory: '1Gi' }],
    [
      'that the kubelet applied in place',
      [pod('a', template.spec, { limits: { cpu: '1800m', memory: '2Gi' } })],
      { cpu: '1800m', memory: '2Gi' },
    ],
    [
      'of the pod as a whole',
      [pod('a', { containers: containers({}), resources: { limits: { cpu: '500m', memory: '512Mi' } } })],
      { cpu: '500m', memory: '512Mi' },
    ],
    [
      'of the pod as a whole, where they are lower',
      [
        pod('a', {
          containers: containers({ cpu: '2', memory: '1Gi' }),
          resources: { limits: { cpu: '1', memory: '4Gi' } },
        }),
      ],
      { cpu: '1', memory: '1Gi' },
    ],
    [
      'the lowest among the pods',
      [pod('a', template.spec, { limits: { cpu: '2' } }), pod('b', template.spec, { limits: { cpu: '900m' } })],
      { cpu: '900m' },
    ],
    ['that nobody set', [pod('a', { containers: containers({}) })], {}],
  ])('%s', (_, pods, expected) => {
    expect(limitsOf(template, pods)).toEqual(expected);
  });
});

describe('what others say of a pod', () => {
  const owner = { kind: 'StatefulSet', name: 'auth-vault', uid: 'set' };
  const set: KubernetesObject = {
    kind: 'StatefulSet',
    metadata: { name: 'auth-vault', uid: 'set', generation: 1 },
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'auth-vault', image: 'x/auth-vault:1' }] } } },
    status: { observedGeneration: 1, replicas: 1 },
  };
  const pod: KubernetesObject = {
    kind: 'Pod',
    metadata: { name: 'auth-vault-0', uid: 'pod', ownerReferences: [owner], creationTimestamp: '2026-11-23T09:00:00Z' },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'auth-vault', image: 'x/auth-vault:1' }],
      readinessGates: [{ conditionType: 'gate' }],
    },
    status: {
      startTime: '2026-11-23T09:00:00Z',
      conditions: [
        { type: 'ContainersReady', status: 'True' },
        { type: 'Ready', status: 'False', lastTransitionTime: '2026-11-23T09:00:02Z' },
      ],
    },
  };
  const event = (kind: string, uid: string, reason: string, at: string): EventObject => ({
    metadata: { name: reason },
    involvedObject: { kind, name: kind === 'Pod' ? 'auth-vault-0' : 'auth-vault', uid },
    reason,
    message: `${reason} it is`,
    type: 'Warning',
    lastTimestamp: at,
  });
  const node = {
    metadata: { name: 'n1' },
    status: { conditions: [{ type: 'Ready', status: 'Unknown', message: 'silent' }] },
  };
  const see = (more: Partial<NamespaceObjects>) => {
    const objects = { ...namespaceObjects([set, pod]), ...more };
    return workloadOf(workloadsIn(objects)[0]!, objects);
  };

  it('is told of that pod, newest first, and of its node', () => {
    const events = ok([
      event('Pod', 'pod', 'FailedMount', '2026-11-23T09:01:00Z'),
      event('Pod', 'pod', 'Unhealthy', '2026-11-23T09:02:00Z'),
      event('Pod', 'an earlier one', 'BackOff', '2026-11-23T09:03:00Z'),
    ]);
    expect(see({ events, nodes: ok([node]) }).pods).toMatchObject([
      {
        createdAt: '2026-11-23T09:00:00Z',
        wasReady: false,
        gates: ['gate'],
        nodeTrouble: 'silent',
        warnings: [{ reason: 'Unhealthy' }, { reason: 'FailedMount' }],
      },
    ]);
  });

  it('is why a StatefulSet has no pod', () => {
    const events = ok([event('StatefulSet', 'set', 'FailedCreate', '2026-11-23T09:01:00Z')]);
    expect(see({ events })).toMatchObject({ refused: 'FailedCreate it is' });
  });

  it('is missing where it may not be read, and that is known', () => {
    const denied = failed('CheckerNotAuthorized', literal('cannot list events'));
    const seen = see({ events: denied, nodes: denied });
    expect(seen).toMatchObject({ eventsUnread: true });
    expect(seen.pods[0]).not.toHaveProperty('warnings');
  });
});

it('gives a Rollout the template of the Deployment that it refers to', () => {
  const spec = { replicas: 0, template: { spec: { containers: [{ name: 'x', image: 'x/core-daemon:1' }] } } };
  const objects = namespaceObjects([
    { kind: 'Deployment', metadata: { name: 'core-daemon' }, spec },
    {
      kind: 'Rollout',
      metadata: { name: 'core-daemon' },
      spec: { replicas: 2, workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'core-daemon' } },
    },
  ]);
  const rollout = workloadsIn(objects).find(({ kind }) => kind === 'Rollout')!;
  expect(workloadOf(rollout, objects)).toMatchObject({ image: 'x/core-daemon:1', desired: 2 });
});
