// What keeps the pods of a workload from being ready: one cause, with the pod that shows it.
import type { FaultNames } from '../../api/fault-names.ts';
import type { FaultCode } from '../../api/faults.ts';
import type { Container, Pod, Workload } from '../../facts/workload.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { redact, type SafeText } from '../../runtime/safe-text.ts';

/** An out-of-memory kill counts this long, though the pod is ready again: the next one is coming. */
export const RECENT_MS = 5 * 60_000;
/** What often passes by itself while a pod starts (a volume, a node, an address) is no trouble before. */
const PATIENCE_MS = 2 * 60_000;
/** A container that is not ready and was restarted this often loops, also in the moments between two back-offs. */
const LOOPING_RESTARTS = 2;

/** Reasons of a waiting container whose image is the trouble (kubelet, images/types.go). */
const IMAGE_REASONS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);
/** Reasons of a waiting container that the runtime cannot make or start (kubelet, kuberuntime). */
const CREATION_REASONS: ReadonlySet<string> = new Set([
  'CreateContainerError',
  'RunContainerError',
  'StartError',
  'PreStartHookError',
  'PostStartHookError',
]);
const MOUNT_EVENTS: ReadonlySet<string> = new Set(['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']);
const SANDBOX_EVENTS: ReadonlySet<string> = new Set(['FailedCreatePodSandBox', 'NetworkNotReady']);
/** How the kubelet names an object, or a key in it, that the pod needs and that is not there. */
const MISSING =
  /\b(secret|configmap) "([^"]{1,253})" not found|couldn't find key (\S{1,253}) in (Secret|ConfigMap) (\S{1,507})/i;

export interface Trouble {
  readonly code: FaultCode;
  readonly words: string;
  /** What the kubelet, the scheduler or the API server said. */
  readonly evidence?: SafeText | undefined;
  readonly names: FaultNames;
}

/** Faults that `troubleOf` and `refusalOf` can name. */
export const TROUBLES = [
  'NodeNotReady',
  'ImagePullFailed',
  'OutOfMemory',
  'CrashLooping',
  'SidecarCrashLooping',
  'ConfigurationMissing',
  'ContainerNotCreated',
  'VolumeMountFailed',
  'ReadinessGateUnmet',
  'PodsUnschedulable',
  'QuotaExceeded',
  'PodsRefused',
] as const satisfies readonly FaultCode[];

/** The first cause among pods that are not ready, in a fixed order of causes and then of pod names. */
export function troubleOf(workload: Workload, now: Date): Trouble | undefined {
  return among(waitingPods(workload), [...atOnce(now), ...inTime]) ?? refusalOf(workload);
}

/** A cause that is certain by now: what may pass by itself has been there for a while. */
export function certainTroubleOf(workload: Workload, now: Date): Trouble | undefined {
  const pods = waitingPods(workload);
  const late = pods.filter((pod) => ageMs(pod, now) > PATIENCE_MS);
  return among(pods, atOnce(now)) ?? among(late, inTime) ?? refusalOf(workload);
}

/** New pods that nothing speaks against: on their way, within the workload's deadline. */
export function startingPods(workload: Workload, now: Date): readonly Pod[] {
  const { deadlineMs = 0 } = workload;
  return waitingPods(workload).filter(
    (pod) =>
      pod.wasReady === false &&
      pod.unschedulable === undefined &&
      ageMs(pod, now) <= deadlineMs &&
      pod.containers.every(
        ({ restarts, lastTermination }) => restarts === 0 && (lastTermination?.exitCode ?? 0) === 0,
      ) &&
      among([pod], atOnce(now)) === undefined &&
      (ageMs(pod, now) <= PATIENCE_MS || among([pod], inTime) === undefined),
  );
}

/**
 * How many pods can serve at most: all but those that are not ready for longer than a controller needs to hear of it. Undefined
 * where there is none of these. Counts of a controller that stands still are too high.
 */
export function mostServing(workload: Workload, now: Date): number | undefined {
  const pods = activePods(workload);
  const long = pods.filter(
    ({ unreadySince }) => unreadySince !== undefined && now.getTime() - Date.parse(unreadySince) > PATIENCE_MS,
  );
  return long.length === 0 ? undefined : pods.length - long.length;
}

