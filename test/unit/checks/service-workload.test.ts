// What the cluster says of a workload, told as one cause.
import { describe, expect, it } from 'vitest';
import { serviceWorkload } from '../../../src/checks/pods/workload.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { Container, Pod, Workload } from '../../../src/facts/workload.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { container, NOW, pod, podsSeen, service, workload } from './seen.ts';

const minutesAgo = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();

function ask(changes: Partial<Workload>): string {
  const answer = serviceWorkload.ask(podsSeen(service(), ok(workload(changes))));
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
}

/** Three pods wanted, one of them as told. */
function withPod(changes: Partial<Pod>, more: Partial<Workload> = {}): Partial<Workload> {
  const pods = [pod('core-daemon-a'), pod('core-daemon-b'), pod('core-daemon-c', { ready: false, ...changes })];
  return { available: 2, ready: 2, pods, ...more };
}

const withContainer = (changes: Partial<Container>, more: Partial<Workload> = {}): Partial<Workload> =>
  withPod({ containers: [container({ ready: false, ...changes })] }, more);

const besideContainer = (changes: Partial<Container>): Partial<Workload> =>
  withPod({ containers: [container({ ready: false }), container({ ready: false, ...changes })] });

const oom = { reason: 'OOMKilled', exitCode: 137 };
const error = { reason: 'Error', exitCode: 1 };
const backOff = { reason: 'CrashLoopBackOff', message: '' };
const rollout = { rollingOut: true, updated: 1 };

