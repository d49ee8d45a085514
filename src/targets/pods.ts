// A pod as its kubelet last described it. Pure.
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import type { Container, Pod } from '../facts/workload.ts';
import { recogniseImage } from '../product/recognition.ts';
import { count, type Fields, fields, list, text } from '../runtime/fields.ts';

/** Containers that meshes and agents inject beside the application. */
const SIDECARS =
  /^(istio-|linkerd-|envoy|datadog|dd-|vault-agent|oauth2?-proxy|cloud-?sql|fluent|filebeat|otel|dapr|consul-)|(-proxy|-agent-sidecar)$/;
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/**
 * The container that is the application: the one whose image is a service's, else the one that the default-container
 * annotation names, else the first that does not look injected.
 */
export function applicationContainer(
  containers: readonly Fields[],
  annotations: Readonly<Record<string, string>> = {},
): Fields {
  const named = annotations[DEFAULT_CONTAINER];
  return (
    containers.find(({ image }) => recogniseImage(text(image) ?? '') !== undefined) ??
    containers.find(({ name }) => named !== undefined && name === named) ??
    containers.find(({ name }) => !SIDECARS.test(text(name) ?? '')) ??
    containers[0] ??
    {}
  );
}

/** Reads a pod; the application's container comes first. */
export function podOf(object: KubernetesObject): Pod {
  const spec = fields(object.spec);
  const status = fields(object.status);
  const conditions = list(status['conditions']);
  const condition = (type: string): Fields => conditions.find((entry) => entry['type'] === type) ?? {};
  const scheduled = condition('PodScheduled');
  const node = text(spec['nodeName']);
  const startedAt = text(status['startTime']);
  const { creationTimestamp } = object.metadata;
  const gates = waitingGates(spec, conditions);
  return {
    name: object.metadata.name,
    node,
    phase: text(status['phase']) ?? 'Unknown',
    ready: condition('Ready')['status'] === 'True',
    terminating: object.metadata.deletionTimestamp !== undefined,
    createdAt: creationTimestamp,
    startedAt,
    wasReady: wasReady(condition('Ready'), startedAt),
    ...unreadySince(condition('Ready')),
    ...(gates.length === 0 ? {} : { gates }),
    ...unscheduled(scheduled, spec),
    containers: containersOf(object),
  };
}

/** Why no node was chosen for it. A pod with gates is not even looked at by the scheduler until somebody takes them away. */
function unscheduled({ status, reason, message }: Fields, spec: Fields): Pick<Pod, 'unschedulable'> {
  if (status !== 'False') return {};
  const gates = list(spec['schedulingGates']).flatMap(({ name }) => text(name) ?? []);
  if (reason === 'SchedulingGated') return { unschedulable: `held back by its scheduling gates: ${gates.join(', ')}` };
  return reason === 'Unschedulable' ? { unschedulable: text(message) ?? 'no node fits' } : {};
}

/** The kubelet writes the condition when it takes the pod on; a later change to False is one from True. */
const TAKES_ON_MS = 10_000;

function wasReady(ready: Fields, startedAt: string | undefined): boolean {
  if (ready['status'] === 'True') return true;
  const [changed, started] = [text(ready['lastTransitionTime']), startedAt].map((at) => Date.parse(at ?? ''));
  return changed !== undefined && started !== undefined && changed - started > TAKES_ON_MS;
}

function unreadySince({ status, lastTransitionTime }: Fields): Pick<Pod, 'unreadySince'> {
  const since = text(lastTransitionTime);
  return status === 'True' || status === undefined || since === undefined ? {} : { unreadySince: since };
}

/** Readiness gates that are not True while all containers are ready. */
function waitingGates(spec: Fields, conditions: readonly Fields[]): readonly string[] {
  const holds = (type: unknown): boolean =>
    conditions.some((condition) => condition['type'] === type && condition['status'] === 'True');
  if (!holds('ContainersReady')) return [];
  return list(spec['readinessGates']).flatMap(({ conditionType }) =>
    holds(conditionType) ? [] : (text(conditionType) ?? []),
  );
}

/** True for a pod that has ended and that its controller no longer counts (evicted, completed). */
export function hasEnded(object: KubernetesObject): boolean {
  const phase = fields(object.status)['phase'];
  return phase === 'Succeeded' || phase === 'Failed';
}

function containersOf(object: KubernetesObject): Container[] {
  const declared = list(fields(object.spec)['containers']);
  const status = fields(object.status);
  const statuses = list(status['containerStatuses']);
  const application = applicationContainer(declared, object.metadata.annotations);
  const containers = declared.map((container) =>
    containerOf(container, statuses.find(({ name }) => name === container['name']) ?? {}),
  );
  const first = containers.filter(({ name }) => name === application['name']);
  const others = containers.filter(({ name }) => name !== application['name']);
  // An init container that waits or failed is why the others have not begun.
  const inits = list(status['initContainerStatuses'])
    .map((entry) => containerOf(entry, entry))
    .filter(({ waiting, lastTermination }) => waiting !== undefined || (lastTermination?.exitCode ?? 0) !== 0);
  return [...first, ...others, ...inits];
}

function containerOf(declared: Fields, status: Fields): Container {
  const state = fields(status['state']);
  const waiting = fields(state['waiting']);
  const reason = text(waiting['reason']);
  const terminated = fields(state['terminated'] ?? fields(status['lastState'])['terminated']);
  const exitCode = count(terminated['exitCode']);
  const finishedAt = text(terminated['finishedAt']);
  const ranSince = text(terminated['startedAt']);
  const startedAt = text(fields(state['running'])['startedAt']);
  // `registry/name@sha256:…`; mirrors differ in the name, and a kubelet that tells no digest tells nothing.
  const digest = /sha256:[0-9a-f]{64}$/.exec(text(status['imageID']) ?? '')?.[0];
  return {
    name: text(declared['name']) ?? '',
    image: text(declared['image']) ?? '',
    digest,
    ready: status['ready'] === true,
    restarts: count(status['restartCount']) ?? 0,
    startedAt,
    ...(reason === undefined ? {} : { waiting: { reason, message: text(waiting['message']) ?? '' } }),
    ...(exitCode === undefined
      ? {}
      : {
          lastTermination: {
            reason: text(terminated['reason']) ?? '',
            exitCode,
            startedAt: ranSince,
            finishedAt,
          },
        }),
  };
}
