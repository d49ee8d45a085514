// Why a gate opens or stays shut. CamelCase, stable: pipelines branch on it.

export const GATE_REASONS = {
  Upgradeable: 'Nothing that was seen speaks against an upgrade.',
  PassingWithWarnings: 'Nothing blocks, but something deserves a look.',
  Warnings: 'Something deserves a look, and --fail-on warn counts it.',
  Blocked: 'Something fails or blocks.',
  Overridden: 'Somebody with the right to do so opened the gate against what was found.',
  NotEvaluated: 'A required question could not be evaluated.',
  Confirming: 'A change was seen and waits for the runs that confirm it.',
  NotExamined: 'A part of the installation that an upgrade depends on was not examined.',
  NotReady: 'The report is not current, or covers nothing.',
  Unexplained: 'The conditions of the report and its checks do not say the same.',
  LeftOut: 'The report does not list every finding that it counts, so it cannot be judged whole.',
  Pending: 'No run has finished yet.',
  OldGeneration: 'The report speaks of an older spec.',
  NotAnswered: 'The run that was asked for has not finished.',
  Stale: 'The report is past its freshUntil: the operator does not keep it current.',
  TooOld: 'The last run is older than --max-age.',
  ClockAhead: 'The last run lies in the future of the API server, so its age cannot be told.',
  NoServerTime: 'The API server did not say what time it is, so the age of the report cannot be told.',
  Suspended: 'spec.suspend is true: nothing keeps the report current.',
  NotFound: 'There is no such report.',
  Deleted: 'The report was deleted, or made anew, while the gate waited.',
  Forbidden: 'The API server refuses this user.',
  Unreachable: 'The API server cannot be reached.',
  Unreadable: 'The report cannot be read.',
  NotPossible: 'The gate did not get as far as a report.',
  NotRecorded: 'A --skip or --override could not be recorded in an Event, so it does not count.',
} as const satisfies Record<string, string>;

export type GateReason = keyof typeof GATE_REASONS;

/** Reasons of a decision that judged a run. The others say why there was none to judge. */
const JUDGED: ReadonlySet<GateReason> = new Set([
  'Upgradeable',
  'PassingWithWarnings',
  'Warnings',
  'Blocked',
  'NotEvaluated',
  'Confirming',
  'NotExamined',
  'Unexplained',
  'LeftOut',
  'NotReady',
]);

/** True when the decision is about what a run saw, good or bad. */
export function isJudged(reason: GateReason): boolean {
  return JUDGED.has(reason);
}
