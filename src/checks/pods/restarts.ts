// Restarts of containers that are ready again: kubectl shows a number, and behind it somebody is cut off each time.
import type { FaultNames } from '../../api/fault-names.ts';
import type { FaultCode } from '../../api/faults.ts';
import type { Container, Pod, Workload } from '../../facts/workload.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { activePods, RECENT_MS, type Trouble } from './trouble.ts';

export const RESTART_FAULTS = ['ContainerRestarting', 'ContainerRestarted'] as const satisfies readonly FaultCode[];

/** So many restarts, with less than this between them on average, are a loop that is slower than a back-off. */
const REPEATED_RESTARTS = 3;
const REPEATED_WITHIN_MS = 60 * 60_000;

/** The worst restart of late: repeated ones before a single one, and then the latest. */
export function restartTrouble(workload: Workload, now: Date): Trouble | undefined {
  const restarts = activePods(workload)
    .filter(({ ready }) => ready)
    .flatMap((pod) => pod.containers.flatMap((container) => restartOf(pod, container, now) ?? []));
  const [worst] = restarts.toSorted((a, b) => Number(b.repeated) - Number(a.repeated) || a.agoMs - b.agoMs);
  if (worst === undefined) return undefined;
  return {
    code: worst.repeated ? 'ContainerRestarting' : 'ContainerRestarted',
    words: worst.words,
    names: worst.names,
  };
}

interface Restart {
  readonly repeated: boolean;
  readonly agoMs: number;
  readonly words: string;
  readonly names: FaultNames;
}

function restartOf(pod: Pod, container: Container, now: Date): Restart | undefined {
  const { name, restarts, lastTermination: last } = container;
  const endedAt = Date.parse(last?.finishedAt ?? '');
  if (restarts === 0 || last === undefined || Number.isNaN(endedAt)) return undefined;
  const agoMs = Math.max(0, now.getTime() - endedAt);
  const livedMs = now.getTime() - Date.parse(pod.createdAt ?? '');
  const everyMs = livedMs / restarts;
  // What is put beside the application may come and go without it.
  const isApplication = container === pod.containers[0];
  const repeated = isApplication && restarts >= REPEATED_RESTARTS && everyMs <= REPEATED_WITHIN_MS;
  // Between two restarts of a slow loop the pod is ready for longer than a single restart is remembered.
  if (agoMs > (repeated ? Math.max(RECENT_MS, 2 * everyMs) : RECENT_MS)) return undefined;
  const times = restarts === 1 ? 'was restarted' : `was restarted ${restarts} times, the last`;
  const words = `container ${name} of pod ${pod.name} ${times} ${formatDuration(agoMs)} ago (${causeOf(pod, container)})`;
  return { repeated, agoMs, words, names: { pod: pod.name, container: name } };
}

/** The kubelet tells in an Event that a probe failed; the container only that it was killed. */
function causeOf({ warnings = [] }: Pod, { lastTermination }: Container): string {
  const exit = `exit code ${lastTermination?.exitCode ?? ''}`;
  const probe = warnings
    .filter(({ reason }) => reason === 'Unhealthy')
    .map(({ message }) => /^(Liveness|Startup) probe (?:failed|errored)/.exec(message)?.[1])
    .find((one) => one !== undefined);
  if (probe !== undefined) return `by its ${probe.toLowerCase()} probe, ${exit}`;
  const reason = lastTermination?.reason ?? '';
  return reason === '' || reason === 'Error' ? exit : `${reason}, ${exit}`;
}
