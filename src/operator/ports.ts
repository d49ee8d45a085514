// What the reconciler needs of the outside, as functions: kube/ gives the real ones, tests give their own.
import type { HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import type { ReportEvent } from '../kube/events.ts';

/** A HealthReport as the watch last showed it. The spec is unvalidated: an older CRD may have let it through. */
export interface ObservedReport {
  readonly metadata: ReportMetadata;
  readonly spec: unknown;
  readonly status: HealthReportStatus | undefined;
  /** Who besides us owns a part of the status. Of a fresh read alone: the watch does not keep it. */
  readonly writers?: readonly string[];
  /** The status's, where it is known without reading the status. */
  readonly freshUntil?: string | undefined;
}

/** What of a stored status was not what we had written. */
export interface Alteration {
  readonly fields: readonly string[];
  /** By the API server's own account; empty when it names nobody but us. */
  readonly by: readonly string[];
}

export type WriteResult =
  | {
      readonly kind: 'Written';
      /** The version that the write led to. */
      readonly resourceVersion?: string;
      /** What an apply alone did not put right. */
      readonly alteration?: Alteration;
    }
  /** Somebody changed the object since: read it again. */
  | { readonly kind: 'Conflict' }
  | { readonly kind: 'Gone' }
  /** The installed CRD does not declare a field that we write. */
  | { readonly kind: 'CrdOutdated'; readonly detail: string }
  /** Anything that another try may mend: unreachable, 429, 5xx. */
  | { readonly kind: 'Failed'; readonly detail: string; readonly retryAfterMs?: number };

/** The part of the API that a reconcile uses. None of these throws but for the signal's Stop. */
export interface ReportApi {
  /** A fresh read; undefined when it is gone. */
  get(namespace: string, name: string, signal: AbortSignal): Promise<ObservedReport | undefined | 'Unreachable'>;
  /** Makes the stored status this one, whoever wrote into it; fenced by `resourceVersion`. */
  applyStatus(metadata: ReportMetadata, status: HealthReportStatus, signal: AbortSignal): Promise<WriteResult>;
  /**
   * Says in the stored status that the installed CRD is too old, and changes nothing else in it. The status as it is
   * now; undefined when it could not be written.
   */
  markOutdated(
    metadata: ReportMetadata,
    detail: string,
    now: Date,
    signal: AbortSignal,
  ): Promise<HealthReportStatus | undefined>;
  recordEvent(metadata: ReportMetadata, event: ReportEvent, signal: AbortSignal): Promise<void>;
}

/** One line for each thing that happens; the message is constant, what varies is in the fields. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}
