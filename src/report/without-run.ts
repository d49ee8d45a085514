// Statuses that no run wrote: while suspended, when the spec cannot be used, when time ran out.
// Each contains Ready, Healthy and Upgradeable, and none of them ever says that Recognize is healthy.
import type { Reason } from '../api/conditions.ts';
import type { FaultCode } from '../api/faults.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { clip, visible } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { stampConditions, type Claim } from './conditions.ts';
import { CONDITION_MESSAGE_BYTES, reasonSentence } from './sentences.ts';
import { transitionsOf } from './write-report.ts';

export interface Occasion {
  readonly previous: HealthReportStatus | undefined;
  /** metadata.generation that this speaks of. */
  readonly generation: number;
  readonly now: Date;
}

/** `spec.suspend: true`. Ready is True, because the report is as the spec asks: nothing wedges on it. */
export function suspendedStatus(occasion: Occasion): HealthReportStatus {
  const message = reasonSentence('Suspended');
  return unknownStatus(occasion, 'Suspended', [
    { type: 'Ready', status: 'True', reason: 'Suspended', message },
    ...bothUnknown('Suspended', message),
  ]);
}

/** Nothing at all can be evaluated, and waiting will not help: the message says what to change. */
export function stalledStatus(occasion: Occasion, reason: FaultCode | Reason, message: string): HealthReportStatus {
  const text = clip(visible(message), CONDITION_MESSAGE_BYTES);
  return unknownStatus(occasion, reason, [
    { type: 'Ready', status: 'False', reason, message: text },
    ...bothUnknown(reason, text),
    { type: 'Stalled', status: 'True', reason, message: text },
  ]);
}

/**
 * A report past its `freshUntil`: Healthy and Upgradeable become Unknown, Ready says that it is not current. What was
 * found stays for people to read, and so does observedGeneration: no run has seen a newer one.
 */
export function staleStatus(previous: HealthReportStatus, now: Date): HealthReportStatus {
  const message = `${reasonSentence('Stale')} Last run: ${previous.lastRunTime ?? 'never'}.`;
  const generation = Math.max(previous.observedGeneration, 0);
  const stale = unknownStatus({ previous, generation, now }, 'Stale', [
    { type: 'Ready', status: 'False', reason: 'Stale', message },
    ...bothUnknown('Stale', message),
  ]);
  return { ...stale, observedGeneration: previous.observedGeneration };
}

/**
 * The installed CRD is older than this operator: what was found cannot be written, and what is written stays. Made of
 * the stored status, whose fields that CRD has, and of conditions and verdict, which every version has.
 *
 * @param detail what the API server said, or which versions were seen
 */
export function outdatedStatus(
  stored: HealthReportStatus | undefined,
  generation: number,
  now: Date,
  detail: string,
): HealthReportStatus {
  const message = clip(`${reasonSentence('CrdOutdated')} ${detail}`, CONDITION_MESSAGE_BYTES);
  const status = unknownStatus({ previous: stored, generation, now }, 'CrdOutdated', [
    { type: 'Ready', status: 'False', reason: 'CrdOutdated', message },
    ...bothUnknown('CrdOutdated', message),
  ]);
  const told = { ...status, observedGeneration: stored?.observedGeneration ?? generation };
  // A CRD from before there were transitions refuses the whole write for them.
  if (stored?.transitions === undefined) delete told.transitions;
  return told;
}

/** True for a status that `outdatedStatus` made. */
export function saysOutdated(status: HealthReportStatus | undefined): boolean {
  return status?.conditions.some(({ type, reason }) => type === 'Ready' && reason === 'CrdOutdated') ?? false;
}

/** True when a report must not be believed at `now` any more; a report without a run never was fresh. */
export function isStale(status: HealthReportStatus | undefined, now: Date): boolean {
  return status?.freshUntil === undefined || now.getTime() > Date.parse(status.freshUntil);
}

function bothUnknown(reason: FaultCode | Reason, message: string): Claim[] {
  return (['Healthy', 'Upgradeable'] as const).map((type) => ({ type, status: 'Unknown', reason, message }));
}

/** The status before with its summary replaced; the conditions of components stay as they were last seen. */
function unknownStatus({ previous, generation, now }: Occasion, reason: string, claims: Claim[]): HealthReportStatus {
  const stamp = timestamp(now);
  const replaced = ['Ready', 'Healthy', 'Upgradeable', 'Reconciling', 'Stalled'];
  const conditions = stampConditions(claims, previous, generation, stamp);
  const { rootCause: _, ...rest } = previous ?? { rootCause: undefined };
  return {
    ...rest,
    ...((reason === 'Stale' || reason === 'CrdOutdated') && previous?.rootCause !== undefined
      ? { rootCause: previous.rootCause }
      : {}),
    observedGeneration: generation,
    verdict: 'Unknown',
    conditions: [...conditions, ...(previous?.conditions ?? []).filter(({ type }) => !replaced.includes(type))],
    transitions: transitionsOf(previous, 'Unknown', undefined, stamp),
  };
}
