// What `status` prints: reports as they are stored, and whether they may be believed.
import { USUAL_WIDTH, wrap } from './columns.ts';
import { overDocuments } from './document.ts';
import type { Formats } from './format.ts';
import { renderJson, renderYaml, type ReportObject } from './object.ts';
import { renderReport } from './report.ts';
import { renderSummary, type Listed } from './summary.ts';
import type { Told } from './view.ts';

export interface StoredReport extends Listed {
  readonly object: ReportObject;
  readonly stale: boolean;
  /** Whether the report may be believed, in a sentence. */
  readonly freshness: string;
  /** What the gate says of it as it stands, for documents. */
  readonly told: Told;
}

export interface Stored {
  readonly reports: readonly StoredReport[];
  /** One report was asked for by its name: it is told whole. */
  readonly whole: boolean;
  /** Good and skipped questions too. */
  readonly all: boolean;
  /** Every question that was not asked. */
  readonly verbose?: boolean;
}

export const STATUS_FORMATS = {
  table: ({ reports, whole, all, verbose }, paint, columns) => {
    const width = columns ?? USUAL_WIDTH;
    return whole
      ? reports
          .map((report) => {
            const lines = renderReport({ ...report, windows: report.told.windows }, { all, verbose, width }, paint);
            const freshness = columns === undefined ? [report.freshness] : wrap(report.freshness, columns);
            // What may no longer hold is not to be read before that is known.
            return (report.stale ? [...freshness, '', ...lines] : [...lines, '', ...freshness]).join('\n');
          })
          .join('\n')
      : [
          // Whoever reads a list without a terminal reads it by lines.
          ...renderSummary(reports, paint, columns ?? Number.POSITIVE_INFINITY),
          ...reports
            .filter(({ stale }) => stale)
            .flatMap(({ namespace, name, freshness }) =>
              wrap(`${namespace}/${name}: ${freshness}`, columns ?? Infinity),
            ),
        ].join('\n');
  },
  json: ({ reports }) => renderJson(reports.map(({ object }) => object)),
  yaml: ({ reports }) => renderYaml(reports.map(({ object }) => object)),
  ...overDocuments(({ reports }: Stored) => reports.map(({ told }) => told)),
} as const satisfies Formats<Stored>;
