// Exit codes of `check` and `gate`. An API: pipelines branch on them. No evidence is never 0.

export const EXIT = {
  /** Everything that was asked passes (warnings too, unless `--fail-on warn`). */
  pass: 0,
  /** A defect in recognize-health itself. */
  internal: 1,
  /** Usage, a bad file, not found, forbidden. */
  usage: 2,
  /** Something fails or blocks. */
  fail: 3,
  /** A warning, with `--fail-on warn`. */
  warn: 4,
  /** Stale or unknown, or the API server cannot be reached. */
  unknown: 5,
  /** `--timeout` passed. */
  timeout: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** With several reports: 3 before 5 before 6 before 4 before 0; usage and internal errors before all. */
const PRECEDENCE: readonly ExitCode[] = [EXIT.internal, EXIT.usage, EXIT.fail, EXIT.unknown, EXIT.timeout, EXIT.warn];

/** The exit code of several reports together; no report at all is `unknown`. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  if (codes.length === 0) return EXIT.unknown;
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.pass;
}
