// Advice of ours, for what can be observed and the guide is silent about. `source` says so wherever it is shown.
import type { Entry } from '../entry.ts';

/** What every entry of ours has in common: no place in the guide, no log line of the guide's. */
function ours(id: string, title: string, cause: string, nextSteps: string, claims: Entry['claims']): Entry {
  return { id, section: 'ours', title, cause, nextSteps, anchor: '', source: 'ours', claims, signatures: [] };
}

export const OUR_ENTRIES: readonly Entry[] = [
  ours(
    'OPS-001',
    'Certificate of a service does not verify',
    'The certificate has expired, names another host, or comes from an authority that is not trusted here.',
    'See which: `openssl s_client -connect HOST:PORT -servername HOST </dev/null | openssl x509 -noout -dates -subject -ext subjectAltName`. Renew the certificate, or name its authority and host in `tls.caSecretRef` and `tls.serverName` of the service in the report.',
    [['any', 'ServiceTlsFailed']],
  ),
  ours(
    'OPS-002',
    'Service missing',
    'A service that was found earlier, or that the report requires, is not there: deleted, renamed, or moved to another namespace.',
    'Look with `kubectl get deployments,statefulsets,services -n NAMESPACE` and `helm list -n NAMESPACE`. Install it again; or, if it was removed on purpose, set `required: false` for it in `spec.services`.',
    [['any', 'ServiceMissing']],
  ),
  ours(
    'OPS-003',
    'Workload scaled to zero',
    'The workload asks for no replica, so nothing can answer.',
    'Scale it up: `kubectl scale deployment NAME -n NAMESPACE --replicas=1`. If it stands still on purpose, set `required: false` for it in `spec.services`.',
    [['any', 'ScaledToZero']],
  ),
  ours(
    'OPS-004',
    'Replicas not available',
    'Fewer replicas are available than the workload asks for, or a rollout passed its progress deadline: new pods do not become ready.',
    'Find the pods that are not ready with `kubectl get pods -n NAMESPACE`, then read `kubectl describe pod POD` and `kubectl logs POD`. A bad rollout goes back with `kubectl rollout undo deployment NAME`; database migrations do not go back with it.',
    [
      ['any', 'ReplicasUnavailable'],
      ['any', 'RolloutStuck'],
    ],
  ),
  ours(
    'OPS-005',
    'Container killed for its memory',
    'A container reached its memory limit and was killed (OOMKilled).',
    'Compare `kubectl get pod POD -o jsonpath={.spec.containers[*].resources}` with the limits of the test (REC-SC-001) and raise the memory limit; for a JVM, keep the heap (`javaOpts`) well below it.',
    [['any', 'OutOfMemory']],
  ),
  ours(
    'OPS-006',
    'Image cannot be pulled',
    "The registry does not have this tag, cannot be reached, or refuses the pull secret. The vendor's registry is private.",
    'Read the reason with `kubectl describe pod POD`. Check the image tag, and that a `kubernetes.io/dockerconfigjson` pull secret exists in this very namespace and is named in the pod or its ServiceAccount.',
    [['any', 'ImagePullFailed']],
  ),
  ours(
    'OPS-007',
    'Pod cannot be scheduled',
    'No node takes the pod: requests, taints, affinity, volumes, or an architecture other than x86_64.',
    "Read the scheduler's reason with `kubectl describe pod POD` and compare with `kubectl describe nodes`. Add a node or lower the requests.",
    [['any', 'PodsUnschedulable']],
  ),
  ours(
    'OPS-008',
    'Health path not usable',
    'The health path is not there, is closed to us, redirects, or answers with something else than a health document. The vendor does not document the path.',
    'Ask the path yourself: `kubectl port-forward service/NAME 8080:PORT`, then `curl -i localhost:8080/actuator/health`. Set `healthPath` (and `url` where the port differs) of the service in `spec.services`.',
    [
      ['any', 'HealthPathMissing'],
      ['any', 'HealthNotReadable'],
      ['any', 'HealthStatusUnrecognized'],
      ['any', 'HealthBodyInvalid'],
      ['any', 'HealthBodyTooLarge'],
    ],
  ),
  ours(
    'OPS-009',
    'Password not sent without verified TLS',
    'The database asks for a cleartext or MD5 password over a connection whose other end is not verified; anyone on the way could read it, so it was not sent.',
    'Set `tls.mode: VerifyFull` with the authority in `tls.caSecretRef` for this database, or switch the server to SCRAM: `password_encryption = scram-sha-256` and a new password.',
    [['any', 'DatabaseCleartextRefused']],
  ),
  ours(
    'OPS-010',
    'PostgreSQL version outside what the vendor supports',
    'The vendor supports PostgreSQL from 14 on.',
    'Upgrade the server, after a backup; the services migrate their schemas themselves at their start.',
    [['any', 'DatabaseVersionUnsupported']],
  ),
  ours(
    'OPS-011',
    'Database role may not ask this',
    "The role that the report uses lacks a privilege to read the server's own statistics; the rest was examined.",
    'Grant it: `GRANT pg_monitor TO role`. Nothing else depends on it.',
    [['any', 'DatabasePrivilegeMissing']],
  ),
  ours(
    'OPS-012',
    'Oracle database not probed',
    'The URL names an Oracle database. Only PostgreSQL is probed; nothing is known about this one.',
    'Watch it with your own means, and waive it for upgrades: `upgrade.waive: [Databases]`.',
    [['any', 'OracleNotProbed']],
  ),
  ours(
    'OPS-013',
    'Provider asks to slow down',
    'The storage or KMS throttles requests of these credentials; whether it works for the services is not known from this.',
    'Look at the request rates and quotas at the provider. A longer `spec.interval` asks less often.',
    [
      ['any', 'BucketThrottled'],
      ['any', 'KmsThrottled'],
    ],
  ),
  ours(
    'OPS-014',
    'Checker not authorized',
    "The operator's own identity may not ask this. It says nothing about what the service may do.",
    'In the cluster: `kubectl auth can-i VERB RESOURCE -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME`, and install the Role that the message names. At AWS: grant the action to the identity, or give the target credentials of its own with `credentialsSecretRef`.',
    [
      ['any', 'CheckerNotAuthorized'],
      ['any', 'KmsSignNotPermitted'],
    ],
  ),
  ours(
    'OPS-015',
    'Unreachable from the checker only',
    'The checker cannot reach it while every service that uses it reports it as up: the way from here is blocked, not the backend.',
    "Look for a NetworkPolicy, firewall or proxy between the checker and the address: `kubectl get networkpolicies -A`. Allow the checker, or read the services' own health instead.",
    [['any', 'UnreachableFromChecker']],
  ),
  ours(
    'OPS-016',
    'Clock of the checker differs',
    "The operator's clock and the other side's are too far apart for signed requests.",
    'Synchronise the clock of the node on which the checker runs (`chronyc tracking`, `timedatectl`).',
    [['any', 'CheckerClockSkewed']],
  ),
  ours(
    'OPS-017',
    'Secret missing',
    'A Secret that the report refers to is not in its namespace, or does not have the key.',
    'Look with `kubectl get secret NAME -n NAMESPACE -o jsonpath={.data}` which keys there are; create the Secret or correct the reference. Secrets of another namespace are never read.',
    [
      ['any', 'SecretMissing'],
      ['any', 'SecretKeyMissing'],
    ],
  ),
  ours(
    'OPS-018',
    'Address or credentials cannot be used as written',
    'The URL, host or credentials of a target cannot be read, or do not fit together.',
    'Correct what the message names in the report or in the Secret; `kubectl explain healthreport.spec` lists the fields.',
    [['any', 'TargetInvalid']],
  ),
  ours(
    'OPS-019',
    'Address is never visited',
    'The address is link-local or a cloud metadata service. These are refused whatever the report says, because they hand out credentials.',
    'Name the real address of the service. If a host name led here, find out who changed its DNS record.',
    [['any', 'AddressForbidden']],
  ),
  ours(
    'OPS-020',
    'Kubernetes API did not answer',
    'The Kubernetes API did not answer this question, so the answer is unknown.',
    'Try `kubectl get --raw /readyz?verbose`, and look for throttling or a NetworkPolicy between the checker and the API server.',
    [['any', 'ClusterUnavailable']],
  ),
  ours(
    'OPS-021',
    'Not asked',
    'The question was not asked: there is no cluster in this run (`--offline`), an earlier question of the same target failed, or the report gives nothing to ask.',
    'Mend the first failing question of the target, or run without `--offline`.',
    [
      ['any', 'NoCluster'],
      ['any', 'NotAsked'],
    ],
  ),
  ours(
    'OPS-022',
    'Not recognised',
    'Something was observed that no rule of ours names yet.',
    'Read the message and the log of the checker at level debug, and report it with both.',
    [['any', 'Unclassified']],
  ),
  ours(
    'OPS-023',
    'Mute matches nothing',
    'A mute names a check or a fault that this report does not have, so it mutes nothing: a typing error, or a check that is gone.',
    'Correct its name or take it out of `spec.mutes`; `kubectl get healthreport NAME -o jsonpath={.status.checks[*].id}` lists the checks.',
    [['any', 'MuteUnmatched']],
  ),
];
