// A report as the object that would be written: JSON or YAML, several of them as a List or as documents.
import { stringify } from 'yaml';
import { API_VERSION, KIND } from '../api/names.ts';
import type { HealthReportStatus } from '../api/health-report.ts';

export interface ReportObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: unknown;
  readonly status: HealthReportStatus;
}

/** Puts a status under the object that it belongs to. `metadata` and `spec` stay as the user wrote them. */
export function reportObject(
  metadata: Readonly<Record<string, unknown>>,
  spec: unknown,
  status: HealthReportStatus,
): ReportObject {
  return { apiVersion: API_VERSION, kind: KIND, metadata, spec, status };
}

/** One object as itself, several as a v1 List: what `kubectl get -o json` does. */
export function renderJson(reports: readonly ReportObject[]): string {
  const [first] = reports;
  return JSON.stringify(
    reports.length === 1 && first !== undefined
      ? first
      : { apiVersion: 'v1', kind: 'List', metadata: {}, items: reports },
    null,
    2,
  );
}

/** One YAML document a report. */
export function renderYaml(reports: readonly ReportObject[]): string {
  return reports
    .map((report) => stringify(report, { lineWidth: 120, aliasDuplicateObjects: false }))
    .join('---\n')
    .trimEnd();
}
