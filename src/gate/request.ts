// Does a status answer the run that a gate asked for? By cause alone: the operator echoes a token that it saw before the
// run began, and only this gate knew the token before it was set. Clocks and other people's tokens prove nothing: who may
// set an annotation may set any, and a run that is under way began before.
import type { HealthReportStatus } from '../api/health-report.ts';

export interface Asked {
  /** The value that this gate gave the request annotation: random, so that nobody sets it before us. */
  readonly token: string;
  /** `lastRunTime` of the status at the time of the first request: a run that was known then is not an answer. */
  readonly before: string | undefined;
}

/** True when a run that the operator began after it saw the token has been written. */
export function answers(status: HealthReportStatus, { token, before }: Asked): boolean {
  return status.lastHandledRequest === token && status.lastRunTime !== undefined && status.lastRunTime !== before;
}
