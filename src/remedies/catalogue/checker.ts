// What to do about our own side. The product is not to blame, so none of these touches it.
import type { CHECKER_FAULTS } from '../../api/faults/checker.ts';
import { kubectl, shell } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { EDIT_REPORT, RESOLVE } from './lines.ts';

/** The operator is installed once; its labels are those of the delivered manifests and the chart. */
const OPERATOR_LOG = shell`kubectl logs -A -l app.kubernetes.io/name=recognize-health --tail=200`;
const RIGHTS = shell`kubectl auth can-i --list -n ${'namespace'} --as system:serviceaccount:recognize-health:recognize-health`;

export const CHECKER_REMEDIES = {
  CheckerNotAuthorized: remedy(
    'Grant the operator what the message names: its delivered Role in the cluster, the action in its policy at AWS; or give the target credentialsSecretRef.',
    RIGHTS,
    EDIT_REPORT,
  ),
  UnreachableFromChecker: remedy(
    'Nothing is wrong with it for the services. Open the way from the operator: NetworkPolicy, firewall, mesh.',
    kubectl`get networkpolicies`,
  ),
  CheckerStarved: remedy(
    'Give the operator more CPU: it stood still when the answer was due.',
    shell`kubectl top pods -A -l app.kubernetes.io/name=recognize-health`,
  ),
  CheckerCutOff: remedy(
    'Let the operator in: into the mesh, or exempt the health port from it; compare NetworkPolicies. The product is well.',
    kubectl`get networkpolicies`,
    kubectl`get peerauthentications`,
  ),
  CheckerNameResolution: remedy(
    'Mend DNS where the operator runs: no name resolves there, while the services are well.',
    RESOLVE,
    OPERATOR_LOG,
  ),
  CheckerExhausted: remedy(
    'The operator has no descriptor, port or memory left. Raise its limits; if it comes back, report it.',
    OPERATOR_LOG,
  ),
  CheckerClockSkewed: remedy(
    'Synchronise the clock of the node on which the operator runs.',
    shell`kubectl get pods -A -l app.kubernetes.io/name=recognize-health -o wide`,
  ),
  TargetDrifted: remedy(
    'Correct the entry in the report, or the setting that the message names, whichever is wrong. If both names lead to one server, write the one of the setting.',
    shell`recognize-health init -n ${'namespace'}`,
    EDIT_REPORT,
  ),
  BackendUntold: remedy(
    'Set what the message names, or list the backend in the report: the draft has a TODO for it.',
    shell`recognize-health init -n ${'namespace'}`,
    EDIT_REPORT,
  ),
  NotCovered: remedy(
    'Add what the message names to the report: the draft has the entry, with references to its Secrets.',
    shell`recognize-health init -n ${'namespace'}`,
    EDIT_REPORT,
  ),
  SecretMissing: remedy(
    'Create the Secret in the namespace of the report, or correct the reference. Secrets of other namespaces are never read.',
    kubectl`get secret ${'secret'}`,
    kubectl`get secrets`,
    EDIT_REPORT,
  ),
  SecretNotRead: remedy(
    'Grant the operator get on the Secrets that the pods use, and let it: rbac.secretNames and operator.podSecrets of the chart, podSecrets in the report. Or list the target with a Secret of its own.',
    shell`kubectl create role read-${'secret'} -n ${'namespace'} --verb=get --resource=secrets --resource-name=${'secret'} && kubectl create rolebinding read-${'secret'} -n ${'namespace'} --role=read-${'secret'} --serviceaccount=recognize-health:recognize-health`,
    EDIT_REPORT,
  ),
  SecretKeyMissing: remedy(
    'The Secret is there without that key. See which keys it has, and correct the reference or the Secret.',
    kubectl`describe secret ${'secret'}`,
    EDIT_REPORT,
  ),
  TargetInvalid: remedy(
    'Correct what the message names, in the report or in the Secret.',
    kubectl`explain healthreport.spec --recursive`,
    EDIT_REPORT,
  ),
  AddressForbidden: remedy(
    'Name the real address. If a host name led here, find out who changed its DNS record.',
    EDIT_REPORT,
  ),
  ClusterUnavailable: remedy(
    'The Kubernetes API did not answer this question. It may pass; if not, look at its health.',
    shell`kubectl get --raw '/readyz?verbose'`,
  ),
  LogsNotReadable: remedy(
    'Grant the operator get on pods/log, or say logs: {enabled: false} if logs are not to be read.',
    RIGHTS,
  ),
  LogsNotUnderstood: remedy(
    'Let the service log in a layout that says its level, for example logging.structured.format.console=ecs.',
  ),
  NoCluster: remedy('Run it without --offline to have this asked.'),
  NotAsked: remedy('Mend the first question of the target that fails; this one is asked then.'),
  InternalError: remedy('Report it with the trace in the log of the operator.', OPERATOR_LOG),
  Unclassified: remedy(
    'No rule of ours names this yet. Read the message, and report it with the log of the operator.',
    OPERATOR_LOG,
  ),
} as const satisfies Record<keyof typeof CHECKER_FAULTS, Remedy>;
