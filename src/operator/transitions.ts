// Events: one for each root cause that appears or clears, for each change of the verdict and for each setting that moved,
// never for symptoms.
import type { HealthReportStatus } from '../api/health-report.ts';
import { saidOfCheck } from '../facts/sentence.ts';
import type { ReportEvent } from '../kube/events.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';

/** Events' notes are cut at the API server's limit. In bytes. */
const NOTE_BYTES = 1024;

/** What to tell about the way from `before` to `after`. Empty when nothing of note changed. */
export function transitionEvents(
  before: HealthReportStatus | undefined,
  after: HealthReportStatus,
  at: Date,
): readonly ReportEvent[] {
  const earlier = new Map((before?.rootCauses ?? []).map((cause) => [cause.check, cause]));
  const later = new Map((after.rootCauses ?? []).map((cause) => [cause.check, cause]));
  const changed = changesOf(after);
  const events: ReportEvent[] = [];
  for (const cause of later.values()) {
    if (earlier.get(cause.check)?.fault === cause.fault) continue;
    const check = after.checks?.find(({ id }) => id === cause.check);
    if (check?.muted === true) continue;
    const symptoms = cause.affects?.length ?? 0;
    events.push({
      at,
      identity: ['root-cause', cause.check, cause.fault, check?.since ?? after.lastRunTime ?? ''],
      type: 'Warning',
      reason: cause.fault,
      note: saidOfCheck(
        cause.check,
        `${check?.message ?? 'fails'}${symptoms > 0 ? ` (explains ${symptoms} more)` : ''}. ${changed === undefined ? '' : `${changed} `}${advice(after, cause.check)}`,
        NOTE_BYTES,
      ),
    });
  }
  for (const cause of earlier.values()) {
    if (later.has(cause.check)) continue;
    const check = after.checks?.find(({ id }) => id === cause.check);
    if (check?.state === 'fail') continue;
    events.push({
      at,
      identity: ['recovered', cause.check, check?.since ?? after.lastRunTime ?? ''],
      type: 'Normal',
      reason: 'Recovered',
      note: saidOfCheck(
        cause.check,
        `${cause.fault} is over${check === undefined ? ', the check is gone' : ''}.`,
        NOTE_BYTES,
      ),
    });
  }
  for (const { time, moved } of after.transitions ?? []) {
    if (moved === undefined || before === undefined || time !== after.lastRunTime) continue;
    events.push({ at, identity: ['setting', moved, time], type: 'Normal', reason: 'SettingMoved', note: cut(moved) });
  }
  if (before !== undefined && before.observedGeneration >= 0 && before.verdict !== after.verdict) {
    events.push({
      at,
      identity: ['verdict', before.verdict, after.verdict, after.lastRunTime ?? ''],
      type: after.verdict === 'Failing' ? 'Warning' : 'Normal',
      reason: `Verdict${after.verdict}`,
      note: cut(
        `${before.verdict} → ${after.verdict}${after.rootCause === undefined ? '' : `: ${after.rootCause}`}${changed === undefined ? '' : `. ${changed}`}`,
      ),
    });
  }
  return events;
}

/** What moved since everything was well, before the advice: it is what anybody asks first. That it never was is no news. */
function changesOf({ lastHealthy, sinceHealthy }: HealthReportStatus): string | undefined {
  return lastHealthy === undefined ? undefined : sinceHealthy;
}

function advice(status: HealthReportStatus, checkId: string): string {
  const id = status.checks?.find((check) => check.id === checkId)?.citations?.[0]?.id;
  const entry = status.citations?.find((citation) => citation.id === id);
  return entry === undefined ? '' : `Next: ${entry.nextSteps} [${entry.id}] ${entry.url}`;
}

/** What comes from a status went through `redact` once; here it is only brought to its length. */
function cut(note: string): SafeText {
  return redact(note, [], NOTE_BYTES);
}
