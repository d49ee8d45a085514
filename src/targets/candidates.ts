// Which of the workloads that may be a service are that service: every one with a part in it is examined. Pure.
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import type { Recognised } from '../product/index.ts';
import { selects } from './addresses.ts';
import { count, fields } from '../runtime/fields.ts';
import { templateLabels, type WorkloadObject } from './workload.ts';

export interface Candidate {
  readonly workload: WorkloadObject;
  readonly recognised: Recognised;
}

/** What the workloads of one service are to it. The first one of `sure` stands for it: there is always one. */
export interface Chosen {
  readonly sure: readonly [WorkloadObject, ...WorkloadObject[]];
  /** As good a likeness as those, and no Service selects their pods: they may be it as well, or be left over. */
  readonly unsure: readonly WorkloadObject[];
  /** They ask for no replica, beside others that do. */
  readonly idle: readonly WorkloadObject[];
  /** Weaker likenesses without a part in its Service. */
  readonly others: readonly WorkloadObject[];
}

const STRENGTH = { image: 0, label: 1, name: 2, service: 3 } as const;
const KIND_ORDER = { Deployment: 0, Rollout: 1, StatefulSet: 2, DaemonSet: 3, DeploymentConfig: 4 } as const;

/**
 * Sorts the candidates for one service. Those that ask for replicas come before those that do not; of those, the ones of
 * the strongest likeness that get traffic, and whatever shares a Service with them (a canary under another image).
 *
 * @param candidates in any order
 * @param named the workload that the spec names: the others are only looked at where they share its Service
 */
export function choose(
  candidates: readonly Candidate[],
  services: readonly KubernetesObject[],
  named?: WorkloadObject,
): Chosen | undefined {
  const sorted = candidates.toSorted(strongestFirst);
  const active = sorted.filter(({ workload }) => !isIdle(workload));
  const idle = sorted.filter(({ workload }) => isIdle(workload)).map(({ workload }) => workload);
  const behind = new Map(sorted.map(({ workload }) => [workload, servicesOf(workload, services)]));
  const shares = (one: WorkloadObject, others: readonly WorkloadObject[]): boolean =>
    others.some((other) => servicesOf(other, services).some((name) => behind.get(one)?.includes(name) === true));

  if (named !== undefined) {
    const beside = active.map(({ workload }) => workload).filter((one) => !isSame(one, named) && shares(one, [named]));
    return { sure: [named, ...beside], unsure: [], idle: [], others: [] };
  }
  const [strongest] = active;
  if (strongest === undefined) {
    const [first, ...others] = idle;
    return first === undefined ? undefined : { sure: [first], unsure: [], idle: [], others };
  }
  const peers = active
    .filter(({ recognised }) => recognised.by === strongest.recognised.by)
    .map(({ workload }) => workload);
  const served = peers.filter((one) => behind.get(one)?.length !== 0);
  // Without a Service nothing tells which of several it is.
  const [first = strongest.workload, ...base] = served.length > 0 ? served : peers.slice(0, 1);
  const core = [first, ...base];
  const rest = active.map(({ workload }) => workload).filter((one) => !core.includes(one));
  const beside = rest.filter((one) => shares(one, core));
  const left = rest.filter((one) => !beside.includes(one));
  return {
    sure: [first, ...base, ...beside],
    unsure: left.filter((one) => peers.includes(one)),
    idle,
    others: left.filter((one) => !peers.includes(one)),
  };
}

/** It asks for no pods, and has none. */
export function isIdle({ kind, object }: WorkloadObject): boolean {
  const [spec, status] = [fields(object.spec), fields(object.status)];
  if (kind === 'DaemonSet') return count(status['desiredNumberScheduled']) === 0;
  return count(spec['replicas']) === 0 && (count(status['replicas']) ?? 0) === 0;
}

/** Names of the Services that select the pods of the workload. */
export function servicesOf(workload: WorkloadObject, services: readonly KubernetesObject[]): readonly string[] {
  const labels = templateLabels(workload);
  return services.filter((service) => selects(service, labels)).map(({ metadata }) => metadata.name);
}

function isSame(a: WorkloadObject, b: WorkloadObject): boolean {
  return a.kind === b.kind && a.object.metadata.name === b.object.metadata.name;
}

function strongestFirst(a: Candidate, b: Candidate): number {
  const [left, right] = [a.workload.object.metadata.name, b.workload.object.metadata.name];
  return (
    STRENGTH[a.recognised.by] - STRENGTH[b.recognised.by] ||
    KIND_ORDER[a.workload.kind] - KIND_ORDER[b.workload.kind] ||
    (left < right ? -1 : left > right ? 1 : 0)
  );
}
