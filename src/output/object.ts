// A report as the object that would be written: several of them as a List or as documents.
import { API_VERSION, KIND } from '../api/names.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { jsonText, yamlText } from './format.ts';

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
  return jsonText(
    reports.length === 1 && first !== undefined
      ? first
      : { apiVersion: 'v1', kind: 'List', metadata: {}, items: reports },
  );
}

/** One YAML document a report. */
export function renderYaml(reports: readonly ReportObject[]): string {
  return reports.map(yamlText).join('\n---\n');
}
