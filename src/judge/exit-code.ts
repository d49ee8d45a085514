// From a report to an exit code: what `check` returns, and what `gate` starts from. Fail-closed: no evidence is never 0.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { HealthReportStatus } from '../api/health-report.ts';

/** The exit code that a freshly made status stands for. `failOn: 'warn'` makes warnings count. */
export function exitCodeOf(status: HealthReportStatus, failOn: 'fail' | 'warn'): ExitCode {
  switch (status.verdict) {
    case 'Failing':
      return EXIT.fail;
    case 'Unknown':
      return EXIT.unknown;
    case 'Warning':
      return failOn === 'warn' ? EXIT.warn : EXIT.pass;
    case 'Healthy':
      return EXIT.pass;
  }
}
