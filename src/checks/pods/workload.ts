// Does the cluster run the service as it was asked to, and if not, what keeps its pods from it.
import type { FaultNames } from '../../api/fault-names.ts';
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { Container, Pod, ServiceTarget, Workload } from '../../facts/target.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { redact, type SafeText } from '../../runtime/safe-text.ts';
import { passOn } from '../pass-on.ts';
import { sentence } from '../sentence.ts';

/** An out-of-memory kill counts this long, though the pod is ready again: the next one is coming. In ms. */
const RECENT_MS = 5 * 60_000;
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

const FAULTS = [
  'ServiceMissing',
  'ScaledToZero',
  'ImagePullFailed',
  'CrashLooping',
  'SidecarCrashLooping',
  'OutOfMemory',
  'PodsUnschedulable',
  'RolloutStuck',
  'ReplicasUnavailable',
  'CheckerNotAuthorized',
  'ClusterUnavailable',
  'NoCluster',
  'NotAsked',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];

export const serviceWorkload: Check<'pods'> = {
  question: 'workload',
  about: 'pods',
  feeds: 'Healthy',
  faults: FAULTS,
  ask({ target, observed: { workload }, now }) {
    if (target.presence === 'gone') return missing(target);
    if (workload.ok) return judgeWorkload(workload.value, now);
    // Listed in the spec, and neither a workload nor an address was found: it is not there.
    if (workload.fault.code === 'NoReadyEndpoints') return missing(target);
    return passOn(workload.fault, FAULTS);
  },
};

function missing({ id, presence }: ServiceTarget): Answer {
  const why = presence === 'gone' ? 'was here before and is gone' : 'is required, and no workload of it was found';
  return found({ code: 'ServiceMissing', detail: sentence(`${id} ${why}`) });
}

/** What the state of a workload says, whatever kind it is. Also asked by `health` when there is no address. */
export function judgeWorkload(workload: Workload, now: Date): Answer {
  const { desired, available, maxUnavailable, rollingOut, lagging, stuck } = workload;
  const name = `${workload.kind} ${workload.name}`;
  const replicas = `${available} of ${desired} replicas available`;
  if (desired === 0) return found({ code: 'ScaledToZero', detail: sentence(`${name} asks for 0 replicas`) });

  const trouble = troubleOf(workload, now);
  const enough = available >= desired;
  // A rollout may take maxUnavailable away, but not the last one.
  const withinBounds = (rollingOut || lagging) && available > 0 && available >= desired - maxUnavailable;
  const isShort = !enough && !withinBounds;

  if (stuck || isShort) {
    if (trouble !== undefined)
      return found(
        { code: trouble.code, detail: sentence(`${replicas}; ${trouble.words}`), names: trouble.names },
        trouble.evidence,
      );
    if (stuck)
      return found({
        code: 'RolloutStuck',
        detail: sentence(`the rollout of ${name} passed its deadline; ${replicas}`),
      });
    return found({ code: 'ReplicasUnavailable', detail: sentence(`${name} has ${replicas}${reasonsOf(workload)}`) });
  }
  const kill = recentKill(workload, now);
  if (kill !== undefined)
    return found({ code: 'OutOfMemory', detail: sentence(`${replicas}; ${kill.words}`), names: kill.names });
  if (rollingOut || lagging) {
    const note = trouble === undefined ? '' : `; ${trouble.words}`;
    return pass(sentence(`${replicas}; a rollout is under way within its bounds${note}`));
  }
  return pass(sentence(replicas));
}

interface Trouble {
  readonly code: FaultCode;
  readonly words: string;
  readonly evidence?: SafeText;
  readonly names: FaultNames;
}

/** The first cause among pods that are not ready, in a fixed order of causes and then of pod names. */
function troubleOf(workload: Workload, now: Date): Trouble | undefined {
  const pods = activePods(workload).filter(({ ready }) => !ready);
  return (
    first(pods, imageTrouble) ??
    first(pods, memoryTrouble(now)) ??
    first(pods, crashTrouble(now)) ??
    first(pods, placeTrouble)
  );
}

function first(pods: readonly Pod[], find: (pod: Pod) => Trouble | undefined): Trouble | undefined {
  for (const pod of pods) {
    const trouble = find(pod);
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** Pods that count: a terminating one is on its way out, an evicted or finished one was replaced. By name. */
function activePods({ pods }: Workload): readonly Pod[] {
  return pods
    .filter(({ terminating, phase }) => !terminating && phase !== 'Failed' && phase !== 'Succeeded')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function imageTrouble(pod: Pod): Trouble | undefined {
  const container = pod.containers.find(({ waiting }) => waiting !== undefined && IMAGE_REASONS.has(waiting.reason));
  if (container?.waiting === undefined) return undefined;
  const { reason, message } = container.waiting;
  const words = `pod ${pod.name} cannot pull its image (${reason})`;
  const names = namesOf(pod, container);
  return message === ''
    ? { code: 'ImagePullFailed', words, names }
    : { code: 'ImagePullFailed', words, names, evidence: redact(message) };
}

const memoryTrouble =
  (now: Date) =>
  (pod: Pod): Trouble | undefined => {
    const container = pod.containers.find(
      (one) => !one.ready && wasKilled(one) && (isBackingOff(one) || isRecent(one, now)),
    );
    return container && killed(pod, container, now);
  };

const crashTrouble =
  (now: Date) =>
  (pod: Pod): Trouble | undefined => {
    const container = pod.containers.find((one) => isBackingOff(one) || isLooping(one, now));
    if (container === undefined) return undefined;
    const exit =
      container.lastTermination === undefined ? '' : `, last exit code ${container.lastTermination.exitCode}`;
    const words = `container ${container.name} of pod ${pod.name} keeps ending (${container.restarts} restarts${exit})`;
    // The application's container comes first; the guide's row of a start that failed is about that one alone.
    return {
      code: container === pod.containers[0] ? 'CrashLooping' : 'SidecarCrashLooping',
      words,
      names: namesOf(pod, container),
    };
  };

function placeTrouble(pod: Pod): Trouble | undefined {
  if (pod.unschedulable === undefined) return undefined;
  const words = `no node takes pod ${pod.name}`;
  return pod.unschedulable === ''
    ? { code: 'PodsUnschedulable', words, names: { pod: pod.name } }
    : { code: 'PodsUnschedulable', words, names: { pod: pod.name }, evidence: redact(pod.unschedulable) };
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

/** A kill that is known to be recent, in a pod that may be ready again. */
function recentKill(workload: Workload, now: Date): Trouble | undefined {
  for (const pod of activePods(workload))
    for (const container of pod.containers)
      if (wasKilled(container) && container.lastTermination?.finishedAt !== undefined && isRecent(container, now))
        return killed(pod, container, now);
  return undefined;
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

/** Why containers wait, where it is none of the named causes: `CreateContainerConfigError` and the like. */
function reasonsOf(workload: Workload): string {
  const reasons = new Set(
    activePods(workload).flatMap(({ containers }) =>
      containers.flatMap(({ waiting }) => (waiting ? [waiting.reason] : [])),
    ),
  );
  return reasons.size === 0 ? '' : ` (${[...reasons].toSorted().join(', ')})`;
}
