// What a check says: good, or a fault whose traits decide between warn, fail, error and skip.
import type { FaultNames } from '../api/fault-names.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Component } from '../api/components.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { Fault } from './outcome.ts';
import type { Kind, LogSighting, Observations, Observed, TargetOf } from './observed.ts';

export type Answer =
  | {
      readonly kind: 'pass';
      readonly note: SafeText;
      readonly baseline?: string;
      /** Backends that the answer itself shows to be up. A pass about anything else proves nothing about them. */
      readonly vouches?: readonly Component[];
    }
  | {
      readonly kind: 'fault';
      readonly fault: Fault;
      /** An excerpt that shows it: what the other side said. Makes the basis Response, otherwise it is Inferred. */
      readonly evidence?: SafeText | undefined;
      /** `Log` when the evidence is a log line of the guide's; `Inferred` when our own table classified it. */
      readonly basis?: 'Log' | 'Inferred';
      /** What others say at the same moment: evidence, independent of our way there, that the thing itself is well. */
      readonly otherwise?: SafeText;
      /** The signatures that a check of logs saw: they explain, and prove, what others say. */
      readonly sightings?: readonly LogSighting[];
      /** What a remedy may name: of the target, and of the fault. Filled in by `ask`. */
      readonly names?: FaultNames;
      readonly baseline?: string;
    };

/** One question, answered from observations by a pure function. */
export interface Check<K extends Kind> {
  /** Last part of the check's id. */
  readonly question: string;
  readonly about: K;
  /** The component whose condition it counts for, where that is not the target's (capacity, platform). */
  readonly component?: Component;
  readonly feeds: 'Healthy' | 'Upgradeable';
  /** What a pass stands on, and when there is none. Shown in the reference. */
  readonly evidence?: string;
  /** Every fault it can answer with. A contract test holds it to them. */
  readonly faults: readonly FaultCode[];
  /** False when the question makes no sense for this target: it does not appear in the report then. */
  readonly applies?: (target: TargetOf<K>) => boolean;
  /** False when what was seen leaves nothing to ask about: it does not appear then either. */
  readonly arises?: (observed: Observed[K]) => boolean;
  readonly ask: (seen: Seen<K>) => Answer;
}

export interface Seen<K extends Kind> {
  readonly target: TargetOf<K>;
  readonly observed: Observed[K];
  readonly all: Observations;
  /** What was seen first, from the status. */
  readonly baseline?: string;
  /** When the last run began; not known in the first one. */
  readonly lastRun?: Date;
  readonly now: Date;
}

/** Any check. The registry holds these; `ask` is only called with the kind it is about. */
export type AnyCheck = { readonly [K in Kind]: Check<K> }[Kind];

/** An answer with its place in the report: what `judge` starts from. */
export interface Finding {
  /** `core-daemon/health`, `database/node-persistence/connect`, `capacity/core-daemon/limits` */
  readonly id: string;
  readonly component: Component;
  /** The target that dependency edges join: `core-daemon`, `database/node-persistence`, … */
  readonly targetId: string;
  readonly required: boolean;
  readonly feeds: 'Healthy' | 'Upgradeable';
  readonly answer: Answer;
}

export function pass(note: SafeText, baseline?: string): Answer {
  return baseline === undefined ? { kind: 'pass', note } : { kind: 'pass', note, baseline };
}

/** A pass that shows backends to be up as well. */
export function vouching(answer: Answer, vouches: readonly Component[]): Answer {
  return answer.kind === 'pass' && vouches.length > 0 ? { ...answer, vouches } : answer;
}

/** An answer with a fault. The evidence is the fault's own unless the check has a better excerpt. */
export function found(fault: Fault, evidence: SafeText | undefined = fault.evidence): Answer {
  return evidence === undefined ? { kind: 'fault', fault } : { kind: 'fault', fault, evidence };
}
