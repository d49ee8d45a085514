// What a fault means to the judgement, said once beside its code.

/** What a check says in one run. `error`: could not be evaluated; never a pass, never a fail. */
export const RESULTS = ['pass', 'warn', 'fail', 'error', 'skip'] as const;
export type Result = (typeof RESULTS)[number];

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface FaultTraits {
  readonly result: Exclude<Result, 'pass'>;
  readonly severity: Severity;
  /** One sentence: what was observed. Shown in the fault reference. */
  readonly meaning: string;
  /** Of an upgrade: why it blocks, or why it only warns. Shown in the reference of the upgrade checks. */
  readonly because?: string;
  /** Counts in the first run, whatever the thresholds. */
  readonly atOnce?: true;
  /** Counts after this many runs instead of `thresholds.failure`. */
  readonly confirmAfter?: number;
  /** A target with this fault explains the explainable faults of those that depend on it. */
  readonly explainsDependents?: true;
  /** A dependency can explain it, so it may be a symptom. */
  readonly explainable?: true;
  /** Lies beneath the other faults of its target: of those that a dependency could explain, this one leads. */
  readonly beneath?: true;
  /** Speaks of the server, not of the one target on it: several targets of a server with it are one failure. */
  readonly serverWide?: true;
  /** Says that the target could not be reached at all: the checker's vantage may be to blame, not the target. */
  readonly vantage?: true;
  /** Worth knowing, and nothing that anybody on call can change: it is shown, and makes no report a warning. */
  readonly note?: true;
  /**
   * Speaks of whoever asked (the role, its password or certificate, its line in pg_hba.conf, its URL): where those who
   * use the target are seen to be well, the trouble is the report's own.
   */
  readonly asker?: true;
  /**
   * Our own trouble, on independent evidence that the thing itself is well: it leaves a failure as good answers do. An
   * error without such evidence never does.
   */
  readonly acquits?: true;
  /** Stays until a mute acknowledges it. */
  readonly latches?: true;
}
