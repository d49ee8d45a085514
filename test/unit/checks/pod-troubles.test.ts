// Why pods are not ready, and what of it is a failure: causes by name, pods on their way, restarts of pods that are ready.
import { describe, expect, it } from 'vitest';
import { serviceWorkload } from '../../../src/checks/pods/workload.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { Container, Pod, Workload } from '../../../src/facts/workload.ts';
import { container, NOW, pod, podsSeen, service, workload } from './seen.ts';

const ago = (seconds: number): string => new Date(NOW.getTime() - seconds * 1000).toISOString();

function ask(changes: Partial<Workload>): string {
  const answer = serviceWorkload.ask(podsSeen(service(), ok(workload({ deadlineMs: 600_000, ...changes }))));
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
}

/** `ready` pods that serve, and others as told, made `seconds` ago. */
function pods(ready: number, others: readonly Partial<Pod>[], seconds = 30): Partial<Workload> {
  const waiting = { ready: false, wasReady: false, createdAt: ago(seconds), containers: [container({ ready: false })] };
  return {
    desired: ready + others.length,
    ready,
    available: ready,
    pods: [
      ...Array.from({ length: ready }, (_, index) => pod(`a-${index}`)),
      ...others.map((changes, index) => pod(`b-${index}`, { ...waiting, ...changes })),
    ],
  };
}

const waiting = (reason: string, message = ''): Partial<Pod> => ({
  containers: [container({ ready: false, waiting: { reason, message } })],
});
const warned = (reason: string, message: string): Partial<Pod> => ({
  warnings: [{ reason, message, at: ago(10) }],
  containers: [container({ ready: false, waiting: { reason: 'ContainerCreating', message: '' } })],
});
const young = { createdAt: ago(3), rollingOut: true };
const LONG = 600;

describe('pods on their way', () => {
  it.each<[string, Partial<Workload>, string]>([
    [
      'a first rollout three seconds old',
      { ...pods(0, [{}, {}], 3), ...young },
      'ServiceStarting: 0 of 2 replicas available; the first rollout of Deployment core-daemon is under way',
    ],
    [
      'a first rollout of which one pod serves',
      { ...pods(1, [{}]), ...young },
      'pass: 1 of 2 replicas available; a rollout is under way within its bounds',
    ],
    [
      'a first rollout whose image cannot be pulled',
      { ...pods(0, [waiting('ErrImagePull'), {}], 3), ...young },
      'ImagePullFailed: 0 of 2 replicas available; pod b-0 cannot pull its image (ErrImagePull)',
    ],
    [
      'a rollout that was once complete, and nothing serves',
      { ...pods(0, [{ wasReady: true }]), createdAt: ago(86_400), rollingOut: true },
      'ReplicasUnavailable: Deployment core-daemon has 0 of 1 replicas available',
    ],
    ['ready pods within minReadySeconds', { desired: 2, ready: 2, available: 0 }, 'pass: 2 of 2 replicas available'],
    ['a scale-up', pods(2, [{}, {}, {}]), 'pass: 2 of 5 replicas available; 3 more on the way'],
    [
      'the last pod of a rollout, by its controller',
      { ...pods(3, [{ createdAt: undefined }]), rollingOut: true },
      'pass: 3 of 4 replicas available; a rollout is under way within its bounds',
    ],
    [
      'a new pod that is not ready after the deadline',
      pods(2, [{}], LONG + 1),
      'ReplicasUnavailable: Deployment core-daemon has 2 of 3 replicas available',
    ],
    [
      'a young pod that was ready before',
      pods(2, [{ wasReady: true }]),
      'ReplicasUnavailable: Deployment core-daemon has 2 of 3 replicas available',
    ],
    [
      'two of four pods of a StatefulSet that loop in its rollout',
      {
        ...pods(2, [waiting('CrashLoopBackOff'), waiting('CrashLoopBackOff')]),
        kind: 'StatefulSet',
        rollingOut: true,
      },
      'CrashLooping: 2 of 4 replicas available; container app of pod b-0 keeps ending (0 restarts)',
    ],
    [
      'a StatefulSet in whose rollout nothing moved for longer than a rollout may take',
      { ...pods(2, [{}], LONG + 1), kind: 'StatefulSet', rollingOut: true },
      'RolloutStuck: the rollout of StatefulSet core-daemon passed its deadline; 2 of 3 replicas available',
    ],
    [
      'a new pod beside those that serve that loops',
      { ...pods(3, [waiting('CrashLoopBackOff')]), desired: 3, rollingOut: true },
      'PodCannotStart: 3 of 3 replicas available; container app of pod b-0 keeps ending (0 restarts)',
    ],
  ])('%s', (_, changes, expected) => {
    expect(ask(changes)).toBe(expected);
  });
});

