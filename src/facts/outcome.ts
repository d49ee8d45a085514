// What comes back from the outside: a value, or a coded fault. Nothing that talks to the world throws past its room.
import type { FaultNames } from '../api/fault-names.ts';
import type { FaultCode } from '../api/faults.ts';
import type { SafeText } from '../runtime/safe-text.ts';

/** What went wrong: the code for programs, the detail for people (one sentence, redacted, without the advice). */
export interface Fault {
  readonly code: FaultCode;
  readonly detail: SafeText;
  /** What the other side said, where it said anything: an excerpt that shows the fault. */
  readonly evidence?: SafeText;
  /** What a remedy has to name, where the target as such does not have it: the pod that loops, the action that is missing. */
  readonly names?: FaultNames;
}

export type Failed = { readonly ok: false; readonly fault: Fault };

export type Outcome<T> = { readonly ok: true; readonly value: T } | Failed;

export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed(code: FaultCode, detail: SafeText, evidence?: SafeText): Failed {
  return { ok: false, fault: evidence === undefined ? { code, detail } : { code, detail, evidence } };
}

/** A failure with what its remedy has to name. */
export function named(failure: Failed, names: FaultNames): Failed {
  return { ok: false, fault: { ...failure.fault, names } };
}
