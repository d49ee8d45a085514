// What a gate decided about one report, and why: handed from the judgement to output, to the command and to /gate.
import type { ExitCode } from '../api/exit-codes.ts';
import type { Result, Severity } from '../api/faults/traits.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { GateReason } from './reasons.ts';

/** One check that the gate speaks of, with what the guide says. */
export interface GateFinding {
  readonly check: string;
  /** Raw: of the last run. */
  readonly result: Result;
  readonly fault?: string | undefined;
  readonly severity?: Severity | undefined;
  readonly message: SafeText;
  /** Id of the check whose failure explains this one. */
  readonly explainedBy?: SafeText;
  /** What to do about the fault, with the names of this report; absent for what another failure explains. */
  readonly remedy?: {
    readonly say: SafeText;
    /** Each for a shell. */
    readonly commands: readonly SafeText[];
    /** Statements of an AWS policy, as JSON. */
    readonly policies: readonly SafeText[];
  };
  readonly citation?: {
    readonly id: string;
    readonly title: SafeText;
    readonly cause: SafeText;
    readonly nextSteps: SafeText;
    readonly url: SafeText;
    readonly source: 'guide' | 'ours';
  };
}

/** One target of the installation and the good answer that it was believed on. */
export interface GateEvidence {
  /** `core-daemon`, `database/node-persistence` */
  readonly target: string;
  /** Id of the check that was answered. */
  readonly check: string;
  readonly message: SafeText;
}

export interface GateDecision {
  readonly exitCode: ExitCode;
  readonly reason: GateReason;
  /** One sentence. */
  readonly message: SafeText;
  /** Another look later may decide otherwise. */
  readonly waiting: boolean;
  /** Worst first. */
  readonly blockers: readonly GateFinding[];
  /** Required questions without an answer, and changes that wait for confirmation. */
  readonly unanswered: readonly GateFinding[];
  readonly warnings: readonly GateFinding[];
  /** Worth knowing, and nothing that anybody could change: they never count, not with --fail-on warn either. */
  readonly notes: readonly GateFinding[];
  /** What each service and backend was believed on. */
  readonly evidence: readonly GateEvidence[];
  /** Findings that a mute of the spec silences: they do not block, and nobody should forget them. */
  readonly muted: readonly GateFinding[];
  /** Findings that --skip left out. */
  readonly skipped: readonly GateFinding[];
  /** What nobody looked at: a sentence each. */
  readonly notExamined: readonly SafeText[];
  /** The same in few lines, one for each cause: `30 questions wait for database/node-persistence`. */
  readonly notExaminedByCause: readonly SafeText[];
  /** Start of the run that was judged, RFC 3339 UTC. */
  readonly lastRunTime?: string | undefined;
}

/** A decision with the report that it is about. */
export interface GateAnswer extends GateDecision {
  readonly namespace: string;
  readonly name: string;
  /** The value of the request annotation; absent with --no-refresh. */
  readonly request?: string | undefined;
  /** What --override gave as its reason, and the exit code that it replaced. */
  readonly override?: { readonly reason: SafeText; readonly replaced: ExitCode };
}