describe('a cause of its own', () => {
  const gone = { node: 'n1', nodeTrouble: 'Kubelet stopped posting node status.', wasReady: true };
  it.each<[string, Partial<Workload>, string]>([
    ['a node', pods(2, [gone]), 'NodeNotReady: 2 of 3 replicas available; node n1 of pod b-0 is not ready'],
    [
      'a node, whatever its kubelet said last',
      pods(0, [{ ...gone, ...waiting('CrashLoopBackOff') }]),
      'NodeNotReady: 0 of 1 replicas available; node n1 of pod b-0 is not ready',
    ],
    [
      'a Secret',
      pods(0, [waiting('CreateContainerConfigError', 'secret "node-persistence-db" not found')]),
      'ConfigurationMissing: 0 of 1 replicas available; pod b-0 waits for Secret node-persistence-db',
    ],
    [
      'a key of a Secret',
      pods(0, [waiting('CreateContainerConfigError', "couldn't find key password in Secret recognize/db")]),
      'ConfigurationMissing: 0 of 1 replicas available; pod b-0 waits for key password in Secret db',
    ],
    [
      'a Secret that is to be mounted',
      pods(0, [warned('FailedMount', 'MountVolume.SetUp failed for volume "keys" : secret "keypair" not found')]),
      'ConfigurationMissing: 0 of 1 replicas available; pod b-0 waits for Secret keypair',
    ],
    [
      'a volume',
      pods(0, [warned('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1" Volume is already used')]),
      'VolumeMountFailed: 0 of 1 replicas available; pod b-0 cannot mount volume pvc-1 (FailedAttachVolume)',
    ],
    [
      'a network',
      pods(0, [warned('FailedCreatePodSandBox', 'no IP addresses available in range set')]),
      'ContainerNotCreated: 0 of 1 replicas available; pod b-0 cannot be set up on its node (FailedCreatePodSandBox)',
    ],
    [
      'a command',
      pods(0, [waiting('RunContainerError', 'exec: "jav": executable file not found')]),
      'ContainerNotCreated: 0 of 1 replicas available; container app of pod b-0 cannot be started (RunContainerError)',
    ],
    [
      'a readiness gate',
      pods(0, [{ gates: ['target-health.elbv2.k8s.aws/x'], wasReady: true }]),
      'ReadinessGateUnmet: 0 of 1 replicas available; pod b-0 is held back by its readiness gate target-health.elbv2.k8s.aws/x',
    ],
    [
      'a quota',
      {
        desired: 2,
        ready: 1,
        available: 1,
        pods: [pod('a-0')],
        refused: 'pods "x" is forbidden: exceeded quota: compute, requested: limits.cpu=2, used: 9, limited: 10',
      },
      'QuotaExceeded: 1 of 2 replicas available; ResourceQuota compute lets no more pods be created',
    ],
    [
      'a quota, while enough serve',
      { ...pods(3, []), desired: 4, rollingOut: true, refused: 'exceeded quota: compute, requested: x' },
      'PodCannotStart: 3 of 4 replicas available; ResourceQuota compute lets no more pods be created',
    ],
    [
      'admission',
      {
        desired: 1,
        ready: 0,
        available: 0,
        pods: [],
        refused: 'pods "x" is forbidden: violates PodSecurity "restricted"',
      },
      'PodsRefused: 0 of 1 replicas available; the cluster refuses to create its pods',
    ],
    [
      'its own readiness probe, in the words of the kubelet',
      pods(0, [
        {
          wasReady: true,
          warnings: [
            { reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 503' },
          ],
        },
      ]),
      'ReplicasUnavailable: Deployment core-daemon has 0 of 1 replicas available (Readiness probe failed: HTTP probe failed with statuscode: 503)',
    ],
    [
      'nothing, where Events may not be read',
      { ...pods(0, [{ wasReady: true }]), eventsUnread: true },
      'ReplicasUnavailable: Deployment core-daemon has 0 of 1 replicas available (its Events may not be read)',
    ],
  ])('%s', (_, changes, expected) => {
    expect(ask(changes)).toBe(expected);
  });

  it('shows what was said', () => {
    const changes = pods(2, [gone]);
    expect(serviceWorkload.ask(podsSeen(service(), ok(workload(changes))))).toMatchObject({
      evidence: 'Kubelet stopped posting node status.',
    });
  });
});

describe('restarts of a pod that is ready', () => {
  const killed = (seconds: number, restarts: number): Partial<Container> => ({
    restarts,
    lastTermination: { reason: 'Error', exitCode: 137, finishedAt: ago(seconds) },
  });
  const restarted = (changes: Partial<Container>, more: Partial<Pod> = {}): Partial<Workload> => ({
    desired: 1,
    pods: [pod('a-0', { createdAt: ago(6 * 3600), containers: [container(changes)], ...more })],
  });
  const probe = { warnings: [{ reason: 'Unhealthy', message: 'Liveness probe failed: context deadline exceeded' }] };

  it.each<[string, Partial<Workload>, string]>([
    [
      '41 of them, the last a minute ago by the liveness probe',
      restarted(killed(60, 41), probe),
      'ContainerRestarting: 1 of 1 replicas available; container app of pod a-0 was restarted 41 times, the last 1m ago (by its liveness probe, exit code 137)',
    ],
    [
      'between two of them',
      restarted(killed(600, 41)),
      'ContainerRestarting: 1 of 1 replicas available; container app of pod a-0 was restarted 41 times, the last 10m ago (exit code 137)',
    ],
    [
      'one, a minute ago',
      restarted(killed(60, 1)),
      'ContainerRestarted: 1 of 1 replicas available; container app of pod a-0 was restarted 1m ago (exit code 137)',
    ],
    ['one, an hour ago', restarted(killed(3600, 1)), 'pass: 1 of 1 replicas available'],
    [
      'a few within a year, one of them now',
      restarted(killed(60, 5), { createdAt: ago(365 * 86_400) }),
      'ContainerRestarted: 1 of 1 replicas available; container app of pod a-0 was restarted 5 times, the last 1m ago (exit code 137)',
    ],
    ['many, long over', restarted(killed(6 * 3600 - 60, 41)), 'pass: 1 of 1 replicas available'],
  ])('%s', (_, changes, expected) => {
    expect(ask(changes)).toBe(expected);
  });
});