/** Pods that count: a terminating one is on its way out, an evicted or finished one was replaced. By name. */
export function activePods({ pods }: Workload): readonly Pod[] {
  return pods
    .filter(({ terminating, phase }) => !terminating && phase !== 'Failed' && phase !== 'Succeeded')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A kill of the application for memory that is known to be recent, in a pod that may be ready again. */
export function recentKill(workload: Workload, now: Date): Trouble | undefined {
  for (const pod of activePods(workload)) {
    const [container] = pod.containers;
    if (container === undefined || container.lastTermination?.finishedAt === undefined) continue;
    if (wasKilled(container) && isRecent(container, now)) return killed(pod, container, now);
  }
  return undefined;
}

/** In ms; a pod of unknown age is old. */
function ageMs({ createdAt }: Pod, now: Date): number {
  const at = Date.parse(createdAt ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : now.getTime() - at;
}

const waitingPods = (workload: Workload): readonly Pod[] => activePods(workload).filter(({ ready }) => !ready);

type Find = (pod: Pod) => Trouble | undefined;

const atOnce = (now: Date): readonly Find[] => [
  nodeTrouble,
  imageTrouble,
  memoryTrouble(now),
  crashTrouble(now),
  configurationTrouble,
  creationTrouble,
];

function among(pods: readonly Pod[], finds: readonly Find[]): Trouble | undefined {
  for (const find of finds)
    for (const pod of pods) {
      const trouble = find(pod);
      if (trouble !== undefined) return trouble;
    }
  return undefined;
}

/** What its kubelet last said of a pod is old when the node is gone: so this comes first. */
function nodeTrouble({ name, node, nodeTrouble: why }: Pod): Trouble | undefined {
  if (node === undefined || why === undefined) return undefined;
  const words = `node ${node} of pod ${name} is not ready`;
  return { code: 'NodeNotReady', words, evidence: redact(why), names: { node, pod: name } };
}

function imageTrouble(pod: Pod): Trouble | undefined {
  const container = pod.containers.find(({ waiting }) => waiting !== undefined && IMAGE_REASONS.has(waiting.reason));
  if (container?.waiting === undefined) return undefined;
  const { reason, message } = container.waiting;
  const words = `pod ${pod.name} cannot pull its image (${reason})`;
  return { code: 'ImagePullFailed', words, evidence: said(message), names: namesOf(pod, container) };
}

const memoryTrouble =
  (now: Date): Find =>
  (pod) => {
    const container = pod.containers.find(
      (one) => !one.ready && wasKilled(one) && (isBackingOff(one) || isRecent(one, now)),
    );
    return container && killed(pod, container, now);
  };

const crashTrouble =
  (now: Date): Find =>
  (pod) => {
    const container = pod.containers.find((one) => isBackingOff(one) || isLooping(one, now));
    if (container === undefined) return undefined;
    const exit =
      container.lastTermination === undefined ? '' : `, last exit code ${container.lastTermination.exitCode}`;
    const words = `container ${container.name} of pod ${pod.name} keeps ending (${container.restarts} restarts${exit})`;
    // The application's container comes first; the guide's row of a start that failed is about that one alone.
    const code = container === pod.containers[0] ? 'CrashLooping' : 'SidecarCrashLooping';
    return { code, words, names: namesOf(pod, container) };
  };

/** A Secret, a ConfigMap or a key in one that the pod names: told by its container, or by the mount that needs it. */
function configurationTrouble(pod: Pod): Trouble | undefined {
  const waiting = pod.containers.find((one) => one.waiting?.reason === 'CreateContainerConfigError')?.waiting?.message;
  const mount = pod.warnings?.find(({ reason, message }) => MOUNT_EVENTS.has(reason) && MISSING.test(message))?.message;
  const message = waiting ?? mount;
  if (message === undefined || (waiting === undefined && hasBegun(pod))) return undefined;
  const [, kind, name, key, where, whole] = MISSING.exec(message) ?? [];
  const what =
    name !== undefined
      ? `${kind?.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap'} ${name}`
      : key !== undefined
        ? `key ${key} in ${where ?? ''} ${whole?.split('/').pop() ?? ''}`
        : 'something that its configuration names';
  const words = `pod ${pod.name} waits for ${what}`;
  const secret = kind?.toLowerCase() === 'secret' ? name : undefined;
  return { code: 'ConfigurationMissing', words, evidence: said(message), names: { pod: pod.name, secret } };
}

function creationTrouble(pod: Pod): Trouble | undefined {
  const container = pod.containers.find(({ waiting }) => waiting !== undefined && CREATION_REASONS.has(waiting.reason));
  if (container?.waiting === undefined) return undefined;
  const { reason, message } = container.waiting;
  const words = `container ${container.name} of pod ${pod.name} cannot be started (${reason})`;
  return { code: 'ContainerNotCreated', words, evidence: said(message), names: namesOf(pod, container) };
}

function mountTrouble(pod: Pod): Trouble | undefined {
  const warning = hasBegun(pod) ? undefined : pod.warnings?.find(({ reason }) => MOUNT_EVENTS.has(reason));
  if (warning === undefined) return undefined;
  const volume = /\bvolume "([^"]{1,253})"|unmounted volumes=\[([^\]]{1,253})\]/.exec(warning.message);
  const which = volume?.[1] ?? volume?.[2];
  const words = `pod ${pod.name} cannot mount ${which === undefined ? 'a volume' : `volume ${which}`} (${warning.reason})`;
  return { code: 'VolumeMountFailed', words, evidence: said(warning.message), names: { pod: pod.name } };
}

