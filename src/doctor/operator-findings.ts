// What the operator's Deployment, pods, image, Lease and endpoints say.
import type { OperatorDeployment } from '../kube/installation.ts';
import { shellWord } from '../remedies/quote.ts';
import { formatDuration } from '../runtime/duration.ts';
import { literal, type SafeText } from '../runtime/safe-text.ts';
import { finding, type Finding } from './finding.ts';
import { line, said, unseen } from './say.ts';
import type { Seen } from './seen.ts';
import { leaseNameIn } from './watched.ts';

/** The Deployment and its pods. */
export function operatorFinding({ at, deployments, elsewhere, pods, nobody, lease }: Seen): Finding {
  if (!deployments.ok) return unseen('operator', deployments.fault);
  const [deployment] = deployments.value;
  if (deployment === undefined) return noDeployment(at.namespace, elsewhere, nobody === undefined && lease.ok);
  const { namespace, name, ready, wanted } = deployment;
  const where = `Deployment ${namespace}/${name}`;
  const kubectl = `kubectl -n ${shellWord(namespace)}`;
  if (wanted === 0)
    return finding('operator', 'fail', said(`The ${where} is scaled to 0: nothing is examined.`), {
      remedy: literal('Scale it up.'),
      commands: [line(`${kubectl} scale deployment ${shellWord(name)} --replicas=2`)],
    });
  const seenPods = pods?.ok === true ? pods.value : [];
  const troubled = seenPods.filter((pod) => !pod.ready);
  const details = troubled.map(({ name: pod, waits, restarts }) =>
    said(`${pod}: ${waits ?? 'is not ready'}${restarts === 0 ? '' : `, restarted ${restarts} times`}`),
  );
  const count = `${ready} of ${wanted} pods of the ${where} are ready`;
  if (ready >= wanted) return finding('operator', 'pass', said(`${count}.`));
  const [first] = troubled;
  return finding('operator', ready === 0 ? 'fail' : 'warn', said(`${count}.`), {
    details,
    remedy: remedyOf(first?.waits),
    commands: [
      line(
        `${kubectl} describe pods ${first === undefined ? `-l app.kubernetes.io/name=recognize-health` : shellWord(first.name)}`,
      ),
      ...(first === undefined || first.waits?.startsWith('ImagePull') === true
        ? []
        : [line(`${kubectl} logs ${shellWord(first.name)} --previous`)]),
    ],
  });
}

function remedyOf(waits = ''): SafeText {
  switch (waits) {
    case 'ImagePullBackOff':
    case 'ErrImagePull':
    case 'InvalidImageName':
      return literal('Set an image that the nodes can pull, and a pull secret where the registry asks for one.');
    case 'CrashLoopBackOff':
      return literal('Read why it ended: its last line says what is missing.');
    case 'CreateContainerConfigError':
      return literal('Its pod template names something that is not there: the Events of the pod say what.');
    default:
      return literal('The Events of the pod say what it waits for.');
  }
}

function noDeployment(namespace: string, elsewhere: readonly OperatorDeployment[], isAlive: boolean): Finding {
  const none = `No Deployment in namespace ${namespace} runs the operator`;
  const [other] = elsewhere;
  if (other !== undefined)
    return finding('operator', 'fail', said(`${none}; ${other.namespace}/${other.name} does.`), {
      remedy: literal('Look there.'),
      commands: [
        line(
          `recognize-health doctor --lease-namespace ${shellWord(other.namespace)} --lease-name ${shellWord(leaseNameIn(other.args) ?? other.name)}`,
        ),
      ],
    });
  if (isAlive)
    return finding(
      'operator',
      'warn',
      said(`${none}, but somebody renews its Lease: an operator runs outside of it.`),
      {
        remedy: literal('Where that is meant, all is well. An operator on a laptop ends with the laptop.'),
      },
    );
  return finding('operator', 'fail', said(`${none}.`), {
    remedy: literal('Install it, or name the namespace where it is with --lease-namespace.'),
    commands: [
      line(
        `helm upgrade --install recognize-health helm/recognize-health --namespace ${shellWord(namespace)} --create-namespace`,
      ),
    ],
  });
}

