// Reports as a list: one line each, as `kubectl get healthreports` shows them.
import { type Cell, type Paint, plain, table, USUAL_WIDTH } from './columns.ts';
import { allPrintable } from './printable.ts';
import { conditionStatus, VERDICT_STYLE, type Shown } from './report.ts';

export interface Listed extends Shown {
  /** How long ago the last run started, and the report was made: `42s`, `3d`. */
  readonly lastRun?: string;
  readonly age?: string;
}

const HEADER = ['NAMESPACE', 'NAME', 'VERDICT', 'HEALTHY', 'UPGRADEABLE', 'LAST-RUN', 'AGE', 'ROOT-CAUSE'] as const;

export function renderSummary(reports: readonly Listed[], paint: Paint = plain, width = USUAL_WIDTH): string[] {
  const rows = reports
    .map(allPrintable<Listed>)
    .map(({ namespace, name, status, lastRun, age }): Cell[] => [
      { text: namespace },
      { text: name },
      { text: status.verdict, style: VERDICT_STYLE[status.verdict] },
      { text: status.healthy ?? '-' },
      { text: conditionStatus(status, 'Upgradeable') },
      { text: lastRun ?? '-' },
      { text: age ?? '-' },
      { text: status.rootCause ?? '' },
    ]);
  return table(HEADER, rows, width, paint);
}
