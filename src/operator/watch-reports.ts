// The watch of the reports: one in each namespace that was asked for, read as one.
import type { KubeApi } from '../kube/call.ts';
import { createReflector, type Reflector, type ReflectorNote } from '../kube/reflector.ts';
import { joinReflectors } from '../kube/reflectors.ts';
import { RULES } from '../kube/rules.ts';
import type { Clock } from '../runtime/clock.ts';
import { keptReport, type KeptReport } from './kept-report.ts';

/** A watch that has been silent for longer is stalled: bookmarks come about once a minute. */
const STALLED_MS = 90_000;

export interface WatchReportsInput {
  readonly api: KubeApi;
  /** Empty: all namespaces, with one watch. */
  readonly namespaces: readonly string[];
  /** A label selector, as the API server reads it. */
  readonly selector: string | undefined;
  readonly clock: Clock;
  /** A report that is there or has changed. */
  readonly onReport: (report: KeptReport) => void;
  /** A report that is gone or is being deleted. */
  readonly onGone: (namespace: string, name: string) => void;
  readonly onNote: (note: ReflectorNote) => void;
}

/** The watches as one reflector; nothing is asked before it runs. */
export function watchReports(input: WatchReportsInput): Reflector<KeptReport> {
  const watchIn = (namespace: string | undefined): Reflector<KeptReport> =>
    createReflector<KeptReport>({
      api: input.api,
      list: RULES.listReports,
      watch: RULES.watchReports,
      params: { namespace, query: { labelSelector: input.selector } },
      clock: input.clock,
      random: Math.random,
      reduce: keptReport,
      onChange: (key, object) => {
        if (object !== undefined && !isLeaving(object)) {
          input.onReport(object);
          return;
        }
        const [gone = '', name = ''] = key.split('/');
        input.onGone(gone, name);
      },
      onNote: input.onNote,
    });
  return joinReflectors((input.namespaces.length === 0 ? [undefined] : input.namespaces).map(watchIn));
}

/** Reports that are there and stay. */
export function keptReports(reflector: Reflector<KeptReport>): readonly KeptReport[] {
  return reflector.keys().flatMap((key) => reflector.get(key) ?? []);
}

/** Being deleted: only a finalizer holds it. */
export function isLeaving(report: KeptReport): boolean {
  return report.metadata.deletionTimestamp !== undefined;
}

/** Why what the watch knows must not be relied on; undefined when it may. */
export function staleWatch(
  reflector: Pick<Reflector<KeptReport>, 'synced' | 'lastEventAt'>,
  clock: Clock,
): string | undefined {
  if (!reflector.synced()) return 'the reports have not been listed yet';
  const silentMs = clock.monotonicMs() - (reflector.lastEventAt() ?? 0);
  return silentMs > STALLED_MS
    ? `the watch of the reports has been silent for ${Math.round(silentMs / 1_000)} s`
    : undefined;
}
