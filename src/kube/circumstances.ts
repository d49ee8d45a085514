// Why pods are not fine: the warnings about the namespace's objects, and the nodes that those pods are on. Asked for only
// while there is such a pod; a cluster that does not let us see them still has its pods judged.
import type { EventObject, KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { ok, type Outcome } from '../facts/outcome.ts';
import { fields, list, text } from '../runtime/fields.ts';
import { asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { listAll } from './list.ts';
import { RULES } from './rules.ts';

/** Nodes that are asked for at most; pods on more of them than these share no node's fault. */
const MOST_NODES = 5;
/** A restart this long ago is still asked about; an Event lives for an hour. */
const RECENT_MS = 15 * 60_000;
/** Owners whose pods are meant to be ready. A Job's are not. */
const OWNERS: ReadonlySet<string> = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']);

/**
 * The objects with Events and Nodes, where some pod is not ready, was restarted, or is not even there.
 * @throws the signal's reason when the run was cancelled
 */
export async function withCircumstances(
  api: KubeApi,
  namespace: string,
  objects: NamespaceObjects,
  now: Date,
  signal: AbortSignal,
): Promise<NamespaceObjects> {
  const pods = (objects.pods.ok ? objects.pods.value : []).filter(isMeantToBeReady);
  const waiting = pods.filter((pod) => !isReady(pod));
  if (waiting.length === 0 && !pods.some((pod) => wasRestarted(pod, now)) && !isAnyShort(objects)) return objects;
  const names = [...new Set(waiting.flatMap(({ spec }) => nodeNameIn(spec)))].sort().slice(0, MOST_NODES);
  const [events, nodes] = await Promise.all([warnings(api, namespace, signal), nodesNamed(api, names, signal)]);
  return { ...objects, events, nodes };
}

async function warnings(
  api: KubeApi,
  namespace: string,
  signal: AbortSignal,
): Promise<Outcome<readonly EventObject[]>> {
  const query = { fieldSelector: 'type=Warning' };
  const listed = await listAll<EventObject>(api, RULES.listEvents, { namespace, query }, signal);
  return asEvidence(listed.ok ? { ok: true, value: listed.value.items } : listed);
}

/** One list for each name: the whole list of a large cluster is megabytes. A node that is gone is missing. */
async function nodesNamed(
  api: KubeApi,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Outcome<readonly KubernetesObject[]>> {
  const nodes: KubernetesObject[] = [];
  for (const name of names) {
    const query = { fieldSelector: `metadata.name=${name}` };
    const listed = await listAll<KubernetesObject>(api, RULES.listNodes, { query }, signal);
    if (!listed.ok) return asEvidence(listed);
    nodes.push(...listed.value.items);
  }
  return ok(nodes);
}

function nodeNameIn(spec: unknown): readonly string[] {
  const nodeName = text(fields(spec)['nodeName']);
  return nodeName === undefined ? [] : [nodeName];
}

function isMeantToBeReady({ metadata, status }: KubernetesObject): boolean {
  const { phase } = fields(status);
  if (phase === 'Succeeded' || phase === 'Failed' || metadata.deletionTimestamp !== undefined) return false;
  return metadata.ownerReferences?.some(({ kind }) => OWNERS.has(kind)) === true;
}

function isReady({ status }: KubernetesObject): boolean {
  return list(fields(status)['conditions']).some((one) => one['type'] === 'Ready' && one['status'] === 'True');
}

function wasRestarted({ status }: KubernetesObject, now: Date): boolean {
  const ends = list(fields(status)['containerStatuses']).map(
    ({ lastState }) => fields(fields(lastState)['terminated'])['finishedAt'],
  );
  return ends.some((at) => typeof at === 'string' && now.getTime() - Date.parse(at) <= RECENT_MS);
}

/** A workload has fewer pods than it wants: nobody was let make them. */
function isAnyShort({ deployments, statefulSets, daemonSets, rollouts }: NamespaceObjects): boolean {
  return [deployments, statefulSets, daemonSets, rollouts].some(
    (read) =>
      read.ok &&
      read.value.some(({ spec, status }) => {
        const { replicas = 1 } = (spec ?? {}) as { readonly replicas?: number };
        const seen = (status ?? {}) as {
          readonly replicas?: number;
          readonly desiredNumberScheduled?: number;
          readonly currentNumberScheduled?: number;
        };
        if (seen.desiredNumberScheduled !== undefined)
          return (seen.currentNumberScheduled ?? 0) < seen.desiredNumberScheduled;
        return (seen.replicas ?? 0) < replicas;
      }),
  );
}
