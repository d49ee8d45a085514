// What the operator answers over HTTP: whether it is ready, its metrics, and /gate, from the watch's copies of the reports.
import { gateAnswer } from '../gate/http-answer.ts';
import type { KubeApi } from '../kube/call.ts';
import type { Reflector } from '../kube/reflector.ts';
import { getReport } from '../kube/reports.ts';
import type { Clock } from '../runtime/clock.ts';
import { admission } from './admission.ts';
import { serveEndpoints, type Endpoints, type ListenAddress } from './endpoints.ts';
import { gateSource } from './gate-source.ts';
import { countedKept, wholeReport, type KeptReport } from './kept-report.ts';
import type { Metrics } from './metrics.ts';
import { summarise } from './summary.ts';
import { keptReports, staleWatch } from './watch-reports.ts';

export interface ServeInput {
  readonly api: KubeApi;
  readonly reflector: Reflector<KeptReport>;
  readonly listen: ListenAddress;
  /** Who asks /metrics and /gate must show a token of the cluster. */
  readonly authenticate: boolean;
  /** How old the confirmation of a copy may be that /gate judges without a read. */
  readonly gateMaxAgeMs: number;
  readonly metrics: Metrics;
  /** How long the report that waits longest for a worker has waited. */
  readonly oldestMs: () => number;
  readonly clock: Clock;
}

/** Metrics are gathered once for all who ask within this: a thousand reports have a megabyte of them. */
const GATHERED_MS = 1_000;

/** Listens. Rejects when the port is taken. */
export async function serve(input: ServeInput): Promise<Endpoints> {
  const { api, reflector, metrics, clock } = input;
  const source = gateSource({
    reflector: {
      synced: () => reflector.synced(),
      confirmed: () => reflector.confirmed(),
      get: (key) => {
        const kept = reflector.get(key);
        return kept === undefined ? undefined : wholeReport(kept);
      },
    },
    read: (namespace, name, signal) => getReport(api, namespace, name, signal),
    maxAgeMs: input.gateMaxAgeMs,
    clock,
  });
  let gathered: { readonly at: number; readonly text: Promise<Buffer> } | undefined;
  const gather = async (): Promise<Buffer> => {
    metrics.setWaiting(input.oldestMs() / 1_000);
    metrics.setReports(summarise(keptReports(reflector).map(countedKept), clock.now()));
    return Buffer.from(await metrics.text());
  };
  return serveEndpoints({
    ...input.listen,
    admission: input.authenticate ? admission(api, clock) : undefined,
    notReady: () => staleWatch(reflector, clock),
    gate: async (namespace, name) => gateAnswer({ namespace, name }, await source(namespace, name), clock.now()),
    metrics: {
      contentType: metrics.contentType,
      text: () => {
        const now = clock.monotonicMs();
        if (gathered === undefined || now - gathered.at >= GATHERED_MS) gathered = { at: now, text: gather() };
        return gathered.text;
      },
    },
  });
}
