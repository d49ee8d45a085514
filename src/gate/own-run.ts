// What `check` concludes from the run that it just made: the gate's own judgement, so that both say the same of the
// same findings. Freshness is no question here.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { HealthReportStatus, Verdict } from '../api/health-report.ts';
import type { Waiver } from '../judge/upgradeable.ts';
import { decideGate } from './decide.ts';
import type { GateDecision } from './decision.ts';
import type { ReportPlace } from './finding.ts';

/**
 * Judges a status that this process made a moment ago. `spec.suspend` tells the operator to rest, not whoever runs
 * `check`, so it does not count.
 */
export function decideOwnRun(
  status: HealthReportStatus,
  {
    waive,
    failOn,
    report,
  }: { readonly waive: readonly Waiver[]; readonly failOn: 'fail' | 'warn'; readonly report?: ReportPlace },
): GateDecision {
  return decideGate({
    status,
    report,
    generation: status.observedGeneration,
    suspended: false,
    waive,
    asked: undefined,
    maxAgeMs: undefined,
    failOn,
    skips: [],
    now: new Date(status.lastRunTime ?? Number.NaN),
  });
}

/** The exit code that a verdict alone would suggest: where the decision is another one, people are told why. */
export function suggestedExit(verdict: Verdict, failOn: 'fail' | 'warn'): ExitCode {
  switch (verdict) {
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
