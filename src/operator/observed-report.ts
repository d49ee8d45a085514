// A HealthReport as the API gives it, as the controller takes it. The spec stays unread: reconcile judges it.
import { healthReportStatus } from '../api/health-report.ts';
import type { ReportObject } from '../kube/reports.ts';
import type { ObservedReport } from './ports.ts';

/** A status that we cannot read (of a newer operator) counts as none: the next write replaces it. */
export function observed(object: ReportObject): ObservedReport {
  const { name, namespace, uid, generation, resourceVersion, annotations } = object.metadata;
  const status = healthReportStatus.safeParse(object.status ?? {});
  return {
    metadata: {
      name,
      namespace: namespace ?? '',
      uid: uid ?? '',
      generation: generation ?? 0,
      resourceVersion: resourceVersion ?? '',
      annotations: annotations ?? {},
    },
    spec: object.spec,
    status: status.success ? status.data : undefined,
  };
}
