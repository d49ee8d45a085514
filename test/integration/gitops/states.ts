// A report in every state that GitOps tools meet, as the operator writes it and the API server hands it back.
import { healthReportStatus, type HealthReportStatus } from '../../../src/api/health-report.ts';
import { outdatedStatus, staleStatus, stalledStatus, suspendedStatus } from '../../../src/report/index.ts';
import { finding, report, run, runs } from '../../unit/judge/fixtures.ts';

export interface ReportInState {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly suspend?: boolean };
  readonly status?: HealthReportStatus;
}

const now = new Date();
const occasion = { previous: undefined, generation: 1, now };
const REFUSED = { 'database/node-persistence/connect': 'DatabaseMissing' } as const;
const of = (findings: Parameters<typeof report>[0]): HealthReportStatus => report(findings, undefined, { now }).status;
const good = of(run());
/** Two runs; the second one started now. */
const after = (first: Parameters<typeof run>[0], second: Parameters<typeof run>[0]): HealthReportStatus => {
  const [before] = runs([run(first)], { now: new Date(now.getTime() - 60_000) });
  return report(run(second), before?.status, { now }).status;
};
const DAY_AGO = { lastRunTime: secondsAgo(86_400), freshUntil: secondsAgo(85_800) };

function secondsAgo(seconds: number): string {
  return `${new Date(now.getTime() - seconds * 1_000).toISOString().slice(0, 19)}Z`;
}

const inState = (status: HealthReportStatus | undefined, generation = 1, spec = {}): ReportInState => ({
  metadata: { name: 'prod', generation },
  spec,
  ...(status === undefined ? {} : { status: healthReportStatus.parse(JSON.parse(JSON.stringify(status))) }),
});

/** No operator of ours says Reconciling, which the API declares; what reads a status must know it all the same. */
const FIRST_RUN: HealthReportStatus = {
  ...healthReportStatus.parse({}),
  observedGeneration: 1,
  conditions: [
    ...healthReportStatus.parse({}).conditions,
    {
      type: 'Reconciling',
      status: 'True',
      reason: 'Running',
      message: 'A run is under way.',
      lastTransitionTime: secondsAgo(0),
    },
  ],
};

export const STATES = {
  'no status': inState(undefined),
  'the status that the definition defaults to': inState(healthReportStatus.parse({})),
  'a first run under way': inState(FIRST_RUN),
  'an old generation': inState(good, 2),
  healthy: inState(good),
  warning: inState(of(run({ 'database/circuit-storage/connections': 'DatabaseConnectionsHigh' }))),
  failing: inState(of(run(REFUSED))),
  'a first bad run, not confirmed': inState(after({}, REFUSED)),
  'a first good run after bad ones': inState(after(REFUSED, {})),
  'a question without an answer': inState(of(run({ 'key-management/jwt/state': 'CheckerNotAuthorized' }))),
  'no database, bucket or key examined': inState(of([finding('core-daemon/health', 'pass')])),
  'stale, as a live operator says': inState(staleStatus({ ...good, ...DAY_AGO }, now)),
  'of a dead operator, a day old': inState({ ...good, ...DAY_AGO }),
  suspended: inState(suspendedStatus({ ...occasion, previous: good }), 1, { suspend: true }),
  'stalled: a spec that cannot be used': inState(stalledStatus(occasion, 'SpecInvalid', 'spec.interval is none')),
  'an outdated definition': inState(outdatedStatus(good, 1, now, 'v1 and v2')),
} as const satisfies Record<string, ReportInState>;

export type State = keyof typeof STATES;
