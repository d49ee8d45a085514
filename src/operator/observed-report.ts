// A HealthReport as the API gives it, as the controller takes it. The spec stays unread: reconcile judges it.
import { metadataOf, parseStatus, type ReportObject } from '../kube/reports.ts';
import type { ObservedReport } from './ports.ts';

/** A status that we cannot read counts as none: the next write replaces it. One that is not there has its defaults. */
export function observed(object: ReportObject): ObservedReport {
  return { metadata: metadataOf(object), spec: object.spec, status: parseStatus(object.status ?? {}) };
}