function sandboxTrouble(pod: Pod): Trouble | undefined {
  const warning = hasBegun(pod) ? undefined : pod.warnings?.find(({ reason }) => SANDBOX_EVENTS.has(reason));
  if (warning === undefined) return undefined;
  const words = `pod ${pod.name} cannot be set up on its node (${warning.reason})`;
  return {
    code: 'ContainerNotCreated',
    words,
    evidence: said(warning.message),
    names: { pod: pod.name, node: pod.node },
  };
}

function gateTrouble({ name, gates = [] }: Pod): Trouble | undefined {
  const [gate] = gates;
  if (gate === undefined) return undefined;
  const words = `pod ${name} is held back by its readiness gate ${gate}`;
  return { code: 'ReadinessGateUnmet', words, names: { pod: name } };
}

function placeTrouble(pod: Pod): Trouble | undefined {
  if (pod.unschedulable === undefined) return undefined;
  const words = `no node takes pod ${pod.name}`;
  return { code: 'PodsUnschedulable', words, evidence: said(pod.unschedulable), names: { pod: pod.name } };
}

const inTime: readonly Find[] = [mountTrouble, sandboxTrouble, gateTrouble, placeTrouble];

/** Why pods that are wanted are not even there. */
function refusalOf({ refused, desired, pods }: Workload): Trouble | undefined {
  if (refused === undefined || pods.filter(({ terminating }) => !terminating).length >= desired) return undefined;
  const quota = /exceeded quota: ([^\s,]{1,253})/.exec(refused)?.[1];
  const evidence = said(refused);
  if (quota === undefined)
    return { code: 'PodsRefused', words: 'the cluster refuses to create its pods', evidence, names: {} };
  return { code: 'QuotaExceeded', words: `ResourceQuota ${quota} lets no more pods be created`, evidence, names: {} };
}

/** Its own container runs or ran: what a mount said before is over. */
function hasBegun({ containers: [first] }: Pod): boolean {
  return first !== undefined && (first.startedAt !== undefined || first.lastTermination !== undefined || first.ready);
}

function isBackingOff({ waiting }: Container): boolean {
  return waiting?.reason === 'CrashLoopBackOff';
}

function isLooping(container: Container, now: Date): boolean {
  const { ready, restarts, lastTermination } = container;
  return (
    !ready &&
    restarts >= LOOPING_RESTARTS &&
    lastTermination !== undefined &&
    lastTermination.exitCode !== 0 &&
    isRecent(container, now)
  );
}

function wasKilled({ lastTermination }: Container): boolean {
  return lastTermination?.reason === 'OOMKilled';
}

/** Ended within RECENT_MS, or at a time that is not known. */
function isRecent({ lastTermination }: Container, now: Date): boolean {
  const at = lastTermination?.finishedAt === undefined ? Number.NaN : Date.parse(lastTermination.finishedAt);
  return Number.isNaN(at) || now.getTime() - at <= RECENT_MS;
}

function killed(pod: Pod, container: Container, now: Date): Trouble {
  const { name, lastTermination } = container;
  const at = lastTermination?.finishedAt === undefined ? Number.NaN : Date.parse(lastTermination.finishedAt);
  const when = Number.isNaN(at) ? '' : ` ${formatDuration(Math.max(0, now.getTime() - at))} ago`;
  const words = `container ${name} of pod ${pod.name} was killed for its memory${when}`;
  return { code: 'OutOfMemory', words, names: namesOf(pod, container) };
}

function namesOf(pod: Pod, container: Container): FaultNames {
  return { pod: pod.name, container: container.name };
}

const said = (message: string): SafeText | undefined => (message === '' ? undefined : redact(message));
