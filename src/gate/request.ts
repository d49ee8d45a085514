// Does a status answer the run that a gate asked for? By cause where possible (a token that was set after ours was
// handled), by the clock only where the operator's has not been seen to run ahead of the API server's.
import type { HealthReportStatus } from '../api/health-report.ts';

export interface Asked {
  /** The value that this gate gave the request annotation. */
  readonly token: string;
  /** The API server's Date on the request; undefined when it gave none. */
  readonly at: Date | undefined;
  /** `lastRunTime` of the status at the time of the request: a run that was known then is not an answer. */
  readonly before: string | undefined;
  /** `lastHandledRequest` at that time: whoever sets that value again is not told apart from who set it first. */
  readonly handledBefore: string | undefined;
  /** Tokens that replaced ours: whoever set them asked later, so their run answers us too. */
  readonly later: readonly string[];
  /** The operator's clock was seen to run ahead of the API server's: a start "after the request" proves nothing. */
  readonly clockAhead: boolean;
}

/** The longest token that a status echoes whole. */
const ECHOED = 256;

/** True when a run that started after the request has been written. `now`: the API server's Date on this reading. */
export function answers(status: HealthReportStatus, asked: Asked, now: Date): boolean {
  const { lastHandledRequest, lastRunTime } = status;
  if (lastHandledRequest !== undefined) {
    if ([asked.token, ...asked.later].some((token) => token.slice(0, ECHOED) === lastHandledRequest)) return true;
  }
  if (asked.clockAhead || asked.at === undefined || lastRunTime === undefined || lastRunTime === asked.before)
    return false;
  const started = Date.parse(lastRunTime);
  // Both are whole seconds, cut: only a later second is certainly later.
  return started > asked.at.getTime() && started <= now.getTime();
}

/** What another look at the object adds to what is known of the request. */
export function seenAgain(
  asked: Asked,
  seen: {
    readonly annotation: string | undefined;
    readonly status: HealthReportStatus | undefined;
    readonly now: Date | undefined;
  },
): Asked {
  const { annotation, status, now } = seen;
  const started = Date.parse(status?.lastRunTime ?? '');
  const clockAhead = asked.clockAhead || (now !== undefined && started > now.getTime());
  const known = [asked.token, asked.handledBefore, ...asked.later];
  const isNew = annotation !== undefined && !known.includes(annotation);
  return { ...asked, clockAhead, later: isNew ? [...asked.later, annotation] : asked.later };
}