describe('a workload', () => {
  it.each<[string, Partial<Workload>, string]>([
    ['with all replicas', {}, 'pass: 3 of 3 replicas available'],
    ['scaled to zero', { desired: 0 }, 'ScaledToZero: Deployment core-daemon asks for 0 replicas'],
    [
      'short of a replica for no known cause',
      { available: 2 },
      'ReplicasUnavailable: Deployment core-daemon has 2 of 3 replicas available',
    ],
    [
      'whose pods are refused by the cluster',
      { available: 0, ready: 0, pods: [] },
      'ReplicasUnavailable: Deployment core-daemon has 0 of 3 replicas available',
    ],
    [
      'whose image cannot be pulled',
      withContainer({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling' } }),
      'ImagePullFailed: 2 of 3 replicas available; pod core-daemon-c cannot pull its image (ImagePullBackOff)',
    ],
    [
      'that loops',
      withContainer({ waiting: backOff, restarts: 7, lastTermination: error }),
      'CrashLooping: 2 of 3 replicas available; container app of pod core-daemon-c keeps ending (7 restarts, last exit code 1)',
    ],
    [
      'of which a container beside the application loops',
      besideContainer({ name: 'istio-proxy', waiting: backOff, restarts: 7, lastTermination: error }),
      'SidecarCrashLooping: 2 of 3 replicas available; container istio-proxy of pod core-daemon-c keeps ending (7 restarts, last exit code 1)',
    ],
    [
      'that loops, between two back-offs',
      withContainer({ restarts: 3, lastTermination: { ...error, finishedAt: minutesAgo(1) } }),
      'CrashLooping: 2 of 3 replicas available; container app of pod core-daemon-c keeps ending (3 restarts, last exit code 1)',
    ],
    [
      'that restarted long ago and is merely slow',
      withContainer({ restarts: 3, lastTermination: { ...error, finishedAt: minutesAgo(60) } }),
      'ReplicasUnavailable: Deployment core-daemon has 2 of 3 replicas available',
    ],
    [
      'that loops because of its memory',
      withContainer({ waiting: backOff, restarts: 7, lastTermination: { ...oom, finishedAt: minutesAgo(2) } }),
      'OutOfMemory: 2 of 3 replicas available; container app of pod core-daemon-c was killed for its memory 2m ago',
    ],
    [
      'that no node takes',
      withPod({ phase: 'Pending', containers: [], unschedulable: '0/3 nodes are available: 3 Insufficient memory.' }),
      'PodsUnschedulable: 2 of 3 replicas available; no node takes pod core-daemon-c',
    ],
    [
      'whose container cannot be made',
      withContainer({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } }),
      'ConfigurationMissing: 2 of 3 replicas available; pod core-daemon-c waits for Secret x',
    ],
    [
      'in a rollout within its bounds',
      { ...rollout, available: 2 },
      'pass: 2 of 3 replicas available; a rollout is under way within its bounds',
    ],
    [
      'that its controller has not looked at yet',
      { lagging: true },
      'pass: 3 of 3 replicas available; a rollout is under way within its bounds',
    ],
    [
      'in a rollout beyond its bounds',
      { ...rollout, available: 1 },
      'ReplicasUnavailable: Deployment core-daemon has 1 of 3 replicas available',
    ],
    [
      'in a rollout beyond its bounds, with a cause',
      withContainer({ waiting: { reason: 'ErrImagePull', message: '' } }, { ...rollout, available: 1, ready: 1 }),
      'ImagePullFailed: 1 of 3 replicas available; pod core-daemon-c cannot pull its image (ErrImagePull)',
    ],
    [
      'in a rollout within its bounds, with a new pod that fails',
      withContainer({ waiting: { reason: 'ErrImagePull', message: '' } }, rollout),
      'PodCannotStart: 2 of 3 replicas available; pod core-daemon-c cannot pull its image (ErrImagePull)',
    ],
    [
      'whose only replica a rollout takes away',
      { ...rollout, desired: 1, available: 0, maxUnavailable: 1 },
      'ReplicasUnavailable: Deployment core-daemon has 0 of 1 replicas available',
    ],
    [
      'in a rollout that passed its deadline',
      { ...rollout, stuck: true },
      'RolloutStuck: the rollout of Deployment core-daemon passed its deadline; 3 of 3 replicas available',
    ],
    [
      'in a stuck rollout with a cause',
      withContainer({ waiting: { reason: 'ErrImagePull', message: '' } }, { ...rollout, stuck: true, available: 3 }),
      'ImagePullFailed: 3 of 3 replicas available; pod core-daemon-c cannot pull its image (ErrImagePull)',
    ],
    [
      'whose pod was killed for its memory a moment ago and is ready again',
      { pods: [pod('x', { containers: [container({ lastTermination: { ...oom, finishedAt: minutesAgo(4) } })] })] },
      'OutOfMemory: 3 of 3 replicas available; container app of pod x was killed for its memory 4m ago',
    ],
    [
      'whose pod was killed for its memory an hour ago',
      { pods: [pod('x', { containers: [container({ lastTermination: { ...oom, finishedAt: minutesAgo(60) } })] })] },
      'pass: 3 of 3 replicas available',
    ],
  ])('%s', (_, changes, expected) => {
    expect(ask(changes)).toBe(expected);
  });

  it.each<[string, Partial<Pod>]>([
    ['terminating', { terminating: true }],
    ['evicted', { phase: 'Failed' }],
    ['finished', { phase: 'Succeeded' }],
  ])('is not blamed on a pod that is %s', (_, changes) => {
    const crashing = { containers: [container({ ready: false, waiting: backOff, restarts: 9 })] };
    expect(ask(withPod({ ...crashing, ...changes }))).toContain('ReplicasUnavailable');
  });

  it('names the same cause whatever the order of the pods', () => {
    const pods = ['c', 'a', 'b'].map((name) =>
      pod(name, { ready: false, containers: [container({ ready: false, waiting: backOff, restarts: 4 })] }),
    );
    expect(ask({ available: 0, pods })).toBe(ask({ available: 0, pods: pods.toReversed() }));
  });

  it('shows the kubelet and scheduler in their own words', () => {
    const seen = podsSeen(
      service(),
      ok(workload(withContainer({ waiting: { reason: 'ErrImagePull', message: 'manifest unknown' } }))),
    );
    expect(serviceWorkload.ask(seen)).toMatchObject({ evidence: 'manifest unknown' });
  });
});

describe('a service without a workload', () => {
  const unknown = failed('NotAsked', literal('its workload is not known, only its address'));
  it('that was here before is missing', () => {
    const seen = podsSeen(service({ presence: 'gone', workload: undefined }), unknown);
    expect(serviceWorkload.ask(seen)).toMatchObject({
      fault: { code: 'ServiceMissing', detail: 'core-daemon was here before and is gone' },
    });
  });

  it('that the spec lists and nobody finds is missing', () => {
    const seen = podsSeen(
      service({ presence: 'listed', workload: undefined }),
      failed('NoReadyEndpoints', literal('no Service')),
    );
    expect(serviceWorkload.ask(seen)).toMatchObject({ fault: { code: 'ServiceMissing' } });
  });

  it('that is reached by URL is not asked', () => {
    expect(serviceWorkload.ask(podsSeen(service({ workload: undefined }), unknown))).toMatchObject({
      fault: { code: 'NotAsked' },
    });
  });

  it('that we may not see is an error of ours', () => {
    const seen = podsSeen(service(), failed('CheckerNotAuthorized', literal('may not list pods')));
    expect(serviceWorkload.ask(seen)).toMatchObject({ fault: { code: 'CheckerNotAuthorized' } });
  });
});
