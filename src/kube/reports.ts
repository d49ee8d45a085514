// HealthReports as the API gives them, and as the rest of the program takes them: parsed, or with the reason why not.
import {
  healthReportStatus,
  type HealthReport,
  type HealthReportStatus,
  type ReportMetadata,
} from '../api/health-report.ts';
import { REQUEST_ANNOTATION } from '../api/names.ts';
import { type Problem, validateSpec } from '../api/validate.ts';
import { literal } from '../runtime/safe-text.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { dropManagedFields, type Listed, listAll } from './list.ts';
import { RULES } from './rules.ts';
import { statusWriters } from './writers.ts';

/** The object as it is stored: what a reflector keeps. */
export interface ReportObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    /** Dropped by lists, watches and `getReport`. */
    readonly managedFields?: unknown;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export type ParsedReport =
  | { readonly ok: true; readonly report: HealthReport }
  | { readonly ok: false; readonly metadata: ReportMetadata; readonly problems: readonly Problem[] };

/**
 * Reads an object. A spec that an older definition let through is told with its problems; a status that we cannot read
 * (of a newer operator) counts as none: it is replaced by the next write.
 */
export function parseReport(object: ReportObject): ParsedReport {
  const metadata = metadataOf(object);
  const spec = validateSpec(object.spec ?? {});
  if (!spec.ok) return { ok: false, metadata, problems: spec.problems };
  return { ok: true, report: { metadata, spec: spec.spec, status: parseStatus(object.status) } };
}

/** What we read of an object's metadata, with what a server always sends filled in where a double does not. */
export function metadataOf({ metadata }: ReportObject): ReportMetadata {
  const { name, namespace, uid, generation, resourceVersion, annotations, creationTimestamp } = metadata;
  return {
    name,
    namespace: namespace ?? '',
    uid: uid ?? '',
    generation: generation ?? 0,
    resourceVersion: resourceVersion ?? '',
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    annotations: annotations ?? {},
  };
}

/** A status that we cannot read (of a newer operator) is none. */
export function parseStatus(status: unknown): HealthReportStatus | undefined {
  if (status === undefined) return undefined;
  const parsed = healthReportStatus.safeParse(status);
  return parsed.success ? parsed.data : undefined;
}

/** One report. */
export async function getReport(
  api: KubeApi,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ApiResult<ReportObject>> {
  const answer = await api.call<ReportObject>(RULES.getReport, { namespace, name }, { signal });
  if (answer.ok) dropManagedFields(answer.value);
  return answer;
}

/** One report with who besides us owns a part of its status. */
export async function getReportWithWriters(
  api: KubeApi,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ApiResult<{ readonly object: ReportObject; readonly writers: readonly string[] }>> {
  const answer = await api.call<ReportObject>(RULES.getReport, { namespace, name }, { signal });
  if (!answer.ok) return answer;
  const writers = statusWriters(answer.value.metadata.managedFields);
  dropManagedFields(answer.value);
  return { ...answer, value: { object: answer.value, writers } };
}

/** The reports of a namespace, or of all. */
export async function listReports(
  api: KubeApi,
  where: { readonly namespace?: string | undefined; readonly selector?: string | undefined },
  signal: AbortSignal,
): Promise<ApiResult<Listed<ReportObject>>> {
  const query = where.selector === undefined ? {} : { labelSelector: where.selector };
  const listed = await listAll<ReportObject>(api, RULES.listReports, { namespace: where.namespace, query }, signal);
  // A list is there even when it is empty, and in a namespace that is not: what misses is the definition.
  return listed.ok || listed.fault.code !== 'NotFound'
    ? listed
    : { ok: false, fault: { ...listed.fault, message: NO_DEFINITION } };
}

/** What a 404 of a list means, and what to do. */
const NO_DEFINITION = literal(
  'The cluster does not know HealthReports: install the definition with recognize-health crd | kubectl apply --server-side -f -.',
);

/**
 * Asks for a run: gives the request annotation a new value. `serverDate` of the answer is the API server's clock, by
 * which a run that started after the request can be told.
 *
 * @param dryRun only asks whether that would be allowed: rights and webhooks answer, and nothing is written
 */
export function requestRun(
  api: KubeApi,
  namespace: string,
  name: string,
  token: string,
  signal: AbortSignal,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<ApiResult<ReportObject>> {
  const patch = { metadata: { annotations: { [REQUEST_ANNOTATION]: token } } };
  return patchReport(api, namespace, name, patch, signal, { dryRun });
}

/** Merges `patch` into a report. With a resourceVersion in it a report that somebody changed since is a Conflict. */
export function patchReport(
  api: KubeApi,
  namespace: string,
  name: string,
  patch: object,
  signal: AbortSignal,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<ApiResult<ReportObject>> {
  const contentType = 'application/merge-patch+json';
  const params = { namespace, name, ...(dryRun ? { query: { dryRun: 'All' } } : {}) };
  return api.call<ReportObject>(RULES.requestRun, params, { signal, contentType, body: patch });
}
