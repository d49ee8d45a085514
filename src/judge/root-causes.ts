// Which failures explain which: joins targets by their dependencies, so that one lost database is one root cause and
// not nine alarms. Only what a dependency can explain is suppressed, only by what explains dependents, and nothing is
// changed by it but who is told: results, states and conditions stay.
import { traits, type FaultCode } from '../api/faults.ts';
import { isService, type Component } from '../api/components.ts';
import type { Result, Severity } from '../api/faults/traits.ts';
import type { Edge } from '../product/dependencies.ts';
import { byBadness, isBad, worst } from './order.ts';

export interface Suspect {
  readonly id: string;
  readonly targetId: string;
  /** Which server the target is on; targets of one server may share a failure. */
  readonly server: string | undefined;
  readonly result: Result;
  readonly state: Result;
  readonly fault: FaultCode | undefined;
  readonly observed: FaultCode | undefined;
  readonly severity: Severity | undefined;
  readonly latchedSince: string | undefined;
  /** Components that its log line names as the ones at fault. */
  readonly accuses?: readonly Component[];
  /** What the run before said of the same check. */
  readonly before: { readonly suppressedBy?: string | undefined; readonly clearing?: number | undefined } | undefined;
}

export interface Suppression {
  readonly suppressedBy: string;
  /** Runs since the explaining failure cleared; 0 while it lasts. */
  readonly clearing: number;
}

/**
 * Who is suppressed by whom, by check id.
 *
 * A symptom goes to the worst root among everything that its target depends on, however far; targets that depend on
 * each other in a circle count as one. Within one target (or circle) the worst failure leads, one that nothing can
 * explain before one that something could. A fault of the server itself, met by several targets on it, is one failure:
 * the first by rank is the root. When the cause is gone, a symptom that is still bad stays suppressed for
 * `success` + 1 runs, the time that a service needs to come back; a symptom that recovers is simply good.
 *
 * @param success `thresholds.success`
 */
export function explain(
  suspects: readonly Suspect[],
  edges: readonly Edge[],
  success: number,
): ReadonlyMap<string, Suppression> {
  const below = reach(edges);
  const reaches = (from: string, to: string): boolean => below(from).has(to);
  const together = (a: string, b: string): boolean => a === b || (reaches(a, b) && reaches(b, a));
  const deeper = (from: string, to: string): boolean => reaches(from, to) && !reaches(to, from);

  const causes = suspects.filter(isCause).sort(byRank);
  // A root is a cause with no cause below it, or one that nothing can explain; of a circle's several, the first.
  const roots = causes.filter((cause) => {
    if (!isExplainable(cause)) return true;
    if (causes.some((other) => deeper(cause.targetId, other.targetId))) return false;
    return causes.find((other) => together(cause.targetId, other.targetId)) === cause;
  });

  const out = new Map<string, Suppression>();
  for (const suspect of suspects) {
    const leader = roots.includes(suspect) ? leaderOf(suspect, roots) : suspect;
    if (leader !== suspect) {
      out.set(suspect.id, { suppressedBy: leader.id, clearing: 0 });
      continue;
    }
    if (!isExplainable(suspect) || (!isBad(suspect.state) && !isBad(suspect.result))) continue;
    const accused = (cause: Suspect): boolean => isAccused(suspect, cause, reaches);
    const under =
      roots.find((cause) => cause !== suspect && accused(cause)) ??
      // How deep a cause lies explains only a line that accuses nobody: one that names a service speaks of that one.
      (suspect.accuses?.length
        ? undefined
        : roots.find((cause) => cause !== suspect && deeper(suspect.targetId, cause.targetId)));
    const beside = roots.find(
      (cause) => cause !== suspect && together(suspect.targetId, cause.targetId) && !roots.includes(suspect),
    );
    const root = under ?? beside;
    if (root !== undefined) {
      out.set(suspect.id, { suppressedBy: leaderOf(root, roots).id, clearing: 0 });
      continue;
    }
    const before = suspect.before?.suppressedBy;
    // A cause that still fails and merely stopped explaining this one (they changed places) has not cleared.
    if (before === undefined || causes.some(({ id }) => id === before)) continue;
    const clearing = (suspect.before?.clearing ?? 0) + 1;
    if (clearing <= success + 1) out.set(suspect.id, { suppressedBy: before, clearing });
  }
  return out;
}

/** A failure that explains dependents, confirmed or seen in this run: a symptom may be quicker than its cause. */
function isCause({ result, state, fault, observed }: Suspect): boolean {
  if (state === 'fail' && fault !== undefined && traits(fault).explainsDependents === true) return true;
  return result === 'fail' && observed !== undefined && traits(observed).explainsDependents === true;
}

/**
 * Whether the log line of a symptom names the cause: the component that is at fault, or one that depends on it. A
 * backend only where the writer depends on it, since another's database is none of its business.
 */
function isAccused(
  { accuses = [], targetId }: Suspect,
  cause: Suspect,
  reaches: (from: string, to: string) => boolean,
): boolean {
  return accuses.some((component) =>
    isService(component)
      ? component !== targetId && (component === cause.targetId || reaches(component, cause.targetId))
      : cause.targetId.startsWith(`${component}/`) && reaches(targetId, cause.targetId),
  );
}

/** The first root with the same fault of the same server: what its targets share is one failure. */
function leaderOf(root: Suspect, roots: readonly Suspect[]): Suspect {
  const { server, fault } = root;
  if (server === undefined || fault === undefined || traits(fault).serverWide !== true) return root;
  return roots.find((other) => other.server === server && other.fault === fault) ?? root;
}

/** Neither what counts at once nor what is latched is ever a symptom. */
function isExplainable({ fault, observed, latchedSince }: Suspect): boolean {
  if (fault === undefined || latchedSince !== undefined || traits(fault).explainable !== true) return false;
  if (observed === undefined || observed === fault) return traits(fault).atOnce !== true;
  const now = traits(observed);
  return now.explainable === true || now.result === 'error' || now.result === 'skip';
}

/** What nothing can explain first, then what lies beneath the rest of its target, then by (result, severity, id). */
function byRank(a: Suspect, b: Suspect): number {
  return (
    Number(isExplainable(a)) - Number(isExplainable(b)) ||
    Number(isBeneath(b)) - Number(isBeneath(a)) ||
    byBadness({ ...a, result: worst([a.result, a.state]) }, { ...b, result: worst([b.result, b.state]) })
  );
}

function isBeneath({ fault, observed }: Suspect): boolean {
  return [fault, observed].some((code) => code !== undefined && traits(code).beneath === true);
}

/** Everything below a target, itself included only where it is in a circle. Ends on any graph. */
function reach(edges: readonly Edge[]): (from: string) => ReadonlySet<string> {
  const direct = new Map<string, string[]>();
  for (const { from, to } of edges) direct.set(from, [...(direct.get(from) ?? []), to]);
  const known = new Map<string, ReadonlySet<string>>();
  return (from) => {
    const cached = known.get(from);
    if (cached !== undefined) return cached;
    const seen = new Set<string>();
    const open = [...(direct.get(from) ?? [])];
    for (let target = open.pop(); target !== undefined; target = open.pop()) {
      if (seen.has(target)) continue;
      seen.add(target);
      open.push(...(direct.get(target) ?? []));
    }
    known.set(from, seen);
    return seen;
  };
}
