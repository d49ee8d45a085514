// What the checks of logs have in common: what cannot be answered, and how a line is named.
import type { FaultCode } from '../../api/faults.ts';
import { isService, type Service } from '../../api/components.ts';
import { found, type Answer } from '../../facts/answer.ts';
import type { LogSighting, ServiceLogs } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import { type SafeText } from '../../runtime/safe-text.ts';
import { passOn } from '../../facts/pass-on.ts';
import { sentence } from '../../facts/sentence.ts';

/** Why the logs of a service say nothing. */
export const LOGS_UNSEEN = [
  'LogsNotReadable',
  'ClusterUnavailable',
  'NoCluster',
  'NotAsked',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];

/** What an alert that rests on levels answers where they cannot be read. */
export function notUnderstood({ unread }: ServiceLogs): Answer | undefined {
  if (unread === undefined) return undefined;
  const text = `${unread.records} of ${unread.of} records are in a layout of which no level can be read: errors in them are not counted`;
  return found({ code: 'LogsNotUnderstood', detail: sentence(text) });
}

/** True where the spec has logs read. */
export function readsLogs({ logs }: ServiceTarget): boolean {
  return logs !== undefined;
}

/** True where a log may hold lines of this service: its own, or that of the service it was merged into. */
export function holdsLinesOf({ logs }: ServiceTarget, service: Service): boolean {
  return logs?.writers.includes(service) === true;
}

/** The answer where there are no logs to ask. */
export function unseen(fault: Fault): Answer {
  return passOn(fault, LOGS_UNSEEN);
}

/** A sentence of at most 160 bytes, with how much of the logs it rests on where that is not everything. */
export function say(text: string, { pods, podsRead, gaps }: ServiceLogs): SafeText {
  const part = podsRead < pods ? `; ${podsRead} of ${pods} pods read` : '';
  const missing = gaps.length === 0 ? '' : `; ${gaps[0] ?? ''}${gaps.length > 1 ? ` and ${gaps.length - 1} more` : ''}`;
  return sentence(text + part + missing);
}

/** `3 times in pod core-daemon-x, last at 12:00:03 UTC, by node-persistence` */
export function where(sightings: readonly LogSighting[], target: ServiceTarget): string {
  const count = sightings.reduce((sum, sighting) => sum + sighting.count, 0);
  const pods = [...new Set(sightings.map(({ pod }) => pod))].toSorted();
  const last =
    sightings
      .map(({ lastTime }) => lastTime)
      .toSorted()
      .at(-1) ?? '';
  const by = [...new Set(sightings.map(({ component }) => component))].filter(
    (component) => isService(component) && component !== target.id,
  );
  const place = pods.length === 1 ? `pod ${pods[0] ?? ''}` : `${pods.length} pods`;
  const merged = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  return `${count === 1 ? 'once' : `${count} times`} in ${place}${merged}, last at ${last.slice(11, 19)} UTC`;
}
