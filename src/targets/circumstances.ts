// Why a pod is as it is, by others than its kubelet's status: the Events about it and the conditions of its node. Pure.
import type { EventObject, KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import type { Pod, Warning } from '../facts/workload.ts';
import { fields, list, text } from '../runtime/fields.ts';
import { compareText } from '../runtime/compare-text.ts';

/** Events that are looked at for one object. */
const MOST_WARNINGS = 10;

/** The pod with the warnings about it and the trouble of its node. */
export function explained(pod: Pod, object: KubernetesObject, objects: NamespaceObjects): Pod {
  const warnings = warningsAbout('Pod', object, objects);
  const nodeTrouble = pod.node === undefined ? undefined : nodeTroubleOf(pod.node, objects);
  return {
    ...pod,
    ...(warnings === undefined ? {} : { warnings }),
    ...(nodeTrouble === undefined ? {} : { nodeTrouble }),
  };
}

/** The warnings about an object, newest first; undefined where they were not read. */
export function warningsAbout(
  kind: string,
  { metadata: { name, uid } }: KubernetesObject,
  { events }: NamespaceObjects,
): readonly Warning[] | undefined {
  if (events?.ok !== true) return undefined;
  return events.value
    .filter(({ involvedObject: about, type }) => {
      if (about?.kind !== kind || about.name !== name || type !== 'Warning') return false;
      return about.uid === undefined || about.uid === '' || uid === undefined || about.uid === uid;
    })
    .map(warningOf)
    .sort(
      (a, b) =>
        compareText(b.at ?? '', a.at ?? '') || compareText(a.reason, b.reason) || compareText(a.message, b.message),
    )
    .slice(0, MOST_WARNINGS);
}

/** Events of old and new clients keep their time in different fields. */
function warningOf({ reason, message, series, lastTimestamp, eventTime, metadata }: EventObject): Warning {
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return { reason: text(reason) ?? '', message: text(message) ?? '', at };
}

function nodeTroubleOf(name: string, { nodes }: NamespaceObjects): string | undefined {
  if (nodes?.ok !== true) return undefined;
  const node = nodes.value.find(({ metadata }) => metadata.name === name);
  const ready = list(fields(node?.status)['conditions']).find(({ type }) => type === 'Ready');
  if (ready === undefined || ready['status'] === 'True') return undefined;
  return text(ready['message']) ?? text(ready['reason']) ?? 'its kubelet does not say that it is ready';
}
