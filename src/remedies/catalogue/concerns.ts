// What to do about alerts, capacity and the platform.
import type { CONCERN_FAULTS } from '../../api/faults/concerns.ts';
import { kubectl, rollout } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { DESCRIBE, EDIT_REPORT, LAST_LOG, LOG_DIAGNOSED } from './lines.ts';

export const CONCERN_REMEDIES = {
  ErrorRateHigh: remedy('See which error is the most frequent, and look that one up.', LOG_DIAGNOSED),
  StartFailed: remedy(
    'Read the log of the instance that did not start to its deepest "Caused by".',
    LAST_LOG,
    DESCRIBE,
    rollout('history'),
  ),
  SignatureInvalid: remedy(
    'Treat it as a security incident: save the log before it rotates, find the device, compare the public keys, call PingOne Recognize. A mute acknowledges it.',
    [
      kubectl`logs ${'pod'} --since=24h > auth-vault.log`,
      kubectl`logs ${'kind'}/${'workload'} --since=24h > auth-vault.log`,
    ],
  ),
  LimitsBelowTested: remedy(
    'Raise the limits to those of the test (REC-SC-001), or accept that nobody tested yours.',
    kubectl`get ${'kind'}/${'workload'} -o jsonpath='{range .spec.template.spec.containers[*]}{.name}{" "}{.resources}{"\n"}{end}'`,
  ),
  ReplicasAboveTested: remedy(
    'More pods than tested need more connections: check the sum against max_connections, or scale down. spec.capacity.maxPodsPerService says that it is meant so.',
    kubectl`get ${'kind'}/${'workload'}`,
    kubectl`get horizontalpodautoscalers`,
  ),
  LatencyAboveTested: remedy(
    'Look at CPU throttling, at the database, and at how much more traffic there is than in the test.',
    kubectl`top pods --containers`,
  ),
  PlatformOutsideTested: remedy(
    'Nothing to do on call. Accept the platform by its version in spec.platform.accepted, and the note goes.',
    EDIT_REPORT,
  ),
  MuteUnmatched: remedy(
    'Correct the name in spec.mutes, or take the mute out.',
    kubectl`get healthreport ${'report'} -o jsonpath='{range .status.checks[*]}{.id}{"\n"}{end}'`,
    EDIT_REPORT,
  ),
} as const satisfies Record<keyof typeof CONCERN_FAULTS, Remedy>;
