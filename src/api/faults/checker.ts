// What lies on our own side: the spec, the Secrets, the rights and the place from which we look.
import type { FaultTraits } from './traits.ts';

export const CHECKER_FAULTS = {
  CheckerNotAuthorized: {
    result: 'error',
    severity: 'medium',
    meaning: "The operator's own identity may not ask this.",
  },
  UnreachableFromChecker: {
    result: 'warn',
    severity: 'medium',
    meaning: 'Unreachable from here, while every service that uses it reports it as up.',
  },
  CheckerStarved: {
    result: 'error',
    severity: 'medium',
    meaning: 'The operator itself stood still when the answer was due, so its absence says nothing of the other side.',
  },
  CheckerCutOff: {
    result: 'error',
    severity: 'medium',
    acquits: true,
    meaning: 'Everything of one kind fails from here in the same way at once, while others show that it is well.',
  },
  CheckerNameResolution: {
    result: 'error',
    severity: 'medium',
    acquits: true,
    meaning: 'No name at all resolves from here, while services that use those names are well.',
  },
  CheckerExhausted: {
    result: 'error',
    severity: 'medium',
    meaning: 'The operator itself had no descriptor, port or memory left to open a connection.',
  },
  CheckerClockSkewed: {
    result: 'error',
    severity: 'medium',
    meaning: "The operator's clock differs too much from the other side's.",
  },
  TargetDrifted: {
    result: 'warn',
    severity: 'high',
    meaning: "The service's own configuration names another database, bucket or key than the report examines.",
  },
  BackendUntold: {
    result: 'skip',
    severity: 'info',
    meaning: 'The service needs or names a database, bucket or key, and its own configuration does not tell which one.',
  },
  NotCovered: {
    result: 'warn',
    severity: 'medium',
    meaning: "The service's own configuration names a database, bucket or key that no target of the report covers.",
  },
  SecretMissing: {
    result: 'error',
    severity: 'high',
    meaning: 'A Secret that the spec or the pods of a service refer to is not there.',
  },
  SecretNotRead: {
    result: 'skip',
    severity: 'info',
    meaning:
      'It answers, but nobody logged in: the Secret that the pods use was not read, by a switch or for want of rights.',
  },
  SecretKeyMissing: {
    result: 'error',
    severity: 'high',
    meaning: 'A Secret that the spec refers to does not have the key.',
  },
  TargetInvalid: {
    result: 'error',
    severity: 'high',
    meaning: 'The address or the credentials of a target cannot be used as written.',
  },
  AddressForbidden: {
    result: 'error',
    severity: 'high',
    meaning: 'The address is link-local or a cloud metadata service, which is never visited.',
  },
  ClusterUnavailable: {
    result: 'error',
    severity: 'medium',
    meaning: 'The Kubernetes API did not answer this question.',
  },
  LogsNotReadable: {
    result: 'skip',
    severity: 'info',
    meaning: "The operator's own identity may not read pod logs, so nothing is known from them.",
  },
  LogsNotUnderstood: {
    result: 'skip',
    severity: 'info',
    meaning: 'A share of the records is in a layout of which no level can be read, so that nobody can count errors.',
  },
  NoCluster: {
    result: 'skip',
    severity: 'info',
    meaning: 'Asked without a cluster (--offline).',
  },
  NotAsked: {
    result: 'skip',
    severity: 'info',
    meaning: 'Another question of the same target failed first, or the spec gives nothing to ask.',
  },
  InternalError: {
    result: 'error',
    severity: 'medium',
    meaning: 'A probe or a check of ours broke; its log line has the trace.',
  },
  Unclassified: {
    result: 'error',
    severity: 'medium',
    meaning: 'Something that no rule of ours names yet.',
  },
} as const satisfies Record<string, FaultTraits>;
