// Keeps the object small: etcd, watches and kubectl all pay for every byte, and an object that the API server refuses
// says nothing at all. The order of what goes first is fixed and documented.
import type { CheckStatus, HealthReportStatus } from '../api/health-report.ts';
import { clip } from '../runtime/safe-text.ts';

/** The whole object: metadata with managedFields, spec and status. */
export const OBJECT_BYTES = 64 * 1024;

/** Of it for the status, when the caller does not say: the rest is a usual spec, metadata and managedFields. */
export const STATUS_BYTES = 56 * 1024;

/** What is left to the status beside this much metadata and spec, in UTF-8 bytes of JSON. Never less than 24 KiB. */
export function statusBudget(otherBytes: number): number {
  // managedFields of the conditions and of the status manager are not in what the caller read: about 6 KiB.
  return Math.min(STATUS_BYTES, Math.max(OBJECT_BYTES - otherBytes - 6 * 1024, 24 * 1024));
}

/** The schema holds no more checks than this. */
const MOST_CHECKS = 320;

/** UTF-8 bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * The status within `budget` bytes. In this order, each step only as far as needed: what the last healthy run saw goes,
 * then what a way back is judged by, then the history, then skipped checks, then passing ones (never a streak, a latch, a baseline or a mute's memory);
 * evidence is shortened and goes; names of remedies go; next steps and causes
 * are shortened, then the conditions' messages, then the checks' own; lists of affected checks and the oldest
 * transitions go; citations from the least needed on. Only if all that does not do (hundreds of findings at once) go
 * findings themselves: suppressed ones first, then the mildest, so that the write is not lost. `truncated` counts
 * every check that went.
 */
export function fitIntoBudget(status: HealthReportStatus, budget: number): HealthReportStatus {
  let current = status;
  for (const shrink of DROPS) {
    if ((current.checks?.length ?? 0) <= MOST_CHECKS) break;
    current = shrink(current, Number.POSITIVE_INFINITY);
  }
  for (const shrink of STEPS) {
    if (jsonBytes(current) <= budget) return current;
    current = shrink(current, budget);
  }
  return current;
}

type Step = (status: HealthReportStatus, budget: number) => HealthReportStatus;

/** Which checks may go, in order. The last three are for hundreds of findings at once. */
const DROPS: readonly Step[] = [
  dropping((check) => isAll(check, ['skip']) && !hasMemory(check)),
  dropping((check) => isAll(check, ['pass', 'skip']) && !hasMemory(check)),
  dropping((check) => check.suppressedBy !== undefined && !hasMemory(check)),
  dropping((check) => check.state !== 'fail' && check.result !== 'fail' && !hasMemory(check)),
  dropping((check) => !hasMemory(check)),
  dropping((check) => check.latchedSince === undefined),
];

const STEPS: readonly Step[] = [
  ({ lastHealthy, ...status }) => ({
    ...status,
    ...(lastHealthy === undefined ? {} : { lastHealthy: { time: lastHealthy.time } }),
  }),
  ({ wayBack: _, ...status }) => status,
  ({ history: _, ...status }) => status,
  ...DROPS.slice(0, 2),
  eachCheck((check) => shortened(check, 'evidence', 96)),
  eachCheck(({ evidence: _, ...check }) => check),
  eachCheck((check) => (check.state === 'fail' ? check : nameless(check))),
  eachCheck(nameless),
  eachCitation(512, 384),
  eachCitation(160, 128),
  eachMessage(768),
  eachMessage(320),
  eachCheck((check) => shortened(check, 'message', 80)),
  (status) => ({ ...status, rootCauses: status.rootCauses?.map(({ affects: _, ...cause }) => cause) }),
  (status) => ({ ...status, transitions: status.transitions?.slice(-5) }),
  (status) => ({ ...status, citations: status.citations?.slice(0, 16) }),
  eachCheck((check) => (check.suppressedBy === undefined ? check : terse(check))),
  eachCheck(terse),
  eachMessage(160),
  ...DROPS.slice(2),
];

/** What the next run needs: without it a streak starts over, a latch is forgotten, a drift goes unseen. */
function hasMemory(check: CheckStatus): boolean {
  return (
    check.streak !== undefined ||
    check.latchedSince !== undefined ||
    check.baseline !== undefined ||
    check.mutedAs !== undefined
  );
}

function isAll({ result, state }: CheckStatus, results: readonly CheckStatus['result'][]): boolean {
  return results.includes(result) && results.includes(state);
}

/** Drops as few checks as needed, from the end of the list, and the citations that only they had. */
function dropping(may: (check: CheckStatus) => boolean): Step {
  return (status, budget) => {
    const checks = status.checks ?? [];
    const dropped = new Set<CheckStatus>();
    let excess = jsonBytes(status) - budget;
    for (const check of [...checks].reverse()) {
      if (excess <= 0 && checks.length - dropped.size <= MOST_CHECKS) break;
      if (!may(check)) continue;
      dropped.add(check);
      excess -= jsonBytes(check) + 1;
      // The citations that only this check had go with it.
      if (excess > 0 && dropped.size % 16 === 0) excess = jsonBytes(drop(status, dropped)) - budget;
    }
    return drop(status, dropped);
  };
}

function drop(status: HealthReportStatus, dropped: ReadonlySet<CheckStatus>): HealthReportStatus {
  if (dropped.size === 0) return status;
  const checks = (status.checks ?? []).filter((check) => !dropped.has(check));
  const cited = new Set(checks.flatMap(({ citations = [] }) => citations.map(({ id }) => id)));
  return {
    ...status,
    checks,
    citations: status.citations?.filter(({ id }) => cited.has(id)),
    truncated: (status.truncated ?? 0) + dropped.size,
  };
}

function eachCheck(change: (check: CheckStatus) => CheckStatus): Step {
  return (status) => ({ ...status, checks: status.checks?.map(change) });
}

function eachCitation(nextSteps: number, cause: number): Step {
  return (status) => ({
    ...status,
    citations: status.citations?.map((citation) => ({
      ...citation,
      cause: clip(citation.cause, cause),
      nextSteps: clip(citation.nextSteps, nextSteps),
    })),
  });
}

function eachMessage(bytes: number): Step {
  return (status) => ({
    ...status,
    conditions: status.conditions.map((condition) => ({ ...condition, message: clip(condition.message, bytes) })),
  });
}

function shortened(check: CheckStatus, field: 'evidence' | 'message', bytes: number): CheckStatus {
  const text = check[field];
  return text === undefined ? check : { ...check, [field]: clip(text, bytes) };
}

/** Without the names of its remedy: then the remedy has its sentence, and fewer commands. */
function nameless({ names: _, ...check }: CheckStatus): CheckStatus {
  return check;
}

/** Without its message, and without its citations where another check leads to the root cause. */
function terse({ message: _, citations, ...check }: CheckStatus): CheckStatus {
  return check.suppressedBy === undefined && citations !== undefined ? { ...check, citations } : check;
}
