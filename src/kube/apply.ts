// Writes a report's status: server-side apply, fenced, so that a run never overwrites what it has not seen; and a merge
// patch for what an apply cannot take back, because it owns only what it sets.
import { API_VERSION, FIELD_MANAGER, KIND } from '../api/names.ts';
import type { HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import type { ReportObject } from './reports.ts';
import { RULES } from './rules.ts';
import { statusWriters } from './writers.ts';

/** What is stored after a write. */
export interface AppliedStatus {
  /** The fence of the next write. */
  readonly resourceVersion: string;
  readonly status: unknown;
  /** Who besides us owns a part of it. */
  readonly writers: readonly string[];
}

type Place = Pick<ReportMetadata, 'name' | 'namespace' | 'resourceVersion'>;

/**
 * Applies the whole status under our field manager, with force: what somebody else wrote into it is ours again, but for
 * fields that we do not set.
 * `resourceVersion` is the fence: 409 Conflict when the object changed since it was read; read it again, check uid and
 * lease, and decide anew. Applying what is there already leaves the resourceVersion as it is.
 */
export async function applyStatus(
  api: KubeApi,
  { name, namespace, resourceVersion }: Place,
  status: HealthReportStatus,
  signal: AbortSignal,
): Promise<ApiResult<AppliedStatus>> {
  const answer = await api.call<ReportObject>(
    RULES.applyReportStatus,
    { namespace, name, query: { fieldManager: FIELD_MANAGER, force: true } },
    {
      signal,
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace, resourceVersion }, status },
    },
  );
  return applied(answer);
}

/** Takes back, by a merge patch of the status and under the same fence, what is not ours. */
export async function correctStatus(
  api: KubeApi,
  { name, namespace, resourceVersion }: Place,
  patch: object,
  signal: AbortSignal,
): Promise<ApiResult<AppliedStatus>> {
  const answer = await api.call<ReportObject>(
    RULES.applyReportStatus,
    { namespace, name, query: { fieldManager: FIELD_MANAGER } },
    { signal, contentType: 'application/merge-patch+json', body: { metadata: { resourceVersion }, status: patch } },
  );
  return applied(answer);
}

function applied(answer: ApiResult<ReportObject>): ApiResult<AppliedStatus> {
  if (!answer.ok) return answer;
  const { metadata, status } = answer.value;
  const writers = statusWriters(metadata.managedFields);
  return { ...answer, value: { resourceVersion: metadata.resourceVersion ?? '', status, writers } };
}
