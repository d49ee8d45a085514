// What to do about a service: its workload, its health, its pool of connections.
import type { SERVICE_FAULTS } from '../../api/faults/service.ts';
import { kubectl, rollout } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { CERTIFICATE, DESCRIBE, EDIT_REPORT, EVENTS, LAST_LOG, LOG, LOG_DIAGNOSED, PODS } from './lines.ts';

/** Does the Service lead to ready pods, and on the port that they listen on? */
const ENDPOINTS = kubectl`get endpointslices,services -o wide`;

const UNREACHABLE =
  'See whether the pods run and are Ready, and whether the Service leads to the port that they listen on. A NetworkPolicy or a mesh may stand between.';

export const SERVICE_REMEDIES = {
  ServiceAddressUnresolved: remedy(
    'The name is not there, or DNS does not answer. Compare the host in spec.services, or the Service, with what exists.',
    kubectl`get services`,
    EDIT_REPORT,
  ),
  ServiceRefused: remedy(`Nothing listens at the address. ${UNREACHABLE}`, PODS, ENDPOINTS, LOG),
  ServiceTimeout: remedy(
    'The service is there and does not answer in time: it waits for something, or has too little CPU. Read its log, then take a thread dump.',
    LOG,
    kubectl`exec ${'pod'} -- jcmd 1 Thread.print`,
    kubectl`top pods --containers`,
  ),
  ServiceUnreachable: remedy(`The connection breaks off. ${UNREACHABLE}`, PODS, ENDPOINTS, LOG),
  ServiceTlsFailed: remedy(
    'Look at the certificate that is shown. Renew it, or name its authority and host in tls of the service in spec.services.',
    CERTIFICATE,
    EDIT_REPORT,
  ),
  ServiceCertificateExpiring: remedy(
    'Renew the certificate before it ends, and have the service load it (most need a restart).',
    CERTIFICATE,
    rollout('restart'),
  ),
  HealthDown: remedy(
    'The service says itself that it is down. Read its own log first; the part that is DOWN in its health names the reason.',
    LOG_DIAGNOSED,
    DESCRIBE,
  ),
  HealthDatabaseDown: remedy(
    'The service cannot use its database. Mend the database first if it fails too; otherwise the way there, the URL or the password of this one service.',
    LOG_DIAGNOSED,
  ),
  HealthStorageDown: remedy(
    'The service cannot use its object storage. Mend the bucket first if it fails too; otherwise compare endpoint, bucket and rights of this one service.',
    LOG_DIAGNOSED,
  ),
  HealthKeysDown: remedy(
    'The service cannot use its signing key. Mend the key first if it fails too; otherwise compare key id and rights of this one service.',
    LOG_DIAGNOSED,
  ),
  HealthDiskFull: remedy(
    'Free space in the container: log files, heap dumps and temporary files go first. Then raise its ephemeral-storage limit, or the size of the volume.',
    [
      kubectl`exec ${'pod'} -c ${'container'} -- df -h`,
      kubectl`exec ${'pod'} -- df -h`,
      kubectl`exec ${'kind'}/${'workload'} -- df -h`,
    ],
  ),
  HealthCertificateInvalid: remedy(
    'A certificate of the SSL bundles of the service has ended or is not valid yet. Renew it and restart the service.',
    LOG,
    rollout('restart'),
  ),
  HealthPartDown: remedy(
    'See which part is DOWN. If the service does not need it, take its indicator away; if it does, mend it before it is needed.',
    LOG_DIAGNOSED,
  ),
  HealthCredentialsRequired: remedy(
    'Give the report a Secret with username and password: credentialsSecretRef of the service in spec.services. Or let health be asked without a login.',
    EDIT_REPORT,
  ),
  HealthPathMissing: remedy(
    'Correct healthPath (or url) of the service in spec.services: the path that stands there is not served.',
    kubectl`get ${'kind'}/${'workload'} -o jsonpath='{.spec.template.spec.containers[*].readinessProbe}'`,
    EDIT_REPORT,
  ),
  HealthNotReadable: remedy(
    'Say where health is: healthPath and url in spec.services, or a readiness probe in the pod template.',
    kubectl`get ${'kind'}/${'workload'} -o jsonpath='{.spec.template.spec.containers[*].ports}'`,
    EDIT_REPORT,
  ),
  HealthStatusUnrecognized: remedy(
    'The health endpoint says a status of its own. Map it to UP or DOWN (management.endpoint.health.status), or name another path in spec.services.',
    EDIT_REPORT,
  ),
  HealthBodyInvalid: remedy(
    'What answers is no health document: a proxy, a login page, another application. Name the right path and port in spec.services.',
    EDIT_REPORT,
  ),
  HealthBodyTooLarge: remedy(
    'The answer is no health document, or has far too many parts. Name a path of a health group in spec.services.',
    EDIT_REPORT,
  ),
  NoReadyEndpoints: remedy(
    'No pod behind the Service is Ready. See why the pods are not; if they are, compare the labels with the selector of the Service.',
    PODS,
    DESCRIBE,
    ENDPOINTS,
  ),
  ServiceMissing: remedy(
    'The service is not installed here. Install it again; or, if it was removed on purpose, say required: false for it in spec.services.',
    kubectl`get deployments,statefulsets,daemonsets,services`,
    EDIT_REPORT,
  ),
  ScaledToZero: remedy(
    'Scale it up again. If it stands still on purpose, say required: false for it in spec.services.',
    kubectl`scale ${'kind'}/${'workload'} --replicas=1`,
  ),
  ReplicasUnavailable: remedy(
    'Find the pods that are not Ready, and what their events and logs say.',
    PODS,
    DESCRIBE,
    EVENTS,
    LOG,
  ),
  CrashLooping: remedy(
    'Read what the container wrote before it ended: the deepest "Caused by" is the reason. It is of no use to delete the pod.',
    LAST_LOG,
    DESCRIBE,
  ),
  SidecarCrashLooping: remedy(
    'Read the log of that container, not of the application: a mesh, an agent or an init container of somebody else keeps the pod from being Ready.',
    LAST_LOG,
    DESCRIBE,
  ),
  ImagePullFailed: remedy(
    'See what the registry says. Either the tag is not there, or the pull secret of this namespace is missing or wrong.',
    DESCRIBE,
    kubectl`get pod ${'pod'} -o jsonpath='{.spec.imagePullSecrets}{"\n"}{.spec.containers[*].image}{"\n"}'`,
    kubectl`get secrets --field-selector type=kubernetes.io/dockerconfigjson`,
  ),
  OutOfMemory: remedy(
    "Raise the memory limit of the container, and keep the heap (javaOpts) well below it. Compare with the vendor's tested limits (REC-SC-001).",
    [
      kubectl`get pod ${'pod'} -o jsonpath='{range .spec.containers[*]}{.name}{" "}{.resources}{"\n"}{end}'`,
      kubectl`get ${'kind'}/${'workload'} -o jsonpath='{range .spec.template.spec.containers[*]}{.name}{" "}{.resources}{"\n"}{end}'`,
    ],
    LAST_LOG,
  ),
  PodsUnschedulable: remedy(
    "Read the scheduler's reason. Free room on the nodes, add one, or correct requests, taints, affinity or volume; a rollback does not help.",
    DESCRIBE,
    kubectl`get nodes -o wide`,
  ),
  ServiceClientCertificateRequired: remedy(
    'Give the report a kubernetes.io/tls Secret with a certificate that the service accepts: tls.certSecretRef of the service in spec.services. Or let health be asked on a port without mutual TLS.',
    EDIT_REPORT,
  ),
  HealthPartSlow: remedy(
    "The process is alive and one of its parts does not answer. Look for Hikari's line in the log; a thread dump says what it waits for.",
    LOG_DIAGNOSED,
    kubectl`exec ${'pod'} -- jcmd 1 Thread.print`,
  ),
  PoolStarved: remedy(
    'The pool has no connection and makes none. Look at the database and the way to it, not at the size of the pool.',
    LOG_DIAGNOSED,
  ),
  PoolFullyUsed: remedy(
    'Something keeps all connections: a slow query, a lock, or a leak. Look at who holds them before the pool is made larger.',
    LOG_DIAGNOSED,
    kubectl`exec ${'pod'} -- jcmd 1 Thread.print`,
  ),
  PoolCannotConnect: remedy(
    'The service makes no connection to its database. Mend the database first if it fails too; otherwise its URL, password or the way there.',
    LOG_DIAGNOSED,
  ),
  PoolExhausted: remedy(
    'Look for slow queries and locks first. A larger pool needs room at the server: 4 (connections) * pods * services.',
    LOG_DIAGNOSED,
  ),
  MetricsNotReadable: remedy(
    'Show metrics to the checker, if pools are to be watched: management.endpoints.web.exposure.include=health,metrics.',
  ),
  ServiceNotFound: remedy(
    'Say in spec.services where it is: its workload (kind and name), its url where it runs in another namespace, or required: false where this installation does without it.',
    kubectl`get deployments,statefulsets,daemonsets,services`,
    EDIT_REPORT,
  ),
  WorkloadAmbiguous: remedy(
    'Name the workload that is the service in spec.services (workload: kind and name), or scale to zero or remove the one that is left over.',
    kubectl`get deployments,statefulsets,daemonsets,services --show-labels`,
    EDIT_REPORT,
  ),
  NodeNotReady: remedy(
    'The node is down or cut off, not the service: look at its machine and kubelet. A rollback changes nothing. Pods move elsewhere after five minutes, or at once with a drain.',
    kubectl`describe node ${'node'}`,
    kubectl`get nodes -o wide`,
    PODS,
  ),
  ConfigurationMissing: remedy(
    'Create the Secret or ConfigMap that is named, with exactly that key, or correct its name in the values of the chart. The pod starts by itself then.',
    kubectl`get secret ${'secret'}`,
    kubectl`get secrets,configmaps`,
    DESCRIBE,
  ),
  ContainerNotCreated: remedy(
    'Read what the node says: a command that is not in the image, a mount that does not fit, no free address of the network.',
    DESCRIBE,
  ),
  VolumeMountFailed: remedy(
    'See whether the claim of the volume is bound, and whether another node still holds it. It is freed when the old pod is really gone.',
    DESCRIBE,
    kubectl`get pvc,volumeattachments`,
  ),
  ReadinessGateUnmet: remedy(
    'The pod itself is ready. Look at the controller that sets this condition: as a rule a load balancer and the health of its targets.',
    kubectl`get pod ${'pod'} -o jsonpath='{.status.conditions}'`,
  ),
  QuotaExceeded: remedy(
    'Raise the quota of the namespace, or lower requests and replicas. A rolling update needs room for one pod more.',
    kubectl`describe resourcequota`,
  ),
  PodsRefused: remedy(
    'Read the refusal: Pod Security, a policy, a missing ServiceAccount or a LimitRange. Mend the pod template, or the policy that it names.',
    kubectl`get events --field-selector reason=FailedCreate`,
    kubectl`describe ${'kind'}/${'workload'}`,
  ),
  PodCannotStart: remedy(
    'Others serve, so there is time. See why this pod cannot start before another one is replaced; in a rollout the new template is at fault as a rule.',
    DESCRIBE,
    LAST_LOG,
    rollout('status'),
  ),
  ServiceStarting: remedy(
    'Wait for the first rollout. It becomes a failure when a pod cannot start, or after the deadline of the rollout.',
    rollout('status'),
  ),
  ContainerRestarting: remedy(
    'See what ends the container. A liveness probe must not ask for the whole of health: /actuator/health/liveness does, with more time than the longest garbage collection.',
    DESCRIBE,
    LAST_LOG,
    kubectl`get ${'kind'}/${'workload'} -o jsonpath='{.spec.template.spec.containers[*].livenessProbe}'`,
  ),
  ContainerRestarted: remedy(
    'See why it ended: its last state and events, and what it wrote last. Once may be an accident; twice is none.',
    DESCRIBE,
    LAST_LOG,
  ),
  RolloutStuck: remedy(
    'See why the new pods do not become Ready. Go back if the release is the reason; migrations of the schema do not go back with it.',
    PODS,
    DESCRIBE,
    rollout('status'),
    rollout('undo'),
  ),
} as const satisfies Record<keyof typeof SERVICE_FAULTS, Remedy>;
