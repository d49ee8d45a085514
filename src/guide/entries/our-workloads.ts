// Advice of ours about what keeps a workload's pods from running.
import type { Entry } from '../entry.ts';
import { ours } from './ours.ts';

export const OUR_WORKLOAD_ENTRIES: readonly Entry[] = [
  ours(
    'OPS-080',
    'Rollout stands still',
    'The new pods of a rollout do not become ready within its deadline, or its controller gave it up. The pods of the earlier template go on serving.',
    'See what the new pods wait for: `kubectl describe pod POD` and `kubectl logs POD`. Mend it and roll out again, or go back with `kubectl rollout undo deployment NAME` (`kubectl argo rollouts undo NAME`); database migrations do not go back with it.',
    [['any', 'RolloutStuck']],
  ),
  ours(
    'OPS-081',
    'Node not ready',
    'The node on which pods run does not report to the cluster: it is down, cut off, or its kubelet is. Nothing about the services themselves is known by that, and undoing a rollout changes nothing.',
    'Look at the node: `kubectl describe node NODE` (conditions and events), then at its machine and its kubelet. Pods move to other nodes after five minutes unless they tolerate it for longer; `kubectl drain NODE` moves them at once where the node still answers. Keep more than one replica, on more than one node.',
    [['any', 'NodeNotReady']],
  ),
  ours(
    'OPS-082',
    'Secret or ConfigMap missing',
    'A pod names a Secret, a ConfigMap or a key in one that does not exist in its namespace, so its container is not created.',
    'Compare with `kubectl get secrets,configmaps -n NAMESPACE`. Create what is missing under exactly that name and key (an external secrets operator may have failed to), or mend the name in the values of the chart. The pod starts by itself then.',
    [['any', 'ConfigurationMissing']],
  ),
  ours(
    'OPS-083',
    'Container cannot be created',
    'The node could not create or start the container, or the network of its pod: a command that is not in the image, a mount that does not fit, no free address.',
    'Read the message with `kubectl describe pod POD`. For a command compare `command` and `args` with the image; for a network look at the pods of the CNI plugin on that node.',
    [['any', 'ContainerNotCreated']],
  ),
  ours(
    'OPS-084',
    'Volume cannot be mounted',
    'A volume of the pod is not attached or mounted: its claim is not bound, another node still holds it, or its Secret or ConfigMap is missing.',
    'Read the message with `kubectl describe pod POD`, then `kubectl get pvc -n NAMESPACE` and `kubectl get volumeattachments`. A volume that only one node may use is released when the old pod is really gone.',
    [['any', 'VolumeMountFailed']],
  ),
  ours(
    'OPS-085',
    'Readiness gate not met',
    "The pod's containers are ready, and a condition that its spec asks for (`readinessGates`) is not: as a rule a load balancer that has not taken it up as a target.",
    'See which: `kubectl get pod POD -o jsonpath={.status.conditions}`. Look at the controller that sets it (for AWS the load balancer controller and the health of its target group).',
    [['any', 'ReadinessGateUnmet']],
  ),
  ours(
    'OPS-086',
    'Quota of the namespace used up',
    'A ResourceQuota lets no more pods be created in the namespace.',
    'Compare used and hard: `kubectl describe resourcequota -n NAMESPACE`. Raise the quota, or lower requests and replicas; a rolling update needs room for one pod more (`maxSurge`).',
    [['any', 'QuotaExceeded']],
  ),
  ours(
    'OPS-087',
    'Pods refused by the cluster',
    'The API server refuses the pods that the workload wants: Pod Security admission, a policy, a missing ServiceAccount, a LimitRange.',
    'Read the refusal: `kubectl describe replicaset -n NAMESPACE` or `kubectl get events -n NAMESPACE --field-selector reason=FailedCreate`. Mend the pod template or the policy that it names.',
    [['any', 'PodsRefused']],
  ),
  ours(
    'OPS-088',
    'Pod cannot start while others serve',
    'Enough pods serve, so users notice nothing yet; but one cannot start, and the same will meet the next one that is replaced.',
    'Look at the pod that is named: `kubectl describe pod POD` and `kubectl logs POD --previous`. In a rollout the new template is at fault as a rule: mend it, or go back with `kubectl rollout undo deployment NAME`.',
    [['any', 'PodCannotStart']],
  ),
  ours(
    'OPS-089',
    'First rollout under way',
    'The workload is new, and none of its pods was ready yet. Whether it will be is not known.',
    'Wait for it: `kubectl rollout status deployment NAME -n NAMESPACE`. It becomes a failure when a pod cannot start, or after the deadline of its rollout (ten minutes unless `progressDeadlineSeconds` says otherwise).',
    [['any', 'ServiceStarting']],
  ),
  ours(
    'OPS-090',
    'Container restarted',
    'A container was ended and started again: by its liveness probe, by an error of its own, or from outside. Requests that it was serving were lost.',
    'Read why: `kubectl describe pod POD` (Last State, Events) and `kubectl logs POD --previous`. A liveness probe that asks for the whole of health restarts a service whose database is away: let it ask `/actuator/health/liveness`, and give it more time than the slowest garbage collection.',
    [
      ['any', 'ContainerRestarting'],
      ['any', 'ContainerRestarted'],
    ],
  ),
  ours(
    'OPS-091',
    'Service never found',
    'A service that must be there (another one needs it, a Service or a URL carries its name) was not found among the workloads of the namespace: not installed, in another namespace, or under a name and image that say nothing. Nothing is known of it.',
    'Look with `kubectl get deployments,statefulsets,daemonsets,services -n NAMESPACE`. Then say in `spec.services` which `workload` it is (kind and name), give its `url` where it runs elsewhere, or set `required: false` where this installation does without it.',
    [['any', 'ServiceNotFound']],
  ),
  ours(
    'OPS-092',
    'Not clear which workload is the service',
    'Several workloads look like the service. One that no Service leads to is in trouble; whether it is a part of the service or left over cannot be told from outside.',
    'Name the right one in `spec.services` (`workload: {kind, name}`): what shares its Service is examined with it, the others are left alone. Scale a workload that is left over to zero, or remove it.',
    [['any', 'WorkloadAmbiguous']],
  ),
];
