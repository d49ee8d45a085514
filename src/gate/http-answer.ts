// What /gate/{namespace}/{name} answers: the same judgement as the command's, on a report that is known to be current.
import { EXIT } from '../api/exit-codes.ts';
import { parseReport, type ReportObject } from '../kube/reports.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import { decideGate, undecided } from './decide.ts';
import type { GateAnswer, GateDecision } from './decision.ts';

/** How the report is known to be what the API server stores: read for this answer, or the watch's copy. */
export interface Confirmed {
  readonly by: 'read' | 'list' | 'bookmark' | 'change';
  /** How long ago. */
  readonly ageMs: number;
}

export interface GateHttpAnswer {
  /** 200: pass. 412: something blocks. 503: stale, unknown, or no such report here. */
  readonly status: 200 | 412 | 503;
  readonly body: Omit<GateAnswer, 'waiting'> & {
    readonly confirmed?: { readonly by: Confirmed['by']; readonly secondsAgo: number };
  };
}

/**
 * Asks for no run: the report is as current as the operator keeps it, and past its freshUntil it is no evidence.
 *
 * @param seen the report, which is undefined when there is none; or why nothing is known of it
 * @param now our own clock: a replica that only watches has no other
 */
export function gateAnswer(
  report: { readonly namespace: string; readonly name: string },
  seen: { readonly object: ReportObject | undefined; readonly confirmed: Confirmed } | { readonly why: SafeText },
  now: Date,
): GateHttpAnswer {
  const { waiting: _, ...decision } =
    'why' in seen ? undecided('Unreachable', EXIT.unknown, false, undefined, seen.why) : decideStored(seen.object, now);
  const status = decision.exitCode === EXIT.pass ? 200 : decision.exitCode === EXIT.fail ? 412 : 503;
  const confirmed =
    'why' in seen ? {} : { confirmed: { by: seen.confirmed.by, secondsAgo: Math.round(seen.confirmed.ageMs / 1_000) } };
  return { status, body: { ...report, ...decision, ...confirmed } };
}

/** What the gate says of a report as it is stored, without asking for a run. */
export function decideStored(object: ReportObject | undefined, now: Date): GateDecision {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined)
    return undecided('NotFound', EXIT.usage, false, undefined);
  const parsed = parseReport(object);
  if (!parsed.ok) return undecided('Unreadable', EXIT.unknown, false, undefined);
  const { metadata, spec, status } = parsed.report;
  return decideGate({
    status,
    report: { namespace: metadata.namespace, name: metadata.name },
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
