// What /gate/{namespace}/{name} answers: the same judgement as the command's, on the report that the watch last showed.
import { EXIT } from '../api/exit-codes.ts';
import { parseReport, type ReportObject } from '../kube/reports.ts';
import { redact } from '../runtime/safe-text.ts';
import { decideGate, undecided } from './decide.ts';
import type { GateAnswer, GateDecision } from './decision.ts';

export interface GateHttpAnswer {
  /** 200: pass. 412: something blocks. 503: stale, unknown, or no such report here. */
  readonly status: 200 | 412 | 503;
  readonly body: Omit<GateAnswer, 'waiting'>;
}

/**
 * Asks for no run: the report is as current as the operator keeps it, and past its freshUntil it is no evidence.
 *
 * @param notReady why this process' copy cannot be trusted; undefined when it can
 * @param now our own clock: a replica that only watches has no other
 */
export function gateAnswer(
  report: { readonly namespace: string; readonly name: string },
  object: ReportObject | undefined,
  notReady: string | undefined,
  now: Date,
): GateHttpAnswer {
  const { waiting: _, ...decision } = decisionOf(object, notReady, now);
  const status = decision.exitCode === EXIT.pass ? 200 : decision.exitCode === EXIT.fail ? 412 : 503;
  return { status, body: { ...report, ...decision } };
}

function decisionOf(object: ReportObject | undefined, notReady: string | undefined, now: Date): GateDecision {
  if (notReady !== undefined) return undecided('Unreachable', EXIT.unknown, false, undefined, redact(notReady));
  if (object === undefined || object.metadata.deletionTimestamp !== undefined)
    return undecided('NotFound', EXIT.usage, false, undefined);
  const parsed = parseReport(object);
  if (!parsed.ok) return undecided('Unreadable', EXIT.unknown, false, undefined);
  const { metadata, spec, status } = parsed.report;
  return decideGate({
    status,
    generation: metadata.generation,
    suspended: spec.suspend,
    waive: spec.upgrade.waive ?? [],
    asked: undefined,
    maxAgeMs: undefined,
    failOn: 'fail',
    skips: [],
    now,
  });
}
