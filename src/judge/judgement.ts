// What a judgement is: every check with its state, the failures that nothing else explains, and the roll-ups.
import type { Component } from '../api/components.ts';
import type { Reason } from '../api/conditions.ts';
import type { FaultNames } from '../api/fault-names.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Result, Severity } from '../api/faults/traits.ts';
import type { CheckStatus, CitationRef, Verdict } from '../api/health-report.ts';
import type { Entry } from '../guide/entry.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { Thresholds } from './hysteresis.ts';

/** One question with its answer of this run and its state over the runs. Times are RFC 3339 UTC. */
export interface JudgedCheck {
  readonly id: string;
  readonly component: Component;
  readonly targetId: string;
  readonly required: boolean;
  readonly feeds: 'Healthy' | 'Upgradeable';
  /** Raw: of this run. */
  readonly result: Result;
  /** The raw fault of this run. */
  readonly observed: FaultCode | undefined;
  /** After the thresholds. */
  readonly state: Result;
  /** Runs in a row that speak for `toward`; 0 when nothing waits for confirmation. */
  readonly streak: number;
  readonly toward: Result | undefined;
  /** Runs in a row without an answer. */
  readonly unanswered: number;
  /** The fault to show: that of a bad state that still holds, else the observed one. `message` belongs to it. */
  readonly fault: FaultCode | undefined;
  readonly severity: Severity | undefined;
  readonly message: SafeText;
  readonly evidence: SafeText | undefined;
  readonly basis: CitationRef['basis'];
  /** What a remedy of the fault may name. */
  readonly names?: FaultNames | undefined;
  readonly entry: Entry | undefined;
  readonly since: string;
  readonly suppressedBy: string | undefined;
  /** Runs since what explained it cleared. */
  readonly clearing: number;
  readonly muted: boolean;
  readonly mutedAs: CheckStatus['mutedAs'];
  readonly latchedSince: string | undefined;
  readonly baseline: string | undefined;
}

export interface RootCause {
  readonly check: JudgedCheck;
  readonly fault: FaultCode;
  /** Ids of the checks that it explains, sorted. */
  readonly affects: readonly string[];
}

/** A roll-up: the status of a condition, why, and the checks that decide, worst first. */
export interface Roll {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: FaultCode | Reason;
  readonly checks: readonly JudgedCheck[];
}

export interface ComponentRoll extends Roll {
  readonly component: Component;
  readonly state: Result;
}

export interface Judgement {
  /** In the order of components, then by id. */
  readonly checks: readonly JudgedCheck[];
  /** Worst first. */
  readonly rootCauses: readonly RootCause[];
  /** Components that exist and have a condition. */
  readonly components: readonly ComponentRoll[];
  readonly healthy: Roll;
  readonly upgradeable: Roll;
  readonly verdict: Verdict;
  /** What confirms a change. */
  readonly thresholds: Thresholds;
}
