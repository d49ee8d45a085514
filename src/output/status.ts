// What `status` prints: reports as they are stored, and whether they may be believed.
import type { Formats } from './format.ts';
import { renderJson, renderYaml, type ReportObject } from './object.ts';
import { renderReport, renderSummary, type Shown } from './report.ts';

export interface StoredReport extends Shown {
  readonly object: ReportObject;
  readonly stale: boolean;
  /** Whether the report may be believed, in a sentence. */
  readonly freshness: string;
}

export interface Stored {
  readonly reports: readonly StoredReport[];
  /** One report was asked for by its name: it is told whole. */
  readonly whole: boolean;
  /** Good and skipped questions too. */
  readonly all: boolean;
}

export const STATUS_FORMATS = {
  table: ({ reports, whole, all }, paint) =>
    whole
      ? reports
          .map((report) => {
            const lines = renderReport(report, all, paint);
            // What may no longer hold is not to be read before that is known.
            return (report.stale ? [report.freshness, '', ...lines] : [...lines, '', report.freshness]).join('\n');
          })
          .join('\n')
      : [
          ...renderSummary(reports, paint),
          ...reports
            .filter(({ stale }) => stale)
            .map(({ namespace, name, freshness }) => `${namespace}/${name}: ${freshness}`),
        ].join('\n'),
  json: ({ reports }) => renderJson(reports.map(({ object }) => object)),
  yaml: ({ reports }) => renderYaml(reports.map(({ object }) => object)),
} as const satisfies Formats<Stored>;
