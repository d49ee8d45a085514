// Alerts, capacity, platform: what the guide asks to watch beyond "is it up".
import type { FaultTraits } from './traits.ts';

export const CONCERN_FAULTS = {
  ErrorRateHigh: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'A service logs more errors than the threshold within the window.',
  },
  StartFailed: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning: 'A service failed to start and its pod is still not ready.',
  },
  SignatureInvalid: {
    result: 'fail',
    severity: 'critical',
    atOnce: true,
    latches: true,
    meaning: 'auth-vault met a well-formed signature that does not verify: possible key tampering.',
  },
  LimitsBelowTested: {
    result: 'warn',
    severity: 'low',
    meaning: "A service's limits are below those of the vendor's test.",
  },
  ReplicasAboveTested: {
    result: 'warn',
    severity: 'low',
    meaning: 'A service may run more pods than the vendor tested.',
  },
  LatencyAboveTested: {
    result: 'warn',
    severity: 'low',
    meaning: "The 95th percentile of a service's answers is above 500 ms.",
  },
  PlatformOutsideTested: {
    result: 'warn',
    severity: 'info',
    note: true,
    meaning: 'The platform is outside what the vendor supports or tested.',
  },
  MuteUnmatched: {
    result: 'warn',
    severity: 'info',
    meaning: 'A mute names nothing that this report has.',
  },
} as const satisfies Record<string, FaultTraits>;
