// Does the cluster run the service as it was asked to, and if not, what keeps its pods from it.
import { traits, type FaultCode } from '../../api/faults.ts';
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import type { Workload } from '../../facts/workload.ts';
import { passOn } from '../../facts/pass-on.ts';
import { sentence } from '../../facts/sentence.ts';
import { ofEvery, told } from './every-workload.ts';
import { RESTART_FAULTS, type RestartsBefore, restartsSeen, restartTrouble } from './restarts.ts';
import {
  activePods,
  certainTroubleOf,
  mostServing,
  recentKill,
  startingPods,
  type Trouble,
  troubleOf,
  TROUBLES,
} from './trouble.ts';

const FAULTS = [
  'ServiceMissing',
  'ScaledToZero',
  ...TROUBLES,
  ...RESTART_FAULTS,
  'PodCannotStart',
  'ServiceStarting',
  'ServiceNotFound',
  'WorkloadAmbiguous',
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
  evidence:
    'Every workload that is the service: recognised by image, labels, name or the Service in front of it, with all that share its Service. Pods that are Ready by the kubelet count; those of a rollout, of a scale-up or of a replaced pod are on their way until the deadline of the workload (ten minutes where it has none). Their causes come from their own status, the conditions of their controllers, the Events about them and the condition of their node. A failing workload of which every Service leads to others as well, which are well and as many, warns. Unknown where the pods could not be listed, where a pod runs the service and no workload that was listed owns it, where a needed service was never found, where a workload cannot be told apart, and during a first rollout.',
  faults: FAULTS,
  ask({ target, observed: { workload }, baseline, lastRun, now }) {
    if (target.presence === 'gone') return missing(target);
    if (workload.ok) {
      const { baseline: memory, ...seen } = restartsSeen([workload.value, ...(target.others ?? [])], baseline, now);
      const answer = judgeAll(workload.value, target, now, { lastRun, ...seen });
      return memory === undefined ? answer : { ...answer, baseline: memory };
    }
    // Listed in the spec, and neither a workload nor an address was found: it is not there.
    if (workload.fault.code === 'NoReadyEndpoints') return missing(target);
    const unseen = passOn(workload.fault, FAULTS);
    return baseline === undefined ? unseen : { ...unseen, baseline };
  },
};

function missing({ id, presence }: ServiceTarget): Answer {
  const why = presence === 'gone' ? 'was here before and is gone' : 'is required, and no workload of it was found';
  return found({ code: 'ServiceMissing', detail: sentence(`${id} ${why}`) });
}

/** Every workload that is the service; then those that may be: what is wrong with one of them is no failure of it. */
function judgeAll(workload: Workload, target: ServiceTarget, now: Date, before: RestartsBefore): Answer {
  const all = [workload, ...(target.others ?? [])];
  const answer = ofEvery(workload, target, (one) => beside(judgeWorkload(one, now, before), one, all, now));
  if (answer.kind === 'fault' && traits(answer.fault.code).result !== 'warn') return answer;
  // Counts alone tell nothing of restarts, images and causes; and what was not listed may be failing.
  const unread = target.hidden ?? all.find(({ podsUnread }) => podsUnread !== undefined)?.podsUnread;
  if (unread !== undefined) return passOn(unread, FAULTS);
  for (const one of target.unsure ?? []) {
    const doubt = judgeWorkload(one, now);
    if (doubt.kind === 'pass') continue;
    const words = `${one.kind} ${one.name} may be ${target.id} (say so in spec.services): ${doubt.fault.detail}`;
    return told(found({ ...doubt.fault, code: 'WorkloadAmbiguous', detail: sentence(words) }, doubt.evidence), one);
  }
  const { others = [] } = target;
  if (answer.kind === 'fault' || others.length === 0) return answer;
  const each = others.map(({ name, ready, desired }) => `${ready} of ${desired} of ${name}`).join(', ');
  return pass(sentence(`${answer.note}; ${each}`));
}

/**
 * A failing workload, for example a canary, of which nobody misses anything: whatever leads to its pods leads to those of
 * others as well, which are well and at least as many. Then it warns; the question about rollouts keeps upgrades waiting.
 */
function beside(answer: Answer, one: Workload, all: readonly Workload[], now: Date): Answer {
  const { services = [] } = one;
  if (answer.kind === 'pass' || traits(answer.fault.code).result !== 'fail' || services.length === 0) return answer;
  const well = all.filter((other) => other !== one && judgeWorkload(other, now).kind === 'pass');
  const covers = services.every((name) => {
    const stands = well.filter((other) => other.services?.includes(name) === true);
    return stands.reduce((sum, { desired }) => sum + desired, 0) >= Math.max(1, one.desired);
  });
  if (!covers) return answer;
  const names = well.map(({ name }) => name).join(', ');
  const words = `${one.kind} ${one.name}, beside ${names}: ${answer.fault.detail}`;
  return { ...answer, fault: { ...answer.fault, code: 'PodCannotStart', detail: sentence(words) } };
}

