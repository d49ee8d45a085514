// --skip and --override of `gate`: an Event of the report says who opened it and why. What cannot be recorded does not
// count.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { KubeApi } from '../kube/call.ts';
import { createEvent } from '../kube/events.ts';
import { systemClock } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { refused } from './await-report.ts';
import { undecided } from './decide.ts';
import type { GateAnswer } from './decision.ts';
import { GATE_REASONS } from './reasons.ts';

/** What a person decided against the findings. */
export interface Exception {
  /** The reason that --override gave. */
  readonly override?: string;
}

/** Records what --skip and --override left out, and only then lets it count. `uid` is '' when there is no report. */
export async function recordException(
  answer: GateAnswer,
  uid: string,
  options: Exception,
  api: KubeApi,
  signal: AbortSignal,
): Promise<GateAnswer> {
  const overridable: readonly ExitCode[] = [EXIT.fail, EXIT.warn, EXIT.unknown, EXIT.timeout];
  const override = options.override !== undefined && uid !== '' && overridable.includes(answer.exitCode);
  if (!override && answer.skipped.length === 0) return answer;
  const reason = redact(options.override ?? '', [], 512);
  const left = answer.skipped.map(({ check }) => check).join(', ');
  const parts = [
    ...(override ? [`The gate was overridden (exit code ${answer.exitCode}, ${answer.reason}): ${reason}.`] : []),
    ...(left === '' ? [] : [`The gate left out ${left}.`]),
    ...(override && answer.blockers.length > 0
      ? [`Blockers: ${answer.blockers.map(({ check, fault, result }) => `${check} (${fault ?? result})`).join(', ')}.`]
      : []),
  ];
  const event = await createEvent(
    api,
    { name: answer.name, namespace: answer.namespace, uid },
    {
      by: 'gate',
      // Each gate tells its own story, even when two say the same.
      identity: ['gate', randomUUID()],
      type: 'Warning',
      reason: override ? 'GateOverridden' : 'GateSkipped',
      note: redact(parts.join(' '), [], 1024),
      at: systemClock.now(),
    },
    hostname(),
    signal,
  );
  if (!event.ok) {
    const { exitCode, message } = refused(event.fault);
    const decision = undecided(
      'NotRecorded',
      exitCode,
      false,
      undefined,
      redact(`${GATE_REASONS.NotRecorded} ${message}`, [], 1024),
    );
    // What blocks stays told: only the conclusion is another one.
    return { ...answer, exitCode: decision.exitCode, reason: decision.reason, message: decision.message };
  }
  return override
    ? {
        ...answer,
        exitCode: EXIT.pass,
        reason: 'Overridden',
        override: { reason, replaced: answer.exitCode },
      }
    : answer;
}
