// One report examined by the operator: with what is kept of its namespace, its Secrets, and a line in the metrics.
import type { HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import { requestToken } from '../api/request-token.ts';
import type { Clients } from '../clients/clients.ts';
import { examine } from '../examine.ts';
import type { KubeApi } from '../kube/call.ts';
import { namespaceSecrets } from '../kube/secrets.ts';
import type { SharedNamespaces } from '../kube/shared-namespaces.ts';
import type { Clock } from '../runtime/clock.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { Metrics, RunResult } from './metrics.ts';
import type { Log } from './ports.ts';
import type { Examine } from './reconcile.ts';
import { stackOf } from './stack-of.ts';

export interface ExamineReportInput {
  readonly api: KubeApi;
  readonly clients: Clients;
  /** What the reports of one namespace read together. */
  readonly shared: Pick<SharedNamespaces, 'read'>;
  /** Secrets without the label `recognize.health/use: "true"` are not used. */
  readonly requireSecretLabel: boolean;
  /** Secrets that only pods name are not used. */
  readonly podSecretsOff: boolean;
  readonly clock: Clock;
  readonly skew: Pick<ClockSkew, 'aheadMs'>;
  readonly metrics: Pick<Metrics, 'runEnded'>;
  readonly log: Pick<Log, 'error'>;
}

/** The runs of an operator. A run that its signal ended is counted by whoever ended it. */
export function examineReport(input: ExamineReportInput): Examine {
  const { api, clients, shared, requireSecretLabel, podSecretsOff, clock, skew, metrics, log } = input;
  return async ({ metadata, spec, previous, signal }) => {
    const { namespace, generation, creationTimestamp: madeAt } = metadata;
    const started = clock.monotonicMs();
    const startedAt = clock.now();
    const ended = (result: RunResult): void => metrics.runEnded(result, (clock.monotonicMs() - started) / 1_000);
    const status = await examine({
      namespace,
      generation,
      spec,
      previous,
      objects: await shared.read({ namespace, isFresh: isAsked(metadata, previous), now: startedAt }, signal),
      secrets: namespaceSecrets(api, namespace, { requireLabel: requireSecretLabel }),
      podSecretsOff,
      clients,
      clock,
      startedAt,
      clockAheadMs: skew.aheadMs(),
      ...(madeAt === undefined ? {} : { madeAt }),
      signal,
      onDefect: (where, error) => log.error({ namespace, where, error: stackOf(error) }, 'a check broke'),
    }).catch((error: unknown) => {
      if (!signal.aborted) ended('broke');
      throw error;
    });
    ended('examined');
    return status;
  };
}

/** Somebody waits for what this run finds: it must not rest on what a watch told a moment ago. */
function isAsked(metadata: ReportMetadata, previous: HealthReportStatus | undefined): boolean {
  const request = requestToken(metadata.annotations);
  const isRequested = request !== undefined && request !== previous?.lastHandledRequest;
  return isRequested || (previous !== undefined && previous.observedGeneration !== metadata.generation);
}
