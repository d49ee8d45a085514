// Condition types and reasons that are not faults. Both are an API: change one and somebody's script breaks.

/** The conditions that every status carries, with the schema defaults Unknown/Pending. */
export const SUMMARY_CONDITIONS = ['Ready', 'Healthy', 'Upgradeable'] as const;

/** Conditions of negative polarity: present only while True (kstatus reads both). */
export const ABNORMAL_CONDITIONS = ['Reconciling', 'Stalled'] as const;

/** What each of those says. */
export const CONDITION_MEANINGS = {
  Ready: 'The report is current and covers what the spec asks. It says nothing about Recognize.',
  Healthy: 'The roll-up over the components: False if one fails, Unknown if one cannot be judged.',
  Upgradeable: 'Nothing speaks against an upgrade now. Judged on the last run alone; Unknown is no permission.',
  Reconciling: 'Present only while True: a run for this generation is under way.',
  Stalled: 'Present only while True: nothing at all can be evaluated.',
} as const satisfies Record<(typeof SUMMARY_CONDITIONS)[number] | (typeof ABNORMAL_CONDITIONS)[number], string>;

/** Reasons that say something other than a fault's code. Reason of a failing condition = the first fault's code. */
export const REASONS = {
  Healthy: 'Every question that was asked has a good answer.',
  PassingWithWarnings: 'Nothing fails, but something deserves a look.',
  ReportCurrent: 'The report is current and covers what the spec asks.',
  PartlyExamined: 'The report is current, but a part of what the spec asks was not examined.',
  Upgradeable: 'Nothing that was seen speaks against an upgrade now.',
  Pending: 'No run has finished yet.',
  Confirming: 'A change was seen and waits for the runs that confirm it.',
  Stale: 'The last run is older than the report promises; what it says may no longer hold.',
  NothingExamined: 'Not a single question could be asked.',
  NotExamined: 'A part of the installation that an upgrade depends on was not examined.',
  Muted: 'Everything that was found about it is muted.',
  Suspended: 'spec.suspend is true.',
  SpecInvalid: 'The spec cannot be used; the message names the field.',
  Running: 'A run is under way.',
  CrdOutdated:
    'The installed CRD is older than this operator; mend it with `recognize-health crd | kubectl apply --server-side -f -`.',
} as const;

export type Reason = keyof typeof REASONS;

/** metav1.Condition. Times are RFC 3339 UTC with whole seconds. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  observedGeneration: number;
  lastTransitionTime: string;
  reason: string;
  message: string;
}
