// Writes a report's status by server-side apply: fenced, so that a run never overwrites what it has not seen.
import { API_VERSION, FIELD_MANAGER, KIND } from '../api/names.ts';
import type { HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';

export interface AppliedStatus {
  /** The fence of the next write. */
  readonly resourceVersion: string;
}

/**
 * Applies the whole status under our field manager, with force: what somebody else wrote into it is ours again.
 * `resourceVersion` is the fence: 409 Conflict when the object changed since it was read; read it again, check uid and
 * lease, and decide anew. Applying what is there already leaves the resourceVersion as it is.
 */
export async function applyStatus(
  api: KubeApi,
  report: Pick<ReportMetadata, 'name' | 'namespace' | 'resourceVersion'>,
  status: HealthReportStatus,
  signal: AbortSignal,
): Promise<ApiResult<AppliedStatus>> {
  const { name, namespace, resourceVersion } = report;
  const answer = await api.call<{ metadata?: { resourceVersion?: string } }>(
    RULES.applyReportStatus,
    { namespace, name, query: { fieldManager: FIELD_MANAGER, force: true } },
    {
      signal,
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace, resourceVersion }, status },
    },
  );
  if (!answer.ok) return answer;
  return { ...answer, value: { resourceVersion: answer.value.metadata?.resourceVersion ?? '' } };
}