/** The reason stands under the question that it belongs to, once. */
const UNSEEN_DEPLOYMENTS = literal('The Deployments could not be read; Operator says why.');

/** Which version runs, as far as an image tells. */
export function imageFinding({ deployments, version }: Seen): Finding {
  if (!deployments.ok) return finding('image', 'unknown', UNSEEN_DEPLOYMENTS);
  const [deployment] = deployments.value;
  if (deployment === undefined)
    return finding('image', 'unknown', literal('Without a Deployment there is no image to look at.'));
  const { image } = deployment;
  const tag = /:([^:/@]+)(?:@sha256:[0-9a-f]+)?$/.exec(image)?.[1];
  if (tag === undefined || image.includes('@'))
    return finding('image', 'pass', said(`The operator runs ${image}; this command is version ${version}.`));
  if (tag === 'latest')
    return finding(
      'image',
      'warn',
      said(`The operator runs ${image}: which version that is changes with the registry.`),
      {
        remedy: literal('Name a version, or better a digest.'),
      },
    );
  if (version !== 'development' && tag.replace(/^v/, '') !== version)
    return finding('image', 'warn', said(`The operator runs ${image}, and this command is version ${version}.`), {
      remedy: literal('Use the same version on both sides: what one writes the other may not know.'),
    });
  return finding('image', 'pass', said(`The operator runs ${image}; this command is version ${version}.`));
}

/** Who works, and since when. */
export function leaseFinding({ at, lease, nobody, serverNow, now }: Seen): Finding {
  const where = `${at.namespace}/${at.name}`;
  if (nobody !== undefined)
    return finding('lease', 'fail', nobody, {
      remedy: literal('Nothing is examined until an operator runs. Its pods and their log say why none does.'),
      commands: [
        line(`kubectl -n ${shellWord(at.namespace)} get pods,lease`),
        line(`kubectl -n ${shellWord(at.namespace)} logs deployment/${shellWord(at.name)} --tail=50`),
      ],
    });
  if (!lease.ok) return unseen('lease', lease.fault);
  const { holder, renewed, acquired, transitions } = lease.value;
  const server = serverNow ?? now;
  const ago = (time: Date): string =>
    formatDuration(Math.max(0, Math.floor((server.getTime() - time.getTime()) / 1_000)) * 1_000);
  return finding(
    'lease',
    'pass',
    said(
      `${holder} holds the Lease ${where} for ${ago(acquired)}, renewed ${ago(renewed)} ago; the holder changed ${transitions} times.`,
    ),
  );
}

/** Whether its Service leads to pods that answer. */
export function endpointsFinding({ deployments, endpoints }: Seen): Finding {
  if (!deployments.ok) return finding('endpoints', 'unknown', UNSEEN_DEPLOYMENTS);
  if (endpoints === undefined)
    return finding('endpoints', 'unknown', literal('Without a Deployment there are no endpoints to look at.'));
  if (!endpoints.ok) return unseen('endpoints', endpoints.fault);
  const namespace = deployments.value[0]?.namespace ?? '';
  if (endpoints.value.length === 0)
    return finding(
      'endpoints',
      'warn',
      said(
        `No Service in namespace ${namespace} leads to the operator: nobody scrapes its metrics and nobody asks /gate.`,
      ),
      {
        remedy: literal('Install the Service of the chart or of the manifests.'),
        commands: [line('kubectl apply --server-side -f manifests/service.yaml')],
      },
    );
  const text = endpoints.value
    .map(({ service, ready, all }) => `${ready} of ${all} addresses of the Service ${namespace}/${service} are ready`)
    .join('; ');
  const empty = endpoints.value.find(({ ready }) => ready === 0);
  if (empty !== undefined)
    return finding('endpoints', 'fail', said(`${text}.`), {
      remedy: literal('A pod is ready when its watch is up to date: the log of the operator says what keeps it.'),
      commands: [
        line(
          `kubectl -n ${shellWord(namespace)} get endpointslices -l kubernetes.io/service-name=${shellWord(empty.service)}`,
        ),
      ],
    });
  return finding('endpoints', 'pass', said(`${text}: the kubelet's question at /readyz is answered.`));
}
