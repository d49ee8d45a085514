// What `check` prints: the report that its run would write, or one of the documents that tell the gate's decision.
import type { HealthReportStatus } from '../api/health-report.ts';
import { overDocuments } from './document.ts';
import type { Formats } from './format.ts';
import { renderJson, renderYaml, type ReportObject } from './object.ts';
import { renderReport } from './report.ts';
import type { Told } from './view.ts';

export interface Checked {
  readonly reports: readonly {
    readonly object: ReportObject;
    readonly told: Told & { readonly status: HealthReportStatus };
  }[];
  /** Good and skipped questions too. */
  readonly all: boolean;
  /** Every question that was not asked. */
  readonly verbose?: boolean;
}

export const CHECK_FORMATS = {
  table: ({ reports, all, verbose }, paint, width) =>
    reports.map((report) => renderReport(report.told, { all, verbose, width }, paint).join('\n')).join('\n\n'),
  json: ({ reports }) => renderJson(reports.map(({ object }) => object)),
  yaml: ({ reports }) => renderYaml(reports.map(({ object }) => object)),
  ...overDocuments(({ reports }: Checked) => reports.map(({ told }) => told)),
} as const satisfies Formats<Checked>;
