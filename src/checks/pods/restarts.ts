// Restarts of containers that are ready again: kubectl shows a number, and behind it somebody is cut off each time.
import type { FaultNames } from '../../api/fault-names.ts';
import type { FaultCode } from '../../api/faults.ts';
import type { Container, Pod, Workload } from '../../facts/workload.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { counterGrowth, MOST_COUNTERS } from '../counter-growth.ts';
import { activePods, RECENT_MS, type Trouble } from './trouble.ts';

export const RESTART_FAULTS = ['ContainerRestarting', 'ContainerRestarted'] as const satisfies readonly FaultCode[];

/** So many restarts, with less than this between them on average, are a loop that is slower than a back-off. */
const REPEATED_RESTARTS = 3;
const REPEATED_WITHIN_MS = 60 * 60_000;

/** What earlier runs tell of restarts. */
export interface RestartsBefore {
  /** When the last run began: a restart since then was told by nobody yet. */
  readonly lastRun?: Date | undefined;
  /** How often the runs saw the application restarted in that time, by pod. */
  readonly seen?: { readonly restarts: ReadonlyMap<string, number>; readonly overMs: number };
}

/** Restarts that the runs saw themselves are counted over this time; an old pod that begins to loop shows it here alone. */
const COUNTED_MS = 2 * 60 * 60_000;
/** Longer than any interval. */
const LONGEST_PAUSE_MS = 25 * 60 * 60_000;

/** How often the runs saw the application of each pod restarted, and the memory of it for the next run. */
export function restartsSeen(
  workloads: readonly Workload[],
  baseline: string | undefined,
  now: Date,
): { readonly seen?: NonNullable<RestartsBefore['seen']>; readonly baseline?: string } {
  const counters = workloads
    .flatMap(activePods)
    .flatMap(({ name, containers: [container] }) =>
      container === undefined || container.restarts === 0 ? [] : [{ name, container }],
    )
    .toSorted((a, b) => endOf(b.container) - endOf(a.container))
    .slice(0, MOST_COUNTERS)
    .map(({ name, container }) => ({ name, count: container.restarts }));
  if (counters.length === 0 && baseline === undefined) return {};
  const growth = counterGrowth(counters, baseline, now.getTime(), COUNTED_MS, LONGEST_PAUSE_MS);
  return { seen: { restarts: growth.each, overMs: growth.overMs }, baseline: growth.baseline };
}

/** In ms; 0 for one that never ended. */
function endOf({ lastTermination }: Container): number {
  const at = Date.parse(lastTermination?.finishedAt ?? '');
  return Number.isNaN(at) ? 0 : at;
}

/** The worst restart of late: repeated ones before a single one, and then the latest. */
export function restartTrouble(workload: Workload, now: Date, before: RestartsBefore = {}): Trouble | undefined {
  const restarts = activePods(workload)
    .filter(({ ready }) => ready)
    .flatMap((pod) => pod.containers.flatMap((container) => restartOf(pod, container, now, before) ?? []));
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

function restartOf(pod: Pod, container: Container, now: Date, { lastRun, seen }: RestartsBefore): Restart | undefined {
  const { name, restarts, lastTermination: last } = container;
  const endedAt = endOf(container);
  if (restarts === 0 || last === undefined || endedAt === 0) return undefined;
  const agoMs = Math.max(0, now.getTime() - endedAt);
  const livedMs = now.getTime() - Date.parse(pod.createdAt ?? '');
  // What is put beside the application may come and go without it.
  const isApplication = container === pod.containers[0];
  const everyMs = Math.min(everyOf(restarts, livedMs), everyOf(seen?.restarts.get(pod.name) ?? 0, seen?.overMs ?? 0));
  const repeated = isApplication && everyMs <= REPEATED_WITHIN_MS;
  // Between two restarts of a slow loop the pod is ready for longer than a single restart is remembered.
  const sinceLastRunMs = lastRun === undefined ? 0 : now.getTime() - lastRun.getTime();
  const recentMs = Math.max(RECENT_MS, sinceLastRunMs, repeated ? 2 * everyMs : 0);
  if (agoMs > recentMs) return undefined;
  const times = restarts === 1 ? 'was restarted' : `was restarted ${restarts} times, the last`;
  const words = `container ${name} of pod ${pod.name} ${times} ${formatDuration(agoMs)} ago (${causeOf(pod, container)})`;
  return { repeated, agoMs, words, names: { pod: pod.name, container: name } };
}

/** The time between two restarts on average; no time when they are too few to be a loop. */
function everyOf(restarts: number, overMs: number): number {
  return restarts < REPEATED_RESTARTS ? Number.POSITIVE_INFINITY : overMs / restarts;
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
