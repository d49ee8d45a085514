// What can be seen of a Recognize service: its workload and its health endpoint.
import type { FaultTraits } from './traits.ts';

export const SERVICE_FAULTS = {
  ServiceAddressUnresolved: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: "The service's host name does not resolve.",
  },
  ServiceRefused: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: 'The service refuses connections.',
  },
  ServiceTimeout: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: 'The service did not answer, or not completely, before the deadline.',
  },
  ServiceUnreachable: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: 'The connection to the service broke or was not possible.',
  },
  ServiceTlsFailed: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: "The service's certificate does not verify: wrong name, unknown authority, or expired.",
  },
  ServiceCertificateExpiring: {
    result: 'warn',
    severity: 'high',
    meaning: 'The certificate of the service ends within 30 days.',
  },
  HealthDown: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: 'The health endpoint says DOWN or OUT_OF_SERVICE, or answers with a server error.',
  },
  HealthPathMissing: {
    result: 'fail',
    severity: 'medium',
    meaning: 'The health path that the spec names is not there, is closed to us, or redirects.',
  },
  HealthNotReadable: {
    result: 'skip',
    severity: 'info',
    meaning: 'The default health path is not there or is closed; the workload and an answering port decide.',
  },
  HealthStatusUnrecognized: {
    result: 'error',
    severity: 'medium',
    meaning: 'The health endpoint names a status that is neither UP nor DOWN.',
  },
  HealthBodyInvalid: {
    result: 'error',
    severity: 'medium',
    meaning: 'The health endpoint answers with something that is not the JSON it should be.',
  },
  HealthBodyTooLarge: {
    result: 'error',
    severity: 'medium',
    meaning: 'The health endpoint sends more than 64 KiB.',
  },
  NoReadyEndpoints: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: 'The Service has no ready endpoint to ask.',
  },
  ServiceMissing: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'A service that was there, or that the spec requires, is gone.',
  },
  ScaledToZero: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: 'The workload asks for no replica at all.',
  },
  ReplicasUnavailable: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    explainable: true,
    meaning: 'Fewer replicas are available than the workload asks for.',
  },
  CrashLooping: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: 'A container starts, ends, and is started again.',
  },
  SidecarCrashLooping: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: "A container beside the application's, or one before it, starts, ends, and is started again.",
  },
  ImagePullFailed: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: "A container's image cannot be pulled.",
  },
  OutOfMemory: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: 'A container was killed because it reached its memory limit.',
  },
  PodsUnschedulable: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: 'No node takes the pod.',
  },
  PoolExhausted: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'Every connection of a database pool was in use while callers waited for one.',
  },
  MetricsNotReadable: {
    result: 'skip',
    severity: 'info',
    meaning: 'The service does not show its metrics, or not these, or not to us; nothing is known from them.',
  },
  RolloutStuck: {
    result: 'fail',
    severity: 'high',
    meaning: 'A rollout passed its progress deadline.',
  },
} as const satisfies Record<string, FaultTraits>;