/**
 * What the state of a workload says, whatever kind it is. Pods that are ready serve, so they decide; those that are on
 * their way, in a rollout or without one, are no failure while enough others serve. Also asked by `health` when there
 * is no address.
 */
export function judgeWorkload(workload: Workload, now: Date, before: RestartsBefore = {}): Answer {
  const { desired, maxUnavailable } = workload;
  const name = `${workload.kind} ${workload.name}`;
  const counted = Math.max(workload.ready, workload.available);
  const serving = Math.min(counted, mostServing(workload, now) ?? counted);
  const stale = serving < counted ? ` (its controller still counts ${counted})` : '';
  const replicas = `${serving} of ${desired} replicas available${stale}`;
  if (desired === 0) return found({ code: 'ScaledToZero', detail: sentence(`${name} asks for 0 replicas`) });

  const underWay = workload.rollingOut || workload.lagging;
  const starting = startingPods(workload, now).length;
  const isStuck = workload.stuck || standsStill(workload, now);
  // A rollout may take maxUnavailable away, but not the last one.
  const withinBounds = underWay && serving > 0 && serving >= desired - maxUnavailable;
  const onTheWay = serving > 0 && starting >= desired - serving;
  const isShort = serving < desired && !withinBounds && !onTheWay;

  if (isShort && !isStuck && isFirst(workload, now) && certainTroubleOf(workload, now) === undefined)
    return found({
      code: 'ServiceStarting',
      detail: sentence(`${replicas}; the first rollout of ${name} is under way`),
    });
  if (isStuck || isShort) {
    const trouble = troubleOf(workload, now);
    if (trouble !== undefined) return tell(trouble, replicas);
    if (isStuck)
      return found({
        code: 'RolloutStuck',
        detail: sentence(`the rollout of ${name} passed its deadline; ${replicas}`),
      });
    return found({ code: 'ReplicasUnavailable', detail: sentence(`${name} has ${replicas}${reasonsOf(workload)}`) });
  }
  const killed = recentKill(workload, now);
  if (killed !== undefined) return tell(killed, replicas);
  const restarted = restartTrouble(workload, now, before);
  if (restarted?.code === 'ContainerRestarting') return tell(restarted, replicas);
  const trouble = certainTroubleOf(workload, now);
  if (trouble !== undefined) return tell({ ...trouble, code: 'PodCannotStart' }, replicas);
  if (restarted !== undefined) return tell(restarted, replicas);
  if (underWay) return pass(sentence(`${replicas}; a rollout is under way within its bounds`));
  return pass(sentence(serving < desired ? `${replicas}; ${starting} more on the way` : replicas));
}

function tell({ code, words, evidence, names }: Trouble, replicas: string): Answer {
  return found({ code, detail: sentence(`${replicas}; ${words}`), names }, evidence);
}

/** None of its pods was ever ready, and it is not older than a rollout may take. */
function isFirst({ createdAt, deadlineMs = 0, pods, ready, kind, rollingOut, lagging }: Workload, now: Date): boolean {
  const ageMs = now.getTime() - Date.parse(createdAt ?? '');
  const isUnderWay = rollingOut || lagging || kind === 'StatefulSet' || kind === 'DaemonSet';
  return ageMs <= deadlineMs && isUnderWay && ready === 0 && pods.every(({ wasReady }) => wasReady === false);
}

/** A StatefulSet and a DaemonSet have no deadline: ours is that some pod of a rollout was made within it. */
function standsStill({ kind, rollingOut, ready, desired, deadlineMs, pods }: Workload, now: Date): boolean {
  if ((kind !== 'StatefulSet' && kind !== 'DaemonSet') || !rollingOut || deadlineMs === undefined || ready >= desired)
    return false;
  const made = pods.map(({ createdAt }) => Date.parse(createdAt ?? '')).filter((at) => !Number.isNaN(at));
  return made.length > 0 && now.getTime() - Math.max(...made) > deadlineMs;
}

/** Why containers wait, where it is none of the named causes; and what the kubelet's own probe says of one that runs. */
function reasonsOf(workload: Workload): string {
  const pods = activePods(workload).filter(({ ready }) => !ready);
  const reasons = new Set(
    pods.flatMap(({ containers }) => containers.flatMap(({ waiting }) => (waiting ? [waiting.reason] : []))),
  );
  if (reasons.size > 0) return ` (${[...reasons].toSorted().join(', ')})`;
  const unready = pods.flatMap(({ warnings = [] }) => warnings).find(({ reason }) => reason === 'Unhealthy');
  if (unready !== undefined) return ` (${unready.message})`;
  return workload.eventsUnread === true ? ' (its Events may not be read)' : '';
}
